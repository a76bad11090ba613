"""Polars by hand: one lazy pass per fact table and date over the Parquet files, run together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from questions import CONVERSION_DAYS

NAME = "Polars by hand"


@dataclass(frozen=True)
class Tables:
    folder: Path

    def __getitem__(self, name: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / f"{name}.parquet")


def connect(folder: Path, threads: int) -> Tables:  # noqa: ARG001  Polars takes its threads from the environment
    return Tables(folder)


def _grouped(frame: pl.LazyFrame, date: str, subject: str | None, *aggregates: pl.Expr) -> pl.LazyFrame:
    month = pl.col(date).dt.truncate("1mo").cast(pl.Date).alias("month")
    keys = [month] if subject is None else [month, pl.col(subject).alias("subject")]
    return frame.filter(pl.col(date).is_not_null()).group_by(keys).agg(*aggregates)


def _passes(tables: Tables, level: str) -> list[pl.LazyFrame]:
    def by(stem: str, person: str = "owner") -> str | None:
        return {"company": None, "team": f"{stem}_team", "person": person}[level]

    kind, outcome, status = pl.col("kind"), pl.col("outcome"), pl.col("status")
    call = (kind == "call") & (outcome == "held")
    meeting = kind.is_in(["meeting", "visit", "demo"])
    held = meeting & (outcome == "held")
    won = status == "won"
    cycle = (pl.col("closed_local").cast(pl.Date) - pl.col("created_local").cast(pl.Date)).dt.total_days()
    waited = (pl.col("converted_local").cast(pl.Date) - pl.col("created_local").cast(pl.Date)).dt.total_days()
    nps = kind == "nps"
    return [
        _grouped(
            tables["activity"],
            "at_local",
            by("at"),
            call.sum().alias("calls"),
            ((kind == "email") & (pl.col("direction") == "out")).sum().alias("emails_sent"),
            held.sum().alias("meetings_held"),
            (meeting & (outcome == "no_show")).sum().alias("no_shows"),
            pl.col("minutes").filter(call).sum().alias("call_minutes"),
            pl.col("minutes").filter(held).mean().alias("meeting_minutes"),
            pl.col("company").filter(outcome == "held").n_unique().alias("companies_contacted"),
        ),
        _grouped(
            tables["deal"],
            "created_local",
            by("created"),
            pl.len().alias("deals_created"),
            pl.col("amount").sum().alias("pipeline_created"),
        ),
        _grouped(
            tables["deal"],
            "closed_local",
            by("closed"),
            won.sum().alias("won_deals"),
            (status == "lost").sum().alias("lost_deals"),
            pl.col("amount").filter(won).sum().alias("won_value"),
            cycle.filter(won).median().alias("sales_cycle"),
        ),
        _grouped(
            tables["deal_event"],
            "at_local",
            by("at", "actor"),
            ((pl.col("field") == "stage") & (pl.col("new") == "proposal")).sum().alias("proposals"),
        ),
        _grouped(
            tables["lead"],
            "created_local",
            by("created"),
            pl.len().alias("new_leads"),
            waited.is_between(0, CONVERSION_DAYS).sum().alias("converted"),
        ),
        _grouped(tables["lead"], "sql_local", by("sql"), pl.len().alias("sqls")),
        _grouped(
            tables["spend"],
            "at",
            by("at", "person"),
            pl.col("amount").filter(pl.col("area") == "marketing").sum().alias("marketing_spend"),
        ),
        _grouped(
            tables["survey_response"],
            "at_local",
            by("at"),
            nps.sum().alias("answers"),
            (nps & (pl.col("score") >= 9)).sum().alias("promoters"),
            (nps & (pl.col("score") <= 6)).sum().alias("detractors"),
        ),
    ]


def _over(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    return pl.when(denominator > 0).then(numerator.cast(pl.Float64) / denominator)


def level(state: Tables, level: str) -> pl.DataFrame:
    frames = pl.collect_all(_passes(state, level))
    keys = ["month"] if level == "company" else ["month", "subject"]
    joined = reduce(lambda a, b: a.join(b, on=keys, how="full", coalesce=True, nulls_equal=True), frames)
    c = {name: pl.col(name).fill_null(0) for name in joined.columns if name not in keys}
    return joined.select(
        *keys,
        *(
            c[name].alias(f"bench_{name}")
            for name in (
                "calls",
                "emails_sent",
                "meetings_held",
                "call_minutes",
                "companies_contacted",
                "deals_created",
                "pipeline_created",
                "won_deals",
                "won_value",
                "proposals",
                "new_leads",
            )
        ),
        c["sqls"].alias("bench_sql"),
        _over(c["no_shows"], c["meetings_held"] + c["no_shows"]).alias("bench_no_show_rate"),
        pl.col("meeting_minutes").alias("bench_meeting_minutes"),
        _over(c["won_deals"], c["won_deals"] + c["lost_deals"]).alias("bench_win_rate"),
        _over(c["won_value"], c["won_deals"]).alias("bench_deal_value"),
        pl.col("sales_cycle").alias("bench_sales_cycle"),
        _over(c["converted"], c["new_leads"]).alias("bench_lead_conversion"),
        _over(c["marketing_spend"], c["new_leads"]).alias("bench_cost_per_lead"),
        _over(100 * (c["promoters"].cast(pl.Int64) - c["detractors"].cast(pl.Int64)), c["answers"]).alias(
            "bench_nps"
        ),
    )


def tables(answer: Any) -> list[pa.Table]:
    return [answer.to_arrow()]
