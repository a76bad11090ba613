"""Who sees whom: the people whose own values a viewer may see.

Leading has two sources. A person's manager (and the manager's manager) is known without a history, so it
holds for all days. A team's members change: its lead sees them for the days they were in it. Everything
is decided by the day, so that values of two stretches never differ by days one may not see: a value of a
person is seen when the person is seen on *each* of its days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from leitstern.access.modes import Privacy
from leitstern.access.viewer import Viewer
from leitstern.engine.organisation import Organisation

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Spell:
    """A person counts as led with ``team`` from ``first`` to ``last``, both included."""

    team: str
    first: date
    last: date


def logged_in(viewer: Viewer) -> bool:
    """Whether the viewer is somebody."""
    return bool(
        viewer.operator
        or viewer.account is not None
        or viewer.person is not None
        or viewer.roles
        or viewer.leads
    )


def sees_everybody(viewer: Viewer, privacy: Privacy) -> bool:
    """Whether no person is hidden from the viewer."""
    return viewer.operator or (privacy.mode == "full" and logged_in(viewer))


def spells(person: str, organisation: Organisation) -> list[Spell]:
    """The teams with which a person is led, over all time.

    The first one also counts for the days before it, and for somebody who left, the team of the last
    day for the days after: records of these days belong to the same person, and to nobody else's people.
    """
    about = organisation.people.get(person)
    joined = about.joined if about and about.joined else date.min
    left = about.left if about and about.left else date.max
    found = [
        Spell(s.team, max(s.first, joined), min(s.last, left))
        for s in organisation.stays_of.get(person, ())
        if s.meets(joined, left)
    ]
    if found:
        found[0] = Spell(found[0].team, date.min, found[0].last)
        if found[-1].last == left:
            found[-1] = Spell(found[-1].team, found[-1].first, date.max)
    return found


def own_teams(viewer: Viewer, organisation: Organisation) -> frozenset[str]:
    """The teams a viewer leads oneself, by the data or by grant."""
    own = {t.id for t in organisation.teams.values() if t.lead is not None and t.lead == viewer.person}
    return frozenset(own | (viewer.leads & organisation.teams.keys()))


def teams_led(viewer: Viewer, organisation: Organisation) -> frozenset[str]:
    """The teams a viewer leads, and all teams beneath them: a team is its tree."""
    own = own_teams(viewer, organisation)
    return frozenset(below for team in own for below in organisation.below(team))


def managed(viewer: Viewer, organisation: Organisation) -> frozenset[str]:
    """Who reports to a viewer directly or one level below."""
    if viewer.person is None:
        return NOBODY
    people = organisation.people
    direct = {p.id for p in people.values() if p.manager == viewer.person}
    beneath = {p.id for p in people.values() if p.manager in direct}
    return frozenset(direct | beneath) - {viewer.person}


def led(viewer: Viewer, organisation: Organisation, start: date, end: date) -> frozenset[str]:
    """Whom a viewer leads on at least one day from ``start`` to ``end``."""
    return _led(viewer, organisation, start, end, every_day=False)


def whom_sees(
    viewer: Viewer, privacy: Privacy, organisation: Organisation, start: date, end: date
) -> frozenset[str]:
    """Whose values from ``start`` to ``end`` a viewer may see, as ids of persons."""
    if sees_everybody(viewer, privacy):
        return frozenset(organisation.people)
    if privacy.mode == "team_only":
        return NOBODY
    own = NOBODY if viewer.person is None else frozenset({viewer.person})
    if privacy.mode == "own":
        return own
    return own | _led(viewer, organisation, start, end, every_day=True)


def _led(
    viewer: Viewer, organisation: Organisation, start: date, end: date, every_day: bool
) -> frozenset[str]:
    teams = teams_led(viewer, organisation)
    members = {s.person for team in teams for s in organisation.stays_in.get(team, ())}
    by_team = {
        person
        for person in members
        if _with(spells(person, organisation), teams, start, end, every_day) and person != viewer.person
    }
    return managed(viewer, organisation) | by_team


def _with(found: list[Spell], teams: frozenset[str], start: date, end: date, every_day: bool) -> bool:
    """Whether the spells from ``start`` to ``end`` are in the teams: on every day, or on some day."""
    touched = [s for s in found if s.first <= end and s.last >= start]
    if not every_day:
        return any(s.team in teams for s in touched)
    covered = start
    for spell in touched:
        if spell.team not in teams or spell.first > covered:
            return False
        if spell.last >= end:
            return True
        covered = spell.last + timedelta(days=1)
    return False
