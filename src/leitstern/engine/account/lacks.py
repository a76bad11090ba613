"""Why a KPI is empty: what no file brought, which field is never filled, which filter lets nothing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from sqlglot import exp

from leitstern.engine import layout, reasons, scoped
from leitstern.engine.plan import Part, counted
from leitstern.engine.scoped import col, number
from leitstern.facts.model import FACTS
from leitstern.kpis.expressions import parse_filter
from leitstern.kpis.filter_words import say
from leitstern.kpis.labels import fact_label, field_label
from leitstern.messages import message

if TYPE_CHECKING:
    from leitstern.engine.generation import Generation
    from leitstern.kpis.definition import Measure
    from leitstern.kpis.load import Resolved

#: What facts that no file brings are made of.
MADE_OF = {"stage_visit": "deal_event"}
Code = Literal["no_source", "not_typed", "never_met", "never_filled", "none_counts"]
#: In this order they are told.
CODES = get_args(Code)


@dataclass(frozen=True, slots=True)
class Lack:
    """Why nothing can be counted for a measure of a KPI, or for several.

    ``no_source``: no record of ``fact`` was imported (``not_typed``: no value of ``measure`` was typed in);
    ``never_filled``: ``field`` is empty in all ``count`` records the filter lets in; ``never_met``: of
    ``count`` records the filter lets none in; ``none_counts``: it lets ``count`` in, which are set aside.
    """

    kpi: str
    code: Code
    fact: str
    field: str | None = None
    count: int = 0
    where: str | None = None
    measure: str | None = None

    def text(self, language: str, whole: Callable[[int], str] = str) -> str:
        """A sentence in ``de`` or ``en``; ``whole`` writes numbers."""
        where = say(parse_filter(self.where, self.fact), self.fact, language) if self.where else ""
        fact = MADE_OF.get(self.fact, self.fact)
        return message(
            f"engine.lack_{self.code}",
            language,
            facts=fact_label(fact, language, plural=True),
            field=field_label(self.fact, self.field, language) if self.field else "",
            counted=f"{whole(self.count)} {fact_label(fact, language, plural=self.count != 1)}",
            where=f" {where}" if where else "",
            measure=self.measure,
        )


@dataclass(frozen=True, slots=True)
class _Filled:
    """What there is for one measure: records its filter lets in, those that count, and those with each of
    the fields it needs."""

    met: int
    counts: int
    fields: Mapping[str, int]


def lacks(generation: Generation, kpis: Sequence[Resolved]) -> list[Lack]:
    """What is lacking for measures of some KPIs, each with the first reason that holds."""
    by_fact: dict[str, dict[Measure, list[str]]] = {}
    for resolved in kpis:
        for measure in resolved.measures.values():
            by_fact.setdefault(measure.fact, {}).setdefault(measure, []).append(resolved.definition.kpi)
    found: set[Lack] = set()
    for fact, measures in by_fact.items():
        total, there = _filled(generation, fact, list(measures))
        for (measure, names), filled in zip(measures.items(), there, strict=True):
            found.update(lack for kpi in names if (lack := _lack(kpi, measure, total, filled)))
    order = [resolved.definition.kpi for resolved in kpis]
    return sorted(
        found, key=lambda one: (order.index(one.kpi), CODES.index(one.code), one.fact, one.field or "")
    )


def _lack(kpi: str, measure: Measure, total: int, filled: _Filled) -> Lack | None:
    fact = measure.fact
    if measure.manual is not None:
        return None if filled.counts else Lack(kpi, "not_typed", fact, measure=measure.manual)
    if not total:
        return Lack(kpi, "no_source", fact)
    if not filled.met:
        return Lack(kpi, "never_met", fact, count=total, where=measure.where)
    for field, count in filled.fields.items():
        if not count:
            return Lack(kpi, "never_filled", fact, field, filled.met, measure.where)
    if not filled.counts:
        return Lack(kpi, "none_counts", fact, count=filled.met, where=measure.where)
    return None


def _needed(measure: Measure, part: Part) -> list[str]:
    """The fields without which a record adds nothing, the date that puts it into a period first."""
    named = [part.on, *part.known, *([measure.field] if measure.field else [])]
    if measure.to is not None:
        named.append(measure.to)
    return list(dict.fromkeys(named))


def _filled(generation: Generation, fact: str, measures: list[Measure]) -> tuple[int, list[_Filled]]:
    """How many records there are, and what there is for each measure."""
    model = FACTS[fact]
    scope = scoped.Scope(model, fact)
    columns: list[exp.Expr] = []
    needed = []
    for measure in measures:
        part = counted(measure)
        _, place = reasons.places([part], scope, generation.built_on.toordinal(), aside=False)
        met = exp.not_(exp.Is(this=place, expression=exp.Null()))
        fields = _needed(measure, part)
        needed.append(fields)
        columns += [met, exp.EQ(this=place.copy(), expression=number(reasons.COUNTS))]
        columns += [exp.and_(met.copy(), _is_filled(field, fact)) for field in fields]
    sums = [exp.Sum(this=exp.Case().when(one, number(1)).else_(number(0))) for one in columns]
    select = exp.Select().select(exp.Count(this=exp.Star()), *sums, copy=False)
    select = select.from_(scoped.table(fact, scoped.ROW), copy=False)
    for join in scope.joins.values():
        select.append("joins", join)
    if fact in layout.STUBBED:
        select = select.where(exp.not_(col(layout.STUB)), copy=False)
    (row,) = generation.backend.rows(select)[1]
    total, *numbers = (int(str(one or 0)) for one in row)
    aside = sum(1 for one in generation.excluded if one.fact == fact and one.reason == "rate_missing")
    rest = iter(numbers)
    found = []
    for fields in needed:
        met_count, counts = next(rest), next(rest)
        found.append(_Filled(met_count, counts, {field: next(rest) for field in fields}))
    return total + aside, found


def _is_filled(field: str, fact: str) -> exp.Expr:
    kind = FACTS[fact].by_name[field].kind
    if kind == "ref":
        return exp.NEQ(this=col(field), expression=number(0))
    column = layout.day(field) if kind in ("day", "time") else field
    return exp.not_(exp.Is(this=col(column), expression=exp.Null()))
