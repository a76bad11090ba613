"""The smallest group that follows from totals of rows and columns."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leitstern.access.cuts import small_cut


def test_a_column_that_is_a_row_and_two_more():
    table = np.array([[9, 0], [2, 7]])
    side = small_cut(table, 7)
    assert side is not None
    assert weight(table, side) == 2
    assert small_cut(table, 2) is None


def test_two_divisions_that_do_not_touch():
    assert small_cut(np.array([[9, 0], [0, 8]]), 8) is None
    assert small_cut(np.array([[9, 0], [0, 8]]), 9) in ({1}, {3})


def weight(table: np.ndarray, side: set[int]) -> int:
    """How many people stand between the nodes of a side and the others."""
    rows = len(table)
    return sum(int(n) for (r, c), n in np.ndenumerate(table) if (r in side) != (rows + c in side))


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 9), st.data())
def test_as_trying_all_cuts(rows, columns, floor, data):
    people = st.lists(st.integers(0, 6), min_size=rows * columns, max_size=rows * columns)
    table = np.array(data.draw(people)).reshape(rows, columns)
    nodes = rows + columns
    sides = [{n for n in range(nodes) if chosen[n]} for chosen in product([0, 1], repeat=nodes)]
    small = [w for w in (weight(table, s) for s in sides) if 0 < w < floor]
    found = small_cut(table, floor)
    assert (found is not None) == bool(small)
    if found is not None:
        assert 0 < weight(table, found) < floor
