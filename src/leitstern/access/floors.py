"""Which groups are large enough on a day, and which further ones must be hidden for it.

Teams divide the people of a day, and so do regions. A group is shown if the viewer sees all its people or
if at least ``floor`` of them are hidden. Then, as the company's total is always shown, the hidden groups
together must again have at least ``floor`` hidden people: else the smallest shown group is hidden too. If
no shown group is left, the company itself is that small. At last the two divisions are held against each
other (`cuts`): as long as their totals give away fewer than ``floor`` people, a region is hidden.

Because it holds on every day, it holds for all periods and their differences: every total that is shown is
a sum over days of totals that are shown on these days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leitstern.access.cuts import small_cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What is hidden on a day, and which groups have hidden people at all (by team, by region)."""

    teams_hidden: Mask
    regions_hidden: Mask
    teams_unseen: Mask
    regions_unseen: Mask


def verdict(hidden: Counts, absent: Counts, floor: int) -> Verdict:
    """Decide on a day. ``hidden`` and ``absent`` count the people the viewer does not see, who work there and
    who do not, in each team (rows) and region (columns)."""
    teams = _alone(hidden.sum(axis=1), absent.sum(axis=1), floor)
    regions = _alone(hidden.sum(axis=0), absent.sum(axis=0), floor)
    if hidden.shape[1] > 1:
        _against_each_other(hidden, teams, regions, floor)
    unseen = hidden + absent
    return Verdict(teams, regions, unseen.sum(axis=1) > 0, unseen.sum(axis=0) > 0)


def _alone(sizes: Counts, absent: Counts, floor: int) -> Mask:
    """Which groups of one division are hidden."""
    gone = ((sizes > 0) | (absent > 0)) & (sizes < floor)
    while 0 < sizes[gone].sum() < floor:
        more = smallest(sizes, gone)
        if more is None:
            break
        gone[more] = True
    return gone


def smallest(sizes: Counts, gone: Mask) -> int | None:
    """The smallest group with hidden people that is still shown."""
    left = np.flatnonzero(~gone & (sizes > 0))
    return int(left[sizes[left].argmin()]) if len(left) else None


def _against_each_other(hidden: Counts, teams: Mask, regions: Mask, floor: int) -> None:
    """Hide regions until no sum or difference of totals gives away a small group."""
    sizes = hidden.sum(axis=0)
    while not regions[sizes > 0].all():
        table = merged(merged(hidden, teams).T, regions).T
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
        while 0 < sizes[regions].sum() < floor and (more := smallest(sizes, regions)) is not None:
            regions[more] = True


def merged(table: Counts, gone: Mask) -> Counts:
    """The table with its shown rows, and all hidden ones together as its last row."""
    return np.vstack([table[~gone], table[gone].sum(axis=0)])
