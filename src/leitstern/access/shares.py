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
from typing import TYPE_CHECKING, Literal

import numpy as np

from leitstern.access.divisions import Division, flat
from leitstern.access.floors import smallest
from leitstern.engine.observations import Number, Observation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Amounts = NDArray[np.float64]

#: ``(kpi, grain, start, end)`` -> the KPI's observations by person, or None where they do not add up.
People = Callable[[str, str, date, date], Iterable[Observation] | None]

#: What is an amount in a value: itself, or both parts of a ratio, as whoever knows one reckons the other.
Of = Literal["value", "numerator", "denominator"]

_ROUNDING = 1e-9
_PARTS: dict[Of, Callable[[Observation], Number | None]] = {
    "value": lambda o: o.value,
    "numerator": lambda o: o.numerator,
    "denominator": lambda o: o.denominator,
}


def amounts(
    observations: Iterable[Observation], people: dict[str, int], of: Of
) -> dict[tuple[date, date], Amounts]:
    """The size of each person's value, or of a part of it, by stretch of days."""
    found: dict[tuple[date, date], Amounts] = {}
    for o in observations:
        stretch = found.get((o.start, o.end))
        if stretch is None:
            stretch = found[o.start, o.end] = np.zeros(len(people))
        person = people.get(o.subject.id) if o.subject.id is not None else None
        value = _PARTS[of](o)
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

    def shares(self, axis: int, of: Amounts, groups: Mask) -> Amounts:
        """The same for each of some groups of teams (axis 0) or regions (axis 1): rows of their places."""
        place, to = self._places(axis)
        count = self.sizes.shape[axis]
        values = of[self.steady]
        total = groups @ np.bincount(place, weights=values, minlength=count)
        top, moved = np.zeros(count), np.zeros(count)
        np.maximum.at(top, place, values)
        np.maximum.at(moved, to, of[self.moving])
        top, moved = ((groups * by_place).max(axis=1, initial=0.0) for by_place in (top, moved))
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Amounts = np.fmax(top / total, moved / (total + moved))
        return np.nan_to_num(found)

    def holds_all(self, axis: int, of: Amounts, groups: Mask) -> Mask:
        """Which groups have everybody who has an amount: their value is the company's, which all see."""
        place, to = self._places(axis)
        some = np.zeros(self.sizes.shape[axis], dtype=bool)
        some[place[of[self.steady] > 0]] = True
        some[to[of[self.moving] > 0]] = True
        outside = groups.shape[1] - groups.sum(axis=1)
        found: Mask = (~groups & ~some).sum(axis=1) == outside
        return found

    def _places(self, axis: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The team or region of each steady person, and of each of the movers' cells."""
        width = self.sizes.shape[1]
        return (
            (self.cell // width, self.moved_to // width)
            if axis == 0
            else (self.cell % width, self.moved_to % width)
        )


def dominated(
    crowd: Crowd, of: Amounts, limit: float, gone: tuple[Mask, Mask], trees: Division
) -> tuple[Mask, Mask]:
    """The hidden teams and regions once those where one person has more than ``limit`` are hidden too.

    As with sizes, what is left of the company, or of a team without those beneath it, must not be dominated
    either, nor what is left of a team without the shown regions within it, or of a region without the teams
    within it. A group outside which nobody has an amount tells no more than the company's
    total. ``gone``: what is hidden so far, of the groups of teams (``trees``) and of the regions.
    """
    limit += _ROUNDING
    apart = flat(crowd.sizes.shape[1])
    teams = _division(crowd, of, limit, gone[0], 0, trees)
    regions = _division(crowd, of, limit, gone[1], 1, apart)
    while (more := _torn(crowd, of, limit, teams, regions, trees)) is not None:
        regions[more] = True
        regions = _division(crowd, of, limit, regions, 1, apart)
    return teams, regions


def _division(crowd: Crowd, of: Amounts, limit: float, gone: Mask, axis: int, division: Division) -> Mask:
    too_much = crowd.shares(axis, of, division.holds) > limit
    gone = gone | (too_much & ~crowd.holds_all(axis, of, division.holds))
    sizes = crowd.sizes.sum(axis=1 - axis)
    numbers = np.arange(len(division) + 1)
    more: int | None = 0
    while more is not None:
        rests = crowd.shares(axis, of, division.rests(gone) == numbers[:, None])
        found = (smallest(sizes, gone, division, n) for n in np.flatnonzero(rests > limit).tolist())
        more = next((group for group in found if group is not None), None)
        if more is not None:
            gone[more] = True
    return gone


def _torn(crowd: Crowd, of: Amounts, limit: float, teams: Mask, regions: Mask, trees: Division) -> int | None:
    """A shown region whose total, held against the teams', gives one person away."""
    sizes = crowd.sizes.sum(axis=0)
    shown = ~regions & (sizes > 0)
    if not shown.any():
        return None
    for rest in _rests(crowd, teams, regions, trees):
        if crowd.share(rest, of) > limit:
            touched = shown & (crowd.sizes * rest).any(axis=0)
            among = np.flatnonzero(touched if touched.any() else shown)
            return int(among[sizes[among].argmin()])
    return None


def _rests(crowd: Crowd, teams: Mask, regions: Mask, trees: Division) -> Iterator[Mask]:
    """The cells of each team, with those beneath it and without, less the regions within it, and of each
    region less the teams within it; all hidden teams of a rest count as one, and so do all hidden regions."""
    by_team, by_region = trees.rests(teams), flat(len(regions)).rests(regions)
    rows = [by_team == group for group in np.unique(by_team)]
    columns = [by_region == group for group in np.unique(by_region)]
    larger = [trees.holds[n] for n in np.flatnonzero(~teams) if trees.holds[n].sum() > 1]
    for outer in (*rows, *larger):
        yield from _without(crowd.sizes, outer, columns)
    for outer in columns:
        yield from (rest.T for rest in _without(crowd.sizes.T, outer, rows))


def _without(sizes: NDArray[np.int64], outer: Mask, across: list[Mask]) -> Iterator[Mask]:
    """The cells of some rows less the columns that have all their people in them, if there are any."""
    mine = sizes[outer].sum(axis=0)
    inner = [one for one in across if mine[one].any() and mine[one].sum() == sizes[:, one].sum()]
    if inner:
        yield outer[:, None] & ~np.logical_or.reduce(inner)[None, :]
