"""Which teams and regions are large enough for somebody who may not see all their people.

Size is decided by the day (`floors`): a group is shown for a stretch only if it is shown on each of its
days. `verdicts` adds what depends on the amounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from leitstern.access.floors import Verdict, verdict
from leitstern.access.modes import Privacy
from leitstern.access.people import managed, spells, teams_led
from leitstern.access.roster import Roster
from leitstern.access.shares import Crowd
from leitstern.access.viewer import Viewer
from leitstern.engine.organisation import Organisation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """Of each group of teams (`roster`) and each region: whether it is hidden, whether it has people the
    viewer does not see, and whether nobody at all is in it."""

    teams: Mask
    regions: Mask
    teams_unseen: Mask
    regions_unseen: Mask
    teams_empty: Mask

    def with_hidden(self, teams: Mask, regions: Mask) -> Hidden:
        """The same with other groups hidden."""
        return replace(self, teams=teams, regions=regions)

    @property
    def all_unseen(self) -> Hidden:
        """The same with every group hidden that the viewer does not see whole."""
        return self.with_hidden(self.teams_unseen, self.regions_unseen)


class Groups:
    """The groups of an organisation under the rules ``privacy``."""

    def __init__(self, privacy: Privacy, organisation: Organisation) -> None:
        self.privacy = privacy
        self.organisation = organisation
        self.roster = Roster(organisation)
        self._known = lru_cache(maxsize=256)(self._find_known)
        self._counts = lru_cache(maxsize=4096)(self._count)
        self._verdict = lru_cache(maxsize=16384)(self._decide)
        self._hidden = lru_cache(maxsize=8192)(self._find_hidden)
        self._crowd = lru_cache(maxsize=1024)(self._find_crowd)

    def sees_whole(self, viewer: Viewer, kind: str, group: str | None, start: date, end: date) -> bool:
        """Whether the viewer sees everybody who was in a group on some day from ``start`` to ``end``."""
        number = self.place(kind, group)
        if number is None:
            return kind == "region"
        hidden = self._hidden(viewer, start, end)
        if kind == "region":
            return not hidden.regions_unseen[number]
        return not (hidden.teams_unseen[number] or hidden.teams_empty[number])

    def hidden(self, viewer: Viewer, start: date, end: date) -> Hidden:
        """What is hidden from a viewer for its size alone."""
        return self._hidden(viewer, start, end)

    def crowd(self, viewer: Viewer, start: date, end: date) -> Crowd:
        """The people hidden from a viewer, and where they were."""
        return self._crowd(viewer, start, end)

    def place(self, kind: str, group: str | None) -> int | None:
        """The number of a group of teams or a region; None for a region where nobody ever was."""
        if kind == "region":
            return self.roster.regions.get(group)
        return (self.roster.trees if kind == "team" else self.roster.teams).get(group)

    def _find_known(self, viewer: Viewer) -> dict[int, list[range]]:
        """Whom the viewer knows, and in which runs. One's own values one knows in every mode."""
        roster = self.roster
        always = range(len(roster.starts))
        known: dict[int, list[range]] = {}
        if self.privacy.mode == "own_team":
            teams = teams_led(viewer, self.organisation)
            for person in {s.person for t in teams for s in self.organisation.stays_in.get(t, ())}:
                mine = [s for s in spells(person, self.organisation) if s.team in teams]
                known[roster.people[person]] = [roster.runs(s.first, s.last) for s in mine]
            known |= {roster.people[p]: [always] for p in managed(viewer, self.organisation)}
        if viewer.person in roster.people:
            known[roster.people[viewer.person]] = [always]
        return known

    def _known_in(self, viewer: Viewer, run: int) -> Iterator[int]:
        for person, runs in self._known(viewer).items():
            if any(run in r for r in runs):
                yield person

    def _count(self, run: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All who are present, and the absent, by team and region."""
        present = self.roster.present[run]
        away = ~present & (self.roster.team[run] > 0)
        return self.roster.counted(run, present), self.roster.counted(run, away)

    def _decide(self, run: int, known: tuple[tuple[int, bool], ...]) -> Verdict:
        """The verdict on a run's days. ``known``: cell and presence of each person the viewer knows, so
        that colleagues who know nobody but themselves share it."""
        present, away = (counts.copy() for counts in self._counts(run))
        for cell, is_present in known:
            if is_present:
                present.flat[cell] -= 1
            elif cell // self.roster.shape[1]:
                away.flat[cell] -= 1
        return verdict(present, away, self.privacy.floor, self.roster.division)

    def _find_hidden(self, viewer: Viewer, start: date, end: date) -> Hidden:
        roster = self.roster
        teams, regions = (np.zeros(n, dtype=bool) for n in (len(roster.division), roster.shape[1]))
        teams_unseen, regions_unseen = teams.copy(), regions.copy()
        for run in roster.runs(start, end):
            cells = roster.cell[run]
            known = sorted((int(cells[p]), bool(roster.present[run, p])) for p in self._known_in(viewer, run))
            found = self._verdict(run, tuple(known))
            teams |= found.teams_hidden
            regions |= found.regions_hidden
            teams_unseen |= found.teams_unseen
            regions_unseen |= found.regions_unseen
        runs = roster.runs(start, end)
        there = np.bincount(roster.team[runs.start : runs.stop].ravel(), minlength=roster.shape[0])
        empty = roster.division.totals(there) == 0
        empty[0] = False
        return Hidden(teams, regions, teams_unseen, regions_unseen, empty)

    def _find_crowd(self, viewer: Viewer, start: date, end: date) -> Crowd:
        roster = self.roster
        runs = roster.runs(start, end)
        block = roster.cell[runs.start : runs.stop]
        seen = np.zeros(block.shape, dtype=bool)
        for person, known in self._known(viewer).items():
            seen[:, person] = [any(run in r for r in known) for run in runs]
        hidden = ~seen.all(axis=0)
        stayed = hidden & ~seen.any(axis=0) & (block == block[0]).all(axis=0)
        moves = [
            (person, cell)
            for person in np.flatnonzero(hidden & ~stayed).tolist()
            for cell in set(block[~seen[:, person], person].tolist())
        ]
        moving, moved_to = np.array(moves, dtype=np.int64).reshape(-1, 2).T
        sizes = roster.counted(runs.start, stayed)
        np.add.at(sizes.reshape(-1), moved_to, 1)
        steady = np.flatnonzero(stayed)
        return Crowd(steady, block[0][steady], moving, moved_to, sizes)
