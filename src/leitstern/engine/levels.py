"""Levels on closed days: what was there when the day was closed, whatever the records say since.

A level is not made of days, so closed rows and facts never mix in one. The rows of a closing hold what was
there on the day before (counted on that day) and what began and ended since. What is asked of a stretch as a
whole (who was there at its start, who of these still is at its end) is of closed rows where one closing holds
all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from leitstern.engine import compile as said
from leitstern.engine import layout
from leitstern.engine.grids import Grid, Question, digits_of
from leitstern.engine.reading import closed_rows
from leitstern.engine.scoped import col, number
from leitstern.engine.stands import LEVEL, SPAN, Kept, Kind, Stands, Stretch

if TYPE_CHECKING:
    from leitstern.engine.backends import Backend
    from leitstern.engine.compile import Subject
    from leitstern.engine.plan import Part


@dataclass(frozen=True, slots=True)
class _Cut:
    """Closed rows of a part whose days from ``first`` to ``last`` make a column."""

    part: Part
    column: int
    rows: int
    first: int
    last: int


def stand(backend: Backend, question: Question, grids: dict[str, Grid]) -> None:
    """Put what stands into the columns of a level that closed rows answer."""
    cuts = list(_cuts(question))
    for chosen in ([c for c in cuts if not c.part.kept], [c for c in cuts if c.part.kept]):
        for subject, grid in grids.items() if chosen else ():
            _put(backend, chosen, subject, grid)


def _put(backend: Backend, cuts: list[_Cut], subject: str, grid: Grid) -> None:
    found = backend.query(_statement(cuts, subject))  # type: ignore[arg-type] # checked on entry
    by_person = backend.has(layout.SHARED) and subject in layout.BY_PERSON
    ids = found.get("subject", np.zeros_like(found["cut"]))
    grid.seen[ids] = True
    fresh: set[Part] = set()
    for n, cut in enumerate(cuts):
        mine = found["cut"] == n
        once = cut.part.rows and by_person and cut.part.fact == layout.SHARED_FACT
        if cut.part not in grid.values:
            grid.values[cut.part] = np.zeros((grid.size, grid.width), np.int64)
            grid.digits[cut.part] = digits_of(backend, cut.part, subject)
        elif cut.part not in fresh:
            grid.values[cut.part] = grid.values[cut.part].copy()  # parts alike may share their values
        fresh.add(cut.part)
        column = np.zeros(grid.size, np.int64)
        column[ids[mine]] = found["records" if once else "whole"][mine]
        grid.values[cut.part][:, cut.column] = column


def chosen(stands: Stands, part: Part, kind: Kind, first: int, last: int) -> tuple[Kept, Stretch] | None:
    """The closed rows that answer a level of the days from ``first`` to ``last``, and which days of them."""
    for kept in stands.of(part, kind):
        begin, end = kept.days
        if kind == SPAN and begin <= first <= last <= end:
            return kept, ((first, last) if part.kept else (begin - 1, first - 1))
        if kind == LEVEL and begin <= last <= end:
            return kept, (begin - 1, last)
    return None


def _cuts(question: Question) -> Iterable[_Cut]:
    spans = question.spans
    for part in dict.fromkeys(question.parts):
        if not (spans.level or part.kept):
            continue
        kind = SPAN if part.kept or spans.through else LEVEL
        firsts = [day + 1 for day in spans.last] if spans.through else spans.first
        lasts = spans.through or spans.last
        for column, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
            found = chosen(question.stands, part, kind, first, min(last, question.last_day))
            if found is not None:
                yield _Cut(part, column, found[0].number, *found[1])


def _statement(cuts: list[_Cut], subject: Subject) -> exp.Select:
    """Columns ``cut``, ``subject`` (if any), ``whole`` (added up) and ``records`` (different ones)."""
    kept = bool(cuts[0].part.kept)
    bounds = said.Bounds(None if kept else min(c.first for c in cuts), max(c.last for c in cuts))
    select, key = closed_rows(sorted({c.rows for c in cuts}), subject, bounds)
    rows = [
        exp.Tuple(expressions=[number(n) for n in (place, c.rows, c.first, c.last)])
        for place, c in enumerate(cuts)
    ]
    names = [exp.to_identifier(name) for name in ("cut", "part", "first_day", "last_day")]
    alias = exp.TableAlias(this=exp.to_identifier("w"), columns=names)
    first, last = col("first_day", "w"), col("last_day", "w")
    on = exp.and_(
        exp.EQ(this=col("part", "w"), expression=col("part")),
        *(still(first, last) if kept else [exp.Between(this=col("day"), low=first, high=last)]),
    )
    select.append("joins", exp.Join(this=exp.Values(expressions=rows, alias=alias), on=on))
    whole = exp.Cast(this=exp.Sum(this=col("whole")), to=exp.DataType.build("bigint"))
    keys: dict[str, exp.Expr] = {"cut": col("cut", "w")}
    if key is not None:
        keys["subject"] = key
    records = exp.Count(this=exp.Distinct(expressions=[col("record")]))
    columns: dict[str, exp.Expr] = {**keys, "whole": whole, "records": records}
    select = select.select(*(exp.alias_(column, name) for name, column in columns.items()))
    return select.group_by(*(number(n + 1) for n in range(len(keys))), copy=False)


def still(first: exp.Expr, last: exp.Expr) -> Sequence[exp.Expr]:
    """That a closed row was there before a stretch began, and still is at its end (see ``compile.kept``)."""

    def there(ends: str, later: exp.Expr) -> exp.Expr:
        return exp.or_(exp.Is(this=col(ends), expression=exp.Null()), later)

    return [
        exp.LT(this=col("since"), expression=first),
        there("until", exp.GTE(this=col("until"), expression=first.copy())),
        there("gone", exp.GT(this=col("gone"), expression=last)),
    ]
