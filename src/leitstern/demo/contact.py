"""Activities: calls, mails, meetings and visits around leads, deals and customers."""

from __future__ import annotations

import numpy as np

from leitstern.demo.arrays import Ints, Moments, Table, keys, pick, share, texts, where
from leitstern.demo.clock import Clock
from leitstern.demo.customers import NEVER, Customers
from leitstern.demo.market import Leads
from leitstern.demo.names import Names
from leitstern.demo.people import TEAM_KEYS
from leitstern.demo.sales import NEEDS, WON, Deals, Events
from leitstern.demo.stories import TEAM_INSIDE
from leitstern.demo.world import World

_KINDS = ("call", "email", "meeting", "visit", "demo", "task", "letter", "other")
_DEAL_MIX = (0.42, 0.27, 0.13, 0.06, 0.05, 0.05, 0.01, 0.01)
_CARE_MIX = (0.45, 0.2, 0.12, 0.18, 0.0, 0.03, 0.01, 0.01)
_MINUTES = (9, 5, 55, 110, 70, 20, 15, 15)
_PER_STAGE = 0.75
_CARE_PER_YEAR = 1.3
_BOOKED = np.isin(_KINDS, ("meeting", "visit", "demo"))

_SUBJECTS = {
    "call": "Telefonat", "email": "E-Mail", "meeting": "Termin", "visit": "Besuch vor Ort",
    "demo": "Vorführung", "task": "Aufgabe", "letter": "Brief", "other": "Notiz",
}  # fmt: skip


def activity_table(
    world: World, sold: tuple[Deals, Events], leads: Leads, firms: Customers, names: Names
) -> Table:
    """All activities of the three years, in order of time."""
    rng, clock = world.stream("activities"), world.clock
    deals, events = sold
    parts = [
        _around_deals(rng, clock, deals, events),
        _after_wins(rng, world, deals, firms),
        _care(rng, world, firms),
        _answers(rng, world, leads),
    ]
    kind, company, owner, deal, lead, campaign = (
        np.concatenate([part[i] for part in parts]).astype(np.int64) for i in range(6)
    )
    days = np.concatenate([part[6] for part in parts[:-1]]).astype(np.int64)
    at = np.concatenate([clock.office(rng, days), parts[-1][6]])
    keep = at >= clock.at(np.array([clock.begin]), np.array([0]))
    order = np.flatnonzero(keep)[np.argsort(at[keep], kind="stable")]
    kind, company, owner, deal, lead, campaign, at = (
        c[order] for c in (kind, company, owner, deal, lead, campaign, at)
    )
    count = len(at)
    booked = _BOOKED[kind]
    outcome = texts(["held", "cancelled", "no_show"])[rng.choice(3, count, p=(0.86, 0.09, 0.05))]
    booked_at = at - (rng.integers(1, 15, count) * 1440).astype("timedelta64[m]")
    contacted = share(rng, count, 0.8)
    minutes = np.round(np.array(_MINUTES)[kind] * rng.lognormal(0.0, 0.4, count))
    return {
        "key": keys("AK-", count, width=6),
        "kind": texts(list(_KINDS))[kind],
        "direction": where(
            np.isin(kind, (0, 1)), texts(["out", "in"])[share(rng, count, 0.25).astype(np.int64)]
        ),
        "outcome": np.where(booked, outcome, "held"),
        "subject": texts([_SUBJECTS[k] for k in _KINDS])[kind],
        "company": pick(names.company, company),
        "contact": where(contacted, pick(names.contact, company)),
        "owner": pick(names.people, owner),
        "deal": pick(names.deal, deal),
        "lead": pick(names.lead, lead),
        "campaign": pick(names.campaign, campaign),
        "minutes": np.where(booked & (outcome != "held"), 0, minutes).astype(np.int64),
        "at": at,
        "booked_at": np.where(booked, booked_at, np.datetime64("NaT", "m")),
    }


_Part = tuple[Ints, Ints, Ints, Ints, Ints, Ints, "Ints | Moments"]


def _around_deals(rng: np.random.Generator, clock: Clock, deals: Deals, events: Events) -> _Part:
    """Work in each open stage, spread over the stay; nearly always a meeting in Bedarfsanalyse."""
    following = np.append(events.day[1:], clock.end)
    last = np.append(events.deal[1:] != events.deal[:-1], True)
    until = np.where(last, clock.end, following)
    until = np.minimum(until, events.day + 90)
    at_work = events.new < WON
    number = np.where(at_work, rng.poisson(_PER_STAGE, len(events.day)), 0)
    meeting = (events.new == NEEDS) & share(rng, len(events.day), 0.75)
    row = np.concatenate([np.repeat(np.arange(len(number)), number), np.flatnonzero(meeting)])
    kind = rng.choice(len(_KINDS), len(row), p=_DEAL_MIX)
    kind[int(number.sum()) :] = rng.choice((2, 3, 4), int(meeting.sum()), p=(0.6, 0.15, 0.25))
    stay = until[row] - events.day[row]
    day = clock.next_workday(events.day[row] + (rng.random(len(row)) * stay).astype(np.int64))
    row, kind, day = row[day <= until[row]], kind[day <= until[row]], day[day <= until[row]]
    deal = events.deal[row]
    before = (deals.handover[deal] >= 0) & (day < deals.handover[deal])
    owner = np.where(before, deals.first_owner[deal], deals.owner[deal])
    return kind, deals.company[deal], owner, deal, np.full(len(row), -1), deals.campaign[deal], day


def _after_wins(rng: np.random.Generator, world: World, deals: Deals, firms: Customers) -> _Part:
    """Calls and visits in the half-year after a deal was won."""
    clock, won = world.clock, np.flatnonzero(deals.won)
    deal = np.repeat(won, rng.poisson(1.2, len(won)))
    after = deals.closed[deal] + 1 + rng.exponential(50.0, len(deal)).astype(np.int64)
    day = clock.next_workday(np.minimum(after, clock.end + 1))
    deal, day = deal[day <= clock.end], day[day <= clock.end]
    kind = rng.choice(len(_KINDS), len(deal), p=_CARE_MIX)
    nothing = np.full(len(deal), -1)
    firm = deals.company[deal]
    owner = world.in_charge(rng, firms.region[firm], deals.owner[deal], day)
    return kind, firm, owner, deal, nothing, nothing, day


def _care(rng: np.random.Generator, world: World, firms: Customers) -> _Part:
    """Regular contact of the account manager with customers, without a deal."""
    clock, customer = world.clock, np.flatnonzero(firms.since > NEVER)
    begin = np.maximum(firms.since[customer], 0)
    stop = np.where(firms.until[customer] > NEVER, firms.until[customer], clock.end)
    number = rng.poisson(_CARE_PER_YEAR * (stop - begin) / 365.25)
    firm = np.repeat(customer, number)
    day = np.repeat(begin, number) + (rng.random(len(firm)) * np.repeat(stop - begin, number)).astype(
        np.int64
    )
    day = clock.next_workday(day)
    firm, day = firm[day <= clock.end], day[day <= clock.end]
    kind = rng.choice(len(_KINDS), len(firm), p=_CARE_MIX)
    nothing = np.full(len(firm), -1)
    owner = world.in_charge(rng, firms.region[firm], firms.owner[firm], day)
    return kind, firm, owner, nothing, nothing, nothing, day


def _answers(rng: np.random.Generator, world: World, leads: Leads) -> _Part:
    """The first response to a lead is a call or a mail; Innendienst steps in for those who have left."""
    lead = np.flatnonzero(~np.isnat(leads.response_at))
    kind = rng.choice((0, 1), len(lead), p=(0.55, 0.45))
    at, owner = leads.response_at[lead], leads.owner[lead]
    day = (at.astype("datetime64[D]") - np.datetime64(world.clock.first, "D")).astype(np.int64)
    gone = (owner >= 0) & (world.staff.team_on(owner, day) < 0)
    inside = world.staff.assign(rng, TEAM_KEYS.index(TEAM_INSIDE), day[gone])
    owner[gone] = inside
    return kind, leads.company[lead], owner, np.full(len(lead), -1), lead, leads.campaign[lead], at


def first_contact(rng: np.random.Generator, deals: Deals, leads: Leads, created_at: Moments) -> Moments:
    """When the customer was first spoken to about a deal: the lead's response, or shortly before it."""
    of_lead = np.append(leads.response_at, np.datetime64("NaT", "m"))[deals.lead]
    before = created_at - (rng.integers(0, 21, len(created_at)) * 1440).astype("timedelta64[m]")
    out = np.where(np.isnat(of_lead), before, np.minimum(of_lead, created_at))
    return np.where(share(rng, len(out), 0.04), np.datetime64("NaT", "m"), out)
