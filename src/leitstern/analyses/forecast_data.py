"""What forecasts are made from: a KPI's values day by day for all subjects of a type, as arrays.

Days after the last one that all of the KPI's sources have reached are left out, and so is the day the
generation was built on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from leitstern.analyses import shape
from leitstern.facts.model import FACTS
from leitstern.goals.plan import additive
from leitstern.insight.forecast import Calendar, History
from leitstern.insight.forecast.known import Kind
from leitstern.insight.shape.develop import FEWEST
from leitstern.periods.grains import Grain, period_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leitstern.analyses.forecast import Question
    from leitstern.engine.observations import Block, Subject
    from leitstern.insight.shape.develop import Within
    from leitstern.kpis.definition import Measure
    from leitstern.kpis.load import Resolved
    from leitstern.periods.workdays import WorkCalendar
    from leitstern.workspace import Workspace

    Array = NDArray[np.float64]

#: Days looked back at: three years of months and what their profiles need; a stock takes longer to compute.
_BACK, _BACK_STOCK = 1230, 800
#: How many whole periods are looked back at, in years, and at most.
_YEARS, _MOST = 5, 60
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """A KPI by day: ``subjects`` are the rows of ``history``, whose last known day is ``through``."""

    subjects: tuple[Subject, ...]
    history: History
    through: date


@dataclass(frozen=True, slots=True)
class Periods:
    """A KPI by period: values of earlier ones, subjects × periods, oldest first, NaN where there is none.

    ``then``      the same periods as they were known at the place where the one asked about is now
    ``so_far``    the value of that one, NaN before it begins
    ``over``      whether nothing can come any more: the period is over, and a cohort has come to its end
    ``per_year``  so many such periods make a year
    ``apart``     how far the earlier ones lie apart, in their length
    """

    subjects: tuple[Subject, ...]
    past: Array
    then: Array
    so_far: Array
    over: bool
    within: Within
    per_year: int
    through: date
    apart: float = 1.0


def kind_of(resolved: Resolved) -> Kind | None:
    """How a KPI's days make up a period: ``None`` where they do not, as with medians and different values."""
    if resolved.definition.shape is not None:
        return None
    kinds = {measure.kind for measure in resolved.measures.values()}
    if kinds == {"stock"} and resolved.formula.top_division() is None:
        return "stock"
    if not kinds <= {"count", "sum"}:
        return None
    if additive(resolved):
        return "count" if resolved.definition.unit == "count" else "amount"
    return "ratio" if resolved.formula.top_division() is not None else None


def through_of(ws: Workspace, resolved: Resolved) -> date | None:
    """The last whole day that all sources of a KPI have reached; None without records."""
    info = ws.generation()
    if info is None:
        return None
    facts = {m.fact for m in resolved.measures.values() if FACTS[m.fact].main_date is not None}
    newest = [info.facts[fact].newest if fact in info.facts else None for fact in facts]
    if None in newest:
        return None
    return min([info.as_of - _DAY, *(day for day in newest if day is not None)])


def began(ws: Workspace, resolved: Resolved) -> date | None:
    """The day from which all sources of a KPI have records."""
    info = ws.generation()
    found = []
    for measure in resolved.measures.values():
        known, on = (info.facts.get(measure.fact) if info else None), _counted_on(measure)
        if known is not None and on in known.began:
            found.append(known.began[on])
    return max(found, default=None)


def _counted_on(measure: Measure) -> str:
    if measure.kind == "stock" and measure.between:
        return measure.between[0]
    return measure.on or FACTS[measure.fact].main_date or ""


def days(ws: Workspace, kpi: str, by: str, end: date, known: date | None = None) -> Days | None:
    """A KPI (``name`` or ``name@version``) by day; the calendar reaches to ``end``. ``known``: look from that
    day. None for KPIs whose days do not make up a period, and without records."""
    resolved = _resolved(ws, kpi)
    kind, through, first = kind_of(resolved), through_of(ws, resolved), began(ws, resolved)
    if kind is None or through is None or first is None:
        return None
    through = through if known is None else min(through, known)
    first = max(first, through - timedelta(days=_BACK_STOCK if kind == "stock" else _BACK))
    if first > through:
        return None
    block = ws.compute([kpi], by=_asked(by), grain="day", start=first, end=through).blocks[0]
    above, below = _sides(block, kind)
    subjects = tuple(block.subjects)
    if by == "person":
        _before_joining(ws, subjects, first, above)
    if by == "segment":
        subjects, above, below = _segments(ws, subjects, above, below)
    calendar = calendar_of(ws.settings.calendar(), first, max(end, through))
    # Forecasts about persons are plain arithmetic: nothing is fitted to them.
    learned = by != "person"
    return Days(subjects, History(first, above, kind, below, calendar, learned), through)


def only_grows(found: Days) -> bool:
    """Whether days add up and none ever took anything away."""
    history = found.history
    return history.kind in ("amount", "count") and not (np.nan_to_num(history.values) < 0).any()


def counted(ws: Workspace, question: Question, found: Days) -> Array:
    """What each subject has come to in a period, records after the last whole day included; 0 for none."""
    asked = shape.Asked(question.kpi, _asked(question.by), question.grain)
    above = np.zeros(len(found.subjects))
    of = ws.organisation().segments if question.by == "segment" else {}
    rows = {subject.id: row for row, subject in enumerate(found.subjects)}
    for o in asked.values(ws, [(question.start, question.end)], None):
        row = rows.get(of.get(o.subject.id or "") if of else o.subject.id)
        if row is not None and o.end == question.end and o.value is not None:
            above[row] += float(o.value)
    return above


def _resolved(ws: Workspace, kpi: str) -> Resolved:
    name, _, version = kpi.partition("@")
    return ws.catalogue.resolved(name, int(version)) if version else ws.catalogue.resolved(name)


def _asked(by: str) -> str:
    return "customer" if by == "segment" else by


def _sides(block: Block, kind: Kind) -> tuple[Array, Array | None]:
    found = block.outcome
    if kind == "ratio" and found.numerator is not None and found.denominator is not None:
        return np.nan_to_num(found.numerator.floats()), np.nan_to_num(found.denominator.floats())
    return np.nan_to_num(found.value.floats()), None


def _before_joining(ws: Workspace, subjects: Sequence[Subject], first: date, values: Array) -> None:
    """Nothing is known of a person before the day they joined."""
    people = ws.organisation().people
    for row, subject in enumerate(subjects):
        person = people.get(subject.id or "")
        if person is not None and person.joined is not None and person.joined > first:
            values[row, : (person.joined - first).days] = np.nan


def _segments(
    ws: Workspace, subjects: Sequence[Subject], above: Array, below: Array | None
) -> tuple[tuple[Subject, ...], Array, Array | None]:
    """The customers of each segment together."""
    from leitstern.engine.observations import Subject

    of = ws.organisation().segments
    names = sorted(set(of.values()))
    member = np.array([[of.get(s.id or "") == name for s in subjects] for name in names], dtype=float)
    member = member.reshape(len(names), len(subjects))
    together = tuple(Subject("segment", name, name) for name in names)
    return together, member @ above, None if below is None else member @ below


def calendar_of(work: WorkCalendar, first: date, last: date) -> Calendar:
    """Working time of each day, and what is special: each holiday by its name, other short days together."""
    names = sorted(
        {name for year in range(first.year, last.year + 1) for name in work.holidays(year).values()}
    )
    kinds = {name: place for place, name in enumerate(names, start=1)}
    short = len(names) + 1
    count = (last - first).days + 1
    special, working = np.zeros(count, dtype=np.int64), np.zeros(count)
    for at in range(count):
        day = first + timedelta(days=at)
        working[at] = float(work.weight(day))
        name = work.holidays(day.year).get(day)
        if name is not None:
            special[at] = kinds[name]
        elif working[at] < float(work.week[day.weekday()]):
            special[at] = short
    return Calendar(special, working)


def periods(ws: Workspace, question: Question, known: date | None = None) -> Periods | None:
    """A KPI by whole periods like the one asked about; without a grain, by the same dates of earlier years.
    ``known``: as it was known on that day."""
    by, when = question.by, (question.start, question.end)
    resolved = _resolved(ws, question.kpi)
    through, first = through_of(ws, resolved), began(ws, resolved)
    if through is None or first is None or by == "segment":
        return None
    through = through if known is None else min(through, known)
    asked = shape.Asked(question.kpi, by, question.grain)
    stretches, per_year = _before(ws, when, question.grain)
    stretches = [one for one in stretches if one[0] >= first.replace(day=1)]
    found = _whole(ws, asked, stretches, when, known)
    apart = 1.0
    if found.known < FEWEST and shape.may_move(resolved):
        # Too few years: as long a stretch, ended by each month's end.
        moved = [one for one in shape.moved(when, through) if one[0] >= first]
        apart, asked, per_year = shape.step_of(when), replace(asked, grain=None), 1
        found, stretches = _whole(ws, asked, moved, when, known), moved
    if not stretches:
        return None
    over = found.over and through >= question.end
    then = np.full((len(found.subjects), len(stretches)), np.nan)
    if through >= question.start and not over:
        days = [shape.same_place(ws, when, through, other) for other in stretches]
        then = shape.then(ws, asked, found.subjects, stretches, days)
    limits = shape.within(resolved, np.hstack([found.values, then]))
    past, now = found.values[:, :-1], found.values[:, -1]
    return Periods(found.subjects, past, then, now, over, limits, per_year, through, apart)


@dataclass(frozen=True, slots=True)
class _Whole:
    """Final values of earlier stretches, and with them the one asked about, which may be ``over``."""

    subjects: tuple[Subject, ...]
    values: Array
    over: bool

    @property
    def known(self) -> int:
        """Of how many earlier stretches somebody has a value."""
        return int(np.isfinite(self.values[:, :-1]).any(axis=0).sum()) if len(self.values) else 0


def _whole(
    ws: Workspace,
    asked: shape.Asked,
    stretches: Sequence[tuple[date, date]],
    when: tuple[date, date],
    known: date | None,
) -> _Whole:
    places = {end: at for at, (_, end) in enumerate([*stretches, when])}
    rows: dict[Subject, Array] = {}
    over = False
    for o in asked.values(ws, [*stretches, when], known):
        row = rows.setdefault(o.subject, np.full(len(places), np.nan))
        if o.value is not None and o.end in places and (o.finished or o.end == when[1]):
            row[places[o.end]] = float(o.value)
        over = over or (o.end == when[1] and o.finished)
    return _Whole(tuple(rows), np.array(list(rows.values())).reshape(len(rows), len(places)), over)


def _before(ws: Workspace, when: tuple[date, date], grain: str | None) -> tuple[list[tuple[date, date]], int]:
    """The stretches before one, oldest first, and how many make a year."""
    start, end = when
    if grain is None:
        years = range(_YEARS, 0, -1)
        return [(_years_back(start, y), _years_back(end, y)) for y in years], 1
    period = period_of(start, grain, ws.settings.fiscal_year_start)
    per_year = round(365 / ((end - start).days + 1)) if Grain(grain) != Grain.DAY else 1
    count = min(max(per_year, 1) * _YEARS, _MOST)
    before = [period.shifted(-back) for back in range(count, 0, -1)]
    return [(one.start, one.end) for one in before], max(per_year, 1)


def _years_back(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)
