"""Which months of which facts differ from the generation before.

Every month of a fact has a fingerprint over its encoded rows. Ids of people, companies and so on stay
the same from one generation to the next, so equal rows have equal fingerprints, and whatever changed
a row - a late record, a new membership, a rate - shows in the months it touches and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from leitstern.engine import layout
from leitstern.engine.backends import OWN_TABLES
from leitstern.engine.stands import PARTS
from leitstern.facts.model import FACTS
from leitstern.facts.queries import first_row
from leitstern.periods.grains import month_number

if TYPE_CHECKING:
    import duckdb

#: Raised whenever preparing or computing changes its meaning: older generations are not built upon.
ENGINE_VERSION = 5

#: The "date" of a fingerprint of a whole table.
WHOLE = ""

#: A month, in the encoding of ``layout.month``, of one date of a fact.
Months = dict[tuple[str, str], set[int]]


def write(con: duckdb.DuckDBPyConnection) -> None:
    """Write ``fingerprint`` (fact, date, month, rows, sum) of all encoded tables, months and wholes."""
    con.execute(
        "CREATE TABLE fingerprint (fact VARCHAR, date VARCHAR, month INTEGER, rows BIGINT, sum HUGEINT)"
    )
    for statement in _statements(con):
        con.execute(f"INSERT INTO fingerprint {statement}")


def differing(con: duckdb.DuckDBPyConnection) -> int:
    """How many fingerprints of a generation are no longer those of its rows.

    0 where they cannot be told: another version of the program, or of the database, made them.
    """
    import duckdb

    row = first_row(con, "SELECT value FROM meta")
    meta = json.loads(row[0]) if row else {}
    if (meta.get("engine"), meta.get("duckdb")) != (ENGINE_VERSION, duckdb.__version__):
        return 0
    now = " UNION ALL ".join(f"({statement})" for statement in _statements(con))
    found = first_row(
        con,
        f"""
        SELECT count(*) FROM (
            (SELECT * FROM fingerprint EXCEPT ALL (SELECT * FROM ({now})))
            UNION ALL ((SELECT * FROM ({now})) EXCEPT ALL SELECT * FROM fingerprint))
        """,
    )
    return int(found[0]) if found else 0


def _statements(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What reads the fingerprints of each table: of its months by each date, and of the whole."""
    present = {name for (name,) in con.execute(OWN_TABLES).fetchall()}
    tables = {fact.name: (fact.name, (WHOLE, *(d.name for d in fact.dates))) for fact in layout.ENCODED}
    tables[layout.SHARED] = (layout.SHARED_FACT, tables[layout.SHARED_FACT][1])
    stretch = (layout.SINCE, layout.UNTIL)
    tables |= {layout.versions(name): (name, stretch) for name in layout.LIVES}
    tables[layout.parts_of(layout.versions(layout.SHARED_FACT))] = (layout.SHARED_FACT, stretch)
    for table, (name, dates) in tables.items():
        if table not in present:
            continue
        fact = FACTS[name]
        digest = f"sum(CAST(hash({_content(con, table, fact.name)}) AS HUGEINT))"
        for on in dates:
            month = layout.month(on) if on else "NULL"
            only = f"WHERE {month} IS NOT NULL" if on else ""
            yield (
                f"SELECT '{fact.name}' AS fact, '{on}' AS date, CAST({month} AS INTEGER) AS month, "
                f"count(*) AS rows, CAST({digest} AS HUGEINT) AS sum FROM {table} {only} GROUP BY ALL"
            )


def _content(con: duckdb.DuckDBPyConnection, table: str, fact: str) -> str:
    """The columns that decide about values: keys, and ids that nobody refers to, only name a row."""
    named = {"key", "version"} if layout.is_referred_to(FACTS[fact]) else {"key", "id", "version"}
    columns = con.execute(
        "SELECT column_name FROM duckdb_columns() "
        "WHERE database_name = current_database() AND table_name = ? ORDER BY column_index",
        [table],
    ).fetchall()
    return ", ".join(f'"{name}"' for (name,) in columns if name not in named)


def changed(con: duckdb.DuckDBPyConnection) -> Months:
    """Months, by fact and date, in which this generation differs from ``previous``; -1: the whole."""
    rows = con.execute(
        """
        SELECT DISTINCT fact, date, coalesce(month, -1) FROM (
            (SELECT * FROM fingerprint EXCEPT SELECT * FROM previous.fingerprint)
            UNION (SELECT * FROM previous.fingerprint EXCEPT SELECT * FROM fingerprint))
        """
    ).fetchall()
    found: Months = {}
    for fact, on, month in rows:
        found.setdefault((fact, on), set()).add(month)
    return found


def closed_since(con: duckdb.DuckDBPyConnection) -> dict[str, set[int]]:
    """Months, by the part's id, of days that are closed here and not in ``previous``, or the other way."""
    rows = con.execute(
        f"""
        SELECT id, first_day, last_day FROM (
            (SELECT * FROM {PARTS} EXCEPT SELECT * FROM previous.{PARTS})
            UNION (SELECT * FROM previous.{PARTS} EXCEPT SELECT * FROM {PARTS}))
        """
    ).fetchall()
    found: dict[str, set[int]] = {}
    for part, first, last in rows:
        months = (month_number(date.fromordinal(day)) for day in (first, last))
        found.setdefault(part, set()).update(range(*months))
        found[part].add(month_number(date.fromordinal(last)))
    return found


def sharing_changed(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether deals are divided here and were not in ``previous``, or the other way."""
    rows = con.execute(
        "SELECT database_name FROM duckdb_tables() WHERE table_name = ?", [layout.SHARED]
    ).fetchall()
    return len(rows) == 1


def trees_changed(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether a member counts for other teams than in ``previous``, which no record's fingerprint tells."""
    row = first_row(
        con,
        """
        SELECT count(*) FROM (
            (SELECT * FROM member_team EXCEPT SELECT * FROM previous.member_team)
            UNION (SELECT * FROM previous.member_team EXCEPT SELECT * FROM member_team))
        WHERE member IN (SELECT id FROM previous.member)
        """,
    )
    return row != (0,)
