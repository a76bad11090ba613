"""Insert or update by key, inside the transaction of the caller.

A mapping names some of a fact's fields: an update changes these and leaves the others alone. A row
that would change nothing is unchanged, and no batch is noted for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.facts import undo
from leitstern.facts.model import FACTS, TECHNICAL
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb

    from leitstern.facts.incoming import Incoming


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows. ``set_aside`` of them were not written: the temporary table ``late`` has
    line, reason and key: ``duplicate_key`` where a later row overruled them, ``key_unknown`` where there is
    nothing to extend.
    """

    loaded: int
    updated: int
    unchanged: int
    removed: int
    set_aside: int


def upsert(con: duckdb.DuckDBPyConnection, rows: Incoming, *, source: str, batch: int) -> Counts:
    """Write the rows that have come in into their fact's table.

    Of several rows with one key the last one counts. The earlier ones are duplicates, except that
    with ``rows.repeats`` those equal to the last one are unchanged.
    """
    fact, fields = rows.fact, rows.fields
    con.execute("CREATE OR REPLACE TEMP TABLE late (line BIGINT, reason VARCHAR, key VARCHAR)")
    repeated = _drop_duplicates(con, fields, repeats=rows.repeats)
    _classify(con, fact, fields, extends=rows.extends)
    con.execute(
        "INSERT INTO late SELECT i.source_row, 'key_unknown', i.key FROM incoming i "
        "JOIN fate ON fate.key = i.key WHERE fate.fate = 'unknown' ORDER BY i.source_row"
    )
    counts = dict(con.execute("SELECT fate, count(*) FROM fate GROUP BY fate").fetchall())
    undo.keep(con, fact, [*TECHNICAL, *(f.name for f in FACTS[fact].fields if not f.derived)], batch)
    if counts.keys() <= {"new"}:
        _insert(con, fact, fields, "incoming i", source, batch)  # as they come, in the order of the file
    else:
        _write(con, fact, fields, source, batch)
    _note_changes(con, fact, batch)
    con.execute("DROP TABLE fate")
    late = first_row(con, "SELECT count(*) FROM late")
    assert late is not None
    return Counts(
        loaded=counts.get("new", 0),
        updated=counts.get("changed", 0) + counts.get("removed", 0),
        unchanged=counts.get("same", 0) + repeated,
        removed=counts.get("removed", 0),
        set_aside=late[0],
    )


def _drop_duplicates(con: duckdb.DuckDBPyConnection, fields: list[str], *, repeats: bool) -> int:
    """Keep the last row of each key; rows overruled go to ``late``. Returns how many merely repeated it."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE last_row AS "
        "SELECT key, max(place) AS place FROM incoming GROUP BY key HAVING count(*) > 1"
    )
    if not first_row(con, "SELECT 1 FROM last_row LIMIT 1"):
        con.execute("DROP TABLE last_row")
        return 0
    differs = _differs(fields, "i", "w") if repeats else "true"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE dropped AS "
        f"SELECT i.source_row, i.key, {differs} OR i.deleted <> w.deleted AS differs FROM incoming i "
        "JOIN last_row l ON l.key = i.key AND i.place < l.place "
        "JOIN incoming w ON w.key = l.key AND w.place = l.place"
    )
    con.execute(
        "DELETE FROM incoming USING last_row l WHERE incoming.key = l.key AND incoming.place < l.place"
    )
    con.execute(
        "INSERT INTO late SELECT source_row, 'duplicate_key', key FROM dropped "
        "WHERE differs ORDER BY source_row"
    )
    row = first_row(con, "SELECT count(*) FILTER (WHERE NOT differs) FROM dropped")
    assert row is not None
    con.execute("DROP TABLE dropped")
    con.execute("DROP TABLE last_row")
    repeated: int = row[0]
    return repeated


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
    new = "incoming i JOIN fate ON fate.key = i.key AND fate.fate = 'new' ORDER BY i.place"
    _insert(con, fact, fields, new, source, batch)


def _insert(
    con: duckdb.DuckDBPyConnection, fact: str, fields: list[str], new: str, source: str, batch: int
) -> None:
    columns = ", ".join(["key", "source_file", "source_row", "batch", *fields])
    values = ", ".join(["i.key", "?", "i.source_row", "?", *(f"i.{name}" for name in fields)])
    con.execute(f'INSERT INTO "{fact}" ({columns}) SELECT {values} FROM {new}', [source, batch])


def _note_changes(con: duckdb.DuckDBPyConnection, fact: str, batch: int) -> None:
    """Keep which records an import changed, each once."""
    noted = first_row(con, "SELECT 1 FROM change WHERE fact = ? AND batch = ? LIMIT 1", [fact, batch])
    again = "AND key NOT IN (SELECT key FROM change WHERE fact = ? AND batch = ?)" if noted else ""
    con.execute(
        f"INSERT INTO change SELECT ?, key, ? FROM fate WHERE fate NOT IN ('same', 'unknown') {again}",
        [fact, batch, *([fact, batch] if noted else [])],
    )
