"""Who was in which team on which day, without overlaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

#: Bounds for memberships without a beginning or an end: the first and last day there is.
FIRST_DAY = date.min.toordinal()
LAST_DAY = date.max.toordinal()

Stay = tuple[int, int, int, int]


def intervals(rows: Iterable[Sequence[object]]) -> list[Stay]:
    """Turn memberships into stays (person, team, first day, last day) of which one holds on any day.

    ``rows`` are (person, team, valid_from, valid_to), ordered by person and beginning; a missing
    date means always. Where two memberships overlap, the later one holds from its beginning on,
    and the earlier one again after the later one's end.
    """
    stays: list[Stay] = []
    for _, group in groupby(rows, key=lambda row: row[0]):
        taken: list[Stay] = []
        for person, team, start, end in reversed(list(group)):
            first = start.toordinal() if isinstance(start, date) else FIRST_DAY
            last = end.toordinal() if isinstance(end, date) else LAST_DAY
            assert isinstance(person, int)
            assert isinstance(team, int)
            taken += [(person, team, a, b) for a, b in _free(first, last, taken)]
        stays += sorted(taken, key=lambda stay: stay[2])
    return stays


def _free(first: int, last: int, taken: list[Stay]) -> list[tuple[int, int]]:
    """The parts of first..last that no stay of ``taken`` covers."""
    free, at = [], first
    for _, _, start, end in sorted(taken, key=lambda stay: stay[2]):
        if start > at:
            free.append((at, min(last, start - 1)))
        at = max(at, end + 1)
    free.append((at, last))
    return [(a, b) for a, b in free if a <= b]
