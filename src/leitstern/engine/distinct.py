"""Counting different ids in groups, exactly: a place for each pair where all fit, else by sorting."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Most pairs of a group and an id that get a place of their own (a byte each).
MOST_PAIRS = 1 << 24


def count_distinct(
    groups: NDArray[Any], ids: NDArray[Any], group_count: int, id_count: int
) -> NDArray[np.int64]:
    """How many different ids each group has.

    ``groups`` and ``ids`` are equally long whole numbers from 0, below ``group_count`` and
    ``id_count``; the result has one number for each group.
    """
    pairs = groups.astype(np.int64, copy=False) * id_count + ids
    if group_count * id_count <= MOST_PAIRS:
        seen = np.zeros(group_count * id_count, bool)
        seen[pairs] = True
        counts: NDArray[np.int64] = np.count_nonzero(seen.reshape(group_count, id_count), axis=1)
        return counts
    pairs.sort()
    first = np.ones(len(pairs), bool)
    np.not_equal(pairs[1:], pairs[:-1], out=first[1:])
    return np.bincount(pairs[first] // id_count, minlength=group_count)
