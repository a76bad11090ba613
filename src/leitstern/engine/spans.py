"""Which days a value is made of: plain periods, rolling and cumulative spans, and what they compare with.

A span is a first and a last day, both included. Day 0 as the first day means since the first record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from leitstern.kpis.definition import Shape
from leitstern.periods.grains import Grain, Period, month_number, period_of, year_earlier

if TYPE_CHECKING:
    from leitstern.periods.workdays import WorkCalendar

SINCE_EVER = 0


@dataclass(frozen=True, slots=True)
class Spans:
    """One span for each period. ``grain`` is set where the spans are just neighbouring periods; ``level``
    where a level at their ends is asked for, and ``through`` where that is the start of spans that go on
    to these days."""

    first: tuple[int, ...]
    last: tuple[int, ...]
    grain: Grain | None = None
    fiscal_start: int = 1
    level: bool = False
    through: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.first)

    def standing(self) -> Spans:
        """The same ends, counted since the first record: what a stock is made of."""
        return replace(self, first=(SINCE_EVER,) * len(self), grain=None, level=True)

    def before(self) -> Spans:
        """Up to the day before each begins, counted since the first record: what a stock was at the start."""
        ends = tuple(max(first - 1, 1) for first in self.first)
        return Spans((SINCE_EVER,) * len(self), ends, level=True, through=self.last)


def plain(periods: Sequence[Period]) -> Spans:
    """The periods themselves; ``periods`` are neighbours in order."""
    return Spans(
        tuple(p.start.toordinal() for p in periods),
        tuple(p.end.toordinal() for p in periods),
        periods[0].grain,
        periods[0].fiscal_start,
    )


def shaped(
    periods: Sequence[Period], shape: Shape | None, fiscal_start: int, through: Sequence[date]
) -> Spans:
    """The spans of a shape other than growth (of growth: those of its upper side).

    ``through`` says for each period up to which day it has come. To-date spans begin with the year
    (quarter, month) of that day: a week over the turn of the year belongs to the old one until it is over.
    """
    if shape is None or shape.growth in ("previous_period", "previous_year"):
        return plain(periods)
    last = tuple(p.end.toordinal() for p in periods)
    if shape.cumulative:
        return Spans((SINCE_EVER,) * len(periods), last)
    if shape.rolling is not None:
        assert shape.unit is not None
        return Spans(tuple(_rolling_start(p.end, shape.rolling, shape.unit) for p in periods), last)
    to_date = _to_date(shape) or "year"
    passed = [_passed(*pair) for pair in zip(periods, through, strict=True)]
    return Spans(tuple(_start_of(day, to_date, fiscal_start).toordinal() for day in passed), last)


def reach(
    period: Period, shape: Shape | None, fiscal_start: int, through: date
) -> tuple[tuple[date, date], ...]:
    """The days that a value of a period is made of, first and last: one stretch, of a growth also what it is
    compared with. What counts since the first record begins with ``date.min``."""
    spans = shaped([period], shape, fiscal_start, [through])
    here = replace(period, start=date.fromordinal(max(spans.first[0], 1)))
    if shape is None or shape.growth is None:
        return ((here.start, here.end),)
    against = "previous_period" if shape.growth == "previous_period" else "previous_year"
    [then] = earlier([here], shape, against)
    return ((here.start, here.end), (then.start, then.end))


def _to_date(shape: Shape | None) -> str | None:
    if shape is None:
        return None
    return "year" if shape.growth == "year_to_date" else shape.to_date


def _passed(period: Period, through: date) -> date:
    """The last day of a running period that has passed; the end of any other."""
    return through if period.start <= through < period.end else period.end


def _start_of(day: date, to_date: str, fiscal_start: int) -> date:
    grain = {"month": Grain.MONTH, "quarter": Grain.FISCAL_QUARTER, "year": Grain.FISCAL_YEAR}[to_date]
    return period_of(day, grain, fiscal_start).start


def _rolling_start(end: date, count: int, unit: str) -> int:
    """The day after the same day ``count`` units earlier; the end of a month leads to ends of months."""
    if unit == "day":
        return end.toordinal() - count + 1
    if unit == "week":
        return end.toordinal() - 7 * count + 1
    number = month_number(end) - count
    then = _month_end(date(number // 12, number % 12 + 1, 1))
    if end != _month_end(end):
        then = then.replace(day=min(end.day, then.day))
    return then.toordinal() + 1


def _month_end(first: date) -> date:
    return period_of(first, Grain.MONTH).end


def earlier(periods: Sequence[Period], shape: Shape | None, against: str) -> list[Period]:
    """What periods are compared with: the ``previous_period``, or that of the ``previous_year``.

    What counts from the beginning of a year, quarter or month is compared with the same calendar days of
    the previous year, whatever the grain, as weeks do not begin with a year.
    """
    if against == "previous_period":
        return [_before(p) if _is_stretch(p) else p.previous() for p in periods]
    if _to_date(shape):
        return [_days_year_earlier(p) for p in periods]
    return [_days_year_earlier(p) if _is_stretch(p) else p.same_last_year() for p in periods]


def _before(stretch: Period) -> Period:
    """As many whole months, or as many days, before a stretch."""
    end = stretch.start - timedelta(days=1)
    if not _whole_months(stretch):
        return replace(stretch, start=stretch.start - timedelta(days=stretch.days), end=end)
    number = 2 * month_number(stretch.start) - month_number(stretch.end) - 1
    return replace(stretch, start=date(number // 12, number % 12 + 1, 1), end=end)


def _days_year_earlier(period: Period) -> Period:
    """The same days of the year before; the end of whole months leads to a month's end."""
    end = year_earlier(period.end)
    last = _month_end(end) if _whole_months(period) else end
    return replace(period, start=year_earlier(period.start), end=last)


def _is_stretch(period: Period) -> bool:
    """Whether a period is no period of its grain but any stretch of days."""
    return period.grain is Grain.DAY and period.days > 1


def _whole_months(period: Period) -> bool:
    return period.start.day == 1 and period.end == _month_end(period.end)


def compared(
    periods: Sequence[Period],
    shape: Shape | None,
    against: str,
    through: Sequence[date],
    calendar: WorkCalendar,
    fiscal_start: int,
) -> Spans:
    """What each period is compared with: ``previous_period`` or ``previous_year``.

    ``through`` says for each period up to which day it has come. One that is not over is compared with the
    same stretch: as many working days from its start as have passed in the running one; to-date values
    of the previous year up to the same calendar day.
    """
    others = earlier(periods, shape, against)
    same_day = _to_date(shape) is not None and against == "previous_year"
    last = []
    for period, other, day in zip(periods, others, through, strict=True):
        if not period.start <= day < period.end:
            last.append(other.end)
        elif same_day:
            last.append(year_earlier(day))
        else:
            last.append(calendar.same_stretch(period, day, other))
    spans = shaped(others, shape, fiscal_start, last)
    return replace(spans, last=tuple(day.toordinal() for day in last), grain=None)
