"""Taking an import back: its new records go, those it changed or deleted are again as they were before it.

Each import keeps the rows that it overwrites, in one table per fact (``before_<fact>``, with the import that
``replaced`` them). A record that a later import changed again cannot be taken back alone: that import goes
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.facts.model import FACTS
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb

#: The tables of the books that have rows of each import; its entry in ``batch`` stays.
_BOOKS = ("receipt", "set_aside", "reading", "gone", "change")


def table(fact: str) -> str:
    """The table of rows of a fact that imports overwrote."""
    return f"before_{fact}"


def keep(con: duckdb.DuckDBPyConnection, fact: str, columns: Sequence[str], batch: int) -> None:
    """Keep the rows that the import in ``fate`` changes or removes, as they were before the import began."""
    listed = ", ".join(f'f."{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    con.execute(
        f'INSERT INTO "{table(fact)}" (replaced, {names}) SELECT ?, {listed} FROM "{fact}" f '
        "JOIN fate ON fate.key = f.key AND fate.fate IN ('changed', 'removed') WHERE f.batch <> ? "
        f'AND NOT EXISTS (SELECT 1 FROM "{table(fact)}" b WHERE b.replaced = ? AND b.key = f.key)',
        [batch, batch, batch],
    )


def undo(con: duckdb.DuckDBPyConnection, number: int, by: int) -> None:
    """Take import ``number`` back, as import ``by``, inside the transaction of the caller.

    Raises ``Problem`` where there is no such import, where it is older than what is kept, and where a later
    one changed some of its records.
    """
    if first_row(con, "SELECT 1 FROM receipt WHERE batch = ?", [number]) is None:
        raise Problem("facts.undo_unknown", batch=number)
    kept_since = first_row(con, "SELECT min(since) FROM kept")
    if kept_since is None or kept_since[0] is None or number < kept_since[0]:
        raise Problem("facts.undo_too_old", batch=number)
    _refuse_later(con, number)
    for (fact,) in con.execute("SELECT DISTINCT fact FROM change WHERE batch = ?", [number]).fetchall():
        name = FACTS[fact].name
        con.execute(
            f'DELETE FROM "{name}" USING change c WHERE c.fact = ? AND c.batch = ? AND c.key = "{name}".key',
            [fact, number],
        )
        con.execute(
            f'INSERT INTO "{name}" BY NAME SELECT * EXCLUDE (replaced) FROM "{table(name)}" '
            "WHERE replaced = ?",
            [number],
        )
        con.execute(f'DELETE FROM "{table(name)}" WHERE replaced = ?', [number])
    con.execute("INSERT INTO change SELECT fact, key, ? FROM change WHERE batch = ?", [by, number])
    for book in _BOOKS:
        con.execute(f"DELETE FROM {book} WHERE batch = ?", [number])


def _refuse_later(con: duckdb.DuckDBPyConnection, number: int) -> None:
    """Raise a ``Problem`` that names the imports to take back first."""
    rows = con.execute(
        "SELECT l.batch, count(DISTINCT (l.fact, l.key)), "
        "(SELECT string_agg(DISTINCT r.file, ', ') FROM receipt r WHERE r.batch = l.batch) "
        "FROM change c JOIN change l ON l.fact = c.fact AND l.key = c.key AND l.batch > c.batch "
        "JOIN receipt k ON k.batch = l.batch WHERE c.batch = ? GROUP BY l.batch ORDER BY l.batch DESC",
        [number],
    ).fetchall()
    if rows:
        batch, count, files = rows[0]
        raise Problem("facts.undo_later", batch=number, later=batch, count=count, files=files)
