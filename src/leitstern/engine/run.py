"""Computing KPIs: from a request to observations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from leitstern.engine import grids, layout, levels, ready
from leitstern.engine.formulas import Outcome, Quantity, change, outcome
from leitstern.engine.observations import REASONS, Block, Observations
from leitstern.engine.plan import Part, Term, as_known, row_terms, set_aside, term
from leitstern.engine.spans import Spans, compared, earlier, shaped
from leitstern.engine.stands import NOTHING, Stretch, uncovered
from leitstern.errors import Problem
from leitstern.facts.model import SUBJECTS
from leitstern.kpis.definition import Definition, Shape
from leitstern.periods.grains import Grain, Period, periods_between

if TYPE_CHECKING:
    from leitstern.engine.closing import Closed, Ledger
    from leitstern.engine.generation import Generation
    from leitstern.kpis.load import Catalogue, Resolved

#: A default range goes back no further than this many years before its end.
MOST_YEARS = 30

Against = Literal["previous_period", "previous_year"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    ``start`` and ``end`` are days, both included; periods that share a day with the range are
    computed whole. Without them the range is that of the data. ``as_of`` leaves out everything
    after a day. ``against`` gives, for each period, the value it is compared with. ``stretches`` are
    asked for instead of the periods of a grain: any first and last days, each computed as one period.
    ``restated`` asks what the records say on closed days too, whatever stands. ``as_known`` leaves out what
    records came to after ``as_of``, too: conversions and ends of durations, closed or not.
    A KPI may be named with the version to compute, ``win_rate@1``; else each period's own answers.
    """

    kpis: tuple[str, ...]
    by: tuple[str, ...] = ("company",)
    grain: Grain = Grain.MONTH
    start: date | None = None
    end: date | None = None
    as_of: date | None = None
    against: Against | None = None
    stretches: tuple[tuple[date, date], ...] = ()
    restated: bool = False
    as_known: bool = False


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One version of a KPI with its parts."""

    resolved: Resolved
    terms: dict[str, Term]
    rows: tuple[Term, ...]
    aside: tuple[Term, ...] = ()

    @property
    def shape(self) -> Shape | None:
        return self.resolved.definition.shape

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(dict.fromkeys(p for t in self.all_terms for p in t.parts))

    @property
    def all_terms(self) -> tuple[Term, ...]:
        return (*self.terms.values(), *self.rows, *self.aside)


def compute(
    generation: Generation, catalogue: Catalogue, request: Request, ledger: Ledger | None = None
) -> Observations:
    """Compute KPIs for one or more subject types over neighbouring periods.

    On closed days what was closed counts. Periods that ``ledger`` knows as closed are answered by the
    versions that there were, and are complete.
    Raises ``Problem`` for an unknown KPI or subject type, or a range that ends before it starts.
    """
    for subject in request.by:
        if subject not in SUBJECTS:
            raise Problem("engine.subject_unknown", name=subject, choices=", ".join(SUBJECTS))
    as_of = request.as_of or generation.built_on
    past = as_of.toordinal() if request.as_known else None
    asked = {
        name: [_wanted(generation, r, past) for r in _versions(catalogue, name)] for name in request.kpis
    }
    wanted = [w for versions in asked.values() for w in versions]
    periods = _periods(generation, request, wanted, as_of)
    if not periods:
        return Observations([], as_of)
    closings = tuple(ledger.closed.values()) if ledger is not None else ()
    sides = _Sides(generation, request, periods, as_of, closings)
    sides.read(wanted)
    blocks = []
    for versions in asked.values():
        for subject in request.by:
            for w, chosen in _answering(versions, periods, closings):
                blocks.append(sides.block(w, subject, chosen))
    return Observations(blocks, as_of)


def _versions(catalogue: Catalogue, name: str) -> list[Resolved]:
    kpi, _, version = name.partition("@")
    if version.isdecimal():
        return [catalogue.resolved(kpi, int(version))]
    return [catalogue.resolved(name, d.version) for d in catalogue.versions(name)]


def _wanted(generation: Generation, resolved: Resolved, past: int | None) -> _Wanted:
    """``past``: a day before the build, as which it is asked."""
    terms = {name: term(m, mean=name in resolved.averaged) for name, m in resolved.measures.items()}
    if past is not None:
        terms = {name: as_known(of, past) for name, of in terms.items()}
    rows = row_terms(resolved.measures.values())
    aside = tuple(t for t in map(set_aside, rows) if generation.backend.has(t.plus.table))
    return _Wanted(resolved, terms, rows, aside)


def _answering(
    versions: Sequence[_Wanted], periods: Sequence[Period], closings: Sequence[Closed]
) -> Iterator[tuple[_Wanted, slice]]:
    """Which version answers for which periods: the one that holds when a period begins."""
    definitions = [w.resolved.definition for w in versions]
    holding = [versions[definitions.index(holds(definitions, p, closings))] for p in periods]
    at = 0
    for _, group in groupby(holding, key=id):
        count = len(list(group))
        yield holding[at], slice(at, at + count)
        at += count


def holds(versions: Sequence[Definition], period: Period, closings: Iterable[Closed] = ()) -> Definition:
    """The version that answers for a period; of a closed one, one of those that it was closed with."""
    for closed in closings:
        if closed.covers(period.start, period.end):
            known = [d for d in versions if (d.kpi, d.version) in closed.kpis]
            versions = known or versions
            break
    begun = [d for d in versions if d.valid_from is None or d.valid_from <= period.start]
    return begun[-1] if begun else versions[0]


def _periods(
    generation: Generation, request: Request, wanted: Sequence[_Wanted], as_of: date
) -> list[Period]:
    if request.stretches:
        return [_stretch(start, end) for start, end in request.stretches]
    fiscal = generation.context.fiscal_start
    start, end = request.start, request.end
    if start is None or end is None:
        ranges = [
            generation.ranges[p.fact, p.on]
            for w in wanted
            for p in w.parts
            if (p.fact, p.on) in generation.ranges
        ]
        if not ranges:
            return []
        end = end or min(max(date.fromordinal(max(r[1] for r in ranges)), start or date.min), as_of)
        earliest = date.fromordinal(min(r[0] for r in ranges))
        start = start or min(max(earliest, end.replace(year=end.year - MOST_YEARS, day=1)), end)
    return periods_between(start, end, request.grain, fiscal)


def _stretch(start: date, end: date) -> Period:
    if end < start:
        raise Problem("periods.reversed", start=start, end=end)
    return Period(Grain.DAY, start.toordinal(), start, end, f"{start}..{end}")


class _Sides:
    """The spans a request needs, read once for all its KPIs: what is asked, and what it is compared with."""

    def __init__(
        self,
        generation: Generation,
        request: Request,
        periods: list[Period],
        as_of: date,
        closings: tuple[Closed, ...] = (),
    ) -> None:
        self.closings = () if request.restated else closings
        self.stands = NOTHING if request.restated else generation.stands
        self.generation = generation
        self.request = request
        self.periods = periods
        self.as_of = as_of
        self.grids: dict[Spans, dict[str, grids.Grid]] = {}

    def _spans(self, shape: Shape | None) -> Spans:
        if self.request.against is not None:
            return self._compared(self.periods, shape, self.request.against, self._today())
        spans = shaped(self.periods, shape, self.generation.context.fiscal_start, self._today())
        return replace(spans, grain=None) if self.request.stretches else spans

    def _today(self) -> list[date]:
        return [self.as_of] * len(self.periods)

    def _compared(
        self, periods: list[Period], shape: Shape | None, against: str, through: Sequence[date]
    ) -> Spans:
        generation = self.generation
        fiscal = generation.context.fiscal_start
        return compared(periods, shape, against, through, generation.calendar, fiscal)

    def _before(self, shape: Shape) -> Spans:
        """The lower side of a growth."""
        against = "previous_period" if shape.growth == "previous_period" else "previous_year"
        if self.request.against is None:
            return self._compared(self.periods, shape, against, self._today())
        others = earlier(self.periods, shape, self.request.against)
        through = [date.fromordinal(day) for day in self._spans(shape).last]
        return self._compared(others, shape, against, through)

    def read(self, wanted: Iterable[_Wanted]) -> None:
        """Ask for all parts of all KPIs, together for equal spans."""
        asked: dict[Spans, dict[Part, None]] = {}
        for w in wanted:
            sides = [self._spans(w.shape)]
            if w.shape is not None and w.shape.growth:
                sides.append(self._before(w.shape))
            for spans in sides:
                for t in w.all_terms:
                    asked.setdefault(_of(t, spans), {}).update(dict.fromkeys(t.parts))
        for spans, parts in asked.items():
            known = tuple(p for p in parts if (p.fact, p.on) in self.generation.ranges)
            self.grids[spans] = self._answer(
                grids.Question(known, self.request.by, spans, self.as_of.toordinal(), self.stands)
            )

    def _answer(self, question: grids.Question) -> dict[str, grids.Grid]:
        generation = self.generation
        together = tuple(s for s in question.subjects if s in grids.BY_MEMBER)
        apart = tuple(s for s in question.subjects if s not in grids.BY_MEMBER)
        found: dict[str, grids.Grid] = {}
        if together:
            part_of = replace(question, subjects=together)
            found, missing = ready.read(generation, part_of)
            if missing or not found:
                rest = grids.evaluate(generation.backend, generation.members, replace(part_of, parts=missing))
                found = grids.merged(found, rest)
        if apart:
            found |= grids.evaluate(generation.backend, generation.members, replace(question, subjects=apart))
        levels.stand(generation.backend, question, found)
        return found

    def block(self, w: _Wanted, subject: str, chosen: slice) -> Block:
        """The observations of one version of a KPI for one subject type."""
        definition = w.resolved.definition
        spans = self._spans(w.shape)
        ids = self._subjects(subject)
        found = self._outcome(w, subject, spans, ids)
        missing = self._counted(w.aside, subject, spans, ids)
        if w.shape is not None and w.shape.growth:
            found = change(found.value, self._outcome(w, subject, self._before(w.shape), ids).value)
            missing = missing + self._counted(w.aside, subject, self._before(w.shape), ids)
        shape = (len(ids), len(self.periods))
        finished, late = self._standing(w)
        reasons = np.broadcast_to(late, shape).copy()
        empty = np.isnan(np.broadcast_to(found.value.floats(), shape)) & (reasons == 0)
        reasons[empty] = REASONS.index("no_base" if found.denominator is not None else "no_data")
        names = self.generation.subjects(subject)
        return Block(
            definition.kpi,
            definition.version,
            definition.unit,
            [names[i] for i in ids],
            self.periods[chosen],
            _sliced(found, shape, chosen),
            self._counted(w.rows, subject, spans, ids)[:, chosen],
            finished[chosen],
            reasons[:, chosen],
            missing[:, chosen],
        )

    def _counted(
        self, terms: Sequence[Term], subject: str, spans: Spans, ids: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """How many records terms that count records come to, for some subjects."""
        rows = np.zeros((len(ids), len(self.periods)), np.int64)
        for t in terms:
            rows += self._cells(t.plus, t, subject, spans, ids)
            if t.minus is not None:
                rows -= self._cells(t.minus, t, subject, spans, ids)
        return rows

    def _outcome(self, w: _Wanted, subject: str, spans: Spans, ids: NDArray[np.int64]) -> Outcome:
        values, digits = {}, {}
        for t in w.terms.values():
            for part in t.parts:
                values[part] = self._cells(part, t, subject, spans, ids)
                digits[part] = self.grids[_of(t, spans)][subject].digits.get(part, part.digits)
        return outcome(w.resolved.formula, w.terms, values, digits)

    def _cells(
        self, part: Part, of: Term, subject: str, spans: Spans, ids: NDArray[np.int64]
    ) -> NDArray[Any]:
        """A part's numbers for some subjects: zeros (or nothing) where its fact was never delivered."""
        values = self.grids[_of(of, spans)][subject].values
        if part in values:
            return values[part][ids]
        shape = (len(ids), len(spans))
        return np.zeros(shape, np.int64) if part.agg in ("add", "distinct") else np.full(shape, np.nan)

    def _subjects(self, subject: str) -> NDArray[np.int64]:
        """Ids that get a row: who has a record in some period asked for, or was in the company then."""
        if subject == "company":
            return np.zeros(1, np.int64)
        size = self.generation.members.sizes[subject]
        asked = [found[subject].seen for found in self.grids.values()]
        seen = np.logical_or.reduce(asked) if asked else np.zeros(size, bool)
        if subject in layout.BY_PERSON:
            first, last = self.periods[0].start.toordinal(), self.periods[-1].end.toordinal()
            seen = seen | self.generation.present(subject, first, last)
        return np.flatnonzero(seen)

    def _standing(self, w: _Wanted) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
        """Which periods are finished, and why a period has no value whatever the records say.

        A closed period is finished, and lacks what it lacked when it was closed.
        """
        finished, reasons = self._told(w, self.generation.reached)
        d = w.resolved.definition
        closings = [c for c in self.closings if (d.kpi, d.version) in c.kpis]
        open_ = np.array([any(uncovered(_days(p), map(_days, closings))) for p in self.periods])
        for closed in reversed(closings):
            _, then = self._told(w, closed.reached)
            mine = ~open_ & np.array([closed.start <= p.start <= closed.end for p in self.periods])
            reasons[mine] = then[mine]
        finished |= ~open_ & np.array([p.end <= self.as_of for p in self.periods])
        return finished, reasons

    def _told(
        self, w: _Wanted, reached: Mapping[tuple[str, str], int]
    ) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
        """The same by how far the sources have told."""
        reasons = np.zeros(len(self.periods), np.uint8)
        over = np.array([p.end <= self.as_of and p.end < self.generation.built_on for p in self.periods])
        places = {(p.fact, p.on) for p in w.parts}
        if not places <= reached.keys():
            reasons[:] = REASONS.index("no_source")
            return np.zeros_like(over), reasons
        within = max((p.within[2] for p in w.parts if p.within), default=0)
        for place in places:
            day = reached[place]
            over &= np.array([p.end.toordinal() <= day for p in self.periods])
            reasons[[p.start.toordinal() > day for p in self.periods]] = REASONS.index("source_late")
        reasons[[p.start > self.as_of for p in self.periods]] = REASONS.index("not_begun")
        ripe = np.array([p.end.toordinal() + within <= self.as_of.toordinal() for p in self.periods])
        return over & ripe, reasons


def _days(of: Period | Closed) -> Stretch:
    return of.start.toordinal(), of.end.toordinal()


def _of(t: Term, spans: Spans) -> Spans:
    if t.start:
        return spans.before()
    return spans.standing() if t.standing else spans


def _sliced(found: Outcome, shape: tuple[int, int], chosen: slice) -> Outcome:
    def cut(quantity: Quantity | None) -> Quantity | None:
        if quantity is None:
            return None
        return Quantity(np.broadcast_to(quantity.numbers, shape)[:, chosen], quantity.digits)

    value = cut(found.value)
    assert value is not None
    return Outcome(value, cut(found.numerator), cut(found.denominator))
