"""Teams and people: who worked where from when to when, and who could take on work on which day."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from leitstern.demo import stories
from leitstern.demo.arrays import Bools, Ints, Moments, Table, Texts, keys, stream, texts
from leitstern.demo.clock import Clock
from leitstern.demo.words import DOMAIN, FIRST_NAMES, SURNAMES

BOARD, SALES = "T-GL", "T-VERTRIEB"

#: Key, name, region, department, parent, site, calendar, seats at scale 1 at the end.
TEAMS = (
    (BOARD, "Geschäftsleitung", None, "Leitung", None, "Hannover", "DE-NI", 2),
    (SALES, "Vertrieb", None, "Vertrieb", BOARD, "Hannover", "DE-NI", 1),
    (stories.TEAM_NORTH, "Vertrieb Nord", "Nord", "Vertrieb", SALES, "Hannover", "DE-NI", 6),
    (stories.TEAM_SOUTH, "Vertrieb Süd", "Süd", "Vertrieb", SALES, "München", "DE-BY", 6),
    (stories.TEAM_WEST, "Vertrieb West", "West", "Vertrieb", SALES, "Düsseldorf", "DE-NW", 5),
    (stories.TEAM_EAST, "Vertrieb Ost", "Ost", "Vertrieb", SALES, "Leipzig", "DE-SN", 0),
    (stories.TEAM_AUSTRIA, "Vertrieb Österreich", "Österreich", "Vertrieb", SALES, "Wien", "AT-9", 3),
    (stories.TEAM_SWITZERLAND, "Vertrieb Schweiz", "Schweiz", "Vertrieb", SALES, "Zürich", "CH-ZH", 3),
    (stories.TEAM_INSIDE, "Innendienst", None, "Vertrieb", SALES, "Hannover", "DE-NI", 4),
    (stories.TEAM_MARKETING, "Marketing", None, "Marketing", BOARD, "Hannover", "DE-NI", 4),
    (stories.TEAM_SERVICE, "Service", None, "Service", BOARD, "Hannover", "DE-NI", 5),
)
TEAM_KEYS = tuple(team[0] for team in TEAMS)
SALES_BY_REGION = {team[2]: team[0] for team in TEAMS if team[2]}

_SHARES = (1.0, 0.8, 0.6, 0.5)


@dataclass(slots=True)
class Staff:
    """The people as lists that grow while the company is built, then as arrays.

    A stay is a membership: person, team (index in ``TEAMS``), first day, last day (-1: still there).
    """

    clock: Clock
    joined: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    skill: list[float] = field(default_factory=list)
    stays: list[tuple[int, int, int, int]] = field(default_factory=list)

    def hire(self, rng: np.random.Generator, team: int, day: int) -> int:
        """A new person in a team from a day on."""
        person = len(self.joined)
        self.joined.append(day)
        self.left.append(-1)
        self.share.append(float(rng.choice(_SHARES, p=(0.8, 0.1, 0.06, 0.04))))
        self.skill.append(float(rng.normal(0.0, 0.25)))
        self.stays.append((person, team, day, -1))
        return person

    def end_stay(self, person: int, last: int) -> int:
        """Ends the person's present stay; returns the team."""
        at = next(i for i, stay in enumerate(self.stays) if stay[0] == person and stay[3] < 0)
        _, team, since, _ = self.stays[at]
        self.stays[at] = (person, team, since, last)
        return team

    def active(self, team: int) -> tuple[Ints, Bools]:
        """Who was ever in a team, and for each day and person whether they were in it then."""
        count = len(self.clock.workday)
        stays = [stay for stay in self.stays if stay[1] == team]
        people = sorted({stay[0] for stay in stays})
        there = np.zeros((count, len(people)), dtype=np.bool_)
        for person, _, since, last in stays:
            there[max(since, 0) : (count if last < 0 else last + 1), people.index(person)] = True
        return np.array(people, dtype=np.int64), there

    def assign(self, rng: np.random.Generator, team: int, day: Ints) -> Ints:
        """A person of the team on each day, by working share; -1 where nobody was there."""
        people, there = self.active(team)
        out = np.full(len(day), -1, dtype=np.int64)
        if len(people) == 0 or len(day) == 0:
            return out
        ahead = np.cumsum(there * np.array(self.share)[people], axis=1)
        total = ahead[:, -1]
        # All days in one ascending row, each day lifted above the one before: one search finds everybody.
        lift = np.arange(len(total)) * (total.max() + 1.0)
        row = (ahead + lift[:, None]).ravel()
        reach = rng.random(len(day)) * total[day] + lift[day]
        chosen = np.searchsorted(row, reach, side="right") - day * len(people)
        known = total[day] > 0
        out[known] = people[np.minimum(chosen[known], len(people) - 1)]
        return out

    def team_on(self, person: Ints, day: Ints) -> Ints:
        """The team a person was in on a day; -1 for nobody and for days outside their stays."""
        out = np.full(len(person), -1, dtype=np.int64)
        order = np.argsort(person, kind="stable")
        begin = np.searchsorted(person[order], np.arange(len(self.joined)), side="left")
        stop = np.searchsorted(person[order], np.arange(len(self.joined)), side="right")
        for who, team, since, last in self.stays:
            mine = order[begin[who] : stop[who]]
            then = (day[mine] >= since) & ((day[mine] <= last) | (last < 0))
            out[mine[then]] = team
        return out


def build(seed: int, scale: float, clock: Clock) -> Staff:
    """Hires, leaves and moves of the three years."""
    rng = stream(seed, "people")
    staff = Staff(clock)
    for team, spec in enumerate(TEAMS):
        seats = spec[7] if team < 2 else max(2 if spec[2] else 1, round(spec[7] * scale))
        for seat in range(seats if spec[7] else 0):
            _fill_seat(staff, rng, team, lead=seat == 0)
    _split_team(staff, rng)
    _promote(staff, rng)
    return staff


def _fill_seat(staff: Staff, rng: np.random.Generator, team: int, *, lead: bool) -> None:
    """One seat over time: filled at the beginning or when the company grows, now and then filled anew."""
    clock = staff.clock
    grown = not lead and rng.random() < 0.15
    day = int(rng.integers(clock.begin + 90, clock.end - 250)) if grown else -int(rng.integers(60, 4500))
    day = _month_start(clock, day)
    person = staff.hire(rng, team, day)
    if not lead and rng.random() < 0.28:
        last = _month_start(clock, int(rng.integers(max(day, clock.begin) + 120, clock.end - 60))) - 1
        staff.left[person] = last
        staff.end_stay(person, last)
        start = _month_start(clock, last + int(rng.integers(20, 75)))
        if start < clock.end:
            staff.hire(rng, team, start)


def _split_team(staff: Staff, rng: np.random.Generator) -> None:
    """The planted founding of Vertrieb Ost out of Vertrieb Nord, plus one new person."""
    north, east = TEAM_KEYS.index(stories.TEAM_NORTH), TEAM_KEYS.index(stories.TEAM_EAST)
    day = split_day(staff.clock)
    there = [s[0] for s in staff.stays if s[1] == north and s[2] < day and s[3] < 0][1:]
    share_of_people = stories.TEAM_SPLIT.effect["share_of_people"]
    for person in there[: max(2, round(len(there) * share_of_people))]:
        staff.end_stay(person, day - 1)
        staff.stays.append((person, east, day, -1))
    staff.hire(rng, east, _month_start(staff.clock, day + 40))


def _promote(staff: Staff, rng: np.random.Generator) -> None:
    """Some of Innendienst move to the field: every sixth, to Vertrieb Süd."""
    inside, south = TEAM_KEYS.index(stories.TEAM_INSIDE), TEAM_KEYS.index(stories.TEAM_SOUTH)
    day = _month_start(staff.clock, staff.clock.end - 300)
    there = [s[0] for s in staff.stays if s[1] == inside and s[2] < day and s[3] < 0]
    for person in there[1 : 1 + max(1, len(there) // 6)]:
        staff.end_stay(person, day - 1)
        staff.stays.append((person, south, day, -1))
        staff.hire(rng, inside, day)


def split_day(clock: Clock) -> int:
    """The first day of Vertrieb Ost: the first of the month of the planted day.

    Without the stories the team is there before the three years begin, so that nothing changes within them.
    """
    since = stories.TEAM_SPLIT.since(clock.until)
    assert since is not None
    return _month_start(clock, clock.index(since) if clock.stories else 62)


def sales_team(clock: Clock, region: Texts, day: Ints) -> Ints:
    """The team (index) in charge of a region on a day."""
    out = np.full(len(day), -1, dtype=np.int64)
    for name, key in SALES_BY_REGION.items():
        out[region == name] = TEAM_KEYS.index(key)
    early = (region == "Ost") & (day < split_day(clock))
    out[early] = TEAM_KEYS.index(stories.TEAM_NORTH)
    return out


def person_names(seed: int, part: str, count: int) -> tuple[Texts, Texts]:
    """First names and surnames; pairs repeat only after all have been used."""
    order = stream(seed, part).permutation(len(FIRST_NAMES) * len(SURNAMES))
    index = order[np.arange(count) % len(order)]
    first, last = texts(list(FIRST_NAMES)), texts(list(SURNAMES))
    return first[index % len(FIRST_NAMES)], last[index // len(FIRST_NAMES)]


_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "ø": "oe", " ": "-"})


def plain(name: str) -> str:
    """A name as it stands in an e-mail address."""
    return "".join(c for c in name.lower().translate(_PLAIN) if c.isascii() and (c.isalnum() or c == "-"))


def tables(seed: int, staff: Staff) -> dict[str, Table]:
    """Person, team and membership as facts."""
    clock, count = staff.clock, len(staff.joined)
    key = keys("M-", count, width=4)
    first, last = person_names(seed, "staff names", count)
    newest = {stay[0]: stay[1] for stay in sorted(staff.stays, key=lambda s: s[2])}
    team = [newest[person] for person in range(count)]
    leads = [_lead(staff, index) for index in range(len(TEAMS))]
    manager = [leads[t] if leads[t] != p else _above(leads, t) for p, t in enumerate(team)]
    site = texts([TEAMS[t][5] for t in team])
    person: Table = {
        "key": key,
        "name": first + " " + last,
        "email": texts([f"{plain(a)}.{plain(b)}@{DOMAIN}" for a, b in zip(first, last, strict=True)]),
        "site": site,
        "region": texts([TEAMS[t][2] for t in team]),
        "calendar": texts([TEAMS[t][6] for t in team]),
        "working_share": np.array(staff.share, dtype=np.float64),
        "manager": texts([key[m] if m >= 0 else None for m in manager]),
        "joined_at": _days(clock, staff.joined),
        "left_at": _days(clock, staff.left, none=True),
    }
    teams: Table = {
        "key": texts(list(TEAM_KEYS)),
        "name": texts([t[1] for t in TEAMS]),
        "region": texts([t[2] for t in TEAMS]),
        "department": texts([t[3] for t in TEAMS]),
        "lead": texts([key[i] if i >= 0 else None for i in leads]),
        "parent": texts([t[4] for t in TEAMS]),
    }
    stays = sorted(staff.stays)
    membership: Table = {
        "key": keys("TZ-", len(stays), width=4),
        "person": texts([key[s[0]] for s in stays]),
        "team": texts([TEAM_KEYS[s[1]] for s in stays]),
        "valid_from": _days(clock, [s[2] for s in stays]),
        "valid_to": _days(clock, [s[3] for s in stays], none=True),
    }
    return {"person": person, "team": teams, "membership": membership}


def _lead(staff: Staff, team: int) -> int:
    """The longest-serving present member leads a team; -1 if it is empty."""
    there = [(s[2], s[0]) for s in staff.stays if s[1] == team and s[3] < 0 and s[2] <= staff.clock.end]
    return min(there)[1] if there else -1


def _above(leads: list[int], team: int) -> int:
    """Who leads the parent team."""
    parent = TEAMS[team][4]
    return leads[TEAM_KEYS.index(parent)] if parent else -1


def _days(clock: Clock, index: list[int], *, none: bool = False) -> Moments:
    """Indices as days; with ``none``, -1 stands for no day (joining dates may lie before index 0)."""
    days = np.array(index, dtype=np.int64)
    out = np.datetime64(clock.first, "D") + days.astype("timedelta64[D]")
    return np.where(days == -1, np.datetime64("NaT", "D"), out) if none else out


def _month_start(clock: Clock, day: int) -> int:
    """The first of the month that contains the day."""
    return clock.index(clock.date_of(day).replace(day=1))
