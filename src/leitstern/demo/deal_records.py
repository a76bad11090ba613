"""Deals, their history and their shares as facts."""

from __future__ import annotations

import numpy as np

from leitstern.demo import contact, market
from leitstern.demo.arrays import Bools, Ints, Moments, Table, keys, pick, share, texts, where
from leitstern.demo.names import Names
from leitstern.demo.sales import STAGE_NAMES, Deals, Events, shares
from leitstern.demo.words import LOST_REASONS, PRODUCTS, STAGES
from leitstern.demo.world import World
from leitstern.demo.written import day as written_day

_SHIFTS_PER_DEAL = 0.35


def tables(
    world: World, sold: tuple[Deals, Events], leads: market.Leads, names: Names, kept: Bools
) -> dict[str, Table]:
    """Deals, events and shares; ``kept`` leaves out the deals that ended before the first day."""
    deals, events = sold
    moments = world.clock.office(world.stream("stage moments"), events.day)
    plan = _planned_close(world, deals)
    deal = _deals(world, sold, leads, names, moments)
    deal["expected_close_at"] = world.clock.days(plan)
    parts = [
        _stage_events(sold, names, kept, moments),
        _owner_events(world, deals, names, kept),
        _plan_events(world, deals, names, np.where(kept, plan, -1)),
    ]
    event = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.argsort(event["at"], kind="stable")
    which, who, part = shares(world, deals)
    own = kept[which]
    return {
        "deal": {name: column[kept] for name, column in deal.items()},
        "deal_event": {
            "key": keys("PH-", len(order), width=6),
            **{name: column[order] for name, column in event.items()},
        },
        "deal_share": {
            "key": keys("DA-", int(own.sum()), width=5),
            "deal": names.deal[which[own]],
            "person": pick(names.people, who[own]),
            "share": part[own],
        },
    }


def _planned_close(world: World, deals: Deals) -> Ints:
    """The day a deal was last planned to close: near the real one, or some time after its beginning."""
    rng = world.stream("planned close")
    count = len(deals.created)
    near = deals.closed + rng.normal(-8, 18, count).astype(np.int64)
    ahead = world.clock.advance(deals.created, rng.uniform(30, 90, count))
    return np.where(deals.closed >= 0, np.maximum(near, deals.created + 5), ahead)


def _deals(
    world: World, sold: tuple[Deals, Events], leads: market.Leads, names: Names, moments: Moments
) -> Table:
    """All deals as a fact; created with their first event, closed with their last one."""
    rng, (deals, events) = world.stream("deal table"), sold
    count = len(deals.created)
    created_at = moments[np.searchsorted(events.deal, np.arange(count), side="left")]
    last = moments[np.searchsorted(events.deal, np.arange(count), side="right") - 1]
    product = texts([p[1] for p in PRODUCTS])[deals.product]
    state = np.where(deals.closed < 0, "open", np.where(deals.won, "won", "lost")).astype(object)
    reason = texts(list(LOST_REASONS))[rng.choice(6, count, p=(0.28, 0.2, 0.14, 0.14, 0.16, 0.08))]
    source = np.where(deals.source >= 0, texts(list(market.SOURCE_NAMES))[deals.source], "Bestandskunde")
    margin = rng.normal(0.62, 0.05, count).clip(0.4, 0.85)
    return {
        "key": names.deal,
        "name": product + " " + np.where(deals.repeat, "Erweiterung", "Projekt").astype(object),
        "source": source,
        "region": names.region[deals.company],
        "lost_reason": where((state == "lost") & share(rng, count, 0.92), reason),
        "currency": names.currency[deals.company],
        "company": pick(names.company, deals.company),
        "contact": pick(names.contact, deals.company),
        "owner": pick(names.people, deals.owner),
        "campaign": pick(names.campaign, deals.campaign),
        "lead": pick(names.lead, deals.lead),
        "product": pick(names.product, deals.product),
        "stage": texts(list(STAGE_NAMES))[deals.stage],
        "status": state,
        "kind": np.where(deals.repeat, "existing", "new").astype(object),
        "probability": np.array([s[3] for s in STAGES])[deals.stage],
        "amount": deals.amount,
        "cost": np.round(deals.amount * margin).astype(np.int64),
        "first_contact_at": contact.first_contact(rng, deals, leads, created_at),
        "created_at": created_at,
        "closed_at": np.where(deals.closed >= 0, last, np.datetime64("NaT", "m")),
    }


def _stage_events(sold: tuple[Deals, Events], names: Names, kept: Bools, moments: Moments) -> Table:
    """Stage changes, made by the owner of the day."""
    deals, events = sold
    row = np.flatnonzero(kept[events.deal])
    deal = events.deal[row]
    stage = texts(list(STAGE_NAMES))
    return {
        "deal": names.deal[deal],
        "at": moments[row],
        "field": texts(["stage"] * len(row)),
        "old": pick(stage, events.old[row]),
        "new": stage[events.new[row]],
        "actor": pick(names.people, _worker(deals, deal, events.day[row])),
    }


def _owner_events(world: World, deals: Deals, names: Names, kept: Bools) -> Table:
    """Deals that went to somebody else."""
    moved = np.flatnonzero(kept & (deals.handover >= 0))
    return {
        "deal": names.deal[moved],
        "at": world.clock.at(deals.handover[moved], np.full(len(moved), 7 * 60 + 30)),
        "field": texts(["owner"] * len(moved)),
        "old": pick(names.people, deals.first_owner[moved]),
        "new": pick(names.people, deals.owner[moved]),
        "actor": pick(names.people, deals.owner[moved]),
    }


def _plan_events(world: World, deals: Deals, names: Names, plan: Ints) -> Table:
    """Planned closing days that were put off, some more than once; ``plan`` is the last one, -1 for none."""
    rng, clock = world.stream("shifts"), world.clock
    stop = np.where(deals.closed >= 0, deals.closed, clock.end)
    room = stop - deals.created
    number = np.where((plan >= 0) & (room > 25), np.minimum(rng.poisson(_SHIFTS_PER_DEAL, len(plan)), 4), 0)
    deal = np.repeat(np.arange(len(plan)), number)
    nth = np.arange(len(deal)) - np.repeat(np.cumsum(number) - number, number)
    to_come = number[deal] - 1 - nth
    step = rng.integers(14, 60, len(plan))[deal]
    day = clock.next_workday(deals.created[deal] + 3 + (room[deal] - 20) * (nth + 1) // (number[deal] + 1))
    return {
        "deal": names.deal[deal],
        "at": clock.office(rng, day),
        "field": texts(["expected_close_at"] * len(deal)),
        "old": written_day(clock.days(np.maximum(plan[deal] - (to_come + 1) * step, 0))),
        "new": written_day(clock.days(np.maximum(plan[deal] - to_come * step, 0))),
        "actor": pick(names.people, _worker(deals, deal, day)),
    }


def _worker(deals: Deals, deal: Ints, day: Ints) -> Ints:
    """The owner of a deal on a day."""
    before = (deals.handover[deal] >= 0) & (day < deals.handover[deal])
    return np.where(before, deals.first_owner[deal], deals.owner[deal])
