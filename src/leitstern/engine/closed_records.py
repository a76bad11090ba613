"""The closed rows behind a number, as a list of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from leitstern.engine import compile as said
from leitstern.engine import scoped
from leitstern.engine.grids import digits_of
from leitstern.engine.levels import chosen, still
from leitstern.engine.plan import MONEY_DIGITS, NUMBER_DIGITS, kind_of
from leitstern.engine.reading import closed_rows
from leitstern.engine.scoped import col, number
from leitstern.engine.stands import DAYS, MEMBERS, ROWS

if TYPE_CHECKING:
    from leitstern.engine.compile import Subject
    from leitstern.engine.generation import Generation
    from leitstern.engine.plan import Part, Term
    from leitstern.engine.stands import Kept, Stands

#: Fact, key, day, title, names of person, team and customer, and what the record adds in each column.
Row = tuple[Any, ...]
_ADDS = ("whole", "number", "ref", "text")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its part, and the term it is of."""

    part: Part
    of: Term


def listed(
    generation: Generation, columns: Sequence[Column], span: tuple[int, int], by: str, id_: int
) -> list[Row]:
    """The closed rows of the days in ``span`` that make a number, for the subject with an id.

    What a record adds in several columns on one day is one row.
    """
    about: dict[tuple[object, ...], tuple[Any, ...]] = {}
    adds: dict[tuple[object, ...], list[Any]] = {}
    for place, column in enumerate(columns):
        digits = digits_of(generation.backend, column.part, by)
        for kept, days in _stretches(generation.stands, column, span):
            select = _statement(generation.stands, column, kept, days, by, id_)  # type: ignore[arg-type] # checked against SUBJECTS
            for record, member, *told in generation.backend.rows(select)[1]:
                where = (column.part.fact, column.part.on, record, member)
                about[where] = tuple(told[: -len(_ADDS)])
                mine = adds.setdefault(where, [None] * len(columns))
                mine[place] = _adds(column.part, digits, *told[-len(_ADDS) :])
    return [(str(where[0]), *about[where], tuple(adds[where])) for where in about]


def _stretches(
    stands: Stands, column: Column, span: tuple[int, int]
) -> Iterator[tuple[Kept, tuple[int, int]]]:
    """What is kept for the days of a span, and which days of it count."""
    kind = kind_of(column.of)
    if kind != DAYS:
        found = chosen(stands, column.part, kind, *span)
        if found is not None:
            yield found
        return
    for kept in stands.of(column.part):
        first, last = max(kept.days[0], span[0]), min(kept.days[1], span[1])
        if first <= last:
            yield kept, (first, last)


def _statement(
    stands: Stands, column: Column, kept: Kept, days: tuple[int, int], by: Subject, id_: int
) -> exp.Select:
    lasting = bool(column.part.kept)
    bounds = said.Bounds(None if lasting else days[0], days[1])
    select, key = closed_rows([kept.number], by, bounds)
    if lasting:
        select = select.where(*still(number(days[0]), number(days[1])), copy=False)
    if key is not None:
        select = select.where(exp.EQ(this=key, expression=number(id_)), copy=False)
    if column.of.minus is not None:
        same = stands.of(column.of.minus, kind_of(column.of))
        ended = [k.number for k in same if k.days == kept.days]
        gone = exp.Select().select(number(1)).from_(scoped.table(ROWS, "e"))
        gone = gone.where(
            exp.In(this=col("part", "e"), expressions=[number(n) for n in ended]),
            exp.EQ(this=col("record", "e"), expression=col("record")),
            exp.LTE(this=col("day", "e"), expression=number(days[1])),
        )
        select = select.where(exp.Not(this=exp.Exists(this=gone)), copy=False)
    whose = exp.EQ(this=col("id", "whose"), expression=col("member"))
    select.append("joins", exp.Join(this=scoped.table(MEMBERS, "whose"), on=whose))
    columns: list[exp.Expr] = [col(name) for name in ("record", "member", "key", "since", "title")]
    for table, id_of in (
        ("person", col("person", "whose")),
        ("team", col("team", "whose")),
        ("company", col("customer")),
    ):
        on = exp.EQ(this=col("id", f"n_{table}"), expression=id_of)
        select.append("joins", exp.Join(this=scoped.table(table, f"n_{table}"), side="LEFT", on=on))
        columns.append(exp.Coalesce(this=col("name", f"n_{table}"), expressions=[col("key", f"n_{table}")]))
    return select.select(*columns, *(col(name) for name in _ADDS))


def _adds(part: Part, digits: int, whole: Any, value: Any, ref: Any, text: Any) -> Any:
    """What a record adds, as the facts would say it."""
    if part.agg == "add":
        return int(whole) if digits == 0 else Decimal(int(whole)).scaleb(-digits)
    if part.agg == "last":
        return Decimal(int(whole)).scaleb(-NUMBER_DIGITS)
    if part.agg == "distinct":
        return ref if part.counts_refs else text
    return Decimal(str(round(value, MONEY_DIGITS))) if part.is_money else value
