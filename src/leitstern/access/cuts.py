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
    nodes = [{n} for n in range(len(graph))]
    graph, nodes = _contracted(graph, nodes, floor)
    while len(graph) > 1:
        before, last, weight = _phase(graph)
        if 0 < weight < floor:
            return nodes[last]
        # Without a small cut between the two, they are one; without any way between, each is on its own.
        graph, nodes = (
            _contracted(*_joined(graph, nodes, [(before, last)]), floor)
            if weight
            else (np.delete(np.delete(graph, last, 0), last, 1), nodes[:last] + nodes[last + 1 :])
        )
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
        weights += graph[last]
    return before, last, int(graph[last].sum())


def _contracted(
    graph: NDArray[np.int64], nodes: list[set[int]], floor: int
) -> tuple[NDArray[np.int64], list[set[int]]]:
    """No small cut separates nodes whose edge alone is heavy enough: they become one."""
    while len(heavy := np.argwhere(np.triu(graph) >= floor)):
        graph, nodes = _joined(graph, nodes, [(int(a), int(b)) for a, b in heavy])
    return graph, nodes


def _joined(
    graph: NDArray[np.int64], nodes: list[set[int]], pairs: list[tuple[int, int]]
) -> tuple[NDArray[np.int64], list[set[int]]]:
    """The graph with the nodes of each pair made one."""
    leader = list(range(len(nodes)))

    def lead(node: int) -> int:
        while leader[node] != node:
            node = leader[node]
        return node

    for one, other in pairs:
        leader[lead(other)] = lead(one)
    leads = [lead(n) for n in range(len(nodes))]
    kept = sorted(set(leads))
    into = np.array(leads)[:, None] == np.array(kept)[None, :]
    joined = into.T.astype(np.int64) @ graph @ into.astype(np.int64)
    np.fill_diagonal(joined, 0)
    members = [set().union(*(nodes[n] for n in np.flatnonzero(column))) for column in into.T]
    return joined, members
