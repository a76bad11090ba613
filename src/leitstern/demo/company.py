"""The simulated company as a whole: the truth that the exports tell.

``tables`` holds, for each fact of the canonical model, the records an import of the exports must end up with.
Money is in whole cents of the record's currency, moments are local wall time (Europe/Berlin), references are
keys. Rows that an import has to set aside are not part of it; they exist in the exports only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from leitstern.demo import billing, clock, contact, customers, dirt, market, money, people, sales, service
from leitstern.demo.arrays import Bools, Ints, Table, Texts, keys, pick, share, texts, where
from leitstern.demo.names import Names
from leitstern.demo.stories import STORIES, Story
from leitstern.demo.words import COMPANY_NAME, LOST_REASONS, PRODUCTS, STAGES
from leitstern.demo.world import World

TIMEZONE = "Europe/Berlin"
_OLD_CUSTOMERS = 300


@dataclass(frozen=True, slots=True)
class Company:
    """The truth of one simulation.

    ``planted`` names the keys of records with planted faults, by fault; ``set_aside`` the rows the exports
    have beyond the truth, which no import may take.
    """

    name: str
    seed: int
    scale: float
    start: date
    until: date
    tables: dict[str, Table]
    planted: dict[str, tuple[str, ...]]
    set_aside: tuple[dirt.BadRow, ...]
    stories: tuple[Story, ...]


def last_day() -> date:
    """The day before today, in the company's time zone."""
    return datetime.now(ZoneInfo(TIMEZONE)).date() - timedelta(days=1)


def simulate(*, seed: int = 1, scale: float = 1.0, until: date | None = None) -> Company:
    """The company for a seed; ``scale`` multiplies people, customers and deals, not the span of time."""
    time = clock.build(seed, until or last_day())
    world = World(seed, scale, time, people.build(seed, scale, time))
    runs = market.campaigns(time, scale)
    old = max(10, round(_OLD_CUSTOMERS * scale))
    leads = market.leads(world, runs, old)
    direct = sales.direct_days(world)
    found = np.concatenate([leads.created[leads.new_company], direct[0][direct[1]]])
    firms = customers.build(world, old, found)
    customers.give_owners(world, firms)
    deals, events = sales.build(world, firms, leads, direct)
    tables = people.tables(seed, world.staff)
    company = customers.company_table(world, firms, tables["person"]["key"])
    contacts, first_contact = customers.contact_table(world, firms, company, tables["person"]["key"])
    names = Names(
        people=tables["person"]["key"],
        company=firms.key,
        contact=first_contact,
        deal=keys("VC-", len(deals.created), width=6),
        lead=keys("L-", len(leads.source), width=6),
        campaign=runs.key,
        product=texts([p[0] for p in PRODUCTS]),
        region=firms.region,
        currency=np.where(firms.country == "CH", "CHF", "EUR").astype(object),
    )
    tickets = service.ticket_table(world, firms, names)
    kept = (deals.closed < 0) | (deals.closed >= time.begin)
    tables |= {
        "company": company,
        "contact": contacts,
        "stage": _stages(),
        "product": _products(),
        "campaign": market.campaign_table(time, runs),
        "ticket": tickets,
        "survey_response": service.survey_table(world, deals, firms, tickets, names),
        "spend": money.spend_table(world, runs),
        "touchpoint": money.touchpoint_table(world, runs, leads, names),
        "exchange_rate": money.rate_table(world),
        "manual_value": money.manual_table(world),
        "activity": contact.activity_table(world, (deals, events), leads, firms, names),
        "quote": billing.quote_table(world, deals, events, names),
        "invoice": billing.invoice_table(world, deals, firms, names),
    }
    tables |= _deal_tables(world, (deals, events), leads, names, kept)
    of_lead = np.full(len(leads.source), -1, dtype=np.int64)
    of_lead[deals.lead[deals.lead >= 0]] = np.flatnonzero(deals.lead >= 0)
    chosen = (leads.created >= time.begin) | (kept[of_lead] & (of_lead >= 0))
    tables["lead"] = market.lead_table(world, leads, np.flatnonzero(chosen), names, pick(names.deal, of_lead))
    _drop_unknown(tables)
    planted, set_aside = dirt.plant(seed, scale, tables)
    return Company(COMPANY_NAME, seed, scale, time.start, time.until, tables, planted, set_aside, STORIES)


def _deal_tables(
    world: World, sold: tuple[sales.Deals, sales.Events], leads: market.Leads, names: Names, kept: Bools
) -> dict[str, Table]:
    """Deals, their events and shares; ``kept`` leaves out those that ended before the first day."""
    rng, time = world.stream("deal table"), world.clock
    deals, events = sold
    count = len(deals.created)
    event_at = time.office(rng, events.day)
    first = np.searchsorted(events.deal, np.arange(count), side="left")
    last = np.searchsorted(events.deal, np.arange(count), side="right") - 1
    created_at = event_at[first]
    closed_at = np.where(deals.closed >= 0, event_at[last], np.datetime64("NaT", "m"))
    product = texts([p[1] for p in PRODUCTS])[deals.product]
    state = np.where(deals.closed < 0, "open", np.where(deals.won, "won", "lost")).astype(object)
    reason = texts(list(LOST_REASONS))[rng.choice(6, count, p=(0.28, 0.2, 0.14, 0.14, 0.16, 0.08))]
    plan = np.where(deals.closed >= 0, deals.closed + rng.normal(-8, 18, count).astype(np.int64), 0)
    ahead = time.advance(deals.created, rng.uniform(30, 90, count))
    plan = np.where(deals.closed >= 0, np.maximum(plan, deals.created + 5), ahead)
    source = np.where(deals.source >= 0, texts(list(market.SOURCE_NAMES))[deals.source], "Bestandskunde")
    deal: Table = {
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
        "stage": texts(list(sales.STAGE_NAMES))[deals.stage],
        "status": state,
        "kind": np.where(deals.repeat, "existing", "new").astype(object),
        "probability": np.array([s[3] for s in STAGES])[deals.stage],
        "amount": deals.amount,
        "cost": np.round(deals.amount * rng.normal(0.62, 0.05, count).clip(0.4, 0.85)).astype(np.int64),
        "first_contact_at": contact.first_contact(rng, deals, leads, created_at),
        "created_at": created_at,
        "closed_at": closed_at,
        "expected_close_at": time.days(plan),
    }
    row = np.flatnonzero(kept[events.deal])
    stage_event = {
        "deal": names.deal[events.deal[row]],
        "at": event_at[row],
        "field": texts(["stage"] * len(row)),
        "old": pick(texts(list(sales.STAGE_NAMES)), events.old[row]),
        "new": texts(list(sales.STAGE_NAMES))[events.new[row]],
        "actor": pick(names.people, _worker(deals, events)[row]),
    }
    moved = np.flatnonzero(kept & (deals.handover >= 0))
    owner_event = {
        "deal": names.deal[moved],
        "at": time.at(deals.handover[moved], np.full(len(moved), 7 * 60 + 30)),
        "field": texts(["owner"] * len(moved)),
        "old": pick(names.people, deals.first_owner[moved]),
        "new": pick(names.people, deals.owner[moved]),
        "actor": pick(names.people, deals.owner[moved]),
    }
    event: Table = {name: np.concatenate([stage_event[name], owner_event[name]]) for name in stage_event}
    order = np.argsort(event["at"], kind="stable")
    event = {
        "key": keys("PH-", len(order), width=6),
        **{name: column[order] for name, column in event.items()},
    }
    which, who, part = sales.shares(world, deals)
    own = kept[which]
    split: Table = {
        "key": keys("DA-", int(own.sum()), width=5),
        "deal": names.deal[which[own]],
        "person": pick(names.people, who[own]),
        "share": part[own],
    }
    return {
        "deal": {name: column[kept] for name, column in deal.items()},
        "deal_event": event,
        "deal_share": split,
    }


def _worker(deals: sales.Deals, events: sales.Events) -> Ints:
    """Who made a stage change: the owner of that day."""
    handover = deals.handover[events.deal]
    before = (handover >= 0) & (events.day < handover)
    return np.where(before, deals.first_owner[events.deal], deals.owner[events.deal])


def _stages() -> Table:
    return {
        "key": texts([s[0] for s in STAGES]),
        "name": texts([s[0] for s in STAGES]),
        "pipeline": texts(["Standard"] * len(STAGES)),
        "position": np.array([s[1] for s in STAGES], dtype=np.int64),
        "outcome": texts([s[2] for s in STAGES]),
        "probability": np.array([s[3] for s in STAGES], dtype=np.float64),
    }


def _products() -> Table:
    return {
        "key": texts([p[0] for p in PRODUCTS]),
        "name": texts([p[1] for p in PRODUCTS]),
        "line": texts([p[2] for p in PRODUCTS]),
        "price": np.array([p[3] for p in PRODUCTS], dtype=np.int64),
        "currency": texts(["EUR"] * len(PRODUCTS)),
    }


def _drop_unknown(tables: dict[str, Table]) -> None:
    """References to deals and leads from before the three years are emptied: they are not exported."""
    for fact in ("deal", "lead"):
        there = set(tables[fact]["key"])
        for name, table in tables.items():
            if fact in table and name != fact:
                table[fact] = _only(table[fact], there)


def _only(column: Texts, there: set[str]) -> Texts:
    return texts([value if value in there else None for value in column])
