"""Records that earlier files of a sort brought and a newer full export of it lacks: said, never deleted.

No file says whether it is a full export or a part. It is taken for a full one of the dates it covers if at
least as many of the records known from files of its sort (equal by the mapping's file pattern) are in it
again as are missing. A record is missing if its main date lies within the file's, or if a file of the very
same name brought it; but where a file brings newer records and begins later than before, it shows the
last weeks or months only, and what lies before its first date is not missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.facts.model import FACTS
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb

EXAMPLES = 5
#: Whether a file (with its sheet after ``#``) is of the same sort.
SameSort = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Gone:
    """Records of a fact that the newest full export, ``file``, lacks; ``examples`` are keys."""

    fact: str
    file: str
    count: int
    examples: tuple[str, ...]


def begin(con: duckdb.DuckDBPyConnection) -> None:
    """Start the account of an import: which keys it brings, and which of them were known before."""
    con.execute("CREATE OR REPLACE TEMP TABLE brought (fact VARCHAR, key VARCHAR, known BOOLEAN)")


def note(con: duckdb.DuckDBPyConnection, fact: str) -> None:
    """Add the keys of the table that comes in, those of rows set aside too. Called before it is written."""
    con.execute(
        "INSERT INTO brought SELECT DISTINCT ?, i.key, f.key IS NOT NULL "
        f'FROM incoming_keys i LEFT JOIN "{FACTS[fact].name}" f ON f.key = i.key WHERE i.key IS NOT NULL',
        [fact],
    )


def finish(
    con: duckdb.DuckDBPyConnection, batch: int, sorts: Iterable[tuple[str, str, SameSort]]
) -> list[Gone]:
    """Compare what was brought with what was known. ``sorts``: fact, file and its sort, for each table.

    Keeps the keys in ``gone`` until a later file has them again.
    """
    con.execute("DELETE FROM gone USING brought b WHERE gone.fact = b.fact AND gone.key = b.key")
    found = []
    for fact, file, same_sort in sorts:
        missing = _missing(con, fact, file, same_sort)
        if missing:
            con.executemany(
                "INSERT INTO gone SELECT ?, ?, ?, ? WHERE NOT EXISTS "
                "(SELECT 1 FROM gone WHERE fact = ? AND key = ?)",
                [(fact, key, file, batch, fact, key) for key in missing],
            )
            found.append(Gone(fact, file, len(missing), tuple(missing[:EXAMPLES])))
    con.execute("DROP TABLE brought")
    return found


def _missing(con: duckdb.DuckDBPyConnection, fact: str, file: str, same_sort: SameSort) -> list[str]:
    """Keys of a fact that a file lacks, if it is a full export; none if it is not."""
    names = con.execute(f'SELECT DISTINCT source_file FROM "{fact}"').fetchall()
    sort = [name for (name,) in names if name is not None and same_sort(name)]
    date = FACTS[fact].main_date
    at = "NULL::TIMESTAMP" if date is None else f'f."{date}"::TIMESTAMP'
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE compared AS SELECT f.key, f.source_file = ? AS same, {at} AS dated, "
        f'b.key IS NOT NULL AS here, coalesce(b.known, true) AS known FROM "{fact}" f '
        "LEFT JOIN (SELECT key, bool_or(known) AS known FROM brought WHERE fact = ? GROUP BY key) b "
        "ON b.key = f.key WHERE b.key IS NOT NULL OR list_contains(?, f.source_file)",
        [file, fact, sort],
    )
    row = first_row(
        con,
        "SELECT count(*) FILTER (WHERE here AND known), min(dated) FILTER (WHERE here), "
        "max(dated) FILTER (WHERE here), "
        "coalesce(max(dated) FILTER (WHERE here) > max(dated) FILTER (WHERE known), false) FROM compared",
    )
    assert row is not None
    again, first, last, moves_on = row
    within = "NOT here AND (dated IS NULL OR dated BETWEEN ? AND ? OR ? IS NULL)"
    before = "same AND NOT (dated < ? AND ?)"
    wide = con.execute(
        f"SELECT key FROM compared WHERE ({within}) OR (NOT here AND {before}) ORDER BY key",
        [first, last, first, first, moves_on],
    ).fetchall()
    narrow = con.execute(
        f"SELECT key FROM compared WHERE {within} ORDER BY key", [first, last, first]
    ).fetchall()
    con.execute("DROP TABLE compared")
    return next(([key for (key,) in keys] for keys in (wide, narrow) if len(keys) <= again), [])
