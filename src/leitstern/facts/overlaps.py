"""Lists without a key that are exported again and again: a row that changed counts twice.

Nobody can tell such a row from a new one. But where a file brings new rows of days that an earlier file of
its sort has told of, and lacks some of that file's, it may be so: that is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.facts.model import FACTS
from leitstern.facts.queries import first_row, lent

if TYPE_CHECKING:
    import duckdb

    from leitstern.facts.convert import Converted
    from leitstern.facts.gone import SameSort


def count(
    con: duckdb.DuckDBPyConnection, rows: Converted, source: str, batch: int, same_sort: SameSort
) -> int:
    """How many records that earlier files of a sort brought lie within the days of a file that was loaded now
    from ``source``, and are not in it, though it has new ones of the same days. 0 for tables with keys."""
    date = FACTS[rows.fact].main_date
    if rows.keys is not None or date is None or date not in rows.table.column_names:
        return 0
    names = con.execute(f'SELECT DISTINCT source_file FROM "{rows.fact}" WHERE batch < ?', [batch]).fetchall()
    earlier = [name for (name,) in names if name is not None and name != source and same_sort(name)]
    if not earlier:
        return 0
    with lent(con, "listed", rows.table.select(["key", date])):
        found = first_row(
            con,
            f'WITH known AS (SELECT key, "{date}" AS day FROM "{rows.fact}" '
            "WHERE batch < ? AND list_contains(?, source_file)), "
            f'fresh AS (SELECT l."{date}" AS day FROM listed l JOIN "{rows.fact}" f ON f.key = l.key '
            f'WHERE f.batch = ? AND l."{date}" <= (SELECT max(day) FROM known)) '
            "SELECT count(*) FROM known WHERE key NOT IN (SELECT key FROM listed) "
            f'AND day BETWEEN (SELECT min("{date}") FROM listed) AND (SELECT max("{date}") FROM listed) '
            "AND EXISTS (FROM fresh)",
            [batch, earlier, batch],
        )
    return int(found[0]) if found else 0
