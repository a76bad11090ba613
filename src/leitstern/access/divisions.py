"""Groups within groups: what is left of each shown group, once the shown groups within it are known.

A *division* puts each person into one *place*: a team's own members, or a region. A *group* is a set of
places: a place alone, or a team with all teams beneath it. Two groups are apart, or one lies in the other,
as a team has one parent at most and teams in a circle are the same group. The *rest* of a shown group is
what it holds beside the shown groups within it; the company's rest is what is in no shown group. Rests do
not overlap, and every shown total is a sum of rests: a sum or difference of totals, whatever weights they
are given, weighs all people of a rest alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """Groups over places: the first ones are the places themselves, larger ones follow by size.

    ``holds`` (groups, places): which places a group has. ``above``: the smallest group around each; the
    number of groups stands for the company. ``depths``: the groups by how many lie around them.
    """

    holds: Mask
    above: NDArray[np.int64]
    depths: tuple[NDArray[np.int64], ...]

    def __len__(self) -> int:
        return len(self.holds)

    def totals(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sums by group of numbers by place."""
        found: NDArray[np.int64] = self.holds.astype(np.int64) @ counts
        return found

    def around(self, gone: Mask) -> Places:
        """The smallest shown group around each group, itself if it is shown; also for the company."""
        found = np.full(len(self) + 1, len(self))
        for groups in self.depths:
            found[groups] = np.where(gone[groups], found[self.above[groups]], groups)
        return found

    def rests(self, gone: Mask) -> Places:
        """For each place the group whose rest it is in."""
        return self.around(gone)[: self.holds.shape[1]]

    def within(self, group: int, gone: Mask) -> NDArray[np.int64]:
        """The shown groups next below a shown group, or below the company."""
        return np.flatnonzero(~gone & (self.around(gone)[self.above] == group))


def flat(places: int) -> Division:
    """A division without groups of several places."""
    alone = np.arange(places)
    return Division(np.eye(places, dtype=bool), np.full(places, places), (alone,))


def nested(places: int, sets: Iterable[frozenset[int]]) -> tuple[Division, Mapping[frozenset[int], int]]:
    """A division with these sets of places besides the places; and the number of each set's group."""
    larger = sorted({s for s in sets if len(s) > 1}, key=lambda s: (len(s), min(s)))
    groups = [*(frozenset({n}) for n in range(places)), *larger]
    holds = np.array([[n in group for n in range(places)] for group in groups], dtype=bool)
    around = [[m for m in range(places, len(groups)) if groups[n] < groups[m]] for n in range(len(groups))]
    above = np.array([min(outer, default=len(groups)) for outer in around])
    depth = np.array([len(outer) for outer in around])
    depths = tuple(np.flatnonzero(depth == d) for d in range(int(depth.max(initial=0)) + 1))
    return Division(holds, above, depths), {group: n for n, group in enumerate(groups)}
