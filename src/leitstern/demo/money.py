"""Spend, reach, exchange rates, and values that people type in each month."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from leitstern.demo import stories
from leitstern.demo.arrays import Floats, Ints, Moments, Table, Texts, keys, pick, share, texts
from leitstern.demo.clock import Clock
from leitstern.demo.market import SOURCE_NAMES, Campaigns, Leads
from leitstern.demo.names import Names
from leitstern.demo.people import TEAMS
from leitstern.demo.world import World

_MONTHLY_PAY = {stories.TEAM_MARKETING: 540_000, stories.TEAM_INSIDE: 480_000}
_FIELD_PAY = 690_000

#: Channel, kind, number on an ordinary day.
_REACH = (
    ("LinkedIn", "impression", 900.0), ("LinkedIn", "click", 14.0), ("LinkedIn", "follower", 2.2),
    ("Google Ads", "impression", 2100.0), ("Google Ads", "click", 46.0), ("Website", "visit", 260.0),
)  # fmt: skip
_MANUAL = ("employees_at_start", "employees_stayed", "employee_satisfaction", "trade_press_mentions")


def months(clock: Clock) -> list[date]:
    """The first days of all months that have ended by the last day."""
    day, out = clock.start.replace(day=1), []
    while (following := (day + timedelta(days=32)).replace(day=1)) <= clock.until + timedelta(days=1):
        out.append(day)
        day = following
    return out


def spend_table(world: World, runs: Campaigns) -> Table:
    """People, media, events and tools by month; people by team (Schweiz in CHF), media by campaign."""
    rng, clock, staff = world.stream("spend"), world.clock, world.staff
    rows: list[tuple[str, str, str | None, str | None, int, str, date]] = []
    for first in months(clock):
        following = (first + timedelta(days=32)).replace(day=1)
        last = following - timedelta(days=1)
        begin, end = clock.index(first), clock.index(last)
        for team, spec in enumerate(TEAMS):
            if spec[3] not in ("Vertrieb", "Marketing"):
                continue
            heads = sum(
                staff.share[s[0]] for s in staff.stays if s[1] == team and s[2] <= end and not -1 < s[3] < end
            )
            pay = round(heads * _MONTHLY_PAY.get(spec[0], _FIELD_PAY) * float(rng.normal(1.0, 0.01)))
            area = "marketing" if spec[3] == "Marketing" else "sales"
            if pay > 0:
                rows.append(
                    ("people", area, None, spec[0], pay, "CHF" if spec[6] == "CH-ZH" else "EUR", last)
                )
        for index in np.flatnonzero((runs.started < end) & (runs.ended >= begin)):
            length = int(runs.ended[index] - runs.started[index]) + 1
            days = min(end, int(runs.ended[index])) - max(begin, int(runs.started[index])) + 1
            cents = round(int(runs.budget[index]) * days / length * float(rng.normal(1.0, 0.06)))
            kind = "events" if runs.channel[index] == "Messe" else "media"
            rows.append((kind, "marketing", str(runs.key[index]), None, max(cents, 100), "EUR", last))
        tools = round(len(staff.joined) * 9_500 * float(rng.normal(1.0, 0.03)))
        rows.append(("tools", "sales", None, None, tools, "EUR", first + timedelta(days=2)))
    kinds, areas, campaigns, team_keys, amounts, currencies, booked = zip(*rows, strict=True)
    return {
        "key": keys("B-", len(rows), width=5),
        "kind": texts(kinds),
        "area": texts(areas),
        "currency": texts(currencies),
        "campaign": texts(campaigns),
        "team": texts(team_keys),
        "amount": np.array(amounts, dtype=np.int64),
        "at": np.array(booked, dtype="datetime64[D]"),
    }


def touchpoint_table(world: World, runs: Campaigns, leads: Leads, names: Names) -> Table:
    """Reach by channel and day, newsletter figures by issue, and touches of single leads."""
    rng, clock, scale = world.stream("touchpoints"), world.clock, world.scale
    parts = [_reach(rng, clock, runs, scale), _newsletter(rng, clock, runs, scale), _single(rng, leads)]
    kind, channel = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    campaign, lead, quantity = (
        np.concatenate([part[i] for part in parts]).astype(np.int64) for i in (2, 3, 4)
    )
    at = np.concatenate([part[5] for part in parts])
    keep = (at >= np.datetime64(clock.start, "m")) & (quantity > 0)
    order = np.flatnonzero(keep)[np.argsort(at[keep], kind="stable")]
    kind, channel, campaign, lead, quantity, at = (
        c[order] for c in (kind, channel, campaign, lead, quantity, at)
    )
    company = np.append(leads.company, -1)[lead]
    return {
        "key": keys("TP-", len(at), width=6),
        "kind": kind,
        "channel": channel,
        "campaign": pick(names.campaign, campaign),
        "contact": pick(names.contact, company),
        "company": pick(names.company, company),
        "lead": pick(names.lead, lead),
        "quantity": quantity,
        "at": at,
    }


#: kind, channel, campaign, lead, quantity, moment
_Part = tuple[Texts, Texts, Ints, Ints, Ints, Moments]


def _reach(rng: np.random.Generator, clock: Clock, runs: Campaigns, scale: float) -> _Part:
    """Numbers by channel and day; LinkedIn impressions and followers rise as planted, clicks do not."""
    day = np.arange(clock.begin, clock.end + 1)
    since = clock.index(stories.VANITY.since(clock.until) or clock.until)
    rise = np.clip((day - since) / max(clock.end - since, 1), 0.0, 1.0)
    vanity: Floats = stories.VANITY.size(told=clock.stories)["growth_factor"] ** rise
    weekday = np.clip(clock.inflow[day] / clock.inflow[day].mean(), 0.3, 1.2)
    parts = []
    for channel, kind, usual in _REACH:
        planted = channel == stories.VANITY.where["channel"] and kind in stories.VANITY.where["kinds"].split()
        mean = usual * scale * (weekday * vanity if planted else weekday)
        count = len(day)
        parts.append((
            texts([kind] * count), texts([channel] * count), runs.of(channel, day), np.full(count, -1),
            rng.poisson(mean * rng.lognormal(0.0, 0.15, count)), clock.at(day, np.full(count, 1435)),
        ))  # fmt: skip
    return tuple(np.concatenate([part[i] for part in parts]) for i in range(6))  # type: ignore[return-value]  # six columns, see _Part


def _newsletter(rng: np.random.Generator, clock: Clock, runs: Campaigns, scale: float) -> _Part:
    """Every other Tuesday: reached, clicked, replied."""
    day = np.arange(clock.begin, clock.end + 1)
    issue = day[(day - clock.begin) % 14 == 5]
    count = len(issue)
    reached = rng.poisson(1800 * scale, count)
    clicks = rng.binomial(reached, 0.031)
    replies = rng.binomial(reached, 0.002)
    three = np.tile(issue, 3)
    return (
        texts(["impression"] * count + ["click"] * count + ["reply"] * count),
        texts(["Newsletter"] * count * 3),
        runs.of("Newsletter", three), np.full(count * 3, -1), np.concatenate([reached, clicks, replies]),
        clock.at(three, np.full(count * 3, 600)),
    )  # fmt: skip


def _single(rng: np.random.Generator, leads: Leads) -> _Part:
    """What a lead did before it wrote: mostly a visit, a download for the white paper, an event at a fair."""
    lead = np.flatnonzero(share(rng, len(leads.source), 0.3))
    channel = texts(list(SOURCE_NAMES))[leads.source[lead]]
    kind = np.full(len(lead), "visit", dtype=object)
    kind[channel == "Whitepaper"] = "download"
    kind[np.isin(channel, ("Messe", "Webinar"))] = "event"
    kind[np.isin(channel, ("Google Ads", "LinkedIn", "Newsletter"))] = "click"
    at = leads.created_at[lead] - rng.integers(2, 170, len(lead)).astype("timedelta64[m]")
    return kind, channel, leads.campaign[lead], lead, np.ones(len(lead), dtype=np.int64), at


def rate_table(world: World) -> Table:
    """Euro for one Swiss franc on every calendar day, as a slow random walk."""
    rng, clock = world.stream("rates"), world.clock
    count = clock.end + 1
    walk = np.cumsum(rng.normal(0.0, 0.0022, count))
    slow = 1.055 * np.exp(0.6 * (walk - np.linspace(0.0, walk[-1], count)))
    return {
        "day": clock.days(np.arange(count)),
        "currency": texts(["CHF"] * count),
        "rate": np.round(slow, 4),
    }


def manual_table(world: World) -> Table:
    """Monthly values from the personnel department and from marketing, on the month's last day."""
    rng, clock, staff = world.stream("manual"), world.clock, world.staff
    rows: list[tuple[str, str | None, float, date]] = []
    satisfaction = 7.4
    for first in months(clock):
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        begin, end = clock.index(first), clock.index(last)
        there = [
            gone
            for j, gone in zip(staff.joined, staff.left, strict=True)
            if j <= begin and not -1 < gone < begin
        ]
        stayed = sum(1 for gone in there if gone < 0 or gone > end)
        satisfaction = min(9.0, max(6.0, satisfaction + float(rng.normal(0.0, 0.12))))
        rows += [
            (_MANUAL[0], None, float(len(there)), last),
            (_MANUAL[1], None, float(stayed), last),
            (_MANUAL[2], None, round(satisfaction, 1), last),
            (_MANUAL[3], stories.TEAM_MARKETING, float(rng.poisson(3.0)), last),
        ]
    return {
        "measure": texts([row[0] for row in rows]),
        "team": texts([row[1] for row in rows]),
        "value": np.array([row[2] for row in rows], dtype=np.float64),
        "at": np.array([row[3] for row in rows], dtype="datetime64[D]"),
    }
