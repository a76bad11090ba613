"""Where a KPI ends its period: forecasts for all subjects of a type, from a workspace.

from leitstern.analyses import forecast
forecast.forecast(ws, "won_value", by="team", period="2026-Q4", target=900_000)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from leitstern import clock
from leitstern.analyses.forecast_data import Days, counted, days, only_grows, periods
from leitstern.insight.forecast import Forecast, Growth, Replay, backtest, forecasts, growth
from leitstern.insight.forecast.periods import forecast_periods
from leitstern.insight.forecast.result import certain
from leitstern.insight.shape.ends import forecast_developing
from leitstern.periods.grains import Grain, parse, period_of, periods_between

if TYPE_CHECKING:
    from leitstern.engine.observations import Subject
    from leitstern.workspace import Workspace

Direction = Literal["at_least", "at_most", "between"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """A KPI (``name`` or ``name@version``) for all subjects of a type in one period; ``grain`` is None for
    a stretch between two free dates."""

    kpi: str
    by: str
    start: date
    end: date
    grain: str | None = None


@dataclass(frozen=True, slots=True)
class One:
    """The forecast of one subject."""

    subject: Subject
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class Found:
    """Forecasts of a KPI; empty where there is nothing to make them from. ``level``: the target asked for."""

    question: Question
    unit: str
    ones: tuple[One, ...]
    level: float | None = None
    direction: Direction = "at_least"

    def of(self, subject: str | None) -> Forecast | None:
        """The forecast of a subject by its id."""
        return next((one.forecast for one in self.ones if one.subject.id == subject), None)

    def as_json(self) -> dict[str, Any]:
        """Plain values, as the command line and the API give them."""
        levels = {} if self.level is None else {"target": (self.level, None)}
        at_most = self.direction == "at_most"
        return {
            "kpi": self.question.kpi,
            "unit": self.unit,
            "start": self.question.start.isoformat(),
            "end": self.question.end.isoformat(),
            "target": self.level,
            "forecasts": [
                {
                    "subject": {"type": one.subject.type, "id": one.subject.id, "name": one.subject.name},
                    **one.forecast.as_json(levels, at_most=at_most),
                    "arrival": _iso(None if self.level is None else one.forecast.arrival(self.level)),
                }
                for one in self.ones
            ],
        }


def forecast(
    ws: Workspace,
    kpi: str,
    by: str = "company",
    period: str | None = None,
    target: float | None = None,
) -> Found:
    """Forecasts of a KPI for all subjects of a type at the end of ``period``: a label such as ``2026-Q4``, or
    two days (``2026-10-01..2026-12-15``); default: the running month. The direction of ``target`` is the
    KPI's own."""
    question = Question(kpi, by, *_stretch(ws, period))
    direction: Direction = "at_most" if ws.catalogue.get(kpi.partition("@")[0]).good == "down" else "at_least"
    answer = answers(ws, [question])[question]
    return Found(question, answer.unit, answer.ones, target, direction)


def _stretch(ws: Workspace, label: str | None) -> tuple[date, date, str | None]:
    """First and last day, and the grain where there is one."""
    fiscal = ws.settings.fiscal_year_start
    first, between, last = (label or "").partition("..")
    if between:
        return parse(first, fiscal).start, parse(last, fiscal).end, None
    if label is not None:
        found = parse(label, fiscal)
    else:
        info = ws.generation()
        today = info.as_of if info is not None else clock.today(ws.settings.timezone)
        found = period_of(today - _DAY, Grain.MONTH, fiscal)
    return found.start, found.end, found.grain.value


def read(
    ws: Workspace, questions: Sequence[Question], known: date | None = None
) -> dict[tuple[str, str], Days | None]:
    """The values of each KPI and subject type by day, read once, with a calendar that reaches to the last
    end. ``known``: as if that were the last known day."""
    last: dict[tuple[str, str], date] = {}
    for one in questions:
        last[one.kpi, one.by] = max(one.end, last.get((one.kpi, one.by), one.end))
    return {(kpi, by): days(ws, kpi, by, end, known) for (kpi, by), end in last.items()}


def answers(
    ws: Workspace,
    questions: Sequence[Question],
    known: date | None = None,
    history: Mapping[tuple[str, str], Days | None] | None = None,
) -> dict[Question, Found]:
    """Forecasts for many questions from their ``history`` (see `read`)."""
    by_day = read(ws, questions, known) if history is None else history
    found: dict[Question, Found] = {}
    for question in questions:
        daily = by_day[question.kpi, question.by]
        if daily is None:
            ones = _by_period(ws, question, known)
        else:
            many = forecasts(daily.history, question.start, question.end, daily.through)
            if known is None and many.verdict == "ok" and only_grows(daily):
                many = many.at_least(counted(ws, question, daily))
            ones = tuple(One(subject, many.one(at)) for at, subject in enumerate(daily.subjects))
        unit = ws.catalogue.get(question.kpi.partition("@")[0]).unit
        found[question] = Found(question, unit, ones)
    return found


def _by_period(ws: Workspace, question: Question, until: date | None) -> tuple[One, ...]:
    """Forecasts of a KPI whose days do not make up a period; see `shape` and `forecast_periods`."""
    known = periods(ws, question, until)
    if known is None:
        return ()
    when = (question.start, question.end, known.through)
    if known.over:
        many = certain(known.so_far, *when, "over")
    elif known.through < question.start:
        many = forecast_periods(known.past, when, known.per_year, known.within)
    else:
        many = forecast_developing(known.then, known.past, known.so_far, known.within, when, known.apart)
    return tuple(One(subject, many.one(at)) for at, subject in enumerate(known.subjects))


def replays(
    ws: Workspace, kpi: str, by: str = "company", grain: str = "month", count: int = 6
) -> list[Replay]:
    """What forecasts of the last ``count`` whole periods would have said, made again with what was known.

    Empty for KPIs whose days do not add up, which have no daily history to replay.
    """
    info = ws.generation()
    if info is None:
        return []
    known = days(ws, kpi, by, info.as_of)
    if known is None:
        return []
    fiscal = ws.settings.fiscal_year_start
    every = periods_between(known.history.first, known.through, grain, fiscal)
    over = [
        (one.start, one.end) for one in every if one.start >= known.history.first and one.end <= known.through
    ]
    return backtest(known.history, over[-count:])


@dataclass(frozen=True, slots=True)
class Season:
    """``growth`` of a stretch on the one of the same length right before it, whose value is ``base``."""

    growth: Growth
    base: float


def same_season(found: Days | None, question: Question, subject: str | None) -> Season | None:
    """How a stretch of whole months grew on the one right before it, in the same months of earlier years.

    ``found``: the KPI by day. None for other stretches, for KPIs that do not add up, where the months before
    are not all known, and where fewer than three years tell of it.
    """
    start, end = question.start, question.end
    if start.day != 1 or (end + _DAY).day != 1:
        return None
    if found is None or found.history.kind not in ("amount", "count") or start - _DAY > found.through:
        return None
    row = next((at for at, one in enumerate(found.subjects) if one.id == subject), None)
    if row is None:
        return None
    history, length = found.history.only(row), len(periods_between(start, end, Grain.MONTH))
    before = periods_between(history.first, start - _DAY, Grain.MONTH)
    values = np.array([history.value(m.start, m.end)[0] for m in before if m.start >= history.first])
    seen = growth(values, length, 12) if len(values) >= length else None
    return None if seen is None or seen.verdict != "ok" else Season(seen, float(values[-length:].sum()))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
