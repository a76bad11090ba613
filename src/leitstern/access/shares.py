"""How much of a group's value is one person's.

A group that is large enough still gives a person away if nearly all of its value is that person's. With a
share s of the hidden people's sum, whoever sees the sum knows the value to within (1 - s) / s. The rule is
the (1, k) dominance rule of official statistics (A. Hundepool et al.: Statistical Disclosure Control,
Wiley 2012, section 4.2.1), with amounts taken without their sign.

Persons' values are known for the whole stretch only. Of somebody who changed the group in it, or whom the
viewer sees on some of its days, the part in a group is unknown: it counts whole where it may dominate and
not at all in the sum, so that the share is never taken for smaller than it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from leitstern.access.floors import smallest
from leitstern.engine.observations import Observation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Amounts = NDArray[np.float64]

#: ``(kpi, grain, start, end)`` -> the KPI's observations by person, or None where they do not add up.
People = Callable[[str, str, date, date], Iterable[Observation] | None]

_ROUNDING = 1e-9


def amounts(
    observations: Iterable[Observation], people: dict[str, int], denominators: bool
) -> dict[tuple[date, date], Amounts]:
    """The size of each person's value, or of its denominator, by stretch of days."""
    found: dict[tuple[date, date], Amounts] = {}
    for o in observations:
        stretch = found.get((o.start, o.end))
        if stretch is None:
            stretch = found[o.start, o.end] = np.zeros(len(people))
        person = people.get(o.subject.id) if o.subject.id is not None else None
        value = o.denominator if denominators else o.value
        if person is not None and value is not None:
            stretch[person] = abs(float(value))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """The people a viewer does not see in a stretch, and where they were.

    ``cell``: each person's cell in the table of teams by regions (``shape``). ``steady``: who is hidden
    and stayed in it. ``moving``: the other hidden people, with all their cells. ``sizes``: hidden people in
    each cell, those who moved in each of theirs.
    """

    shape: tuple[int, int]
    cell: NDArray[np.int64]
    steady: Mask
    moving: tuple[tuple[int, frozenset[int]], ...]
    sizes: NDArray[np.int64]

    def share(self, cells: Mask, of: Amounts) -> float:
        """The largest share one person may have in the sum over the cells; 0 for nothing."""
        inside = self.steady & cells.ravel()[self.cell]
        values = of[inside]
        moved = [0.0, *(of[p] for p, touched in self.moving if any(cells.flat[c] for c in touched))]
        one = np.array([values.sum()]), np.array([values.max(initial=0.0)]), np.array([max(moved)])
        return float(_share(*one)[0])

    def shares(self, axis: int, of: Amounts) -> Amounts:
        """The same for each team (axis 0) or region (axis 1)."""
        group = (
            self.cell[self.steady] // self.shape[1] if axis == 0 else self.cell[self.steady] % self.shape[1]
        )
        values = of[self.steady]
        total, top, moved = (np.zeros(self.shape[axis]) for _ in range(3))
        np.add.at(total, group, values)
        np.maximum.at(top, group, values)
        for person, touched in self.moving:
            for c in touched:
                at = divmod(c, self.shape[1])[axis]
                moved[at] = max(moved[at], of[person])
        return _share(total, top, moved)


def _share(total: Amounts, top: Amounts, moved: Amounts) -> Amounts:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Amounts = np.fmax(np.divide(top, total), np.divide(moved, np.add(total, moved)))
    return np.nan_to_num(found)


def dominated(crowd: Crowd, of: Amounts, limit: float, teams: Mask, regions: Mask) -> tuple[Mask, Mask]:
    """The hidden teams and regions once those where one person has more than ``limit`` are hidden too.

    As with sizes, what is left of the company must not be dominated either, nor what is left of a team
    without the shown regions within it, or of a region without the teams within it.
    """
    limit += _ROUNDING
    teams = _division(crowd, of, limit, teams, 0)
    regions = _division(crowd, of, limit, regions, 1)
    while (more := _torn(crowd, of, limit, teams, regions)) is not None:
        regions[more] = True
        regions = _division(crowd, of, limit, regions, 1)
    return teams, regions


def _division(crowd: Crowd, of: Amounts, limit: float, gone: Mask, axis: int) -> Mask:
    gone = gone | (crowd.shares(axis, of) > limit)
    sizes = crowd.sizes.sum(axis=1 - axis)
    while crowd.share(_cells(crowd, gone, axis), of) > limit:
        more = smallest(sizes, gone)
        if more is None:
            break
        gone[more] = True
    return gone


def _cells(crowd: Crowd, groups: Mask, axis: int) -> Mask:
    """The cells of some teams (axis 0) or regions (axis 1)."""
    return np.broadcast_to(groups[:, None] if axis == 0 else groups[None, :], crowd.shape)


def _torn(crowd: Crowd, of: Amounts, limit: float, teams: Mask, regions: Mask) -> int | None:
    """A shown region whose total, held against the teams', gives one person away."""
    sizes = crowd.sizes.sum(axis=0)
    if not (~regions & (sizes > 0)).any():
        return None
    sides = [_nodes(crowd, teams, 0), _nodes(crowd, regions, 1)]
    for axis in (0, 1):
        for node in sides[axis]:
            within = [n for n in sides[1 - axis] if not (crowd.sizes[n] > 0)[~node[n]].any()]
            if not within:
                continue
            rest = node & ~np.logical_or.reduce(within)
            if crowd.share(rest, of) > limit:
                touched = (crowd.sizes * node).sum(axis=0) > 0
                among = np.flatnonzero(~regions & touched)
                if not len(among):
                    among = np.flatnonzero(~regions & (sizes > 0))
                return int(among[sizes[among].argmin()])
    return None


def _nodes(crowd: Crowd, gone: Mask, axis: int) -> list[Mask]:
    """The cells of each shown group that has hidden people, and of all hidden groups together."""
    sizes = crowd.sizes.sum(axis=1 - axis)
    singles = [np.arange(len(gone)) == n for n in np.flatnonzero(~gone & (sizes > 0))]
    sets = [*singles, gone] if (sizes[gone] > 0).any() else singles
    return [np.array(_cells(crowd, s, axis)) for s in sets]
