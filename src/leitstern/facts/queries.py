"""DuckDB in two idioms that leave nothing open on the connection.

A connection whose last result was not read to its end refuses to take an Arrow table. So a single row
is always read with everything behind it, and a table is lent for a statement and taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def first_row(
    con: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()
) -> tuple[Any, ...] | None:
    """The first row of a query that has few, None where there is none."""
    rows = con.execute(sql, list(values)).fetchall()
    return rows[0] if rows else None


@contextmanager
def lent(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> Iterator[None]:
    """An Arrow table that statements inside can read by name."""
    con.register(name, table)
    try:
        yield
    finally:
        con.unregister(name)
