"""Insert or update by key, inside the transaction of the caller.

A mapping names some of a fact's fields: an update changes these and leaves the others alone. A row
that would change nothing is unchanged, and no batch is noted for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.facts import undo
from leitstern.facts.model import FACTS, TECHNICAL
from leitstern.facts.queries import lent

if TYPE_CHECKING:
    import duckdb

    from leitstern.facts.convert import Converted


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows. ``set_aside`` holds (line, reason, key) of rows that were not written:
    ``duplicate_key`` where a later row overruled them, ``key_unknown`` where there is
    nothing to extend.
    """

    loaded: int
    updated: int
    unchanged: int
    removed: int
    set_aside: list[tuple[int, str, str]]


def upsert(con: duckdb.DuckDBPyConnection, rows: Converted, *, source: str, batch: int) -> Counts:
    """Write converted rows into their fact's table.

    Of several rows with one key the last one counts. The earlier ones are duplicates, except that
    with ``rows.repeats`` those equal to the last one are unchanged.
    """
    fact = FACTS[rows.fact].name
    fields = [f'"{FACTS[rows.fact].by_name[name].name}"' for name in rows.fields]
    columns = ", ".join(["key", "source_row", "deleted", *fields])
    with lent(con, "incoming_rows", rows.table):
        con.execute(f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT {columns} FROM incoming_rows")
    duplicates, repeated = _drop_duplicates(con, fields, repeats=rows.repeats)
    _classify(con, fact, fields, extends=rows.extends)
    unknown = con.execute(
        "SELECT i.source_row, i.key FROM incoming i JOIN fate ON fate.key = i.key "
        "WHERE fate.fate = 'unknown' ORDER BY i.source_row"
    ).fetchall()
    counts = dict(con.execute("SELECT fate, count(*) FROM fate GROUP BY fate").fetchall())
    undo.keep(con, fact, [*TECHNICAL, *(f.name for f in FACTS[rows.fact].fields if not f.derived)], batch)
    _write(con, fact, fields, source, batch)
    con.execute("DROP TABLE incoming")
    con.execute("DROP TABLE fate")
    return Counts(
        loaded=counts.get("new", 0),
        updated=counts.get("changed", 0) + counts.get("removed", 0),
        unchanged=counts.get("same", 0) + repeated,
        removed=counts.get("removed", 0),
        set_aside=[(line, "duplicate_key", key) for line, key in duplicates]
        + [(line, "key_unknown", key) for line, key in unknown],
    )


def _drop_duplicates(
    con: duckdb.DuckDBPyConnection, fields: list[str], *, repeats: bool
) -> tuple[list[tuple[int, str]], int]:
    """Keep the last row of each key; returns the rows overruled and how many merely repeated it."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE last_row AS "
        "SELECT key, max(source_row) AS source_row FROM incoming GROUP BY key HAVING count(*) > 1"
    )
    differs = _differs(fields, "i", "w") if repeats else "true"
    dropped = con.execute(
        f"SELECT i.source_row, i.key, {differs} OR i.deleted <> w.deleted FROM incoming i "
        "JOIN last_row l ON l.key = i.key AND i.source_row < l.source_row "
        "JOIN incoming w ON w.key = l.key AND w.source_row = l.source_row ORDER BY i.source_row"
    ).fetchall()
    if dropped:
        con.execute(
            "DELETE FROM incoming USING last_row l "
            "WHERE incoming.key = l.key AND incoming.source_row < l.source_row"
        )
    con.execute("DROP TABLE last_row")
    overruled = [(line, key) for line, key, different in dropped if different]
    return overruled, len(dropped) - len(overruled)


def _differs(fields: list[str], left: str, right: str) -> str:
    """SQL: whether two rows differ in any of the fields."""
    return "(" + " OR ".join(f"{left}.{name} IS DISTINCT FROM {right}.{name}" for name in fields) + ")"


def _classify(con: duckdb.DuckDBPyConnection, fact: str, fields: list[str], *, extends: bool) -> None:
    """``fate``: key -> new, changed, removed, same, or unknown where only known keys may be extended."""
    absent = "unknown" if extends else "new"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE fate AS SELECT i.key, CASE "
        "WHEN i.deleted THEN CASE WHEN f.key IS NULL THEN 'same' ELSE 'removed' END "
        f"WHEN f.key IS NULL THEN '{absent}' "
        f"WHEN {_differs(fields, 'i', 'f')} THEN 'changed' ELSE 'same' END AS fate "
        f'FROM incoming i LEFT JOIN "{fact}" f ON f.key = i.key'
    )


def _write(con: duckdb.DuckDBPyConnection, fact: str, fields: list[str], source: str, batch: int) -> None:
    sets = ", ".join(f"{name} = i.{name}" for name in fields)
    con.execute(
        f'UPDATE "{fact}" SET {sets}, source_file = ?, source_row = i.source_row, batch = ? '
        "FROM incoming i JOIN fate ON fate.key = i.key AND fate.fate = 'changed' "
        f'WHERE "{fact}".key = i.key',
        [source, batch],
    )
    con.execute(f'DELETE FROM "{fact}" USING fate WHERE "{fact}".key = fate.key AND fate.fate = \'removed\'')
    columns = ", ".join(["key", "source_file", "source_row", "batch", *fields])
    values = ", ".join(["i.key", "?", "i.source_row", "?", *(f"i.{name}" for name in fields)])
    con.execute(
        f'INSERT INTO "{fact}" ({columns}) SELECT {values} '
        "FROM incoming i JOIN fate ON fate.key = i.key AND fate.fate = 'new' ORDER BY i.source_row",
        [source, batch],
    )
    con.execute(
        "INSERT INTO change SELECT ?, key, ? FROM fate WHERE fate NOT IN ('same', 'unknown') "
        "AND NOT EXISTS (SELECT 1 FROM change c WHERE c.fact = ? AND c.batch = ? AND c.key = fate.key)",
        [fact, batch, fact, batch],
    )
