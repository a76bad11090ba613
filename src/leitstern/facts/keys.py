"""What can identify the rows of a list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from leitstern.facts.naming import likeness, names_of, plain

if TYPE_CHECKING:
    import pyarrow as pa

#: What identifies records of facts that have no number of their own.
NATURAL = {
    "exchange_rate": ("day", "currency"),
    "membership": ("person", "team", "valid_from"),
    "deal_share": ("deal", "person"),
}
#: Between the columns of a key in a question and its answer.
AND = " + "
#: Columns of which pairs are tried.
_TRIED = 8


def identify(rows: pa.Table, columns: Sequence[str]) -> bool:
    """Whether the columns are, together, different in every row, and the first is filled."""
    if rows[columns[0]].null_count:
        return False
    return bool(rows.select(list(columns)).group_by(list(columns)).aggregate([]).num_rows == rows.num_rows)


def identifying(fact: str, rows: pa.Table, never: Collection[str] = ()) -> list[tuple[str, ...]]:
    """The keys a list can have: columns that are filled and different in every row, the most telling name
    first; where no column is, pairs of them. ``never`` are columns that change, such as amounts."""
    names = [*names_of(fact, "key"), *names_of(fact, "name"), *names_of(fact, "company")]
    columns = [column for column in rows.column_names if column != "_line" and column not in never]
    columns.sort(key=lambda column: -likeness(plain(column), names))
    alone: list[tuple[str, ...]] = [(column,) for column in columns if identify(rows, (column,))]
    return alone or [pair for pair in combinations(columns[:_TRIED], 2) if identify(rows, pair)]
