"""What can follow from row totals and column totals together: the cuts of a graph.

People stand in a table, teams down and regions across; the totals of rows and columns are known. Any sum and
difference of the totals weighs a cell in row t and column r by a[t] + b[r]. Draw the rows and columns as
nodes, and each cell that has people as an edge between its row and its column, as heavy as it has people.
The weights are 0 along an edge exactly if a[t] = -b[r], so the cells that stay are those between nodes with
different labels: a cut. The smallest group that can be computed is therefore the least cut of the
graph (M. Stoer, F. Wagner: A simple min-cut algorithm, Journal of the ACM 44 (1997), 585-591).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def small_cut(table: NDArray[np.int64], floor: int) -> set[int] | None:
    """One side of a cut with 1 to ``floor`` - 1 people, or None if there is none.

    ``table`` has the people of each row and column. Nodes are numbered: rows first, then columns.
    """
    rows, columns = table.shape
    graph = np.zeros((rows + columns, rows + columns), dtype=np.int64)
    graph[:rows, rows:] = table
    graph[rows:, :rows] = table.T
    merged = [{n} for n in range(len(graph))]
    graph, merged = _contracted(graph, merged, floor)
    while len(graph) > 1:
        before, last, weight = _phase(graph)
        if 0 < weight < floor:
            return merged[last]
        if weight:
            graph, merged = _contracted(*_join(graph, merged, before, last), floor)
        else:
            graph, merged = _without(graph, merged, last)
    return None


def _phase(graph: NDArray[np.int64]) -> tuple[int, int, int]:
    """The last two nodes of a maximum adjacency order, and the weight that cuts off the last one."""
    weights = graph[0].copy()
    left = np.ones(len(graph), dtype=bool)
    left[0] = False
    before, last = 0, 0
    for _ in range(len(graph) - 1):
        before, last = last, int(np.where(left, weights, -1).argmax())
        left[last] = False
        if left.any():
            weights += graph[last]
    return before, last, int(graph[last].sum())


def _contracted(
    graph: NDArray[np.int64], merged: list[set[int]], floor: int
) -> tuple[NDArray[np.int64], list[set[int]]]:
    """No small cut separates nodes whose edge alone is heavy enough: they become one."""
    while len(graph) > 1:
        heavy = int(graph.argmax())
        one, other = divmod(heavy, len(graph))
        if graph[one, other] < floor:
            break
        graph, merged = _join(graph, merged, one, other)
    return graph, merged


def _join(
    graph: NDArray[np.int64], merged: list[set[int]], one: int, other: int
) -> tuple[NDArray[np.int64], list[set[int]]]:
    graph = graph.copy()
    graph[one] += graph[other]
    graph[:, one] += graph[:, other]
    graph[one, one] = 0
    merged = [nodes | merged[other] if n == one else nodes for n, nodes in enumerate(merged)]
    return _without(graph, merged, other)


def _without(
    graph: NDArray[np.int64], merged: list[set[int]], node: int
) -> tuple[NDArray[np.int64], list[set[int]]]:
    keep = [n for n in range(len(graph)) if n != node]
    return graph[np.ix_(keep, keep)], [merged[n] for n in keep]
