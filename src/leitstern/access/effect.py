"""What a smallest group would mean for the teams that a company has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from leitstern.access.groups import Groups
from leitstern.access.modes import LEAST_FLOOR, Privacy
from leitstern.access.people import sees_everybody
from leitstern.access.viewer import Viewer
from leitstern.engine.organisation import Organisation, Team

#: Smallest groups that are compared with the one in force.
FLOORS = (LEAST_FLOOR, 5, 7)


@dataclass(frozen=True, slots=True)
class Effect:
    """With ``floor`` as the smallest group: the teams whose values are shown to management and the teams
    whose values are not, each in the order of their names."""

    floor: int
    shown: tuple[Team, ...]
    hidden: tuple[Team, ...]


def effects(privacy: Privacy, organisation: Organisation, day: date) -> list[Effect]:
    """What management, which leads nobody, would see of each team that has people on a day, for the smallest
    group in force and the usual other ones, the least first."""
    staffed = sorted(
        (team for team in organisation.teams.values() if organisation.members(team.id, day, day)),
        key=lambda team: (team.name, team.id),
    )
    management = Viewer(account=0, roles=frozenset({"management"}))
    found = []
    for floor in sorted({*FLOORS, privacy.floor}):
        groups = Groups(replace(privacy, floor=floor), organisation)
        hidden = groups.hidden(management, day, day).teams
        gone = {team.id for team in staffed if hidden[groups.place("team", team.id)]}
        if sees_everybody(management, privacy):
            gone = set()
        found.append(
            Effect(
                floor,
                tuple(team for team in staffed if team.id not in gone),
                tuple(team for team in staffed if team.id in gone),
            )
        )
    return found
