"""Who joined, left or changed a team in a period, in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from leitstern.engine.organisation import Organisation, Stay
    from leitstern.periods.grains import Period
    from leitstern.server.when import Calendar

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Move:
    """One change of a team's people: the day and a sentence without it."""

    day: date
    shown_day: str
    text: str


def moves(
    organisation: Organisation, team: str, period: Period, seen: Collection[str], calendar: Calendar
) -> list[Move]:
    """The changes of a team's people in a period, the earliest first; only of people in ``seen``."""
    found = []
    for stay in organisation.stays_in.get(team, ()):
        if stay.person not in seen:
            continue
        if stay.first in period:
            found.append(Move(stay.first, calendar.short_day(stay.first), _came(organisation, stay)))
        if stay.last in period:
            found.append(Move(stay.last, calendar.short_day(stay.last), _went(organisation, stay)))
    return sorted(found, key=lambda move: (move.day, move.text))


def _came(organisation: Organisation, stay: Stay) -> str:
    name = organisation.people[stay.person].name
    before = organisation.team_on(stay.person, stay.first - _DAY)
    if before is None:
        return _("%(name)s joined") % {"name": name}
    return _("%(name)s came from %(team)s") % {"name": name, "team": organisation.teams[before].name}


def _went(organisation: Organisation, stay: Stay) -> str:
    name = organisation.people[stay.person].name
    after = organisation.team_on(stay.person, stay.last + _DAY)
    if after is None:
        return _("%(name)s left") % {"name": name}
    return _("%(name)s moved to %(team)s") % {"name": name, "team": organisation.teams[after].name}
