"""How a pass is read: from the facts, and on closed days from what closings keep.

What rolls up is read from both, and added up afterwards. What does not (distinct counts and quantiles at
each level) is read from both at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from leitstern.engine import compile as said
from leitstern.engine import layout, scoped, stands
from leitstern.engine.compile import Bounds, Speech, Subject, Windows
from leitstern.engine.scoped import col, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leitstern.engine.backends import Backend, Columns
    from leitstern.engine.passes import Pass
    from leitstern.engine.plan import Part
    from leitstern.periods.grains import Arithmetic


def by_period(
    source: Pass, subject: Subject, key: Arithmetic, bounds: Bounds, floor: int | None, speech: Speech
) -> list[exp.Select]:
    """Statements whose rows together answer a pass by period and subject (see ``compile.by_period``)."""
    if not source.without:
        return [said.by_period(source, subject, key, bounds, floor, speech)]
    period = said.not_before(floor, said.period_of(key, "day", "month"))
    if source.way != "fold":
        return [_united(source, subject, period, bounds, speech)]
    facts = said.by_period(source, subject, key, bounds, floor, speech)
    return [facts, _folded(source, subject, period, bounds)]


def by_window(source: Pass, subject: Subject, windows: Windows, speech: Speech) -> list[exp.Select]:
    """The same over windows (see ``compile.by_window``)."""
    if not source.without:
        return [said.by_window(source, subject, windows, speech)]
    if source.way != "fold":
        return [_united(source, subject, col("number", "w"), windows.bounds, speech, windows)]
    facts = said.by_window(source, subject, windows, speech)
    return [facts, _folded(source, subject, col("number", "w"), windows.bounds, windows)]


def pairs(source: Pass, part: Part, key: Arithmetic, bounds: Bounds) -> list[exp.Select]:
    """The records of a distinct part by member (see ``compile.pairs``)."""
    facts = said.pairs(source, part, key, bounds)
    if not source.without:
        return [facts]
    select, subject = closed_rows(source.numbers[0], "member", bounds)
    columns = {"period": said.period_of(key, "day", "month"), "id": _counted(part), "subject": subject}
    return [facts, select.select(*_named(columns))]


def asked(backend: Backend, statements: Sequence[exp.Select]) -> Columns:
    """The rows of all statements; where one has no column for a subject, its rows are not assigned."""
    found = [backend.query(statement) for statement in statements]
    if len(found) == 1:
        return found[0]
    counts = [len(next(iter(columns.values()))) for columns in found]
    names = dict.fromkeys(name for columns in found for name in columns)
    return {
        name: np.concatenate(
            [columns.get(name, np.zeros(n, np.int64)) for columns, n in zip(found, counts, strict=True)]
        )
        for name in names
    }


def closed_rows(
    numbers: Sequence[int], subject: Subject, bounds: Bounds
) -> tuple[exp.Select, exp.Expr | None]:
    """A statement on the closed rows of some numbers, without columns yet, and whom a row counts for."""
    by_person = subject == "member" or subject in layout.BY_PERSON
    scopes = (stands.EVERYBODY, stands.BY_SHARES if by_person else stands.WHOLE)
    select = exp.Select().from_(scoped.table(stands.ROWS, scoped.ROW))
    select = select.where(
        exp.In(this=col("scope"), expressions=[number(n) for n in scopes]),
        exp.In(this=col("part"), expressions=[number(n) for n in numbers]),
        exp.LTE(this=col("day"), expression=number(bounds.last_day)),
        copy=False,
    )
    if bounds.first_day is not None:
        select = select.where(exp.GTE(this=col("day"), expression=number(bounds.first_day)), copy=False)
    if subject == "company":
        return select, None
    if subject not in layout.BY_PERSON:
        return select, col(subject)
    trees = subject == "team"
    on = exp.EQ(this=col("member" if trees else "id", "m"), expression=col("member"))
    table = scoped.table(stands.TREES if trees else stands.MEMBERS, "m")
    select.append("joins", exp.Join(this=table, on=on))
    return select, col("person" if subject == "person" else "team", "m")


def _folded(
    source: Pass, subject: Subject, period: exp.Expr, bounds: Bounds, windows: Windows | None = None
) -> exp.Select:
    """Closed rows grouped like the facts: ``period``, ``subject`` (if any), ``p0``, ``p1``, ..."""
    numbers = [n for mine in source.numbers for n in mine]
    select, key = closed_rows(numbers, subject, bounds)
    if windows is not None:
        select.append("joins", windows.join(col("day")))
    kinds = {"add": exp.Sum, "min": exp.Min, "max": exp.Max}
    values: dict[str, exp.Expr] = {}
    for n, (part, mine) in enumerate(zip(source.parts, source.numbers, strict=True)):
        holds = exp.In(this=col("part"), expressions=[number(m) for m in mine])
        value = exp.Case().when(holds, col("whole" if part.agg == "add" else "number"))
        found: exp.Expr = kinds[part.agg](this=value)
        if part.agg == "add":
            whole = exp.Cast(this=found, to=exp.DataType.build("bigint"))
            found = exp.Coalesce(this=whole, expressions=[number(0)])
        values[f"p{n}"] = found
    return _by_keys(select, {"period": period} | ({"subject": key} if key is not None else {}), values)


def _united(
    source: Pass,
    subject: Subject,
    period: exp.Expr,
    bounds: Bounds,
    speech: Speech,
    windows: Windows | None = None,
) -> exp.Select:
    """One part over the rows of the facts and closed rows together."""
    [part], [numbers] = source.parts, source.numbers
    facts = said.each(source, subject, bounds, speech)
    closed, key = closed_rows(numbers, subject, bounds)
    columns: dict[str, exp.Expr | None] = {"day": col("day"), "month": col("month")}
    if "subject" in facts.named_selects:
        columns["subject"] = key
    columns["value"] = _counted(part) if part.agg == "distinct" else col("number")
    # Several of a team who share a record are one value of it.
    once = closed.select(*_named(columns), exp.alias_(col("record"), "record")).distinct()
    names = [exp.column(name, quoted=True) for name in columns]
    again = exp.Select().select(*names).from_(once.subquery("c"))
    both = exp.union(_typed(facts, part), again, distinct=False)
    select = exp.Select().from_(both.subquery(scoped.ROW))
    if windows is not None:
        select.append("joins", windows.join(col("day")))
    keys = {"period": period} | ({"subject": col("subject")} if "subject" in columns else {})
    if part.agg == "distinct":
        found: exp.Expr = exp.Count(this=exp.Distinct(expressions=[col("value")]))
    else:
        assert part.p is not None
        found = speech.quantile(col("value"), part.p)
    return _by_keys(select, keys, {"p0": found})


def _typed(facts: exp.Select, part: Part) -> exp.Select:
    """The values of the facts in the type closed rows keep them in."""
    if part.agg == "distinct" and (part.counts_refs or part.what.kind == "record"):
        return facts
    kind = exp.DataType.build("text" if part.agg == "distinct" else "double")
    last = facts.expressions[-1]
    last.set("this", exp.Cast(this=last.this, to=kind))
    return facts


def _counted(part: Part) -> exp.Expr:
    """What a distinct count counts of closed rows."""
    if part.what.kind == "record":
        return col("record")
    return col("ref" if part.counts_refs else "text")


def _named(columns: dict[str, exp.Expr | None]) -> list[exp.Expr]:
    return [exp.alias_(column, name) for name, column in columns.items() if column is not None]


def _by_keys(select: exp.Select, keys: dict[str, exp.Expr], values: dict[str, exp.Expr]) -> exp.Select:
    select = select.select(*(exp.alias_(found, name) for name, found in (keys | values).items()))
    return select.group_by(*(number(n + 1) for n in range(len(keys))), copy=False)
