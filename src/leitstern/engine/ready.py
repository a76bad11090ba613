"""Ready values: the parts of all KPIs by month, for company, teams and persons, kept in a generation.

A page that shows months, quarters or years reads these few rows instead of the facts. They are the
same parts the facts would give (see ``grids``), so ratios and shapes are made from them alike.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from leitstern.engine import grids
from leitstern.engine.plan import Part, row_terms, term
from leitstern.engine.spans import SINCE_EVER, plain
from leitstern.periods.grains import Grain, periods_between

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from leitstern.engine.generation import Generation
    from leitstern.kpis.load import Catalogue

LEVELS = grids.BY_MEMBER


def parts_of(catalogue: Catalogue) -> list[Part]:
    """Every part that some version of some KPI needs."""
    found: dict[Part, None] = {}
    for entry in catalogue.entries():
        measures = list(catalogue.resolved(entry.definition.kpi, entry.definition.version).measures.values())
        for measure in measures:
            found.update(dict.fromkeys(term(measure).parts))
        for t in row_terms(measures):
            found.update(dict.fromkeys(t.parts))
    return [part for part in found if part.agg != "last"]


def fill(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Write ``ready_<level>`` (part, period, subject, whole, number) for a generation in ``con``."""
    import pyarrow as pa

    from leitstern.engine.backends.duckdb import DuckDB
    from leitstern.engine.generation import Generation

    generation = Generation(DuckDB(con))
    parts = [p for p in parts_of(catalogue) if (p.fact, p.on) in generation.ranges]
    con.execute("CREATE TABLE ready_part (number INTEGER, id VARCHAR)")
    for level in LEVELS:
        con.execute(
            f"CREATE TABLE ready_{level} "
            "(part INTEGER, period INTEGER, subject INTEGER, whole BIGINT, number DOUBLE)"
        )
    if not parts:
        return
    con.executemany("INSERT INTO ready_part VALUES (?, ?)", [(n, p.id) for n, p in enumerate(parts)])
    days = [generation.ranges[p.fact, p.on] for p in parts]
    first, last = min(d[0] for d in days), max(d[1] for d in days)
    periods = periods_between(date.fromordinal(first), date.fromordinal(last), Grain.MONTH)
    question = grids.Question(tuple(parts), LEVELS, plain(periods), last)
    for level, grid in grids.evaluate(generation.backend, generation.members, question).items():
        rows = pa.concat_tables(
            [_rows(n, grid.values[part], periods[0].index) for n, part in enumerate(parts)]
        )
        con.register("rows", rows)
        con.execute(f"INSERT INTO ready_{level} SELECT * FROM rows ORDER BY part, period, subject")
        con.unregister("rows")


def _rows(number: int, cells: grids.Array, origin: int) -> pa.Table:
    """The cells of a part that are not empty."""
    import pyarrow as pa

    whole = cells.dtype.kind == "i"
    subject, period = np.nonzero(cells if whole else ~np.isnan(cells))
    values, count = cells[subject, period], len(subject)
    return pa.table(
        {
            "part": pa.array(np.full(count, number, np.int32)),
            "period": pa.array((period + origin).astype(np.int32)),
            "subject": pa.array(subject.astype(np.int32)),
            "whole": pa.array(values) if whole else pa.nulls(count, pa.int64()),
            "number": pa.nulls(count, pa.float64()) if whole else pa.array(values),
        }
    )


def read(generation: Generation, question: grids.Question) -> tuple[dict[str, grids.Grid], tuple[Part, ...]]:
    """Answer what ready values can answer of a question about company, teams and persons.

    Returns the grids and the parts that the facts must be asked for.
    """
    members, numbers = generation.members, generation.ready_parts
    whole = question.last_day >= generation.built_on.toordinal()
    if not (whole and numbers and grids.on_months(question.spans)):
        return {}, question.parts
    months_asked = question.spans.grain is Grain.MONTH
    parts = [p for p in question.parts if p.id in numbers and (p.agg == "add" or months_asked)]
    reach = grids.reach(question.spans)
    found = {}
    for subject in question.subjects:
        rows = generation.backend.query(_statement(subject, [numbers[p.id] for p in parts], question, reach))
        grid = grids.Grid(members.sizes[subject], len(question.spans), np.zeros(members.sizes[subject], bool))
        for part in parts:
            mine = rows["part"] == numbers[part.id]
            ids, keys = rows["subject"][mine], rows["period"][mine]
            keys = np.maximum(keys - reach.lowest + 1, 0)
            values = rows["whole" if part.agg in ("add", "distinct") else "number"][mine]
            cells = grids.cells(part, ids, keys, values, (grid.size, reach.width))
            grid.seen[ids] = True
            grid.values[part] = reach.spread(cells) if part.agg == "add" else cells[:, 1:]
            grid.digits[part] = grids.digits_of(generation.backend, part, subject)
        found[subject] = grid
    return found, tuple(p for p in question.parts if p not in set(parts))


def _statement(subject: str, numbers: list[int], question: grids.Question, reach: grids.Reach) -> exp.Select:
    select = exp.select("part", "period", "subject", "whole", "number").from_(f"ready_{subject}")
    period = exp.column("period")
    select = select.where(exp.column("part").isin(*numbers), period <= reach.lowest + reach.width - 2)
    return select if SINCE_EVER in question.spans.first else select.where(period >= reach.lowest)
