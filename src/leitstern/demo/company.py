"""The simulated company as a whole: the truth that the exports tell.

``tables`` holds, for each fact of the canonical model, the records an import of the exports must end up with.
Money is in whole cents of the record's currency, moments are local wall time (Europe/Berlin), references are
keys. Rows that an import has to set aside are not part of it; they exist in the exports only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from leitstern.clock import today
from leitstern.demo import (
    billing,
    clock,
    contact,
    customers,
    deal_records,
    dirt,
    market,
    money,
    people,
    sales,
    service,
)
from leitstern.demo.arrays import Table, Texts, keys, pick, texts
from leitstern.demo.names import Names
from leitstern.demo.stories import STORIES, Story
from leitstern.demo.words import COMPANY_NAME, PRODUCTS, STAGES
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
    #: The stories told in it: those without a neutral form only, in a company without stories.
    stories: tuple[Story, ...]


def last_day() -> date:
    """The day before today, in the company's time zone."""
    return today(TIMEZONE) - timedelta(days=1)


def simulate(
    *, seed: int = 1, scale: float = 1.0, until: date | None = None, stories: bool = True
) -> Company:
    """The company for a seed; ``scale`` multiplies people, customers and deals, not the span of time.

    Without ``stories`` nothing is planted but the dirt: the same kind of company, with nothing to find.
    """
    time = clock.build(seed, until or last_day(), stories=stories)
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
    tables |= deal_records.tables(world, (deals, events), leads, names, kept)
    of_lead = np.full(len(leads.source), -1, dtype=np.int64)
    of_lead[deals.lead[deals.lead >= 0]] = np.flatnonzero(deals.lead >= 0)
    chosen = (leads.created >= time.begin) | (kept[of_lead] & (of_lead >= 0))
    tables["lead"] = market.lead_table(world, leads, np.flatnonzero(chosen), names, pick(names.deal, of_lead))
    _drop_unknown(tables)
    planted, set_aside = dirt.plant(seed, scale, tables)
    told = STORIES if stories else tuple(one for one in STORIES if not one.neutral)
    return Company(COMPANY_NAME, seed, scale, time.start, time.until, tables, planted, set_aside, told)


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
            if fact in table and name not in (fact, "team"):  # a team's lead is a person
                table[fact] = _only(table[fact], there)


def _only(column: Texts, there: set[str]) -> Texts:
    return texts([value if value in there else None for value in column])
