"""Lists without a key that are exported again and again: a row that changed counts twice.

Nobody can tell such a row from a new one. But where a file brings new rows of days that an earlier file of
its sort has told of, and lacks some of that file's, it may be so: that is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.facts.model import FACTS
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb

    from leitstern.facts.gone import SameSort
    from leitstern.facts.incoming import Incoming


def count(
    con: duckdb.DuckDBPyConnection, rows: Incoming, source: str, batch: int, same_sort: SameSort
) -> int:
    """How many records that earlier files of a sort brought lie within the days of a file that was loaded now
    from ``source``, and are not in it, though it has new ones of the same days. 0 for tables with keys."""
    fact = rows.fact
    date = FACTS[fact].main_date
    if not rows.by_text or date is None or f'"{date}"' not in rows.fields:
        return 0
    names = con.execute(f'SELECT DISTINCT source_file FROM "{fact}" WHERE batch < ?', [batch]).fetchall()
    earlier = [name for (name,) in names if name is not None and name != source and same_sort(name)]
    if not earlier:
        return 0
    found = first_row(
        con,
        f'WITH known AS (SELECT key, "{date}" AS day FROM "{fact}" '
        "WHERE batch < ? AND list_contains(?, source_file)), "
        f'fresh AS (SELECT l."{date}" AS day FROM incoming l JOIN "{fact}" f ON f.key = l.key '
        f'WHERE f.batch = ? AND l."{date}" <= (SELECT max(day) FROM known)) '
        "SELECT count(*) FROM known WHERE key NOT IN (SELECT key FROM incoming) "
        f'AND day BETWEEN (SELECT min("{date}") FROM incoming) AND (SELECT max("{date}") FROM incoming) '
        "AND EXISTS (FROM fresh)",
        [batch, earlier, batch],
    )
    return int(found[0]) if found else 0
