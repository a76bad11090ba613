"""What a generation holds of each fact, up to when, and how long its source is usually silent.

A source counts as late once it has been silent clearly longer than in the year before its newest
record, so that a yearly list is not late in March and a call log is late after a week.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from leitstern.engine import asides, layout, stands
from leitstern.facts.model import Fact
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb

#: Dates that tell of plans; a record that names one of them has still arrived before it.
PLANNED = frozenset({"expected_close_at", "ended_at"})
#: Silence is late from this many times the longest silence of the year before.
LATE_FACTOR = 1.5
LEAST_DAYS = 7
#: Where there is too little history to tell what is usual, or no date that orders the records.
UNKNOWN_DAYS = 400
LEAST_HISTORY = 5


@dataclass(frozen=True, slots=True)
class Coverage:
    """Records of a fact, the newest day among them that is not in the future, and the days of
    silence after which its source is late."""

    rows: int
    newest_day: int | None
    late_after: int


def describe(con: duckdb.DuckDBPyConnection, today: date) -> None:
    """Write ``range`` (first and last day of each date) and ``delivered`` (see ``Coverage``)."""
    con.execute("CREATE TABLE range (fact VARCHAR, date VARCHAR, first_day INTEGER, last_day INTEGER)")
    con.execute("CREATE TABLE delivered (fact VARCHAR, rows BIGINT, newest_day INTEGER, late_after INTEGER)")
    for fact in layout.ENCODED:
        all_of = asides.delivered(con, fact.name)
        for d in fact.dates:
            day = layout.day(d.name)
            con.execute(
                f"INSERT INTO range SELECT '{fact.name}', '{d.name}', min({day}), max({day}) FROM {all_of}"
            )
        for name in (layout.SINCE, layout.UNTIL) if fact.name in layout.LIVES else ():
            day = layout.day(name)
            con.execute(
                f"INSERT INTO range SELECT '{fact.name}', '{name}', min({day}), max({day}) "
                f"FROM {asides.delivered(con, layout.versions(fact.name))}"
            )
        _with_closed(con, fact)
        rows, newest = _newest(con, fact, all_of, today.toordinal())
        late_after = _late_after(con, fact, all_of, newest)
        con.execute("INSERT INTO delivered VALUES (?, ?, ?, ?)", [fact.name, rows, newest, late_after])


def _with_closed(con: duckdb.DuckDBPyConnection, fact: Fact) -> None:
    """Let ranges reach over the days of closed rows, also where no record is left."""
    con.execute(
        f"""
        UPDATE range SET first_day = least(first_day, kept.first), last_day = greatest(last_day, kept.last)
        FROM (SELECT p."on" AS date, min(r.day) AS first, max(r.day) AS last
              FROM {stands.ROWS} r JOIN {stands.PARTS} p ON p.number = r.part WHERE p.fact = '{fact.name}'
              GROUP BY p."on") kept
        WHERE range.fact = '{fact.name}' AND range.date = kept.date
        """
    )


def _newest(con: duckdb.DuckDBPyConnection, fact: Fact, all_of: str, today: int) -> tuple[int, int | None]:
    days = [layout.day(d.name) for d in fact.dates if d.name not in PLANNED]
    newest = ", ".join(["NULL::INTEGER", *(f"max({day}) FILTER (WHERE {day} <= {today})" for day in days)])
    row = first_row(con, f"SELECT count(*), greatest({newest}) FROM {all_of}")
    assert row is not None
    return row[0], row[1]


def _late_after(con: duckdb.DuckDBPyConnection, fact: Fact, all_of: str, newest: int | None) -> int:
    """Days of silence from which on the source is late, by the longest silence of its last year."""
    if fact.main_date is None or newest is None:
        return UNKNOWN_DAYS
    day = layout.day(fact.main_date)
    row = first_row(
        con,
        f"""
        SELECT count(*), max(day - before) FROM (
            SELECT day, lag(day) OVER (ORDER BY day) AS before
            FROM (SELECT DISTINCT {day} AS day FROM {all_of} WHERE {day} BETWEEN ? AND ?))
        """,
        [newest - 365, newest],
    )
    assert row is not None
    if row[0] < LEAST_HISTORY:
        return UNKNOWN_DAYS
    longest: int = row[1]
    return max(LEAST_DAYS, math.ceil(LATE_FACTOR * longest))
