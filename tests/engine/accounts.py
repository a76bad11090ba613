"""What is told beside the values: the records behind them, what was restated, what is not complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random

from leitstern.engine.closing import Ledger
from leitstern.engine.generation import Generation
from leitstern.engine.observations import Observation
from leitstern.engine.records import records
from leitstern.engine.restating import restated
from leitstern.engine.run import Request
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import parse

from .books import Closing, Stands
from .cases import Case
from .comparing import Expected, agrees, spans_of
from .measuring import Value
from .oracle import Oracle
from .stretches import Span, earlier_stretch, span_of
from .test_rule_09_records_behind_numbers import total
from .test_rule_15_records_that_count_nowhere import BY_AMOUNT
from .worlds import World

#: How many numbers of a step are added up from their lists.
LISTS = 12
Place = tuple[str, str, str | None, object]


def lists_add_up(
    generation: Generation,
    own: Catalogue,
    cases: Sequence[Case],
    seen: Iterable[Observation],
    rng: Random,
) -> None:
    """The records behind some numbers come to the numbers, closed days or not."""
    named = {(case.name, case.version): case for case in cases}
    listed = [
        o
        for o in seen
        if o.reason not in ("no_source", "not_begun")
        and "growth" not in (named[o.kpi, o.version].shape or {})
        and all(asked.kind != "manual_last" for asked in named[o.kpi, o.version].asked)
    ]
    listed.sort(key=lambda o: (not o.rows, rng.random()))
    for o in listed[:LISTS]:
        resolved = own.resolved(o.kpi, o.version)
        period = parse(o.period, generation.context.fiscal_start)
        found = records(generation, resolved, period, o.subject.type, o.subject.id)
        value = total(named[o.kpi, o.version], found)
        assert agrees(o.value, value), f"{o} is {value} by its list {found.rows}"
        behind = {(r.fact, r.key, r.day) for r in found}
        assert len(behind) == o.rows, f"{o} has {len(behind)} records in its list"


def contradictions_are_told(
    generation: Generation,
    own: Catalogue,
    ledger: Ledger,
    expected: Stands,
    cases: Sequence[Case],
    request: Request,
    seen: Mapping[tuple[object, ...], Observation],
) -> None:
    """Of the values asked for, exactly those that the records alone would make others are restatements."""
    told = {
        (r.kpi, r.subject.type, r.subject.id, r.period): (r.was, r.now)
        for r in restated(generation, own, request, ledger)
    }
    wrong = []
    for place, was, now in _both(expected, cases, request, generation.context.fiscal_start, seen):
        differ = not _same(was, now)
        if differ != (place in told):
            wrong.append((place, was, now, told.get(place)))
        elif differ and not (_same(told[place][0], was) and _same(told[place][1], now)):
            wrong.append((place, was, now, told[place]))
    assert not wrong, f"{len(wrong)} restatements wrong, such as {wrong[:5]}"


def _both(
    expected: Stands,
    cases: Sequence[Case],
    request: Request,
    fiscal_start: int,
    seen: Mapping[tuple[object, ...], Observation],
) -> Iterator[tuple[Place, Value, Value]]:
    """For every value asked for: what stands, and what the records of today would make of it."""
    today = Expected(Oracle(expected.oracle.world), expected.as_of)
    labels = {o.start: o.period for o in seen.values()}
    for name in request.kpis:
        for span in spans_of(request, fiscal_start):
            case = expected.answering(cases, name, span)
            for subject in request.by:
                keys = {o.subject.id for o in seen.values() if o.subject.type == subject}
                for measure in today.measures(case, subject, (None, expected.as_of)):
                    keys |= set(measure.rows)
                for key in keys:
                    was = expected.observed(case, subject, key, span)
                    now = today.observed(case, subject, key, span)
                    yield (name, subject, key, labels.get(span.first)), was, now


def what_is_missing_is_told(
    expected: Stands, cases: Sequence[Case], seen: Iterable[Observation], fiscal_start: int
) -> None:
    """Values are complete once their days are over, what began in them had its time, and no record of
    theirs waits for a rate. Of days that are closed only the end is asked: they lack what they lacked."""
    named = {(case.name, case.version): case for case in cases}
    world = expected.oracle.world
    rated = Expected(Oracle(_rated(world)), expected.as_of)
    today = Expected(expected.oracle, expected.as_of)
    wrong = []
    for o in seen:
        case, span = named[o.kpi, o.version], span_of(o.start, o.grain, fiscal_start)
        if (
            case.version > 1
            or case.name in BY_AMOUNT
            or any(_touches(c, span) for c in expected.books.closings)
        ):
            continue
        here = (case, o.subject.type, o.subject.id, span)
        lacks = _behind(rated, *here) - _behind(today, *here)
        ripe = max((a.within or 36_500 for a in case.asked if a.kind == "conversion"), default=0)
        over = span.last < expected.as_of and (expected.as_of - span.last).days >= ripe
        complete = over and not lacks and o.reason != "no_source"
        if (o.set_aside, o.complete) != (lacks, complete):
            wrong.append((o, lacks, complete))
    assert not wrong, f"{len(wrong)} accounts wrong, such as {wrong[:5]}"


def _rated(world: World) -> World:
    """The same records, every one of which can be converted."""
    kinds = {row["currency"] for rows in world.facts.values() for row in rows if row.get("currency")}
    rates = [
        {"key": f"all {kind}", "currency": kind, "day": date(1990, 1, 1), "rate": Decimal(2)}
        for kind in kinds
    ]
    return world.with_rows(exchange_rate=[*world.rows("exchange_rate"), *rates])


def _touches(closing: Closing, span: Span) -> bool:
    """Whether a value of a period may be made of closed days: shapes reach back as far as they like."""
    return closing.first <= span.last


def _behind(expected: Expected, case: Case, subject: str, key: str | None, span: Span) -> int:
    """The records behind a value; of a growth, behind both its sides."""
    rows = expected.rows(case, subject, key, span)
    shape = case.shape or {}
    if "growth" in shape:
        before = "previous_period" if shape["growth"] == "previous_period" else "previous_year"
        days = earlier_stretch(span, shape, before, expected.as_of)
        found = [m.rows.get(key, frozenset()) for m in expected.measures(case, subject, days)]
        rows += len(frozenset().union(*found))
    return rows


def _same(one: object, other: object) -> bool:
    """Whether nobody is told: a count or sum of 0 says no more than that nothing was there to be counted."""
    if one is None or other is None:
        there = other if one is None else one
        return there is None or (isinstance(there, int | Decimal) and there == 0)
    return agrees(one, other)  # type: ignore[arg-type] # numbers both, or None
