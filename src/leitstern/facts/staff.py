"""People, teams and who was where when, as they stand in the store, and the records that a change makes.

A change never rewrites the past: a move ends one membership and begins another one, so that what happened
before counts for the team of then. Days are included on both sides. The rows go the way of all that is typed
(see ``typed``), so each change has an account and can be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.facts.typed import Row

if TYPE_CHECKING:
    from leitstern.facts.store import Store

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the company; ``left`` is the last day."""

    key: str
    name: str
    email: str | None = None
    joined: date | None = None
    left: date | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A team with the keys of its lead and of the team above it."""

    key: str
    name: str
    lead: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a team from ``first`` to ``last``; None: since or for ever."""

    key: str
    person: str
    team: str
    first: date | None
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.first is None or self.first <= day) and (self.last is None or self.last >= day)


@dataclass(frozen=True)
class Staff:
    """Everybody and every team by key, and all memberships, the earliest of a person first."""

    people: dict[str, Person]
    teams: dict[str, Team]
    memberships: tuple[Membership, ...]

    def of(self, person: str) -> list[Membership]:
        """The memberships of a person, the earliest first."""
        return [one for one in self.memberships if one.person == person]

    def now(self, person: str, day: date) -> Membership | None:
        """The membership that holds on a day; of several the one that began last."""
        found = [one for one in self.of(person) if one.holds(day)]
        return found[-1] if found else None

    # --- changes ---

    def move(self, person: str, team: str, day: date) -> list[Row]:
        """Put a person into a team from ``day`` on. Raises ``Problem`` for somebody or a team that is not
        there, for a move into the team of that day, and where a later one is known already."""
        self._known(person, team)
        later = next((one for one in self.of(person) if one.first is not None and one.first > day), None)
        if later is not None:
            raise Problem("facts.staff_later", name=self.people[person].name, day=later.first)
        here = self.now(person, day)
        if here is not None and here.team == team:
            raise Problem(
                "facts.staff_there", name=self.people[person].name, team=self.teams[team].name, day=day
            )
        if here is not None and here.first == day:  # what began on this very day is corrected
            return [_membership(here.key, person, team, day, here.last)]
        ended = [_ended(one, day - _DAY) for one in self.of(person) if one.holds(day)]
        return [*ended, _membership(_new(person, team, day), person, team, day, None)]

    def join(self, key: str, name: str, email: str | None, team: str | None, day: date) -> list[Row]:
        """Add a person from ``day`` on. ``key`` is what other records call the person, empty for the name."""
        key = key or name
        if not name:
            raise Problem("facts.staff_name")
        if key in self.people:
            raise Problem("facts.staff_known", key=key, name=self.people[key].name)
        fields = {"name": name, "email": email, "joined_at": day.isoformat(), "left_at": None}
        rows = [Row("person", key, fields)]
        if team is not None:
            if team not in self.teams:
                raise Problem("facts.staff_unknown", key=team)
            rows.append(_membership(_new(key, team, day), key, team, day, None))
        return rows

    def leave(self, person: str, day: date) -> list[Row]:
        """End everything of a person with ``day``, which is the last one. Raises ``Problem`` for somebody
        unknown, and where a membership begins later."""
        self._known(person)
        name = self.people[person].name
        later = next((one for one in self.of(person) if one.first is not None and one.first > day), None)
        if later is not None:
            raise Problem("facts.staff_later", name=name, day=later.first)
        joined = self.people[person].joined
        if joined is not None and joined > day:
            raise Problem("facts.staff_before", name=name, day=joined)
        ended = [_ended(one, day) for one in self.of(person) if one.last is None or one.last > day]
        return [Row("person", person, {"left_at": day.isoformat()}), *ended]

    def team(self, key: str | None, name: str, lead: str | None, parent: str | None) -> list[Row]:
        """Make a team, or change one (``key``). Raises ``Problem`` for one without a name, for a name that
        another one has, and for a team that would stand above itself."""
        if not name:
            raise Problem("facts.staff_name")
        if any(one.name == name and one.key != key for one in self.teams.values()):
            raise Problem("facts.staff_known", key=name, name=name)
        if key is not None:
            self._known(None, key)
        if lead is not None:
            self._known(lead)
        above = parent
        for _ in self.teams:
            if above is None:
                break
            self._known(None, above)
            if above == key:
                raise Problem("facts.staff_circle", name=name)
            above = self.teams[above].parent
        return [Row("team", key or name, {"name": name, "lead": lead, "parent": parent})]

    def _known(self, person: str | None, team: str | None = None) -> None:
        for key, known in ((person, self.people), (team, self.teams)):
            if key is not None and key not in known:
                raise Problem("facts.staff_unknown", key=key)


def staff(store: Store) -> Staff:
    """Everybody, as the store has them now."""
    run = store.connection.execute
    people = run("SELECT key, coalesce(name, key), email, joined_at, left_at FROM person").fetchall()
    teams = run("SELECT key, coalesce(name, key), lead, parent FROM team").fetchall()
    memberships = run(
        "SELECT key, person, team, valid_from, valid_to FROM membership "
        "ORDER BY person, valid_from NULLS FIRST, key"
    ).fetchall()
    return Staff(
        {row[0]: Person(*row) for row in people},
        {row[0]: Team(*row) for row in teams},
        tuple(Membership(*row) for row in memberships),
    )


def _new(person: str, team: str, day: date) -> str:
    return f"typed|{person}|{team}|{day.isoformat()}"


def _ended(one: Membership, last: date) -> Row:
    return _membership(one.key, one.person, one.team, one.first, last)


def _membership(key: str, person: str, team: str, first: date | None, last: date | None) -> Row:
    fields = {
        "person": person,
        "team": team,
        "valid_from": None if first is None else first.isoformat(),
        "valid_to": None if last is None else last.isoformat(),
    }
    return Row("membership", key, fields)
