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

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from leitstern.access.floors import merged, smallest
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

    ``steady``: who is hidden and stayed in the one ``cell`` of the table of teams by regions beside it.
    ``moving`` and ``moved_to``: the other hidden people, each with all their cells. ``sizes``: hidden people
    in each cell of the table, those who moved in each of theirs.
    """

    steady: NDArray[np.int64]
    cell: NDArray[np.int64]
    moving: NDArray[np.int64]
    moved_to: NDArray[np.int64]
    sizes: NDArray[np.int64]

    def share(self, cells: Mask, of: Amounts) -> float:
        """The largest share one person may have in the sum over the cells; 0 for nothing."""
        flat = cells.ravel()
        values = of[self.steady[flat[self.cell]]]
        moved = of[self.moving[flat[self.moved_to]]]
        total, top, other = values.sum(), values.max(initial=0.0), moved.max(initial=0.0)
        return float(max(top / total if top else 0.0, other / (total + other) if other else 0.0))

    def shares(self, axis: int, of: Amounts) -> Amounts:
        """The same for each team (axis 0) or region (axis 1)."""
        count, width = self.sizes.shape[axis], self.sizes.shape[1]
        group, to = (c // width if axis == 0 else c % width for c in (self.cell, self.moved_to))
        values = of[self.steady]
        total = np.bincount(group, weights=values, minlength=count)
        top, moved = np.zeros(count), np.zeros(count)
        np.maximum.at(top, group, values)
        np.maximum.at(moved, to, of[self.moving])
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Amounts = np.fmax(top / total, moved / (total + moved))
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
    return np.broadcast_to(groups[:, None] if axis == 0 else groups[None, :], crowd.sizes.shape)


def _torn(crowd: Crowd, of: Amounts, limit: float, teams: Mask, regions: Mask) -> int | None:
    """A shown region whose total, held against the teams', gives one person away."""
    sizes = crowd.sizes.sum(axis=0)
    shown = ~regions & (sizes > 0)
    if not shown.any():
        return None
    for rest in _rests(crowd, teams, regions):
        if crowd.share(rest, of) > limit:
            touched = shown & (crowd.sizes * rest).any(axis=0)
            among = np.flatnonzero(touched if touched.any() else shown)
            return int(among[sizes[among].argmin()])
    return None


def _rests(crowd: Crowd, teams: Mask, regions: Mask) -> Iterator[Mask]:
    """The cells of each team without the regions within it, and of each region without the teams within it;
    all hidden teams count as one, and so do all hidden regions."""
    table = merged(merged(crowd.sizes, teams).T, regions).T
    gone, shown = (teams, regions), (np.flatnonzero(~teams), np.flatnonzero(~regions))
    for axis in (0, 1):
        across = table if axis == 0 else table.T
        within = (across > 0) & (across == across.sum(axis=0))
        for node in np.flatnonzero(within.any(axis=1)):
            outer = _groups(gone[axis], shown[axis], np.array([node]))
            inner = _groups(gone[1 - axis], shown[1 - axis], np.flatnonzero(within[node]))
            yield _cells(crowd, outer, axis) & ~_cells(crowd, inner, 1 - axis)


def _groups(gone: Mask, shown: NDArray[np.int64], nodes: NDArray[np.int64]) -> Mask:
    """The groups behind nodes of a `merged` table: the shown ones in their order, then the hidden ones."""
    found = gone.copy() if len(shown) in nodes else np.zeros_like(gone)
    found[shown[nodes[nodes < len(shown)]]] = True
    return found
