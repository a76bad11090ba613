"""A fact's records as a plain table, for analyses that look at records one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from leitstern.engine import layout, scoped
from leitstern.engine.scoped import col
from leitstern.errors import Problem
from leitstern.facts.model import FACTS

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.engine.generation import Generation

#: Day 0 of Arrow's dates, 1 January 1970, as a day number.
_EPOCH = 719_163
#: Whose record it was on a date: ``person@closed_at``, ``team@closed_at``.
_MEMBER = ("person", "team")


def table(generation: Generation, fact: str, fields: tuple[str, ...]) -> pa.Table:
    """The records of ``fact`` with the fields asked for, ordered by their key.

    Columns: ``key`` and each field under the name it was asked by. References are the keys of what they
    point at (null: not assigned), dates and moments are days in the workspace's zone, money is decimal in
    the workspace's currency, other numbers are float64. ``person@closed_at`` and ``team@closed_at`` are
    whose record it was on that date. Raises ``Problem`` ``engine.no_field`` for what there is not.
    """
    import pyarrow as pa

    if fact not in {one.name for one in layout.ENCODED}:
        raise Problem("engine.no_field", fact=fact, field="*")
    scope = scoped.Scope(FACTS[fact], fact)
    chosen = [("key", pa.string(), col("key")), *(_column(scope, field) for field in fields)]
    select = exp.Select().select(*(exp.alias_(column, f"c{n}") for n, (_, _, column) in enumerate(chosen)))
    select = select.from_(scoped.table(fact, scoped.ROW)).order_by(col("key"), col("id"))
    for join in scope.joins.values():
        select.append("joins", join)
    _, rows = generation.backend.rows(select)
    columns = list(zip(*rows, strict=True)) or [()] * len(chosen)
    return pa.table(
        [_array(kind, values) for (_, kind, _), values in zip(chosen, columns, strict=True)],
        names=[name for name, _, _ in chosen],
    )


def _column(scope: scoped.Scope, name: str) -> tuple[str, pa.DataType, exp.Expr]:
    import pyarrow as pa

    kind, _, date = name.partition("@")
    field = scope.fact.by_name.get(date or name)
    if date and kind in _MEMBER and field and field.kind in ("day", "time") and layout.has_member(scope.fact):
        return name, pa.string(), _key(scope, kind, _member(scope, kind, date))
    if name == "region" and layout.has_region(scope.fact):
        return name, pa.string(), scope.region(scoped.ROW)
    if field is None or date:
        raise Problem("engine.no_field", fact=scope.fact.name, field=name)
    if field.kind == "ref":
        return name, pa.string(), _key(scope, str(field.to), col(name))
    if field.kind in ("day", "time"):
        return name, pa.date32(), col(layout.day(name))
    if field.kind == "money":
        return name, pa.decimal128(18, 4), col(name)
    kinds: dict[str, pa.DataType] = {"number": pa.float64(), "whole": pa.int64(), "yesno": pa.bool_()}
    return name, kinds.get(field.kind, pa.string()), col(name)


def _member(scope: scoped.Scope, kind: str, date: str) -> exp.Expr:
    """The person or team of the member a record belonged to on a date."""
    alias = f"m_{date}"
    if alias not in scope.joins:
        on = exp.EQ(this=col("id", alias), expression=col(layout.member(date)))
        scope.joins[alias] = exp.Join(this=scoped.table("member", alias), side="LEFT", on=on)
    return col(kind, alias)


def _key(scope: scoped.Scope, to: str, reference: exp.Expr) -> exp.Expr:
    """The key of what a reference points at."""
    alias = f"k{len(scope.joins)}"
    on = exp.EQ(this=col("id", alias), expression=reference)
    scope.joins[alias] = exp.Join(this=scoped.table(to, alias), side="LEFT", on=on)
    return col("key", alias)


def _array(kind: pa.DataType, values: Sequence[object]) -> pa.Array[Any]:
    import pyarrow as pa

    if kind == pa.date32():
        numbers = [None if day is None else int(str(day)) - _EPOCH for day in values]
        return pa.array(numbers, pa.int32()).cast(kind)
    if kind == pa.float64():
        return pa.array([None if value is None else float(str(value)) for value in values], kind)
    if kind == pa.string():
        return pa.array([None if value is None else str(value) for value in values], kind)
    return pa.array(values, kind)
