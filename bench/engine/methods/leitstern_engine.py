"""Leitstern itself: a workspace with a generation, asked through its Python API.

``connect`` imports what the first question would import anyway, so that the seconds of a level are those
of the question; the imports are counted under ``open``. A level is timed until its Arrow table is there.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from questions import KPIS, SHAPES

import leitstern

NAME = "Leitstern"


def connect(folder: Path, threads: int) -> Any:  # noqa: ARG001  DuckDB takes all cores, as everywhere here
    import duckdb  # noqa: F401
    import numpy as np  # noqa: F401
    import sqlglot  # noqa: F401

    workspace = leitstern.open(folder / "workspace")
    len(workspace.catalogue)
    return workspace


def _ask(workspace: Any, names: tuple[str, ...], level: str) -> pa.Table:
    return workspace.compute(list(names), by=level, grain="month").to_arrow()


def level(state: Any, level: str) -> pa.Table:
    return _ask(state, KPIS, level)


def shapes(state: Any, level: str) -> pa.Table:
    return _ask(state, SHAPES, level)


def extra(state: Any) -> dict[str, float]:
    """A dashboard's read, all 20 KPIs for the company by month: milliseconds, median of 21."""
    seconds = []
    for _ in range(21):
        begun = time.perf_counter()
        state.compute(list(KPIS), by="company", grain="month")
        seconds.append(time.perf_counter() - begun)
    return {"dashboard_ms": round(statistics.median(seconds) * 1000, 2)}


def tables(answer: pa.Table) -> list[pa.Table]:
    """One table per KPI. Where a value is withheld (its source is late) there is no row."""
    found = []
    for kpi in answer.column("kpi").unique().to_pylist():
        rows = answer.filter(pc.equal(answer.column("kpi").cast(pa.string()), kpi))
        late = rows.column("reason").cast(pa.string())
        rows = rows.filter(pc.invert(pc.is_in(late, pa.array(["source_late", "no_source", "not_begun"]))))
        company = answer.column("subject_type")[0].as_py() == "company"
        subject = pa.nulls(len(rows), pa.string()) if company else rows.column("subject_id").cast(pa.string())
        found.append(pa.table({"month": rows.column("from"), "subject": subject, kpi: rows.column("value")}))
    return found
