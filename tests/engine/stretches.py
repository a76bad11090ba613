"""Periods, shapes and comparisons by hand: which days a value is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

import holidays

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


@dataclass(frozen=True)
class Span:
    """A period: its first and last day, and how it was cut."""

    grain: str
    first: date
    last: date
    fiscal_start: int

    def next(self) -> Span:
        return span_of(self.last + DAY, self.grain, self.fiscal_start)

    def previous(self) -> Span:
        return span_of(self.first - DAY, self.grain, self.fiscal_start)

    def year_before(self) -> Span:
        if self.grain == "week":
            year, number, _ = self.first.isocalendar()
            weeks = date(year - 1, 12, 28).isocalendar().week
            return span_of(date.fromisocalendar(year - 1, min(number, weeks), 1), "week", self.fiscal_start)
        return span_of(_months_later(self.first, -12), self.grain, self.fiscal_start)


def _months_later(day: date, count: int) -> date:
    """The same day of another month, or that month's last day."""
    number = day.year * 12 + day.month - 1 + count
    for day_of_month in range(day.day, 0, -1):
        try:
            return date(number // 12, number % 12 + 1, day_of_month)
        except ValueError:
            continue
    raise AssertionError(day)


def span_of(day: date, grain: str, fiscal_start: int) -> Span:
    """The period that holds a day."""
    if grain == "day":
        return Span(grain, day, day, fiscal_start)
    if grain == "week":
        monday = day - day.weekday() * DAY
        return Span(grain, monday, monday + 6 * DAY, fiscal_start)
    length = MONTHS[grain.removeprefix("fiscal_")]
    begin = fiscal_start if grain.startswith("fiscal_") else 1
    first = _months_later(day.replace(day=1), -((day.month - begin) % length))
    return Span(grain, first, _months_later(first, length) - DAY, fiscal_start)


def spans_between(start: date, end: date, grain: str, fiscal_start: int) -> list[Span]:
    found = [span_of(start, grain, fiscal_start)]
    while found[-1].last < end:
        found.append(found[-1].next())
    return found


@cache
def _free_days(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", years=year))


def work_on(day: date) -> Fraction:
    """How much of a full day people in Germany work: half of one on 24 and 31 December."""
    if day.weekday() >= 5 or day in _free_days(day.year):
        return Fraction(0)
    return Fraction(1, 2) if (day.month, day.day) in ((12, 24), (12, 31)) else Fraction(1)


def same_stretch(now: Span, today: date, then: Span) -> date:
    """Last day of the stretch of ``then`` that has as many working days as ``now`` has had by today.

    Free days after it belong to it only if today is free as well.
    """
    done = sum(work_on(now.first + n * DAY) for n in range((today - now.first).days + 1))
    passed, day = Fraction(0), then.first - DAY
    while day < then.last:
        if passed >= done if work_on(today) else passed + work_on(day + DAY) > done:
            break
        day += DAY
        passed += work_on(day)
    return day


def since(shape: dict[str, Any]) -> str | None:
    """The year, quarter or month at whose beginning a to-date value begins."""
    return "year" if shape.get("growth") == "year_to_date" else shape.get("to_date")


def stretch(span: Span, shape: dict[str, Any], through: date) -> tuple[date | None, date]:
    """First and last day that a shaped value is made of, of a period that has come up to ``through``."""
    last = min(span.last, through)
    if shape.get("cumulative"):
        return None, last
    if "rolling" in shape:
        count, unit = shape["rolling"], shape["unit"]
        if unit != "month":
            return span.last - (count * (7 if unit == "week" else 1) - 1) * DAY, last
        after = span.last + DAY
        if after.day == 1:  # a month's end leads to a month's end
            return _months_later(after, -count), last
        return _months_later(span.last, -count) + DAY, last
    if to_date := since(shape):
        grain = to_date if to_date == "month" else f"fiscal_{to_date}"
        reached = last if span.first <= through else span.last
        return span_of(reached, grain, span.fiscal_start).first, last
    return span.first, last


def earlier_span(span: Span, shape: dict[str, Any], against: str) -> Span:
    """The period that one is compared with; of to-date values the same days, whatever the week."""
    if against == "previous_period":
        return span.previous()
    if since(shape) and span.grain in ("day", "week"):
        days = _months_later(span.first, -12), _months_later(span.last, -12)
        return Span("day", *days, span.fiscal_start)
    return span.year_before()


def earlier_stretch(span: Span, shape: dict[str, Any], against: str, today: date) -> tuple[date | None, date]:
    """The stretch that a period is compared with: as long as what has passed of it.

    What began with a year, quarter or month ends on the same calendar day a year before.
    """
    running = span.first <= today < span.last
    if since(shape) and against == "previous_year":
        first, last = stretch(span, shape, today if running else span.last)
        assert first is not None
        whole = not running and span.grain not in ("day", "week")
        then = span.year_before().last if whole else _months_later(last, -12)
        return _months_later(first, -12), then
    other = span.previous() if against == "previous_period" else span.year_before()
    return stretch(other, shape, same_stretch(span, today, other) if running else other.last)
