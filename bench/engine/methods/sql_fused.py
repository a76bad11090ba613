"""SQL by hand, as a good analyst writes it: one pass per fact table and date, FILTER aggregates.

One statement per level. The passes are stacked and folded, which is cheaper than joining them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from questions import CONVERSION_DAYS, MEETINGS

NAME = "SQL by hand, fused by fact table"

#: For each pass its table, the date, and its measures.
PASSES = {
    "activity": (
        "at",
        f"""
        count(*) FILTER (kind = 'call' AND outcome = 'held') AS calls,
        count(*) FILTER (kind = 'email' AND direction = 'out') AS emails_sent,
        count(*) FILTER (kind IN {MEETINGS} AND outcome = 'held') AS meetings_held,
        count(*) FILTER (kind IN {MEETINGS} AND outcome = 'no_show') AS no_shows,
        sum(minutes) FILTER (kind = 'call' AND outcome = 'held') AS call_minutes,
        avg(minutes) FILTER (kind IN {MEETINGS} AND outcome = 'held') AS meeting_minutes,
        count(DISTINCT company) FILTER (outcome = 'held') AS companies_contacted
        """,
    ),
    "deal created": ("created", "count(*) AS deals_created, sum(amount) AS pipeline_created"),
    "deal closed": (
        "closed",
        """
        count(*) FILTER (status = 'won') AS won_deals,
        count(*) FILTER (status = 'lost') AS lost_deals,
        sum(amount) FILTER (status = 'won') AS won_value,
        median(date_diff('day', created_local, closed_local)) FILTER (status = 'won') AS sales_cycle
        """,
    ),
    "deal_event": ("at", "count(*) FILTER (field = 'stage' AND new = 'proposal') AS proposals"),
    "lead created": (
        "created",
        f"""
        count(*) AS new_leads,
        count(*) FILTER (date_diff('day', created_local, converted_local) BETWEEN 0 AND {CONVERSION_DAYS})
            AS converted
        """,
    ),
    "lead sql": ("sql", "count(*) AS sqls"),
    "spend": ("at", "sum(amount) FILTER (area = 'marketing') AS marketing_spend"),
    "survey_response": (
        "at",
        """
        count(*) FILTER (kind = 'nps') AS answers,
        count(*) FILTER (kind = 'nps' AND score >= 9) AS promoters,
        count(*) FILTER (kind = 'nps' AND score <= 6) AS detractors
        """,
    ),
}

FOLD = """
    SELECT month, subject,
        coalesce(sum(calls), 0) AS bench_calls,
        coalesce(sum(emails_sent), 0) AS bench_emails_sent,
        coalesce(sum(meetings_held), 0) AS bench_meetings_held,
        sum(no_shows) / nullif(sum(meetings_held) + sum(no_shows), 0) AS bench_no_show_rate,
        coalesce(sum(call_minutes), 0) AS bench_call_minutes,
        max(meeting_minutes) AS bench_meeting_minutes,
        coalesce(sum(companies_contacted), 0) AS bench_companies_contacted,
        coalesce(sum(deals_created), 0) AS bench_deals_created,
        coalesce(sum(pipeline_created), 0) AS bench_pipeline_created,
        coalesce(sum(won_deals), 0) AS bench_won_deals,
        coalesce(sum(won_value), 0) AS bench_won_value,
        sum(won_deals) / nullif(sum(won_deals) + sum(lost_deals), 0) AS bench_win_rate,
        sum(won_value)::DOUBLE / nullif(sum(won_deals), 0) AS bench_deal_value,
        max(sales_cycle) AS bench_sales_cycle,
        coalesce(sum(proposals), 0) AS bench_proposals,
        coalesce(sum(new_leads), 0) AS bench_new_leads,
        coalesce(sum(sqls), 0) AS bench_sql,
        sum(converted) / nullif(sum(new_leads), 0) AS bench_lead_conversion,
        coalesce(sum(marketing_spend), 0)::DOUBLE / nullif(sum(new_leads), 0) AS bench_cost_per_lead,
        100.0 * (sum(promoters) - sum(detractors)) / nullif(sum(answers), 0) AS bench_nps
    FROM passes GROUP BY ALL
"""


def connect(folder: Path, threads: int) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(folder / "raw.duckdb"), read_only=True, config={"threads": threads})


def local(table: str, stem: str) -> str:
    """The column with the date in local time."""
    return '"at"' if table == "spend" else f"{stem}_local"


def subject(table: str, stem: str, level: str) -> str:
    """The column (or null) that says whom a record counts for."""
    person = {"deal_event": "actor", "spend": "person"}.get(table, "owner")
    return {"company": "NULL::VARCHAR", "team": f"{stem}_team", "person": person}[level]


def statement(level: str) -> str:
    parts = []
    for name, (stem, measures) in PASSES.items():
        table = name.partition(" ")[0]
        date = local(table, stem)
        parts.append(
            f"SELECT date_trunc('month', {date}) AS month, {subject(table, stem, level)} AS subject, "
            f"{measures} FROM {table} WHERE {date} IS NOT NULL GROUP BY ALL"
        )
    return f"WITH passes AS ({' UNION ALL BY NAME '.join(parts)}) {FOLD}"


def level(state: duckdb.DuckDBPyConnection, level: str) -> pa.Table:
    return state.sql(statement(level)).to_arrow_table()


def tables(answer: Any) -> list[pa.Table]:
    return [answer]
