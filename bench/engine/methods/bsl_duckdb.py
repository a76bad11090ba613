"""boring-semantic-layer (Ibis) on DuckDB: a semantic table per fact and date, asked for all its measures.

Ratios within one table are its own calculated measures. Cost per lead crosses two tables, and the layer
joins tables by key, not by period; so the two answers are joined afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from boring_semantic_layer import SemanticModel, to_semantic_table
from questions import CONVERSION_DAYS

NAME = "boring-semantic-layer 0.3.18 on DuckDB"

MEETINGS = ["meeting", "visit", "demo"]


def _call(t: Any) -> Any:
    return (t.kind == "call") & (t.outcome == "held")


def _held(t: Any) -> Any:
    return t.kind.isin(MEETINGS) & (t.outcome == "held")


def _missed(t: Any) -> Any:
    return t.kind.isin(MEETINGS) & (t.outcome == "no_show")


def _days(t: Any, since: str, until: str) -> Any:
    return t[until].cast("date").delta(t[since].cast("date"), unit="day")


#: model: (table, date, team, person, measures, measures made of measures)
MODELS: dict[str, tuple[str, str, str, str, dict[str, Any], dict[str, Any]]] = {
    "activities": (
        "activity",
        "at_local",
        "at_team",
        "owner",
        {
            "bench_calls": lambda t: t.count(where=_call(t)),
            "bench_emails_sent": lambda t: t.count(where=(t.kind == "email") & (t.direction == "out")),
            "bench_meetings_held": lambda t: t.count(where=_held(t)),
            "no_shows": lambda t: t.count(where=_missed(t)),
            "bench_call_minutes": lambda t: t.minutes.sum(where=_call(t)),
            "bench_meeting_minutes": lambda t: t.minutes.mean(where=_held(t)),
            "bench_companies_contacted": lambda t: t.company.nunique(where=t.outcome == "held"),
        },
        {
            "bench_no_show_rate": lambda t: t.no_shows / (t.no_shows + t.bench_meetings_held).nullif(0),
        },
    ),
    "deals_created": (
        "deal",
        "created_local",
        "created_team",
        "owner",
        {
            "bench_deals_created": lambda t: t.count(),
            "bench_pipeline_created": lambda t: t.amount.sum(),
        },
        {},
    ),
    "deals_closed": (
        "deal",
        "closed_local",
        "closed_team",
        "owner",
        {
            "bench_won_deals": lambda t: t.count(where=t.status == "won"),
            "lost_deals": lambda t: t.count(where=t.status == "lost"),
            "bench_won_value": lambda t: t.amount.sum(where=t.status == "won"),
            "bench_sales_cycle": lambda t: _days(t, "created_local", "closed_local").median(
                where=t.status == "won"
            ),
        },
        {
            "bench_win_rate": lambda t: t.bench_won_deals / (t.bench_won_deals + t.lost_deals).nullif(0),
            "bench_deal_value": lambda t: t.bench_won_value / t.bench_won_deals.nullif(0),
        },
    ),
    "deal_events": (
        "deal_event",
        "at_local",
        "at_team",
        "actor",
        {"bench_proposals": lambda t: t.count(where=(t.field == "stage") & (t.new == "proposal"))},
        {},
    ),
    "leads_created": (
        "lead",
        "created_local",
        "created_team",
        "owner",
        {
            "bench_new_leads": lambda t: t.count(),
            "converted": lambda t: t.count(
                where=_days(t, "created_local", "converted_local").between(0, CONVERSION_DAYS)
            ),
        },
        {"bench_lead_conversion": lambda t: t.converted / t.bench_new_leads.nullif(0)},
    ),
    "leads_sql": ("lead", "sql_local", "sql_team", "owner", {"bench_sql": lambda t: t.count()}, {}),
    "spend": (
        "spend",
        "at",
        "at_team",
        "person",
        {"marketing_spend": lambda t: t.amount.sum(where=t.area == "marketing")},
        {},
    ),
    "surveys": (
        "survey_response",
        "at_local",
        "at_team",
        "owner",
        {
            "answers": lambda t: t.count(where=t.kind == "nps"),
            "promoters": lambda t: t.count(where=(t.kind == "nps") & (t.score >= 9)),
            "detractors": lambda t: t.count(where=(t.kind == "nps") & (t.score <= 6)),
        },
        {"bench_nps": lambda t: 100.0 * (t.promoters - t.detractors) / t.answers.nullif(0)},
    ),
}


@dataclass
class State:
    backend: Any
    models: dict[str, SemanticModel]


def connect(folder: Path, threads: int) -> State:
    backend = ibis.duckdb.connect(str(folder / "raw.duckdb"), read_only=True, threads=threads)
    return State(backend, {name: _model(backend, name) for name in MODELS})


def _model(backend: Any, name: str) -> SemanticModel:
    table, date, team, person, measures, calculated = MODELS[name]
    return (
        to_semantic_table(backend.table(table), name=name)
        .with_dimensions(
            month=lambda t: t[date].truncate("M"), team=lambda t: t[team], person=lambda t: t[person]
        )
        .with_measures(**measures)
        .with_measures(**calculated)
    )


def level(state: State, level: str) -> list[pa.Table]:
    keys = ["month"] if level == "company" else ["month", level]
    answers = {}
    for name, model in state.models.items():
        date = MODELS[name][1]
        measures = [*MODELS[name][4], *MODELS[name][5]]
        asked = model.filter(lambda t, date=date: t[date].notnull()).group_by(*keys).aggregate(*measures)
        answers[name] = asked.to_pyarrow().rename_columns({level: "subject"} if level != "company" else {})
    return [*answers.values(), _cost_per_lead(answers["leads_created"], answers["spend"])]


def _cost_per_lead(leads: pa.Table, spend: pa.Table) -> pa.Table:
    """Small tables by now: one row per month and subject."""
    spent = {_key(row): row["marketing_spend"] for row in spend.to_pylist()}
    rows = [
        (row["month"], row.get("subject"), _key(row), row["bench_new_leads"]) for row in leads.to_pylist()
    ]
    return pa.table(
        {
            "month": [month for month, *_ in rows],
            "subject": pa.array([subject for _, subject, *_ in rows], pa.string()),
            "bench_cost_per_lead": [float(spent.get(key) or 0) / count for *_, key, count in rows],
        }
    )


def _key(row: dict[str, Any]) -> tuple[str, str | None]:
    return f"{row['month']:%Y-%m}", row.get("subject")


def tables(answer: list[pa.Table]) -> list[pa.Table]:
    return answer
