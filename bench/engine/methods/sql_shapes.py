"""The rolling and cumulative KPIs by hand: daily sums, one window over them, the month's last day.

Kept apart from the other SQL, because few analysts write it so; it is the reference for these answers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from methods.sql_fused import connect as connect_raw
from methods.sql_fused import subject

NAME = "SQL by hand, a window over daily sums"


def statement(level: str) -> str:
    """Every subject has a row for every day, so that a window is a number of rows."""
    calls, won = subject("activity", "at", level), subject("deal", "closed", level)
    return f"""
    WITH daily AS (
        SELECT at_local::DATE AS day, {calls} AS subject, count(*) AS calls, 0 AS won, 0 AS value
        FROM activity WHERE kind = 'call' AND outcome = 'held' GROUP BY ALL
        UNION ALL
        SELECT closed_local::DATE, {won}, 0, count(*), sum(amount)
        FROM deal WHERE status = 'won' GROUP BY ALL
    ), filled AS (
        SELECT spine.day, who.subject, sum(calls) AS calls, sum(won) AS won, sum(value) AS value
        FROM (SELECT DISTINCT subject FROM daily) AS who CROSS JOIN spine
        LEFT JOIN daily ON daily.day = spine.day AND daily.subject IS NOT DISTINCT FROM who.subject
        GROUP BY ALL
    )
    SELECT date_trunc('month', day) AS month, subject,
        coalesce(sum(calls) OVER last_28, 0) AS bench_calls_28_days,
        coalesce(sum(value) OVER last_28, 0) AS bench_won_value_28_days,
        coalesce(sum(value) OVER so_far, 0) AS bench_won_value_so_far,
        coalesce(sum(won) OVER so_far, 0) AS bench_won_deals_so_far
    FROM filled
    WINDOW so_far AS (PARTITION BY subject ORDER BY day),
        last_28 AS (PARTITION BY subject ORDER BY day ROWS BETWEEN 27 PRECEDING AND CURRENT ROW)
    QUALIFY day = last_day(day)
    """


def connect(folder: Path, threads: int) -> duckdb.DuckDBPyConnection:
    return connect_raw(folder, threads)


def shapes(state: duckdb.DuckDBPyConnection, level: str) -> pa.Table:
    return state.sql(statement(level)).to_arrow_table()


def tables(answer: Any) -> list[pa.Table]:
    return [answer]
