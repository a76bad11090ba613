"""Ready values: the parts of all KPIs by month, for company, teams and persons, kept in a generation.

A page that shows months, quarters or years reads these few rows instead of the facts. They are the
same parts the facts would give (see ``grids``), so ratios and shapes are made from them alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from leitstern.engine import fingerprints, grids, layout
from leitstern.engine.plan import Part, row_terms, term
from leitstern.engine.scoped import rows_of
from leitstern.engine.spans import SINCE_EVER, plain
from leitstern.facts.model import FACTS
from leitstern.facts.queries import first_row, lent
from leitstern.kpis.expressions import parse_filter
from leitstern.periods.grains import Grain, from_index, month_number

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from leitstern.engine.generation import Generation
    from leitstern.kpis.load import Catalogue

LEVELS = grids.BY_MEMBER
#: Values that are computed at a time: one date of 1900 must not ask for all memory.
MOST_CELLS, LEAST_MONTHS = 40_000_000, 12


def parts_of(catalogue: Catalogue) -> list[Part]:
    """Every part that some version of some KPI needs."""
    found: dict[Part, None] = {}
    for entry in catalogue.entries():
        measures = list(catalogue.resolved(entry.definition.kpi, entry.definition.version).measures.values())
        for measure in measures:
            found.update(dict.fromkeys(term(measure).parts))
        for t in row_terms(measures):
            found.update(dict.fromkeys(t.parts))
    return [part for part in found if part.agg != "last" and not part.kept]


def fill(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Write ``ready_part`` (number, id) and ``ready_<level>`` (part, period, subject, whole, number).

    ``con`` is a generation being built, with the one before as ``previous`` if there is one: months in
    which nothing differs are taken over from it.
    """
    from leitstern.engine.backends.duckdb import DuckDB
    from leitstern.engine.generation import Generation

    generation = Generation(DuckDB(con))
    parts = [p for p in parts_of(catalogue) if (p.fact, p.on) in generation.ranges]
    con.execute("CREATE TABLE ready_part (number INTEGER, id VARCHAR)")
    for level in LEVELS:
        con.execute(
            f"CREATE TEMP TABLE found_{level} "
            "(part INTEGER, period INTEGER, subject INTEGER, whole BIGINT, number DOUBLE)"
        )
    if parts:
        con.executemany("INSERT INTO ready_part VALUES (?, ?)", [(n, p.id) for n, p in enumerate(parts)])
        for months, group in _to_compute(con, generation, parts).items():
            most = MOST_CELLS // (generation.members.sizes["person"] * len(group)) + LEAST_MONTHS
            for run in _runs(months, most):
                _compute(con, generation, {n: parts[n] for n in group}, run)
    for level in LEVELS:
        con.execute(
            f"CREATE TABLE ready_{level} AS SELECT * FROM found_{level} ORDER BY part, period, subject"
        )
        con.execute(f"DROP TABLE temp.found_{level}")


def _to_compute(
    con: duckdb.DuckDBPyConnection, generation: Generation, parts: list[Part]
) -> dict[tuple[int, ...], list[int]]:
    """Which months to compute for which parts (by number); the other months are taken over here."""
    upon = first_row(
        con, "SELECT 1 FROM duckdb_tables() WHERE database_name = 'previous' AND table_name = 'ready_part'"
    ) and not fingerprints.trees_changed(con)
    before = dict(con.execute("SELECT id, number FROM previous.ready_part").fetchall()) if upon else {}
    differing = fingerprints.changed(con) if upon else {}
    closed = fingerprints.closed_since(con) if upon else {}
    divided = bool(upon) and fingerprints.sharing_changed(con)  # sums of deals come with other digits then
    running = _month_built(con) if upon else 0  # from this month on, some of its records were yet to come
    groups: dict[tuple[int, ...], list[int]] = {}
    taken: list[tuple[int, int, list[int]]] = []
    for n, part in enumerate(parts):
        first, last = generation.ranges[part.fact, part.on]
        months = range(*(month_number(date.fromordinal(day)) for day in (first, last)))
        everything = {*months, months.stop}
        looks_up = any((fact, fingerprints.WHOLE) in differing for fact in looked_up(part))
        if part.id in before and not looks_up and not (divided and part.fact == layout.SHARED_FACT):
            touched = differing.get((part.fact, part.on), set()) | {m for m in everything if m >= running}
            touched |= closed.get(part.kept_as.id, set())
            taken.append((before[part.id], n, sorted(touched)))
            everything &= touched
        if everything:
            groups.setdefault(tuple(sorted(everything)), []).append(n)
    _take_over(con, taken)
    return groups


def _month_built(con: duckdb.DuckDBPyConnection) -> int:
    """The month in which the generation before was built."""
    row = first_row(con, "SELECT value FROM previous.meta")
    assert row is not None
    return month_number(date.fromisoformat(json.loads(row[0])["built_on"]))


def _take_over(con: duckdb.DuckDBPyConnection, taken: list[tuple[int, int, list[int]]]) -> None:
    """Copy values of parts (old number, new number) except of some months."""
    if not taken:
        return
    con.execute("CREATE TEMP TABLE taken (old INTEGER, new INTEGER, but INTEGER[])")
    con.executemany("INSERT INTO taken VALUES (?, ?, ?)", taken)
    for level in LEVELS:
        con.execute(
            f"INSERT INTO found_{level} SELECT t.new, r.period, r.subject, r.whole, r.number "
            f"FROM previous.ready_{level} r JOIN taken t ON t.old = r.part "
            "WHERE NOT list_contains(t.but, r.period)"
        )
    con.execute("DROP TABLE temp.taken")


def _runs(months: tuple[int, ...], most: int) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of neighbouring months, of ``most`` months at a time."""
    start = months[0]
    for month, following in zip(months, (*months[1:], None), strict=True):
        if following != month + 1 or month + 1 - start >= most:
            yield start, month
            if following is not None:
                start = following


def _compute(
    con: duckdb.DuckDBPyConnection, generation: Generation, parts: dict[int, Part], run: tuple[int, int]
) -> None:
    import pyarrow as pa

    periods = [from_index(month, Grain.MONTH) for month in range(run[0], run[1] + 1)]
    last = min(periods[-1].end, generation.built_on)  # what is planned for later does not count yet
    asked = tuple(parts.values())
    question = grids.Question(asked, LEVELS, plain(periods), last.toordinal(), generation.stands)
    for level, grid in grids.evaluate(generation.backend, generation.members, question).items():
        rows = pa.concat_tables([_rows(n, grid.values[part], run[0]) for n, part in parts.items()])
        with lent(con, "rows", rows):
            con.execute(f"INSERT INTO found_{level} SELECT * FROM rows")


def looked_up(part: Part) -> set[str]:
    """The facts that a part's filters look into beyond its own."""
    fact = FACTS[part.fact]
    columns = (c for text in part.where for c in parse_filter(text, fact.name).find_all(exp.Column))
    found = {fact.by_name[c.table].to for c in columns if c.table}
    return {name for name in found if name}


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
    built = generation.built_on.toordinal()
    newest = max((generation.ranges[p.fact, p.on][1] for p in question.parts), default=0)
    whole = built <= question.last_day and min(newest, question.last_day) <= built
    whole &= question.stands is generation.stands  # what the records say of closed days is not kept
    if not (whole and numbers and grids.on_months(question.spans)):
        return {}, question.parts
    months_asked = question.spans.grain is Grain.MONTH
    parts = [p for p in question.parts if p.id in numbers and (p.agg == "add" or months_asked)]
    if not parts:
        return {}, question.parts
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
    period, last = exp.column("period"), exp.Literal.number(reach.lowest + reach.width - 2)
    wanted = exp.In(this=exp.column("part"), expressions=[exp.Literal.number(n) for n in numbers])
    select = rows_of(f"ready_{subject}", "part", "period", "subject", "whole", "number")
    select = select.where(wanted, exp.LTE(this=period, expression=last), copy=False)
    if SINCE_EVER in question.spans.first:
        return select
    since = exp.GTE(this=period.copy(), expression=exp.Literal.number(reach.lowest))
    return select.where(since, copy=False)
