"""SQL by hand, one query per KPI, as dashboards and most semantic layers ask."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
from questions import CONVERSION_DAYS, MEETINGS

from methods.sql_fused import connect as connect_raw
from methods.sql_fused import local, subject

NAME = "SQL by hand, one query per KPI"

HELD_CALL = "kind = 'call' AND outcome = 'held'"
HELD_MEETING = f"kind IN {MEETINGS} AND outcome = 'held'"
IN_TIME = f"date_diff('day', created_local, converted_local) BETWEEN 0 AND {CONVERSION_DAYS}"

#: KPI: table, date, aggregate, filter
SIMPLE = {
    "bench_calls": ("activity", "at", "count(*)", HELD_CALL),
    "bench_emails_sent": ("activity", "at", "count(*)", "kind = 'email' AND direction = 'out'"),
    "bench_meetings_held": ("activity", "at", "count(*)", HELD_MEETING),
    "bench_no_show_rate": (
        "activity",
        "at",
        "count(*) FILTER (outcome = 'no_show') / count(*)",
        f"kind IN {MEETINGS} AND outcome IN ('held', 'no_show')",
    ),
    "bench_call_minutes": ("activity", "at", "sum(minutes)", HELD_CALL),
    "bench_meeting_minutes": ("activity", "at", "avg(minutes)", HELD_MEETING),
    "bench_companies_contacted": ("activity", "at", "count(DISTINCT company)", "outcome = 'held'"),
    "bench_deals_created": ("deal", "created", "count(*)", "true"),
    "bench_pipeline_created": ("deal", "created", "sum(amount)", "true"),
    "bench_won_deals": ("deal", "closed", "count(*)", "status = 'won'"),
    "bench_won_value": ("deal", "closed", "sum(amount)", "status = 'won'"),
    "bench_win_rate": (
        "deal",
        "closed",
        "count(*) FILTER (status = 'won') / count(*)",
        "status IN ('won', 'lost')",
    ),
    "bench_deal_value": ("deal", "closed", "sum(amount)::DOUBLE / count(*)", "status = 'won'"),
    "bench_sales_cycle": (
        "deal",
        "closed",
        "median(date_diff('day', created_local, closed_local))",
        "status = 'won'",
    ),
    "bench_proposals": ("deal_event", "at", "count(*)", "field = 'stage' AND new = 'proposal'"),
    "bench_new_leads": ("lead", "created", "count(*)", "true"),
    "bench_sql": ("lead", "sql", "count(*)", "true"),
    "bench_lead_conversion": ("lead", "created", f"count(*) FILTER ({IN_TIME}) / count(*)", "true"),
    "bench_nps": (
        "survey_response",
        "at",
        "100.0 * (count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / count(*)",
        "kind = 'nps'",
    ),
}
SPEND = ("spend", "at", "sum(amount)::DOUBLE", "area = 'marketing'")


def _query(name: str, asked: tuple[str, str, str, str], level: str) -> str:
    table, stem, aggregate, where = asked
    date = local(table, stem)
    return (
        f"SELECT date_trunc('month', {date}) AS month, {subject(table, stem, level)} AS subject, "
        f"{aggregate} AS {name} FROM {table} WHERE {date} IS NOT NULL AND {where} GROUP BY ALL"
    )


def statements(level: str) -> list[str]:
    queries = [_query(name, asked, level) for name, asked in SIMPLE.items()]
    leads = _query("leads", SIMPLE["bench_new_leads"], level)
    spend = _query("spend", SPEND, level)
    queries.append(
        "SELECT l.month, l.subject, coalesce(s.spend, 0) / l.leads AS bench_cost_per_lead "
        f"FROM ({leads}) AS l LEFT JOIN ({spend}) AS s "
        "ON s.month = l.month AND s.subject IS NOT DISTINCT FROM l.subject"
    )
    return queries


def connect(folder: Path, threads: int) -> duckdb.DuckDBPyConnection:
    return connect_raw(folder, threads)


def level(state: duckdb.DuckDBPyConnection, level: str) -> list[pa.Table]:
    return [state.sql(query).to_arrow_table() for query in statements(level)]


def tables(answer: list[pa.Table]) -> list[pa.Table]:
    return answer
