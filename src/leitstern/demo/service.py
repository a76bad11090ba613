"""After the sale: tickets, and what customers and employees say in surveys."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from leitstern.demo import stories
from leitstern.demo.arrays import Floats, Ints, Moments, Table, keys, pick, share, texts, where
from leitstern.demo.clock import Clock
from leitstern.demo.customers import NEVER, Customers
from leitstern.demo.names import Names
from leitstern.demo.people import TEAM_KEYS, Staff
from leitstern.demo.sales import Deals
from leitstern.demo.words import NPS_REASONS, TICKET_CATEGORIES
from leitstern.demo.world import World

_TICKETS_PER_YEAR = 1.15
_PRIORITIES = ("low", "normal", "high", "urgent")
_RESPONSE_HOURS = (20.0, 9.0, 4.0, 1.2)
_SOLVE_HOURS = (120.0, 60.0, 30.0, 12.0)


def ticket_table(world: World, firms: Customers, names: Names) -> Table:
    """Tickets of customers with first response and solution."""
    rng, clock = world.stream("tickets"), world.clock
    customer = np.flatnonzero(firms.since > NEVER)
    begin = np.maximum(firms.since[customer], clock.begin)
    stop = np.where(firms.until[customer] > NEVER, firms.until[customer], clock.end)
    number = rng.poisson(np.maximum(_TICKETS_PER_YEAR * (stop - begin) / 365.25, 0.0))
    firm = np.repeat(customer, number)
    day = np.repeat(begin, number) + (rng.random(len(firm)) * np.repeat(stop - begin, number)).astype(
        np.int64
    )
    day = clock.next_workday(day)
    firm, day = firm[day <= clock.end], day[day <= clock.end]
    order = np.argsort(day, kind="stable")
    firm, day = firm[order], day[order]
    count = len(firm)
    created_at = clock.office(rng, day)
    level = rng.choice(4, count, p=(0.15, 0.55, 0.22, 0.08))
    answered = _after(rng, clock, created_at, np.array(_RESPONSE_HOURS)[level])
    solved = _after(rng, clock, answered, np.array(_SOLVE_HOURS)[level])
    last = clock.at(np.array([clock.end]), np.array([1439]))[0]
    answered = np.where(answered <= last, answered, np.datetime64("NaT", "m"))
    solved = np.where((solved <= last) & ~share(rng, count, 0.01), solved, np.datetime64("NaT", "m"))
    category = texts(list(TICKET_CATEGORIES))[rng.integers(0, len(TICKET_CATEGORIES), count)]
    status = np.where(np.isnat(answered), "open", "waiting").astype(object)
    status[~np.isnat(solved)] = "resolved"
    owner = world.staff.assign(rng, TEAM_KEYS.index(stories.TEAM_SERVICE), day)
    return {
        "key": keys("T-", count, width=5),
        "subject": category + " gemeldet",
        "category": category,
        "priority": texts(list(_PRIORITIES))[level],
        "status": status,
        "company": pick(names.company, firm),
        "contact": where(share(rng, count, 0.9), pick(names.contact, firm)),
        "owner": pick(names.people, owner),
        "created_at": created_at,
        "first_response_at": answered,
        "resolved_at": solved,
    }


def _after(rng: np.random.Generator, clock: Clock, moment: Moments, hours: Floats) -> Moments:
    """So many hours later (scattered), moved into office hours."""
    minutes = (hours * 60 * rng.lognormal(0.0, 0.6, len(hours))).astype("timedelta64[m]")
    return clock.office_time(rng, moment + minutes)


def survey_table(world: World, deals: Deals, firms: Customers, tickets: Table, names: Names) -> Table:
    """NPS after a win and twice a year, CSAT after tickets, employees each quarter; stops as told."""
    rng, clock = world.stream("surveys"), world.clock
    parts = [
        _nps(rng, clock, deals, firms, names),
        _csat(rng, clock, tickets),
        _employees(rng, clock, world.staff),
    ]
    table: Table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    missing = int(stories.STALE_SOURCE.size(told=clock.stories)["missing_days"])
    stop = clock.until - timedelta(days=missing) if missing else clock.until + timedelta(days=1)
    keep = (table["at"] < np.datetime64(stop, "m")) & (table["at"] >= np.datetime64(clock.start, "m"))
    order = np.flatnonzero(keep)[np.argsort(table["at"][keep], kind="stable")]
    return {"key": keys("U-", len(order), width=5), **{name: column[order] for name, column in table.items()}}


def _nps(rng: np.random.Generator, clock: Clock, deals: Deals, firms: Customers, names: Names) -> Table:
    won = np.flatnonzero(deals.won & share(rng, len(deals.won), 0.4))
    day = deals.closed[won] + rng.integers(20, 45, len(won))
    waves, wave_days = _waves(rng, clock, firms)
    company = np.concatenate([deals.company[won], waves])
    owner = np.concatenate([deals.owner[won], firms.owner[waves]])
    day = np.concatenate([day, wave_days])
    count = len(day)
    score = np.clip(np.round(rng.normal(8.5, 1.8, count) - 0.7 * (firms.until[company] > NEVER)), 0, 10)
    reason = texts(list(NPS_REASONS))[rng.integers(0, len(NPS_REASONS), count)]
    none = np.full(count, None, dtype=object)
    return {
        "kind": texts(["nps"] * count),
        "score": score.astype(np.int64),
        "scale_max": np.full(count, 10, dtype=np.int64),
        "comment": none,
        "reason": where(share(rng, count, 0.7), reason),
        "company": pick(names.company, company),
        "contact": pick(names.contact, company),
        "owner": pick(names.people, owner),
        "team": none,
        "at": clock.office(rng, clock.next_workday(np.minimum(day, clock.end + 30))),
    }


def _waves(rng: np.random.Generator, clock: Clock, firms: Customers) -> tuple[Ints, Ints]:
    """Answers to the survey of all customers each May and November."""
    firm, day = [], []
    for year in range(clock.start.year, clock.until.year + 1):
        for month in (5, 11):
            begin = clock.index(clock.start.replace(year=year, month=month, day=4))
            if clock.begin <= begin <= clock.end:
                there = (firms.since > NEVER) & (firms.since < begin)
                there &= (firms.until == NEVER) | (firms.until > begin)
                mine = np.flatnonzero(there & share(rng, len(there), 0.18))
                firm.append(mine)
                day.append(begin + rng.integers(0, 18, len(mine)))
    return np.concatenate(firm).astype(np.int64), np.concatenate(day).astype(np.int64)


def _csat(rng: np.random.Generator, clock: Clock, tickets: Table) -> Table:
    solved = np.flatnonzero(~np.isnat(tickets["resolved_at"]) & share(rng, len(tickets["key"]), 0.35))
    count = len(solved)
    hours = (tickets["resolved_at"][solved] - tickets["created_at"][solved]).astype(np.int64) / 60
    score = np.clip(np.round(rng.normal(4.4, 0.8, count) - hours / 400), 1, 5)
    none = np.full(count, None, dtype=object)
    return {
        "kind": texts(["csat"] * count),
        "score": score.astype(np.int64),
        "scale_max": np.full(count, 5, dtype=np.int64),
        "comment": where(score <= 2, 'Hat zu lange gedauert; bitte "Rückruf"'),
        "reason": none,
        "company": tickets["company"][solved],
        "contact": tickets["contact"][solved],
        "owner": tickets["owner"][solved],
        "team": none,
        "at": clock.office_time(
            rng, tickets["resolved_at"][solved] + rng.integers(60, 2880, count).astype("timedelta64[m]")
        ),
    }


def _employees(rng: np.random.Generator, clock: Clock, staff: Staff) -> Table:
    """Anonymous answers, by team only, in the second week of each quarter."""
    team: list[int] = []
    day: list[int] = []
    for year in range(clock.start.year, clock.until.year + 1):
        for month in (1, 4, 7, 10):
            begin = clock.index(clock.start.replace(year=year, month=month, day=8))
            if not clock.begin <= begin <= clock.end:
                continue
            for _, home, since, last in staff.stays:
                if since <= begin and (last < 0 or last >= begin) and rng.random() < 0.75:
                    team.append(home)
                    day.append(begin + int(rng.integers(0, 7)))
    count = len(team)
    none = np.full(count, None, dtype=object)
    return {
        "kind": texts(["employee"] * count),
        "score": np.clip(np.round(rng.normal(7.3, 1.6, count)), 1, 10).astype(np.int64),
        "scale_max": np.full(count, 10, dtype=np.int64),
        "comment": none,
        "reason": none,
        "company": none,
        "contact": none,
        "owner": none,
        "team": texts(list(TEAM_KEYS))[np.array(team, dtype=np.int64)],
        "at": clock.office(rng, clock.next_workday(np.array(day, dtype=np.int64))),
    }
