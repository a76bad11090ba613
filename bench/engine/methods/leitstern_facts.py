"""Leitstern from the facts of a generation: no ready values, every number is counted when it is asked.

This is what the peers are compared with. ``connect`` imports what the first question would import
anyway, so that the seconds of a level are those of the question; they are counted under ``open``. A
level is timed until its Arrow table is there. ``together`` asks for the three levels in one question.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from questions import KPIS, LEVELS, SHAPES

NAME = "Leitstern, from the facts"
#: Reasons for which a value is withheld, whatever the records say.
WITHHELD = ("source_late", "no_source", "not_begun")


def connect(folder: Path, threads: int) -> Any:
    workspace = open_workspace(folder, threads)
    # As in a generation that keeps no ready values.
    vars(workspace._generation())["ready_parts"] = {}
    return workspace


def open_workspace(folder: Path, threads: int) -> Any:
    import duckdb  # noqa: F401
    import numpy as np  # noqa: F401
    import sqlglot  # noqa: F401

    import leitstern
    import leitstern.engine.run

    workspace = leitstern.open(folder / "workspace")
    workspace._generation().backend.con.execute(f"SET threads = {threads}")
    len(workspace.catalogue)
    return workspace


def _ask(workspace: Any, names: tuple[str, ...], level: str) -> pa.Table:
    return workspace.compute(list(names), by=level, grain="month").to_arrow()


def level(state: Any, level: str) -> pa.Table:
    return _ask(state, KPIS, level)


def shapes(state: Any, level: str) -> pa.Table:
    return _ask(state, SHAPES, level)


def together(state: Any, shaped: bool) -> None:
    from leitstern.engine.run import Request, compute

    names = SHAPES if shaped else KPIS
    compute(state._generation(), state.catalogue, Request(tuple(names), LEVELS)).to_arrow()


def tables(answer: pa.Table) -> list[pa.Table]:
    """One table per KPI. Where a value is withheld there is no row."""
    found = []
    company = answer.column("subject_type")[0].as_py() == "company"
    kpis, reasons = (answer.column(name).cast(pa.string()) for name in ("kpi", "reason"))
    given = pc.invert(pc.is_in(reasons, pa.array(WITHHELD)))
    for kpi in kpis.unique().to_pylist():
        rows = answer.filter(pc.and_(pc.equal(kpis, kpi), given))
        subject = pa.nulls(len(rows), pa.string()) if company else rows.column("subject_id").cast(pa.string())
        found.append(pa.table({"month": rows.column("from"), "subject": subject, kpi: rows.column("value")}))
    return found
