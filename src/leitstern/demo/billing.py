"""Quotes and invoices: what became of the deals in the books."""

from __future__ import annotations

import numpy as np

from leitstern.demo.arrays import Floats, Ints, Table, keys, pick, share, texts
from leitstern.demo.clock import Clock
from leitstern.demo.customers import NEVER, Customers
from leitstern.demo.names import Names
from leitstern.demo.sales import QUOTE, WON, Deals, Events
from leitstern.demo.words import PRODUCTS
from leitstern.demo.world import World

_MAINTENANCE = next(i for i, p in enumerate(PRODUCTS) if p[5])
_LARGE = 2_000_000  # cents: from here a deal is billed in two parts
_CREDITED = 0.04


def quote_table(world: World, deals: Deals, events: Events, names: Names) -> Table:
    """One quote for each time a deal came to Angebot; decided when it left Angebot for good."""
    rng, clock = world.stream("quotes"), world.clock
    at = np.flatnonzero((events.new == QUOTE) & (events.old != WON))
    deal, day = events.deal[at], events.day[at]
    count = len(at)
    following = np.minimum(at + 1, len(events.deal) - 1)
    has_next = (events.deal[following] == deal) & (at + 1 < len(events.deal))
    moved_on = np.where(has_next, events.day[following], -1)
    revised = np.append(deal[:-1] == deal[1:], False) if count else np.zeros(0, dtype=np.bool_)
    decided = np.where(revised, moved_on, deals.closed[deal])
    sent = clock.advance(day, rng.gamma(1.5, 0.8, count))
    sent = np.where((sent <= clock.end) & ((decided < 0) | (sent <= decided)), sent, day)
    won = deals.won[deal] & ~revised
    status = np.where(decided < 0, "sent", np.where(won, "accepted", "rejected")).astype(object)
    old = (decided < 0) & (sent < clock.end - 120)
    status[old | ((status == "rejected") & share(rng, count, 0.15))] = "expired"
    status[(decided < 0) & (sent >= clock.end - 1)] = "draft"
    draft = status == "draft"
    high = np.round(deals.amount[deal] * rng.uniform(1.0, 1.12, count) / 100) * 100
    created_at = clock.office(rng, day)
    sent_at = np.where(sent == day, created_at + np.timedelta64(30, "m"), clock.office(rng, sent))
    decided_at = np.where(decided == sent, sent_at + np.timedelta64(60, "m"), clock.office(rng, decided))
    order = np.argsort(created_at, kind="stable")
    table: Table = {
        "company": pick(names.company, deals.company[deal]),
        "owner": pick(names.people, deals.owner[deal]),
        "deal": pick(names.deal, deal),
        "product": pick(names.product, deals.product[deal]),
        "status": status,
        "amount": np.where(won, deals.amount[deal], high).astype(np.int64),
        "currency": names.currency[deals.company[deal]],
        "created_at": created_at,
        "sent_at": np.where(draft, np.datetime64("NaT", "m"), sent_at),
        "decided_at": np.where(decided >= 0, decided_at, np.datetime64("NaT", "m")),
    }
    table = {name: column[order] for name, column in table.items()}
    return {"key": keys("A-", count, width=5), "number": keys("ANG-", count, first=10_001), **table}


def invoice_table(world: World, deals: Deals, firms: Customers, names: Names) -> Table:
    """Invoices in one or two parts, maintenance by the quarter, and credit notes (negative) for some."""
    rng, clock = world.stream("invoices"), world.clock
    rows = [_single(rng, clock, deals), _quarterly(clock, deals, firms), _old_contracts(rng, clock, firms)]
    deal, company, product, day, amount = (
        np.concatenate([row[i] for row in rows]).astype(np.int64) for i in range(5)
    )
    known = (day <= clock.end) & (day >= clock.begin) & (amount > 0)
    deal, company, product, day, amount = (c[known] for c in (deal, company, product, day, amount))
    cost = _round(amount * rng.normal(0.62, 0.05, len(amount)).clip(0.4, 0.85))
    back = np.flatnonzero(share(rng, len(deal), _CREDITED))
    credit_day = clock.advance(day[back], rng.uniform(8, 35, len(back)))
    part = np.where(share(rng, len(back), 0.35), 1.0, rng.uniform(0.05, 0.3, len(back)))
    back, credit_day, part = (c[credit_day <= clock.end] for c in (back, credit_day, part))
    origin = np.concatenate([np.arange(len(deal)), back])
    kind = texts(["invoice"] * len(deal) + ["credit_note"] * len(back))
    all_days = np.concatenate([day, credit_day])
    order = np.argsort(all_days, kind="stable")
    origin, kind, all_days = origin[order], kind[order], all_days[order]
    factor = np.concatenate([np.ones(len(deal)), -part])[order]
    whole = factor == -1.0
    year = texts([str(clock.date_of(d).year) for d in range(clock.end + 1)])[all_days]
    number = np.where(kind == "invoice", "RE-", "GS-") + year + keys("-", len(origin), width=5)
    owner = np.where(deal[origin] >= 0, deals.owner[deal[origin]], firms.owner[company[origin]])
    owner = world.in_charge(rng, firms.region[company[origin]], owner, all_days)
    campaign = np.where(deal[origin] >= 0, deals.campaign[deal[origin]], -1)
    return {
        "key": number,
        "number": number,
        "kind": kind,
        "company": pick(names.company, company[origin]),
        "owner": pick(names.people, owner),
        "deal": pick(names.deal, deal[origin]),
        "campaign": pick(names.campaign, campaign),
        "product": pick(names.product, product[origin]),
        "quantity": np.where(
            kind == "invoice", rng.choice((1, 2, 3, 4), len(origin), p=(0.7, 0.18, 0.08, 0.04)), 1
        ),
        "amount": np.where(kind == "invoice", amount[origin], _round(amount[origin] * factor)),
        "cost": np.where(kind == "invoice", cost[origin], np.where(whole, -cost[origin], 0)),
        "currency": names.currency[company[origin]],
        "at": clock.days(all_days),
    }


def _round(cents: Floats) -> Ints:
    return np.round(cents).astype(np.int64)


_Rows = tuple[Ints, Ints, Ints, Ints, Ints]


def _single(rng: np.random.Generator, clock: Clock, deals: Deals) -> _Rows:
    """Won deals that are billed once (small) or in two parts of 40 and 60 percent (large)."""
    deal = np.flatnonzero(deals.won & (deals.product != _MAINTENANCE))
    large = deals.amount[deal] >= _LARGE
    first = clock.advance(deals.closed[deal], rng.uniform(3, 15, len(deal)))
    second = clock.advance(first[large], rng.uniform(25, 60, int(large.sum())))
    down = np.where(large, deals.amount[deal] * 2 // 5, deals.amount[deal])
    rest = (deals.amount[deal] - down)[large]
    both = np.concatenate([deal, deal[large]])
    return (
        both, deals.company[both], deals.product[both],
        np.concatenate([first, second]), np.concatenate([down, rest]),
    )  # fmt: skip


def _quarterly(clock: Clock, deals: Deals, firms: Customers) -> _Rows:
    """Maintenance contracts: a quarter of the yearly amount every 91 days while the firm is a customer."""
    deal = np.flatnonzero(deals.won & (deals.product == _MAINTENANCE))
    term = np.tile(np.arange(12), len(deal))
    deal = np.repeat(deal, 12)
    day = deals.closed[deal] + 14 + 91 * term
    until = firms.until[deals.company[deal]]
    runs = ((until == NEVER) | (day <= until)) & (day <= clock.end)
    deal, day = deal[runs], day[runs]
    return deal, deals.company[deal], deals.product[deal], clock.next_workday(day), deals.amount[deal] // 4


def _old_contracts(rng: np.random.Generator, clock: Clock, firms: Customers) -> _Rows:
    """Maintenance contracts from before the known time, for a quarter of the old customers."""
    firm = np.flatnonzero((firms.since < 0) & (firms.since > NEVER) & share(rng, len(firms.since), 0.25))
    offset = np.repeat(rng.integers(0, 91, len(firm)), 16)
    amount = np.repeat(np.round(rng.lognormal(12.2, 0.4, len(firm)) / 100) * 100, 16)
    day = offset + 91 * np.tile(np.arange(16), len(firm))
    firm = np.repeat(firm, 16)
    until = firms.until[firm]
    runs = ((until == NEVER) | (day <= until)) & (day <= clock.end)
    count = int(runs.sum())
    return (
        np.full(count, -1), firm[runs], np.full(count, _MAINTENANCE), clock.next_workday(day[runs]),
        amount[runs].astype(np.int64),
    )  # fmt: skip
