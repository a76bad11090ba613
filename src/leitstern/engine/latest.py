"""Levels that are typed in (``manual`` with ``roll: last``): what stands at the end of a span.

Of each person or team that values were typed for, the latest value in the span counts, for whomever it
counted for on its day (several of one day: their mean). These are added up, or averaged where the unit
cannot be added. A value typed for nobody is the company's own, and then the company's value alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from leitstern.engine import compile as said
from leitstern.engine import layout, reading, scoped
from leitstern.engine.counted import NAMED
from leitstern.engine.passes import passes
from leitstern.engine.plan import NUMBER_DIGITS
from leitstern.facts.model import FACTS

if TYPE_CHECKING:
    from leitstern.engine.backends import Backend, Columns
    from leitstern.engine.compile import Subject
    from leitstern.engine.grids import Array, Grid, Members, Question
    from leitstern.engine.passes import Pass
    from leitstern.engine.plan import Part
    from leitstern.engine.stands import Stands, Stretch


def latest(
    backend: Backend, members: Members, question: Question, part: Part, grids: dict[str, Grid]
) -> None:
    """Put the values of a part with the aggregate ``last`` into the grids."""
    spans = question.spans
    rows = reading.asked(backend, _statements(part, question))
    whose = _whose(members, rows["member"])
    for subject, grid in grids.items():
        at, ids = _subjects(members, subject, rows)
        found = np.full((grid.size, grid.width), np.nan)
        for column, (first, last) in enumerate(zip(spans.first, spans.last, strict=True)):
            weight = _weights(rows["day"], whose, first, last)
            if subject == "company" and (own := weight * (whose == 0)).any():
                weight = own
            count = np.bincount(ids, weights=weight[at], minlength=grid.size)
            total = np.bincount(ids, weights=(weight * rows["value"])[at], minlength=grid.size)
            level = (total / np.where(count > 0, count, 1) if part.mean else total) / 10**NUMBER_DIGITS
            found[:, column] = np.where(count > 0, level, np.nan)
        grid.values[part], grid.digits[part] = found, 0
        grid.seen |= ~np.isnan(found).all(axis=1)


def taken(
    backend: Backend, members: Members, part: Part, span: Stretch, stands: Stands, subject: str
) -> dict[tuple[str, int], int]:
    """Which records a part with the aggregate ``last`` is made of in a span: key and day of each, and among
    how many of one person or team it is shared (those of one day: each counts for its part of their mean).

    For the company, what is typed for nobody counts alone, where there is any.
    """
    found: list[tuple[str, int, int]] = []
    [source] = passes([part], by_person=False, shared=False, stands=stands)
    bounds = said.Bounds(*span)
    for select in _selects(source, bounds, ()):
        _, rows = backend.rows(select.select(scoped.col("key")))
        found += [(str(key), int(str(day)), int(str(member))) for day, member, _, key in rows]
    whose = _whose(members, np.array([member for _, _, member in found], np.int64))
    weight = _weights(np.array([day for _, day, _ in found], np.int64), whose, *span)
    if subject == "company" and (own := weight * (whose == 0)).any():
        weight = own
    return {(key, day): round(1 / w) for (key, day, _), w in zip(found, weight.tolist(), strict=True) if w}


def _statements(part: Part, question: Question) -> list[exp.Select]:
    """The records of a part: day, member, value in whole numbers, and the subjects that are no members'."""
    [source] = passes([part], by_person=False, shared=False, stands=question.stands)
    bounds = said.Bounds(min(question.spans.first), min(max(question.spans.last), question.last_day))
    return _selects(source, bounds, question.subjects)


def _selects(source: Pass, bounds: said.Bounds, subjects: Sequence[str]) -> list[exp.Select]:
    """What stands in the facts, and in closed rows where there are some."""
    facts = _of_facts(source, bounds, subjects)
    if not source.without:
        return [facts]
    select, _ = reading.closed_rows(source.numbers[0], "member", bounds)
    named = [s for s in subjects if s in NAMED]
    names = {"day": "day", "member": "member", "value": "whole"} | {subject: subject for subject in named}
    return [facts, select.select(*(exp.alias_(scoped.col(column), name) for name, column in names.items()))]


def _of_facts(source: Pass, bounds: said.Bounds, subjects: Sequence[str]) -> exp.Select:
    [part] = source.parts
    scope = scoped.Scope(FACTS[part.fact], part.fact)
    value = exp.Mul(this=scoped.col(part.what.fields[0]), expression=scoped.number(10**NUMBER_DIGITS))
    columns: dict[str, exp.Expr] = {
        "day": scoped.col(layout.day(part.on)),
        "member": scoped.col(layout.member(part.member_on)),
        "value": exp.Cast(this=value, to=exp.DataType.build("bigint")),
    }
    for subject in subjects:
        if subject != "company" and subject not in layout.BY_PERSON:
            kind: Subject = subject  # type: ignore[assignment] # the question's types are checked on entry
            key = said.subject_key(source, kind, scope)
            columns |= {} if key is None else {subject: key}
    conditions = [*said.on_days(source, bounds), *said.conditions_of(part, scope)]
    select = exp.Select().select(*(exp.alias_(column, name) for name, column in columns.items()))
    select = select.from_(scoped.table(part.fact, scoped.ROW))
    for join in scope.joins.values():
        select.append("joins", join)
    return select.where(*conditions, copy=False)


def _whose(members: Members, ids: Array) -> Array:
    """A number for each person or team typed for; 0 for nobody. A person is the same in all teams."""
    person, team = members.person[ids], members.team[ids]
    return np.where(person > 0, person, np.where(team > 0, members.sizes["person"] + team, 0))


def _subjects(members: Members, subject: str, rows: Columns) -> tuple[Array, Array]:
    """Places of rows, and whom each counts for."""
    if subject == "company" or subject in layout.BY_PERSON:
        return members.fold(subject, rows["member"])
    return np.arange(len(rows["day"])), rows.get(subject, np.zeros_like(rows["day"]))


def _weights(day: Array, whose: Array, first: int, last: int) -> Array:
    """How much each row weighs in a span: those of one's latest day weigh 1 together, all others nothing."""
    inside = (day >= first) & (day <= last)
    newest = np.zeros(int(whose.max(initial=0)) + 1, np.int64)
    np.maximum.at(newest, whose[inside], day[inside])
    taken = inside & (day == newest[whose])
    count = np.bincount(whose[taken], minlength=len(newest))
    weights: Array = np.divide(taken, count[whose], out=np.zeros(len(day)), where=taken)
    return weights
