"""Does the engine say what the oracle says?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from leitstern.engine.closing import Ledger
from leitstern.engine.generation import Generation
from leitstern.engine.observations import Observation
from leitstern.engine.run import Against, Request, compute
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain

from .cases import Case
from .measuring import Measured, Value, measured, ratio
from .oracle import Oracle
from .stretches import Span, earlier_span, earlier_stretch, spans_between, stretch
from .worlds import TODAY

#: Without records: nothing to take a median of, no base, a source that never came, a period still to come.
NOTHING = ("no_data", "no_base", "no_source", "not_begun")


class Expected:
    """The oracle's values of KPIs, each stretch of days measured once."""

    def __init__(self, oracle: Oracle, as_of: date = TODAY) -> None:
        self.oracle = oracle
        self.as_of = as_of
        self._found: dict[object, Measured] = {}

    def answering(self, cases: Sequence[Case], name: str, span: Span) -> Case:
        """The version of a KPI that answers for a period: the newest that holds on its first day."""
        versions = [c for c in cases if c.name == name]
        holding = [c for c in versions if (c.since or date.min) <= span.first]
        return max(holding or versions[:1], key=lambda c: c.version)

    def source(self, case: Case) -> Oracle:
        """The records that count for a KPI."""
        return self.oracle

    def measures(self, case: Case, subject: str, days: tuple[date | None, date]) -> list[Measured]:
        found = []
        source = self.source(case)
        for asked in case.asked:
            key = (id(source), asked, subject, days)
            if key not in self._found:
                self._found[key] = measured(source, asked, subject, *days)
            found.append(self._found[key])
        return found

    def value(self, case: Case, subject: str, key: str | None, days: tuple[date | None, date]) -> Value:
        values = [m.of(key) for m in self.measures(case, subject, days)]
        return case.formula(*values) if case.formula else values[0]

    def rows(self, case: Case, subject: str, key: str | None, span: Span) -> int:
        days = stretch(span, case.shape or {}, self.as_of)
        found = [m.rows.get(key, frozenset()) for m in self.measures(case, subject, days)]
        return len(frozenset().union(*found))

    def observed(
        self, case: Case, subject: str, key: str | None, span: Span, against: Against | None = None
    ) -> Value:
        """What an observation should say; None for nothing."""
        shape = case.shape or {}
        if not all(self.source(case).delivered(a.fact, span.first, span.last) for a in case.asked):
            return None
        if span.first > self.as_of:
            return None
        days, today = stretch(span, shape, self.as_of), self.as_of
        if against:
            days = earlier_stretch(span, shape, against, self.as_of)
            span, today = earlier_span(span, shape, against), days[1]
        now = self.value(case, subject, key, days)
        if "growth" not in shape:
            return now
        before = "previous_period" if shape["growth"] == "previous_period" else "previous_year"
        then = self.value(case, subject, key, earlier_stretch(span, shape, before, today))
        if now is None or then is None or then <= 0:  # of a loss there is no growth
            return None
        return ratio(Fraction(now) - Fraction(then), then)


def agrees(found: Any, expected: Value) -> bool:
    """Counts and money exactly, quotients to nine digits."""
    if found is None or expected is None:
        return found is None and expected is None
    if isinstance(found, int | Decimal):
        return Fraction(found) == Fraction(expected)
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


def check(
    generation: Generation,
    catalogue: Catalogue,
    expected: Expected,
    cases: Sequence[Case],
    request: Request,
    ledger: Ledger | None = None,
) -> dict[tuple[object, ...], Observation]:
    """Every observation of a request is as the oracle has it, and none is missing. Returns them by place."""
    context = generation.context
    spans = spans_of(request, context.fiscal_start)
    by_first = {span.first: span for span in spans}
    named = {(case.name, case.version): case for case in cases}
    seen: dict[tuple[object, ...], Observation] = {}
    wrong: list[object] = []
    for o in compute(generation, catalogue, request, ledger):
        case, where = named[o.kpi, o.version], (o.kpi, o.subject.type, o.subject.id, o.start)
        span = by_first[o.start]
        assert (o.start, o.end) == (span.first, span.last), where
        assert case is expected.answering(cases, case.name, span), where
        assert where not in seen, where
        seen[where] = o
        wrong += [(*where, *w) for w in _faults(o, case, expected, span, request)]
    if request.against is None:
        wrong += _missing(seen, expected, cases, request, spans)
    assert not wrong, f"{generation.backend.dialect}: {len(wrong)} wrong, such as {wrong[:8]}"
    return seen


def spans_of(request: Request, fiscal_start: int) -> list[Span]:
    """The periods or stretches that are asked for."""
    if request.stretches:
        return [Span("stretch", first, last, fiscal_start) for first, last in request.stretches]
    assert request.start is not None
    assert request.end is not None
    return spans_between(request.start, request.end, str(request.grain), fiscal_start)


def _faults(
    o: Observation, case: Case, expected: Expected, span: Span, request: Request
) -> Iterator[tuple[object, ...]]:
    value = expected.observed(case, o.subject.type, o.subject.id, span, request.against)
    if not agrees(o.value, value):
        yield "value", o.value, value, o.reason
    if (o.value is None) != (o.reason in NOTHING):
        yield "reason", o.value, o.reason
    if case.unit in ("count", "currency") and not case.shape and isinstance(o.value, float):
        yield "not exact", o.value
    if request.against is None and o.reason not in ("no_source", "not_begun"):
        rows = expected.rows(case, o.subject.type, o.subject.id, span)
        if o.rows != rows:
            yield "rows", o.rows, rows


def _missing(
    seen: Mapping[tuple[object, ...], Observation],
    expected: Expected,
    cases: Sequence[Case],
    request: Request,
    spans: Sequence[Span],
) -> Iterator[tuple[object, ...]]:
    """Subjects that have records and no observation."""
    for case in (c for c in cases if c.name in request.kpis):
        for subject in request.by:
            for span in (s for s in spans if expected.answering(cases, case.name, s) is case):
                for m in expected.measures(case, subject, stretch(span, case.shape or {}, expected.as_of)):
                    places = [(case.name, subject, key, span.first) for key in m.rows]
                    yield from ((*place, "missing") for place in places if place not in seen)


def request_for(
    cases: Sequence[Case], by: Sequence[str], grain: str, end: date, count: int, **more: Any
) -> Request:
    """A request for ``count`` periods of about a grain's length that end near ``end``."""
    length = {"day": 1, "week": 7, "month": 30, "quarter": 91, "half_year": 182, "year": 365}
    start = date.fromordinal(end.toordinal() - length[grain.removeprefix("fiscal_")] * (count - 1))
    return Request(tuple(c.name for c in cases), tuple(by), Grain(grain), start, end, **more)
