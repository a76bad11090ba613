"""Marketing: campaigns and the leads they bring, up to the handover to sales."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from leitstern.demo import stories
from leitstern.demo.arrays import (
    NO_MOMENT,
    Bools,
    Floats,
    Ints,
    Moments,
    Table,
    Texts,
    keys,
    pick,
    share,
    texts,
    where,
)
from leitstern.demo.clock import Clock
from leitstern.demo.names import Names
from leitstern.demo.people import TEAM_KEYS, Staff
from leitstern.demo.words import DISQUALIFIED, PRODUCTS
from leitstern.demo.world import World

#: Source, leads a day, share that becomes an MQL, share of MQLs that becomes an SQL, log-odds to win.
SOURCES = (
    ("Website", 1.1, 0.55, 0.45, 0.1),
    ("Google Ads", 0.65, 0.42, 0.36, -0.2),
    ("LinkedIn", 0.35, 0.40, 0.33, -0.2),
    ("Webinar", 0.3, 0.5, 0.35, -0.1),
    ("Newsletter", 0.3, 0.5, 0.4, 0.0),
    ("Empfehlung", 0.35, 0.75, 0.65, 0.5),
    ("Telefonakquise", 0.4, 0.5, 0.4, -0.1),
    ("Messe", 0.0, 0.6, 0.4, 0.1),
    ("Whitepaper", 0.0, 0.45, stories.CONFLICT.effect["sql_share"], stories.CONFLICT.effect["win_log_odds"]),
)
SOURCE_NAMES = tuple(source[0] for source in SOURCES)
_FAIR, _MASS = SOURCE_NAMES.index("Messe"), SOURCE_NAMES.index("Whitepaper")
_INSIDE_SOURCES = (SOURCE_NAMES.index("Empfehlung"), SOURCE_NAMES.index("Telefonakquise"))

#: Channel, months a campaign runs, name, budget a month in cents.
_SERIES = (
    ("Google Ads", 6, "Google Ads Förderer", 620_000),
    ("LinkedIn", 6, "LinkedIn Sortieren ohne Stau", 340_000),
    ("Webinar", 3, "Webinar Materialfluss", 120_000),
    ("Newsletter", 12, "Newsletter Förderbrief", 45_000),
)
_FAIRS = ((3, "Messe FörderTage"), (10, "Messe Lagerforum"))
_FAIR_LEADS = 55.0


@dataclass(frozen=True, slots=True)
class Campaigns:
    """Campaigns; ``started`` and ``ended`` are day indices (they may lie outside the known days)."""

    key: Texts
    name: Texts
    channel: Texts
    started: Ints
    ended: Ints
    budget: Ints

    def of(self, channel: str, day: Ints) -> Ints:
        """The campaign of a channel that runs on each day, -1 where none does."""
        out = np.full(len(day), -1, dtype=np.int64)
        for index in np.flatnonzero(self.channel == channel):
            out[(day >= self.started[index]) & (day <= self.ended[index])] = index
        return out


@dataclass(frozen=True, slots=True)
class Leads:
    """Leads as arrays; days as indices, -1 for what has not happened. ``company`` counts from 0."""

    source: Ints
    campaign: Ints
    owner: Ints
    created: Ints
    created_at: Moments
    response_at: Moments
    mql: Ints
    sql: Ints
    handed_over: Ints
    converted: Ints
    disqualified: Ints
    company: Ints
    new_company: Bools

    @property
    def log_odds(self) -> Floats:
        """How much the source helps to win, as log-odds."""
        return np.array([source[4] for source in SOURCES])[self.source]


def campaigns(clock: Clock, scale: float) -> Campaigns:
    """All campaigns, oldest first; where stories are told, the planted white paper campaign at the end."""
    rows: list[tuple[str, str, date, date, int]] = []
    for channel, months, name, budget in _SERIES:
        for start in _starts(clock, months):
            end = _add_months(start, months) - timedelta(days=1)
            label = {3: f"Q{(start.month + 2) // 3} ", 6: f"H{(start.month + 5) // 6} ", 12: ""}[months]
            rows.append((f"{name} {label}{start.year}", channel, start, end, budget * months))
    for year in range(clock.first.year, clock.until.year + 1):
        for month, name in _FAIRS:
            day = date(year, month, 10)
            if clock.first <= day <= clock.until:
                rows.append((f"{name} {year}", "Messe", day, day + timedelta(days=3), 3_800_000))
    rows.sort(key=lambda row: (row[2], row[0]))
    since = stories.CONFLICT.since(clock.until)
    assert since is not None
    if clock.stories:
        rows.append(
            ("Whitepaper-Offensive", "Whitepaper", since, clock.until + timedelta(days=90), 9_600_000)
        )
    key = keys("C-", len(rows), width=3)
    if clock.stories:
        key[-1] = stories.MASS_CAMPAIGN
    return Campaigns(
        key,
        texts([row[0] for row in rows]),
        texts([row[1] for row in rows]),
        np.array([clock.index(row[2]) for row in rows], dtype=np.int64),
        np.array([clock.index(row[3]) for row in rows], dtype=np.int64),
        np.array([round(row[4] * scale) for row in rows], dtype=np.int64),
    )


def _starts(clock: Clock, months: int) -> list[date]:
    """First days of the periods of so many months that touch the known days."""
    day = date(clock.first.year, 1, 1)
    out = []
    while day <= clock.until:
        if _add_months(day, months) > clock.first:
            out.append(day)
        day = _add_months(day, months)
    return out


def _add_months(day: date, months: int) -> date:
    month = day.month - 1 + months
    return date(day.year + month // 12, month % 12 + 1, 1)


def leads(world: World, runs: Campaigns, customers: int) -> Leads:
    """All leads of the known time. The first ``customers`` companies exist before; new ones follow them."""
    rng, clock = world.stream("leads"), world.clock
    source, created = _arrivals(rng, clock, world.scale)
    count = len(source)
    campaign = np.full(count, -1, dtype=np.int64)
    for index, name in enumerate(SOURCE_NAMES):
        mine = source == index
        campaign[mine] = runs.of(name, created[mine])
    created_at = clock.at(created, _minute(rng, count))
    response_at = _responses(rng, clock, created, created_at)
    responded = np.where(np.isnat(response_at), -1, _day_index(clock, response_at))
    is_mql = share(rng, count, np.array([s[2] for s in SOURCES])[source])
    is_sql = is_mql & share(rng, count, np.array([s[3] for s in SOURCES])[source])
    converts = is_sql & share(rng, count, 0.88)
    mql = _later(clock, created, rng.exponential(2.0, count), is_mql)
    sql = _later(clock, mql, rng.gamma(2.0, 3.0, count), is_sql)
    handed_over = _later(clock, sql, rng.gamma(1.5, 1.2, count), is_sql)
    converted = _later(clock, handed_over, rng.gamma(1.5, 2.0, count), converts)
    basis = np.maximum(np.maximum(created, mql), np.maximum(sql, responded))
    dead = share(rng, count, 0.9) & ~converts & (is_sql <= (handed_over >= 0))
    disqualified = _later(clock, basis, rng.gamma(2.0, 8.0, count), dead)
    new_company = is_mql & share(rng, count, 0.62)
    before = customers + np.cumsum(new_company) - new_company
    company = np.where(new_company, before, (rng.random(count) * before).astype(np.int64))
    return Leads(
        source, campaign, _owners(rng, world.staff, source, created), created, created_at, response_at,
        mql, sql, handed_over, converted, disqualified, np.where(is_mql, company, -1), new_company,
    )  # fmt: skip


def _arrivals(rng: np.random.Generator, clock: Clock, scale: float) -> tuple[Ints, Ints]:
    """Source and day of every lead, in order of days."""
    known = clock.end + 1
    rate = np.outer(clock.inflow[:known], [source[1] for source in SOURCES]) * scale
    since = clock.index(stories.CONFLICT.since(clock.until) or clock.until)
    ramp = np.clip((np.arange(known) - since) / 60.0, 0.0, 1.0)
    size = stories.CONFLICT.size(told=clock.stories)
    rate[:, _MASS] = rate.sum(axis=1) * ramp * (size["leads_factor"] - 1.0)
    days = np.array([clock.date_of(day).month * 100 + clock.date_of(day).day for day in range(known)])
    for month, _ in _FAIRS:
        open_days = (days >= month * 100 + 10) & (days <= month * 100 + 13)
        rate[open_days, _FAIR] = _FAIR_LEADS / 4 * scale
    number = rng.poisson(rate)
    day = np.repeat(np.arange(known), number.sum(axis=1))
    source = np.repeat(np.tile(np.arange(len(SOURCES)), known), number.ravel())
    return source, day


def _minute(rng: np.random.Generator, count: int) -> Ints:
    """Minutes of the day at which people send inquiries: mostly by day, some in the evening."""
    return np.clip(rng.normal(13 * 60, 200, count), 6 * 60, 23 * 60 - 1).astype(np.int64)


def _responses(rng: np.random.Generator, clock: Clock, created: Ints, created_at: Moments) -> Moments:
    """First responses; the planted level shift makes them faster from its day on."""
    story = stories.LEVEL_SHIFT
    since = clock.index(story.since(clock.until) or clock.until)
    effect = story.size(told=clock.stories)
    median = np.where(created >= since, effect["median_hours_after"], effect["median_hours_before"])
    minutes = (median * 60 * rng.lognormal(0.0, 0.7, len(created))).astype("timedelta64[m]")
    out = clock.office_time(rng, created_at + minutes)
    never = share(rng, len(created), 0.04) | (out > clock.at(np.array([clock.end]), np.array([1439])))
    return np.where(never, NO_MOMENT, out)


def _day_index(clock: Clock, moment: Moments) -> Ints:
    return (moment.astype("datetime64[D]") - np.datetime64(clock.first, "D")).astype(np.int64)


def _later(clock: Clock, day: Ints, effort: Floats, happens: Bools) -> Ints:
    """The working day reached by effort, -1 where it does not happen or has not happened yet."""
    out = clock.advance(np.maximum(day, 0), effort)
    return np.where(happens & (day >= 0) & (out <= clock.end), out, -1)


def _owners(rng: np.random.Generator, staff: Staff, source: Ints, created: Ints) -> Ints:
    """Marketing cares for its leads, Innendienst for calls and recommendations; a few have no owner."""
    owner = staff.assign(rng, TEAM_KEYS.index(stories.TEAM_MARKETING), created)
    inside = np.isin(source, _INSIDE_SOURCES)
    owner[inside] = staff.assign(rng, TEAM_KEYS.index(stories.TEAM_INSIDE), created[inside])
    return np.where(share(rng, len(owner), 0.03), -1, owner)


def campaign_table(clock: Clock, runs: Campaigns) -> Table:
    """Campaigns as a fact."""
    origin = np.datetime64(clock.first, "D")
    goals = {"Messe": "Leads", "Newsletter": "Bindung", "LinkedIn": "Bekanntheit"}
    return {
        "key": runs.key,
        "name": runs.name,
        "channel": runs.channel,
        "goal": texts([goals.get(channel, "Leads") for channel in runs.channel]),
        "started_at": origin + runs.started.astype("timedelta64[D]"),
        "ended_at": origin + runs.ended.astype("timedelta64[D]"),
        "budget": runs.budget,
        "currency": texts(["EUR"] * len(runs.key)),
    }


def lead_table(world: World, rows: Leads, chosen: Ints, names: Names, deal: Texts) -> Table:
    """The chosen leads as a fact; ``deal`` is the key of the deal each lead became."""
    rng, clock = world.stream("lead table"), world.clock
    count = len(rows.source)
    status = np.full(count, "new", dtype=object)
    status[~np.isnat(rows.response_at)] = "working"
    status[rows.sql >= 0] = "qualified"
    status[rows.disqualified >= 0] = "disqualified"
    status[rows.converted >= 0] = "converted"
    reason = texts(list(DISQUALIFIED))[rng.integers(0, len(DISQUALIFIED), count)]
    product = texts([p[1] for p in PRODUCTS])[rng.integers(0, len(PRODUCTS), count)]
    page = texts(["/foerderer", "/sortierung", "/steuerung", "/service", "/kontakt"])
    table: Table = {
        "key": names.lead,
        "name": "Anfrage " + product,
        "source": texts(list(SOURCE_NAMES))[rows.source],
        "landing_page": where(~np.isin(rows.source, _INSIDE_SOURCES), page[rng.integers(0, 5, count)]),
        "region": pick(names.region, rows.company),
        "disqualified_reason": where(rows.disqualified >= 0, reason),
        "company": pick(names.company, rows.company),
        "contact": pick(names.contact, rows.company),
        "owner": pick(names.people, rows.owner),
        "campaign": pick(names.campaign, rows.campaign),
        "deal": deal,
        "status": status,
        "created_at": rows.created_at,
        "first_response_at": rows.response_at,
        "mql_at": clock.office(rng, rows.mql),
        "sql_at": clock.office(rng, rows.sql),
        "handed_over_at": clock.office(rng, rows.handed_over),
        "converted_at": clock.office(rng, rows.converted),
        "disqualified_at": clock.office(rng, rows.disqualified),
    }
    return {name: column[chosen] for name, column in table.items()}
