"""Seeded companies with movers, regions and heavy-tailed results, and what an attacker computes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
from tests.access.people import observation

from leitstern.access.policy import Policy
from leitstern.access.viewer import Viewer
from leitstern.engine.observations import Observation
from leitstern.engine.organisation import Organisation, Person, Stay, Team
from leitstern.periods.grains import Grain, Period, parse, periods_between

PERIODS = [parse(label) for label in ("2026-01", "2026-02", "2026-03", "2026-Q1")]
FIRST, LAST = PERIODS[3].start, PERIODS[3].end
CHANGES = [date(2026, 1, 12), date(2026, 2, 1), date(2026, 2, 17), date(2026, 3, 9)]

#: Days on which somebody may move, and the months' ends, cut the quarter into pieces.
PIECES = [
    (a, b - timedelta(days=1))
    for a, b in pairwise(sorted({FIRST, *CHANGES, *(p.start for p in PERIODS), LAST + timedelta(days=1)}))
]


@dataclass(frozen=True)
class Company:
    """People, and what each added in each piece of the quarter."""

    organisation: Organisation
    results: dict[str, list[int]]

    @cached_property
    def ids(self) -> list[str]:
        """All persons, in the order of the columns."""
        return list(self.organisation.people)

    @cached_property
    def teams(self) -> dict[tuple[str, date], str | None]:
        """The team of each person at the start of each piece."""
        return {(p, a): self.organisation.team_on(p, a) for p in self.ids for a, _ in PIECES}

    def works(self, person: str, piece: tuple[date, date]) -> bool:
        """Whether a person works there in a piece."""
        about = self.organisation.people[person]
        return (about.joined or date.min) <= piece[0] and piece[1] <= (about.left or date.max)

    def in_group(self, kind: str, group: str | None, person: str, piece: tuple[date, date]) -> bool:
        """Whether a person's results of a piece count for a group."""
        if kind == "company":
            return True
        if kind == "region":
            return self.organisation.people[person].region == group
        team = self.teams[person, piece[0]]
        if kind == "own_team" or group is None:
            return team == group
        return team in self.organisation.below(group)

    def total(self, kind: str, group: str | None, period: Period) -> int:
        """A group's value."""
        return sum(
            self.results[p][n]
            for p in self.ids
            for n, piece in enumerate(PIECES)
            if period.start <= piece[0] <= period.end and self.in_group(kind, group, p, piece)
        )

    def by_person(self, _kpi: str, grain: str, start: date, end: date) -> Iterable[Observation]:
        """Each person's value in each period."""
        for period in periods_between(start, end, Grain(grain)):
            inside = [n for n, piece in enumerate(PIECES) if period.start <= piece[0] <= period.end]
            for p in self.ids:
                yield observation("person", p, sum(self.results[p][n] for n in inside), period)


def company(seed: int) -> Company:
    """A company of 3 to 120 people."""
    chance = random.Random(seed)
    size = chance.choice([chance.randint(3, 20), chance.randint(15, 60), chance.randint(40, 120)])
    count = max(1, min(14, round(size / chance.choice([4, 8, 12]))))
    region_count = chance.choice([0, 2, 3, 4])
    weights = [chance.paretovariate(1.2) for _ in range(count)]
    ids = [f"p{n}" for n in range(size)]
    home = dict(zip(ids, chance.choices(range(count), weights, k=size), strict=True))
    people, stays, results = {}, [], {}
    leads = {t: chance.choice([p for p in ids if home[p] == t] or [None]) for t in range(count)}
    for p in ids:
        region = home[p] % region_count if region_count else None
        if region is not None and chance.random() < 0.12:
            region = chance.choice([*range(region_count), None])
        manager = leads[home[p]] if chance.random() < 0.5 and leads[home[p]] != p else None
        joined = chance.choice(CHANGES) if chance.random() < 0.08 else None
        left = (
            chance.choice(CHANGES) - timedelta(days=1) if joined is None and chance.random() < 0.06 else None
        )
        name = None if region is None else f"r{region}"
        people[p] = Person(p, p, region=name, manager=manager, joined=joined, left=left)
        stays += _stays(chance, p, home[p], count)
        results[p] = _results(chance)
    parents = [f"t{chance.randrange(t)}" if t and chance.random() < 0.6 else None for t in range(count)]
    teams = {f"t{t}": Team(f"t{t}", f"t{t}", leads[t], parents[t]) for t in range(count)}
    built = Company(Organisation(people, teams, tuple(stays), {}), results)
    for p, values in results.items():
        results[p] = [v if built.works(p, piece) else 0 for v, piece in zip(values, PIECES, strict=True)]
    return built


def _stays(chance: random.Random, person: str, team: int, count: int) -> Iterator[Stay]:
    if chance.random() < 0.04:
        return
    if chance.random() < 0.1:
        day = chance.choice(CHANGES)
        yield Stay(person, f"t{team}", date.min, day - timedelta(days=1))
        yield Stay(person, f"t{chance.randrange(count)}", day, date.max)
    else:
        yield Stay(person, f"t{team}", date.min, date.max)


def _results(chance: random.Random) -> list[int]:
    if chance.random() < 0.2:
        return [0] * len(PIECES)
    level = chance.paretovariate(1.5) * 100
    return [int(level * chance.expovariate(1)) for _ in PIECES]


def viewers(built: Company) -> dict[str, Viewer]:
    """One of each kind that there is: roles alone open nobody, so they see alike."""
    people = built.organisation
    members = {t: people.members(t, FIRST, LAST) for t in people.teams}
    found = {"management": Viewer(1, roles=frozenset({"management"}))}
    staffed = sorted((t for t in members if members[t]), key=lambda t: len(members[t]))
    if staffed:
        found["in a small team"] = Viewer(2, members[staffed[0]][0])
        found["in a large team"] = Viewer(3, members[staffed[-1]][-1])
    leads = [t.lead for t in people.teams.values() if t.lead]
    if leads:
        found["lead"] = Viewer(4, leads[-1])
        found["first lead"] = Viewer(5, leads[0])
    return found


class Attack:
    """Everything one viewer sees, as sums over the unknown results: a column for each person and piece."""

    def __init__(self, built: Company, policy: Policy, viewer: Viewer) -> None:
        self.built, self.policy = built, policy
        known = [policy.people(viewer, *piece) | {viewer.person} for piece in PIECES]
        self.columns = [
            (p, n)
            for p in built.ids
            for n, piece in enumerate(PIECES)
            if p not in known[n] and built.works(p, piece)
        ]
        self.person = np.array([built.ids.index(p) for p, _ in self.columns], dtype=int)
        self.piece = np.array([n for _, n in self.columns], dtype=int)
        self.values = np.array([built.results[p][n] for p, n in self.columns], dtype=float)
        groups = [(kind, t) for kind in ("team", "own_team") for t in [*built.organisation.teams, None]]
        regions = sorted({p.region for p in built.organisation.people.values()}, key=str)
        groups += [("region", r) for r in regions]
        asked = [
            observation(kind, group, built.total(kind, group, period), period)
            for kind, group in [("company", None), *groups]
            for period in PERIODS
        ]
        seen = policy.observations(viewer, asked, built.by_person)
        self.seen = [(o.subject.type, o.subject.id, o.period) for o in seen if o.reason is None]
        cells = [self._held(o) for o in seen if o.reason is None]
        self.cells = np.array(cells, dtype=bool).reshape(len(cells), len(self.columns))

    def _held(self, o: Observation) -> list[bool]:
        """Which of the columns a cell sums up."""
        return [
            o.start <= PIECES[n][0] <= o.end
            and self.built.in_group(o.subject.type, o.subject.id, p, PIECES[n])
            for p, n in self.columns
        ]

    @property
    def tiny(self) -> bool:
        """Whether the whole company hides fewer people than the floor on some day: its total is shown."""
        on = [len(set(self.person[self.piece == n])) for n in range(len(PIECES))]
        return any(0 < people < self.policy.privacy.floor for people in on)

    def differences(self) -> Iterator[tuple[str, np.ndarray]]:
        """The hidden part of each visible cell, and of each visible cell without another one within it.

        Not those of the company's totals alone: they are shown in any case.
        """
        distinct, first = np.unique(self.cells, axis=0, return_index=True)
        names = [self.seen[n] for n in first]
        overlap = distinct.astype(int) @ distinct.T.astype(int)
        size = overlap.diagonal()
        for a in range(len(distinct)):
            if size[a] and names[a][0] != "company":
                yield f"{names[a]}", distinct[a]
        for a, b in np.argwhere((overlap == size[None, :]) & (size[None, :] < size[:, None])):
            if size[b] and (names[a][0], names[b][0]) != ("company", "company"):
                yield f"{names[a]} - {names[b]}", distinct[a] & ~distinct[b]

    def small_groups(self) -> list[str]:
        """Differences that leave fewer hidden people than the floor."""
        floor = self.policy.privacy.floor
        return [name for name, left in self.differences() if len(set(self.person[left])) < floor]

    def dominated(self) -> list[str]:
        """Differences nearly all of which is one hidden person's, unless they are the company's total."""
        found = []
        whole = [cells for (kind, *_), cells in zip(self.seen, self.cells, strict=True) if kind == "company"]
        for name, left in self.differences():
            if any(not self.values[left != cells].any() for cells in whole):
                continue
            by_person = np.bincount(self.person[left], weights=self.values[left])
            if by_person.max() > float(self.policy.privacy.dominance) * by_person.sum() + 1e-6:
                found.append(name)
        return found

    def solved(self) -> list[str]:
        """Single persons whose results in a piece, month or the quarter follow from the visible cells."""
        if not len(self.columns):
            return []
        _, weights, basis = np.linalg.svd(np.unique(self.cells, axis=0).astype(float), full_matrices=False)
        basis = basis[weights > 1e-9]
        stretches = [np.array([n == m for m in range(len(PIECES))]) for n in range(len(PIECES))]
        stretches += [np.array([p.start <= a <= p.end for a, _ in PIECES]) for p in PERIODS]
        found = []
        for inside in stretches:
            targets = np.zeros((self.person.max() + 1, len(self.columns)))
            at = np.flatnonzero(inside[self.piece])
            targets[self.person[at], at] = 1
            targets = targets[targets.any(axis=1)]
            reached = ((targets @ basis.T) ** 2).sum(axis=1)
            found += [f"{n}" for n in np.flatnonzero(reached > targets.sum(axis=1) - 1e-6)]
        return found
