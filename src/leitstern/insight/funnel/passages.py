"""From stays in stages to passages: a deal entered a stage, and went on, was lost, or is still there.

A stage is left for good by reaching a later one; going back to an earlier stage is part of the passage, and
so is a loss that was taken back. A deal counts once for each stage, from its first stay there. A deal that
skipped a stage never entered it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leitstern.insight.funnel.waits import Days, Ints

OPEN, WON, LOST = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Stays:
    """Stays of deals: deal number, rank of the stage (ascending along the pipeline), its outcome, day.

    All (n,). ``outcome`` is OPEN, WON or LOST; the rank of won and lost stages is not looked at. Rows of one
    day stand in their order.
    """

    deal: Ints
    rank: Ints
    outcome: Ints
    entered: Days


@dataclass(frozen=True, slots=True)
class Passages:
    """One row for each deal and stage, (n,): the first stay, the day it passed, or was lost (NaT: not).

    ``stay`` is the row of the first stay in the stage; ``lost_in`` the rank of the stage in which the deal
    was lost in the end, -1 where it was not.
    """

    deal: Ints
    rank: Ints
    stay: Ints
    entered: Days
    passed: Days
    left: Days
    lost_in: Ints


def passages(stays: Stays) -> Passages:
    """The passages of all deals through all open stages, by deal and rank."""
    order = np.lexsort((np.arange(len(stays.deal)), stays.entered.astype(np.int64), stays.deal))
    ends = np.flatnonzero(np.diff(stays.deal[order], append=-1)) + 1
    rows: list[tuple[int, int, int, np.datetime64, np.datetime64, np.datetime64, int]] = []
    begin = 0
    for end in ends:
        rows += _of_deal(stays, order[begin:end])
        begin = int(end)
    if not rows:
        none = np.zeros(0, dtype=np.int64)
        never = np.zeros(0, dtype="datetime64[D]")
        return Passages(none, none, none, never, never, never, none)
    deal, rank, stay, entered, passed, left, lost_in = zip(*rows, strict=True)
    whole = [np.array(column, dtype=np.int64) for column in (deal, rank, stay, lost_in)]
    came, went, lost = (np.array(column, dtype="datetime64[D]") for column in (entered, passed, left))
    return Passages(whole[0], whole[1], whole[2], came, went, lost, whole[3])


def _of_deal(
    stays: Stays, mine: Ints
) -> list[tuple[int, int, int, np.datetime64, np.datetime64, np.datetime64, int]]:
    """The passages of one deal whose stays are the rows ``mine``, in order of time."""
    never = np.datetime64("NaT", "D")
    height = np.where(stays.outcome[mine] == WON, np.iinfo(np.int64).max, stays.rank[mine])
    height = np.where(stays.outcome[mine] == LOST, -1, height)
    lost = height[-1] == -1
    inside = mine[stays.outcome[mine] == OPEN]
    lost_in = int(stays.rank[inside[-1]]) if lost and len(inside) else -1
    rows = []
    for rank in np.unique(stays.rank[inside]).tolist():
        first = int(np.flatnonzero((stays.outcome[mine] == OPEN) & (stays.rank[mine] == rank))[0])
        later = np.flatnonzero(height[first:] > rank)
        passed = stays.entered[mine[first + later[0]]] if len(later) else never
        left = stays.entered[mine[-1]] if lost and not len(later) else never
        stay = int(mine[first])
        rows.append((int(stays.deal[stay]), rank, stay, stays.entered[stay], passed, left, lost_in))
    return rows
