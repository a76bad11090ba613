"""Who worked where: people, teams, and which team somebody was in on which day, as a generation holds it.

A record counts for the team its person was in on its day; whoever plans, or decides who may see what,
has to know the same history. All days are included on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from leitstern.engine.scoped import rows_of

if TYPE_CHECKING:
    from leitstern.engine.generation import Generation


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the company. ``calendar`` is a code such as ``DE-BY``; ``working_share`` is 0 to 1."""

    id: str
    name: str
    email: str | None = None
    calendar: str | None = None
    region: str | None = None
    working_share: Decimal | None = None
    manager: str | None = None
    joined: date | None = None
    left: date | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A team; ``parent`` is the team it belongs to, ``lead`` the person who leads it."""

    id: str
    name: str
    lead: str | None = None
    parent: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A person in a team from ``first`` to ``last``, both included. No two stays of a person overlap."""

    person: str
    team: str
    first: date
    last: date

    def meets(self, start: date, end: date) -> bool:
        """Whether the stay has a day between ``start`` and ``end``."""
        return self.first <= end and self.last >= start


@dataclass(frozen=True)
class Organisation:
    """People and teams with their history; ``segments`` tells the segment of customers that have one."""

    people: dict[str, Person]
    teams: dict[str, Team]
    stays: tuple[Stay, ...]
    segments: dict[str, str]

    @cached_property
    def stays_of(self) -> dict[str, tuple[Stay, ...]]:
        """The stays of each person, earliest first."""
        return _grouped(sorted(self.stays, key=lambda s: s.first), "person")

    @cached_property
    def stays_in(self) -> dict[str, tuple[Stay, ...]]:
        """The stays in each team, earliest first."""
        return _grouped(sorted(self.stays, key=lambda s: s.first), "team")

    def members(self, team: str, start: date, end: date) -> tuple[str, ...]:
        """Who was in a team or one beneath it on some day from ``start`` to ``end``, by name."""
        return self._there(self.below(team), start, end)

    def own_members(self, team: str, start: date, end: date) -> tuple[str, ...]:
        """Who was in a team itself on some day from ``start`` to ``end``, by name."""
        return self._there((team,), start, end)

    def _there(self, teams: Iterable[str], start: date, end: date) -> tuple[str, ...]:
        found = {s.person for team in teams for s in self.stays_in.get(team, ()) if s.meets(start, end)}
        return tuple(sorted(found, key=lambda id_: (self.people[id_].name, id_)))

    def teams_of(self, person: str, start: date, end: date) -> tuple[str, ...]:
        """The teams a person was in from ``start`` to ``end``, in order of time."""
        return tuple(dict.fromkeys(s.team for s in self.stays_of.get(person, ()) if s.meets(start, end)))

    def team_on(self, person: str, day: date) -> str | None:
        """The team a person was in on a day."""
        return next(iter(self.teams_of(person, day, day)), None)

    def below(self, team: str) -> tuple[str, ...]:
        """A team and all teams beneath it, from top to bottom. A circle of parents ends where it began."""
        found = [team]
        for at in found:
            found += [t.id for t in self.teams.values() if t.parent == at and t.id not in found]
        return tuple(found)

    def directly_below(self, team: str) -> tuple[str, ...]:
        """The teams that name a team as their parent, those around it in a circle left out."""
        found = (t.id for t in self.teams.values() if t.parent == team)
        return tuple(below for below in found if team not in self.below(below))

    def on_top(self) -> tuple[str, ...]:
        """Teams whose trees together hold every team once: those without a parent, and one of each circle."""
        covered: set[str] = set()
        found = []
        for team in sorted(self.teams, key=lambda id_: (-len(self.below(id_)), id_)):
            if team not in covered:
                found.append(team)
                covered |= set(self.below(team))
        return tuple(found)

    def led_by(self, person: str) -> tuple[str, ...]:
        """The teams a person leads, those beneath included."""
        led = [t.id for t in self.teams.values() if t.lead == person]
        return tuple(dict.fromkeys(team for root in led for team in self.below(root)))

    def reports_of(self, person: str) -> frozenset[str]:
        """Who names a person as their manager, over all levels."""
        found: set[str] = set()
        ahead = [person]
        while ahead:
            at = ahead.pop()
            new = self._direct.get(at, frozenset()) - found - {person}
            found |= new
            ahead += new
        return frozenset(found)

    @cached_property
    def _direct(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for person in self.people.values():
            if person.manager is not None:
                found.setdefault(person.manager, set()).add(person.id)
        return {manager: frozenset(reports) for manager, reports in found.items()}


def organisation(generation: Generation) -> Organisation:
    """The people, teams and stays of a generation."""
    found = list(_rows(generation, "person", *_PERSON))
    person_keys = {row[0]: row[1] for row in found}
    regions = dict(_rows(generation, "region", "id", "key"))
    people = {
        key: Person(
            key,
            name or key,
            email,
            calendar,
            regions.get(region),
            share,
            person_keys.get(manager),
            joined,
            left,
        )
        for _, key, name, email, calendar, region, share, manager, joined, left in found
    }
    found = list(_rows(generation, "team", "id", "key", "name", "lead", "parent", "region"))
    team_keys = {row[0]: row[1] for row in found}
    teams = {
        key: Team(key, name or key, person_keys.get(lead), team_keys.get(parent), regions.get(region))
        for _, key, name, lead, parent, region in found
    }
    segments = {key: segment for key, segment in _rows(generation, "company", "key", "segment") if segment}
    return Organisation(people, teams, tuple(_stays(generation, person_keys, team_keys)), segments)


def _stays(generation: Generation, people: dict[int, str], teams: dict[int, str]) -> Iterator[Stay]:
    team_of = dict(_rows(generation, "member", "id", "team"))
    for person, first, last, member in _rows(generation, "stay", "person", "first_day", "last_day", "member"):
        if person in people and team_of.get(member) in teams:
            begin, end = date.fromordinal(first), date.fromordinal(last)
            yield Stay(people[person], teams[team_of[member]], begin, end)


_PERSON = (
    "id", "key", "name", "email", "calendar", "region", "working_share", "manager", "joined_at", "left_at",
)  # fmt: skip


def _rows(generation: Generation, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
    if not generation.backend.has(table):
        return iter(())
    _, rows = generation.backend.rows(rows_of(table, *columns))
    return iter(rows)


def _grouped(stays: list[Stay], by: str) -> dict[str, tuple[Stay, ...]]:
    found: dict[str, list[Stay]] = {}
    for stay in stays:
        found.setdefault(getattr(stay, by), []).append(stay)
    return {key: tuple(group) for key, group in found.items()}
