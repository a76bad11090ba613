"""Which groups are large enough on a day, and which further ones must be hidden for it.

Teams divide the people of a day, and so do regions. A group is shown if the viewer sees all its people or
if at least ``floor`` of them are hidden. Then, as the company's total is always shown, and that of a team
beside those of the teams beneath it, what is left of each (`divisions`) must again have nobody or at least
``floor`` hidden people: else the smallest group shown within is hidden too. If none is left, the company
itself is that small. At last the two divisions are held against each other (`cuts`): as long as their
totals give away fewer than ``floor`` people, a region is hidden.

Because it holds on every day, it holds for all periods and their differences: every total that is shown is
a sum over days of totals that are shown on these days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leitstern.access.cuts import small_cut
from leitstern.access.divisions import Division, flat

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What is hidden on a day, and which groups have hidden people at all (of teams, of regions)."""

    teams_hidden: Mask
    regions_hidden: Mask
    teams_unseen: Mask
    regions_unseen: Mask


def verdict(hidden: Counts, absent: Counts, floor: int, trees: Division) -> Verdict:
    """Decide on a day. ``hidden`` and ``absent`` count the people the viewer does not see, who work there and
    who do not, in each team (rows) and region (columns); ``trees`` are the groups of teams."""
    apart = flat(hidden.shape[1])
    teams = _alone(hidden.sum(axis=1), absent.sum(axis=1), floor, trees)
    regions = _alone(hidden.sum(axis=0), absent.sum(axis=0), floor, apart)
    if hidden.shape[1] > 1:
        _against_each_other(hidden, trees.rests(teams), regions, floor)
    unseen = hidden + absent
    return Verdict(teams, regions, trees.totals(unseen.sum(axis=1)) > 0, unseen.sum(axis=0) > 0)


def _alone(sizes: Counts, absent: Counts, floor: int, division: Division) -> Mask:
    """Which groups of one division are hidden."""
    whole, away = division.totals(sizes), division.totals(absent)
    gone = ((whole > 0) | (away > 0)) & (whole < floor)
    return _covered(gone, sizes, floor, division)


def _covered(gone: Mask, sizes: Counts, floor: int, division: Division) -> Mask:
    """The hidden groups, and further ones until no rest is small."""
    small = True
    while small:
        rests = np.bincount(division.rests(gone), weights=sizes, minlength=len(division) + 1)
        found = (
            smallest(sizes, gone, division, n) for n in np.flatnonzero((rests > 0) & (rests < floor)).tolist()
        )
        more = next((group for group in found if group is not None), None)
        small = more is not None
        if more is not None:
            gone[more] = True
    return gone


def smallest(sizes: Counts, gone: Mask, division: Division, around: int) -> int | None:
    """The smallest shown group with hidden people next below a shown one, or below the company.

    One that has a rest of its own comes first: hiding it adds people to the rest around it.
    """
    left = division.within(around, gone)
    whole = division.totals(sizes)
    left = left[whole[left] > 0]
    rests = np.bincount(division.rests(gone), weights=sizes, minlength=len(division) + 1)
    order = sorted(left.tolist(), key=lambda group: (rests[group] == 0, rests[group] or whole[group], group))
    return order[0] if order else None


def _against_each_other(hidden: Counts, rests: NDArray[np.int64], regions: Mask, floor: int) -> None:
    """Hide regions until no sum or difference of totals gives away a small group."""
    sizes, apart = hidden.sum(axis=0), flat(len(regions))
    while not regions[sizes > 0].all():
        table = merged(merged(hidden, rests).T, apart.rests(regions)).T
        shown = np.flatnonzero(~regions)
        cut = small_cut(table, floor)
        if cut is None:
            return
        side = [column in cut for column in range(table.shape[0], sum(table.shape))]
        rows = [row in cut for row in range(table.shape[0])]
        torn = [
            region
            for n, region in enumerate(shown)
            if any(table[row, n] and rows[row] != side[n] for row in range(len(rows)))
        ]
        among = torn or [r for r in shown if sizes[r]]
        regions[min(among, key=lambda region: (sizes[region], region))] = True
        _covered(regions, sizes, floor, apart)


def merged(table: Counts, rests: NDArray[np.int64]) -> Counts:
    """The table with its rows of one rest together, in the order of the groups; the company's is the last."""
    groups, at = np.unique(rests, return_inverse=True)
    found = np.zeros((len(groups), table.shape[1]), table.dtype)
    np.add.at(found, at, table)
    return found
