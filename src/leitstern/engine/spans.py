"""Which days a value is made of: plain periods, rolling and cumulative spans, and what they compare with.

A span is a first and a last day, both included. Day 0 as the first day means since the first record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from leitstern.kpis.definition import Shape
from leitstern.periods.grains import Grain, Period, month_number, period_of

if TYPE_CHECKING:
    from leitstern.periods.workdays import WorkCalendar

SINCE_EVER = 0


@dataclass(frozen=True, slots=True)
class Spans:
    """One span for each period. ``grain`` is set where the spans are just neighbouring periods."""

    first: tuple[int, ...]
    last: tuple[int, ...]
    grain: Grain | None = None
    fiscal_start: int = 1

    def __len__(self) -> int:
        return len(self.first)

    def standing(self) -> Spans:
        """The same ends, counted since the first record: what a stock is made of."""
        return replace(self, first=(SINCE_EVER,) * len(self), grain=None)


def plain(periods: Sequence[Period]) -> Spans:
    """The periods themselves; ``periods`` are neighbours in order."""
    return Spans(
        tuple(p.start.toordinal() for p in periods),
        tuple(p.end.toordinal() for p in periods),
        periods[0].grain,
        periods[0].fiscal_start,
    )


def shaped(periods: Sequence[Period], shape: Shape | None, fiscal_start: int) -> Spans:
    """The spans of a shape other than growth (of growth: those of its upper side)."""
    if shape is None or shape.growth in ("previous_period", "previous_year"):
        return plain(periods)
    last = tuple(p.end.toordinal() for p in periods)
    if shape.cumulative:
        return Spans((SINCE_EVER,) * len(periods), last)
    if shape.rolling is not None:
        assert shape.unit is not None
        return Spans(tuple(_rolling_start(p.end, shape.rolling, shape.unit) for p in periods), last)
    to_date = shape.to_date or "year"
    return Spans(tuple(_start_of(p.end, to_date, fiscal_start).toordinal() for p in periods), last)


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
    earlier = _month_end(date(number // 12, number % 12 + 1, 1))
    if end != _month_end(end):
        earlier = earlier.replace(day=min(end.day, earlier.day))
    return earlier.toordinal() + 1


def _month_end(first: date) -> date:
    return period_of(first, Grain.MONTH).end


def compared(
    periods: Sequence[Period],
    shape: Shape | None,
    against: str,
    as_of: date,
    calendar: WorkCalendar,
    fiscal_start: int,
) -> Spans:
    """What each period is compared with: ``previous_period`` or ``previous_year``.

    A period that is not over is compared with the same stretch: as many working days from its start
    as have passed in the running one.
    """
    others = [p.previous() if against == "previous_period" else p.same_last_year() for p in periods]
    spans = shaped(others, shape, fiscal_start)
    last = []
    for period, other in zip(periods, others, strict=True):
        if period.start <= as_of < period.end:
            last.append(calendar.same_stretch(period, as_of, other).toordinal())
        else:
            last.append(other.end.toordinal())
    return replace(spans, last=tuple(last), grain=None)
