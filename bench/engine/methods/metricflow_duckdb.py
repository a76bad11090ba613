"""MetricFlow (the engine of dbt's semantic layer) on DuckDB, without dbt: the manifest is built here.

Filters stand inside the measures, which lets MetricFlow answer several metrics in one scan. MetricFlow
has one team and one date per semantic model, so a fact that is counted on two dates is two models. Where
a model's date is empty it answers a row without month, which is dropped here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from metricflow.data_table.mf_table import MetricFlowDataTable
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
from metricflow_semantic_interfaces.transformations.semantic_manifest_transformer import (
    PydanticSemanticManifestTransformer,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from metricflow_semantics.sql.sql_bind_parameters import SqlBindParameterSet
from questions import CONVERSION_DAYS, KPIS, MEETINGS, SHAPES

NAME = "MetricFlow 0.213 on DuckDB"

CALL = "kind = 'call' AND outcome = 'held'"
HELD = f"kind IN {MEETINGS} AND outcome = 'held'"
MISSED = f"kind IN {MEETINGS} AND outcome = 'no_show'"
WAITED = "date_diff('day', created_local, converted_local)"


def _count(condition: str) -> tuple[str, str]:
    return "sum", f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _of(agg: str, field: str, condition: str) -> tuple[str, str]:
    return agg, f"CASE WHEN {condition} THEN {field} END"


#: model: (table, date column, team column, person column, measures)
MODELS: dict[str, tuple[str, str, str, str, dict[str, tuple[str, str]]]] = {
    "activities": (
        "activity",
        "at_local",
        "at_team",
        "owner",
        {
            "bench_calls": _count(CALL),
            "bench_emails_sent": _count("kind = 'email' AND direction = 'out'"),
            "bench_meetings_held": _count(HELD),
            "no_shows": _count(MISSED),
            "appointments": _count(f"({HELD}) OR ({MISSED})"),
            "bench_call_minutes": _of("sum", "minutes", CALL),
            "bench_meeting_minutes": _of("average", "minutes", HELD),
            "bench_companies_contacted": _of("count_distinct", "company", "outcome = 'held'"),
        },
    ),
    "deals_created": (
        "deal",
        "created_local",
        "created_team",
        "owner",
        {"bench_deals_created": ("sum", "1"), "bench_pipeline_created": ("sum", "amount")},
    ),
    "deals_closed": (
        "deal",
        "closed_local",
        "closed_team",
        "owner",
        {
            "bench_won_deals": _count("status = 'won'"),
            "decided_deals": _count("status IN ('won', 'lost')"),
            "bench_won_value": _of("sum", "amount", "status = 'won'"),
            "bench_sales_cycle": _of(
                "median", "date_diff('day', created_local, closed_local)", "status = 'won'"
            ),
        },
    ),
    "deal_events": (
        "deal_event",
        "at_local",
        "at_team",
        "actor",
        {"bench_proposals": _count("field = 'stage' AND new = 'proposal'")},
    ),
    "leads_created": (
        "lead",
        "created_local",
        "created_team",
        "owner",
        {
            "bench_new_leads": ("sum", "1"),
            "converted": _count(f"{WAITED} BETWEEN 0 AND {CONVERSION_DAYS}"),
        },
    ),
    "leads_sql": ("lead", "sql_local", "sql_team", "owner", {"bench_sql": ("sum", "1")}),
    "spend": (
        "spend",
        '"at"',
        "at_team",
        "person",
        {"marketing_spend": _of("sum", "amount", "area = 'marketing'")},
    ),
    "surveys": (
        "survey_response",
        "at_local",
        "at_team",
        "owner",
        {
            "answers": _count("kind = 'nps'"),
            "promoters": _count("kind = 'nps' AND score >= 9"),
            "detractors": _count("kind = 'nps' AND score <= 6"),
        },
    ),
}

RATIOS = {
    "bench_no_show_rate": ("no_shows", "appointments"),
    "bench_win_rate": ("bench_won_deals", "decided_deals"),
    "bench_deal_value": ("bench_won_value", "bench_won_deals"),
    "bench_lead_conversion": ("converted", "bench_new_leads"),
    "bench_cost_per_lead": ("marketing_spend", "bench_new_leads"),
}

#: cumulative metric: (measure, filter, days). Here a filter on the metric is the faster way by far (nine
#: times for the calls): DuckDB moves it below the join of facts and days that MetricFlow writes.
IS_CALL = (
    "{{ Dimension('activities_row__kind') }} = 'call' AND {{ Dimension('activities_row__outcome') }} = 'held'"
)
IS_WON = "{{ Dimension('deals_closed_row__status') }} = 'won'"
CUMULATIVE: dict[str, tuple[str, str, int | None]] = {
    "bench_calls_28_days": ("m_activities", IS_CALL, 28),
    "bench_won_value_28_days": ("m_amount", IS_WON, 28),
    "bench_won_value_so_far": ("m_amount", IS_WON, None),
    "bench_won_deals_so_far": ("m_deals", IS_WON, None),
}
#: what they need: model: (columns to filter by, further measures)
FOR_CUMULATIVE: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "activities": (("kind", "outcome"), {"m_activities": "1"}),
    "deals_closed": (("status",), {"m_amount": "amount", "m_deals": "1"}),
}


def _model(name: str) -> dict[str, Any]:
    table, date, team, person, measures = MODELS[name]
    columns, sums = FOR_CUMULATIVE.get(name, ((), {}))
    return {
        "name": name,
        "node_relation": {"schema_name": "main", "alias": table},
        "defaults": {"agg_time_dimension": "day"},
        "primary_entity": f"{name}_row",
        "entities": [
            {"name": "team", "type": "foreign", "expr": team},
            {"name": "person", "type": "foreign", "expr": person},
        ],
        "dimensions": [
            {"name": "day", "type": "time", "expr": date, "type_params": {"time_granularity": "day"}},
            *({"name": column, "type": "categorical", "expr": column} for column in columns),
        ],
        "measures": [
            *({"name": f"m_{n}", "agg": agg, "expr": expr} for n, (agg, expr) in measures.items()),
            *({"name": n, "agg": "sum", "expr": expr} for n, expr in sums.items()),
        ],
    }


def _metric(name: str, kind: str, **params: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "type_params": params}


def _metrics() -> list[dict[str, Any]]:
    # A lead without spend costs 0: of all measures only the spend has to be filled for that.
    filled = {"marketing_spend": {"fill_nulls_with": 0}}
    metrics = [
        _metric(name, "simple", measure={"name": f"m_{name}", **filled.get(name, {})})
        for *_, measures in MODELS.values()
        for name in measures
    ]
    metrics += [
        _metric(name, "ratio", numerator={"name": over}, denominator={"name": under})
        for name, (over, under) in RATIOS.items()
    ]
    parts = ("promoters", "detractors", "answers")
    metrics.append(
        _metric(
            "bench_nps",
            "derived",
            expr="100.0 * (promoters - detractors) / NULLIF(answers, 0)",
            metrics=[{"name": part} for part in parts],
        )
    )
    for name, (measure, where, days) in CUMULATIVE.items():
        over: dict[str, Any] = {"period_agg": "last"}
        if days is not None:
            over["window"] = {"count": days, "granularity": "days"}
        metric = _metric(name, "cumulative", measure={"name": measure}, cumulative_type_params=over)
        metrics.append({**metric, "filter": {"where_filters": [{"where_sql_template": where}]}})
    return metrics


def manifest() -> PydanticSemanticManifest:
    spine = {
        "node_relation": {"schema_name": "main", "alias": "spine"},
        "primary_column": {"name": "day", "time_granularity": "day"},
    }
    raw = {
        "semantic_models": [_model(name) for name in MODELS],
        "metrics": _metrics(),
        "project_configuration": {"time_spines": [spine]},
    }
    return PydanticSemanticManifestTransformer.transform(PydanticSemanticManifest.parse_obj(raw))


class DuckDbClient:
    """The SQL client that MetricFlow asks for; the package itself brings none."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def query(
        self,
        stmt: str,
        sql_bind_parameter_set: SqlBindParameterSet = SqlBindParameterSet(),  # noqa: B008
    ) -> MetricFlowDataTable:
        raise NotImplementedError("answers are fetched as Arrow, see level()")

    execute = dry_run = query

    def close(self) -> None:
        self.connection.close()

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        return f"${bind_parameter_key}"


@dataclass
class State:
    connection: duckdb.DuckDBPyConnection
    engine: MetricFlowEngine


def connect(folder: Path, threads: int) -> State:
    connection = duckdb.connect(str(folder / "raw.duckdb"), read_only=True, config={"threads": threads})
    lookup = SemanticManifestLookup(manifest())
    return State(connection, MetricFlowEngine(lookup, DuckDbClient(connection)))


def _ask(state: State, names: tuple[str, ...], level: str) -> pa.Table:
    """MetricFlow writes the SQL; the answer is fetched as Arrow, which is faster than its own table."""
    groups = ["metric_time__month", *([] if level == "company" else [level])]
    request = MetricFlowQueryRequest.create(metric_names=list(names), group_by_names=groups)
    sql = state.engine.explain(request).sql_statement.sql
    return state.connection.sql(sql).to_arrow_table()


def level(state: State, level: str) -> pa.Table:
    return _ask(state, KPIS, level)


def shapes(state: State, level: str) -> pa.Table:
    return _ask(state, SHAPES, level)


def tables(answer: pa.Table) -> list[pa.Table]:
    import pyarrow.compute as pc

    names = {"metric_time__month": "month", "team": "subject", "person": "subject"}
    renamed = answer.rename_columns([names.get(name, name) for name in answer.column_names])
    return [renamed.filter(pc.is_valid(renamed.column("month")))]
