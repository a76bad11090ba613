"""Who was in which team and region, as arrays: one row for each run of days on which nothing changed.

Only the present count for the size of a group: those who work there on the day, by ``joined`` and
``left``. Who is in a team by its history without working there is *absent*: the person's late records
still count for the team.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from leitstern.access.divisions import nested
from leitstern.engine.organisation import Organisation

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Roster:
    """The people of an organisation over time.

    A *run* is a row of ``team`` and ``present``: a stretch of days without a change. ``teams`` and
    ``regions`` number the places; number 0 is nobody's team, and no region. ``division`` has the groups of
    teams, ``trees`` the number of the group that a team is with all teams beneath it.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.people = {id_: n for n, id_ in enumerate(organisation.people)}
        self.teams = _numbered(organisation.teams)
        beneath = {t: frozenset(self.teams[b] for b in organisation.below(t)) for t in organisation.teams}
        self.division, numbers = nested(len(self.teams), beneath.values())
        self.trees: dict[str | None, int] = {None: 0} | {t: numbers[places] for t, places in beneath.items()}
        self.regions = _numbered(sorted({p.region for p in organisation.people.values() if p.region}))
        self.region = np.array(
            [self.regions[p.region or None] for p in organisation.people.values()], dtype=np.int64
        )
        spans = [
            ((p.joined or date.min).toordinal(), (p.left or date.max).toordinal() + 1)
            for p in organisation.people.values()
        ]
        stays = [
            (self.people[s.person], self.teams[s.team], s.first.toordinal(), s.last.toordinal() + 1)
            for s in organisation.stays
        ]
        days = {1} | {d for span in spans for d in span} | {d for s in stays for d in s[2:]}
        self.starts = sorted(d for d in days if d <= date.max.toordinal())
        self.team = np.zeros((len(self.starts), len(self.people)), dtype=np.int32)
        self.present = np.zeros(self.team.shape, dtype=bool)
        for person, (first, beyond) in enumerate(spans):
            self.present[self._at(first) : self._at(beyond), person] = True
        for person, team, first, beyond in stays:
            self.team[self._at(first) : self._at(beyond), person] = team

    def _at(self, day: int) -> int:
        """The run that begins on a day; the number of runs for a day after the last one."""
        return bisect_right(self.starts, day) - 1 if day <= date.max.toordinal() else len(self.starts)

    def runs(self, start: date, end: date) -> range:
        """The runs that have a day from ``start`` to ``end``."""
        first = bisect_right(self.starts, start.toordinal()) - 1
        return range(first, bisect_right(self.starts, end.toordinal()))

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of teams and of regions, both with the one for none."""
        return len(self.teams), len(self.regions)

    @cached_property
    def cell(self) -> NDArray[np.int64]:
        """For each run and person the number of their cell in a table of teams by regions."""
        found: NDArray[np.int64] = self.team.astype(np.int64) * len(self.regions) + self.region
        return found

    def counted(self, run: int, which: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many of some people were in each team (rows) and region (columns) in a run."""
        teams, regions = self.shape
        counts = np.bincount(self.cell[run][which], minlength=teams * regions)
        return counts.reshape(teams, regions)


def _numbered(ids: Iterable[str]) -> dict[str | None, int]:
    return {None: 0} | {id_: n for n, id_ in enumerate(ids, start=1)}
