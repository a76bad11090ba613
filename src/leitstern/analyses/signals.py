"""Which KPIs of a workspace really changed, and since when; and which only seem to, as their source is
silent.

Counts and sums are watched by day, ratios, averages and medians by week with the number of records behind
each value. A series ends with the newest record of its slowest source: what has not arrived is no drop. The
KPIs watched share one budget of false alarms (`leitstern.insight.signals.budget`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from leitstern.analyses.plain import number
from leitstern.facts.model import FACTS
from leitstern.insight import signals as insight
from leitstern.kpis.singling import singles_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leitstern.engine.observations import Number, Observation
    from leitstern.info import GenerationInfo
    from leitstern.kpis.load import Resolved
    from leitstern.periods.workdays import WorkCalendar
    from leitstern.workspace import Workspace

    Floats = NDArray[np.float64]

Verdict = Literal["signals", "quiet", "too_little", "stale", "not_watched"]
Scale = Literal["log", "root", "plain"]

#: Years that are looked back.
YEARS = 3
#: From so many a usual day, counts scatter like amounts.
LARGE = 20.0
#: Sums that come on fewer days than this share are watched by week.
OFTEN = 0.65
#: Weekly values must come in at least this share of the weeks.
EVERY = 0.6
#: Companies swing with their market, more than worlds in which nothing changes: the thresholds are set for a
#: little less than the budget (chosen on the demo companies without stories of the seeds 21 to 25).
CAUTION = 0.75
#: A signal said within so many days before the newest data is news.
NEWS = 28
#: Signals over the same records that come within so many days are one alarm.
TOGETHER = 14


@dataclass(frozen=True, slots=True)
class Found:
    """A signal: ``said`` is the day it could first be said, ``since`` the day the change seems to begin.

    ``expected`` and ``seen`` are values of a day or week (``step``) in the KPI's unit. ``beside`` is the KPI
    of the same records whose signal of about the same time this one goes with: the two are one alarm.
    """

    kind: Literal["shift", "spike"]
    direction: Literal["up", "down"]
    said: date
    since: date
    expected: float
    seen: float
    strength: float
    beside: str | None = None

    @property
    def change(self) -> float | None:
        """The relative change, as a fraction; None where nothing, or less than that, was usual."""
        return self.seen / self.expected - 1 if self.expected > 0 else None

    def as_json(self) -> dict[str, Any]:
        """Plain values; dates as texts."""
        return {
            "kind": self.kind,
            "direction": self.direction,
            "said": self.said.isoformat(),
            "since": self.since.isoformat(),
            "expected": number(self.expected),
            "seen": number(self.seen),
            "change": number(self.change),
            "strength": number(self.strength),
            "beside": self.beside,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """What was found for one KPI.

    ``n`` counts its days or weeks (``step``); ``until`` is the newest day of its data.

    ``stale``: its source is silent for longer than is its habit, and nothing is said of the days since.
    """

    kpi: str
    unit: str
    good: str
    verdict: Verdict
    step: Literal["day", "week"]
    n: int
    until: date | None
    signals: tuple[Found, ...]

    @property
    def news(self) -> tuple[Found, ...]:
        """The signals of the last four weeks of its data."""
        if self.until is None or self.verdict == "stale":
            return ()
        return tuple(s for s in self.signals if (self.until - s.said).days < NEWS)

    def as_json(self) -> dict[str, Any]:
        """Plain values; dates as texts."""
        return {
            "kpi": self.kpi,
            "unit": self.unit,
            "good": self.good,
            "verdict": self.verdict,
            "step": self.step,
            "n": self.n,
            "until": self.until.isoformat() if self.until else None,
            "signals": [s.as_json() for s in self.signals],
            "news": len(self.news),
        }


@dataclass(frozen=True, slots=True)
class Signals:
    """All KPIs; ``watched`` of them share the budget of ``alarms`` false alarms a year each."""

    as_of: date
    watched: int
    alarms: float
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values; dates as texts."""
        return {
            "as_of": self.as_of.isoformat(),
            "watched": self.watched,
            "alarms": self.alarms,
            "rows": [row.as_json() for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one KPI is watched, and the days its data cover."""

    resolved: Resolved
    step: Literal["day", "week"]
    first: date
    last: date
    late: bool

    @property
    def facts(self) -> frozenset[str]:
        """The facts it reads."""
        return frozenset(m.fact for m in self.resolved.measures.values())


def signals(ws: Workspace, kpis: Sequence[str] = ()) -> Signals:
    """Signals of the company's KPIs (default: all that cannot single out people). Raises ``Problem`` for an
    unknown KPI.

    The budget is that of all KPIs that can be watched, however few are asked for.
    """
    info = ws.generation()
    if info is None:
        ws.organisation()  # raises the problem that says so
        raise AssertionError
    wanted = [ws.catalogue.get(name).kpi for name in kpis]
    everything = [
        one.kpi
        for one in ws.catalogue
        if one.kpi in wanted or not singles_out(ws.catalogue.resolved(one.kpi))
    ]
    plans = {name: _plan(ws.catalogue.resolved(name), info) for name in everything}
    watched = sum(plan is not None for plan in plans.values())
    alarms = insight.budget(max(watched, 1))
    chosen = wanted or everything
    series = _series(ws, [p for name in chosen if (p := plans[name]) is not None])
    special = _special(ws.settings.calendar())
    rows = []
    for name in chosen:
        plan, definition = plans[name], ws.catalogue.get(name)
        if plan is None:
            row = Row(name, definition.unit, definition.good, "not_watched", "day", 0, None, ())
        else:
            row = _row(plan, series.get(name, []), alarms * CAUTION, special)
        rows.append(row)
    rows = _together(rows, {name: plan.facts for name, plan in plans.items() if plan is not None})
    return Signals(info.as_of, watched, alarms, tuple(sorted(rows, key=_order)))


def _order(row: Row) -> tuple[bool, bool, int, str]:
    last = max((s.said.toordinal() for s in row.signals), default=0)
    return (not row.news, row.verdict == "not_watched", -last, row.kpi)


def _together(rows: Sequence[Row], facts: Mapping[str, frozenset[str]]) -> list[Row]:
    """Signals of KPIs over the same records and of about the same time go with the first of them."""
    every = [(signal, row.kpi) for row in rows for signal in row.signals]
    first: list[tuple[Found, str]] = []
    beside: dict[tuple[Found, str], str] = {}
    for signal, kpi in sorted(every, key=lambda pair: (pair[0].said, -pair[0].strength, pair[1])):
        for other, leader in first:
            near = abs((signal.said - other.said).days) <= TOGETHER
            if near and leader != kpi and facts[leader] & facts[kpi]:
                beside[signal, kpi] = leader
                break
        else:
            first.append((signal, kpi))
    return [
        replace(row, signals=tuple(replace(s, beside=beside.get((s, row.kpi))) for s in row.signals))
        for row in rows
    ]


def _plan(resolved: Resolved, info: GenerationInfo) -> _Plan | None:
    """None for what is not watched: shapes over time, stocks and typed values say nothing new each day."""
    measures = list(resolved.measures.values())
    if resolved.definition.shape is not None or any(m.kind in ("stock", "manual") for m in measures):
        return None
    facts = {m.fact for m in measures if FACTS[m.fact].main_date is not None}
    known = [info.facts[f] for f in facts if f in info.facts]
    newest = [f.newest for f in known if f.newest is not None]
    begun = [
        info.facts[m.fact].began.get(m.on or FACTS[m.fact].main_date or "")
        for m in measures
        if m.fact in info.facts
    ]
    if not newest or len(known) < len(facts) or None in begun:
        return None
    late = any(f.newest is None or (info.as_of - f.newest).days > f.late_after for f in known)
    last = min(*newest, info.as_of - timedelta(days=1))
    first = max([*(day for day in begun if day is not None), last - timedelta(days=366 * YEARS)])
    simple = all(m.kind in ("count", "sum", "distinct") for m in measures)
    additive = (
        simple
        and resolved.formula.top_division() is None
        and resolved.definition.unit in ("count", "currency")
    )
    return _Plan(resolved, "day" if additive else "week", first, last, late)


def _series(ws: Workspace, plans: Iterable[_Plan]) -> dict[str, list[Observation]]:
    found: dict[str, list[Observation]] = {}
    by_step: dict[str, list[_Plan]] = {}
    for plan in plans:
        by_step.setdefault(plan.step, []).append(plan)
    for step, some in by_step.items():
        names = [plan.resolved.definition.kpi for plan in some]
        start, end = min(p.first for p in some), max(p.last for p in some)
        for o in ws.compute(names, grain=step, start=start, end=end):
            found.setdefault(o.kpi, []).append(o)
    return found


def _row(plan: _Plan, observations: list[Observation], alarms: float, special: Callable[[date], bool]) -> Row:
    definition = plan.resolved.definition
    known = [o for o in observations if plan.first <= o.start and o.end <= plan.last]
    steps: Sequence[Observation | _Week] = known
    step, watch = plan.step, None
    if step == "day" and known:
        values = np.array([np.nan if special(o.start) else float(o.value or 0) for o in known])
        usual = float(np.median(values[values > 0])) if (values > 0).any() else 0.0
        if definition.unit == "count" and usual < LARGE:
            watch = insight.counts(values, alarms)
        elif float((values > 0).mean()) > OFTEN:
            watch = insight.amounts(np.maximum(values, 0.0), alarms)
        else:
            weeks = _weeks(known, special)
            step, steps = "week", weeks
            watch = _by_week([w.value for w in weeks], [1.0] * len(weeks), "root", alarms)
    elif known:
        known = [o for o in known if o.finished]
        steps = known
        scale: Scale = "plain" if definition.unit in ("percent", "score") else "log"
        watch = _by_week([o.value for o in known], [_n(o) for o in known], scale, alarms)
    verdict: Verdict = "stale" if plan.late else "too_little" if watch is None else watch.verdict
    if watch is None:
        return Row(definition.kpi, definition.unit, definition.good, verdict, step, 0, plan.last, ())
    found = tuple(
        Found(s.kind, s.direction, steps[s.at].end, steps[s.since].start, s.expected, s.seen, s.strength)
        for s in watch.signals
    )
    return Row(definition.kpi, definition.unit, definition.good, verdict, step, watch.n, plan.last, found)


def _by_week(
    found: Sequence[Number | None], records: Sequence[float], scale: Scale, alarms: float
) -> insight.Watch | None:
    """None where fewer than six in ten weeks have a value that is not 0: monthly bookings have no weeks."""
    values = np.array([np.nan if value is None else float(value) for value in found])
    if not len(values) or (np.nan_to_num(values) != 0).mean() < EVERY:
        return None
    return insight.weekly(values, np.array(records, dtype=np.float64), scale, alarms)


def _n(o: Observation) -> float:
    """The records a value stands on: a denominator that is a number of records, else all behind it."""
    if isinstance(o.denominator, int) and 0 < o.denominator <= o.rows:
        return float(o.denominator)
    return float(o.rows)


@dataclass(frozen=True, slots=True)
class _Week:
    start: date
    end: date
    value: float | None


def _weeks(days: Sequence[Observation], special: Callable[[date], bool]) -> list[_Week]:
    """Sums of whole weeks, from Monday on; none for a week with several special days."""
    first = (7 - days[0].start.weekday()) % 7
    weeks = [days[at : at + 7] for at in range(first, len(days) - 6, 7)]
    return [
        _Week(
            week[0].start,
            week[-1].end,
            None if sum(special(o.start) for o in week) > 1 else sum(float(o.value or 0) for o in week),
        )
        for week in weeks
    ]


def _special(calendar: WorkCalendar) -> Callable[[date], bool]:
    """Days that nobody takes for usual ones: public holidays, days between one and a weekend, and those from
    24 December to 6 January."""
    day = timedelta(days=1)

    @cache
    def holiday(when: date) -> bool:
        return when.weekday() < 5 and not calendar.is_workday(when)

    def special(when: date) -> bool:
        if (when.month, when.day) >= (12, 24) or (when.month, when.day) <= (1, 6):
            return True
        between = (when.weekday() == 0 and holiday(when + day)) or (
            when.weekday() == 4 and holiday(when - day)
        )
        return holiday(when) or between

    return special
