"""Where a forecast stands in its period, and the same place in earlier stretches of the same length.

A stretch of whole months is moved back month by month, so that the day of the month stays what it is; any
other stretch by weeks, so that the weekdays stay. What happened in these stretches is what a forecast learns
from: the same share of the stretch was over, and only earlier days were known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
#: The pace is taken from at most so many days before the origin: in a long period the last month counts.
PACE_DAYS = 31
#: A weekday profile needs so many days before it.
LEAST_HISTORY = 42
#: How far stretches are moved back at most, in steps.
_MOST_MONTHS, _MOST_WEEKS = 36, 108
#: Stretches that are not months and longer than this are moved by four weeks, not by one.
_LONG = 14


@dataclass(frozen=True, slots=True)
class Window:
    """Places in an array of days.

    ``begin`` is the stretch's first day; ``anchor`` to ``origin`` are the days the pace is taken from;
    ``origin`` is the first unknown day; ``rest`` to ``end`` (not included) are the days to be forecast.
    ``back``: steps before the one asked about (0).
    """

    begin: int
    anchor: int
    origin: int
    rest: int
    end: int
    back: int

    @property
    def paced(self) -> int:
        """Days the pace is taken from."""
        return self.origin - self.anchor


@dataclass(frozen=True, slots=True)
class Windows:
    """The window asked about (``asked``) and earlier ones, oldest first; ``year``: steps that make a year."""

    asked: Window
    past: tuple[Window, ...]
    year: int

    @property
    def all(self) -> tuple[Window, ...]:
        """Earlier ones, oldest first, then the one asked about."""
        return (*self.past, self.asked)


def windows(first: date, start: date, end: date, through: date) -> Windows:
    """The windows of a period, in days counted from ``first``, the first day of history.

    ``through`` is the last known day; it may lie before ``start``. Only windows with enough history before
    them, and over by ``through``, are given.
    """
    step, most, year = _steps(start, end)
    asked = _window(first, start, end, (through - start).days + 1, 0)
    length, done = (end - start).days + 1, (through - start).days + 1
    past = []
    for back in range(1, most + 1):
        begin, last = _moved(start, end, back, step)
        size = (last - begin).days + 1
        elapsed = done if done <= 0 else min(max(round(done * size / length), 1), size - 1)
        found = _window(first, begin, last, elapsed, back)
        if found.anchor < LEAST_HISTORY:
            break
        if found.end <= asked.origin:
            past.append(found)
    return Windows(asked, tuple(reversed(past)), year)


def _window(first: date, start: date, end: date, elapsed: int, back: int) -> Window:
    begin = (start - first).days
    origin = begin + elapsed
    anchor = min(max(begin, origin - PACE_DAYS), origin)
    return Window(begin, anchor, origin, max(begin, origin), (end - first).days + 1, back)


def _steps(start: date, end: date) -> tuple[int, int, int]:
    """Days of a step (0: a month), how many steps at most, and how many make a year."""
    if start.day == 1 and (end + _DAY).day == 1:
        return 0, _MOST_MONTHS, 12
    step = 7 if (end - start).days < _LONG else 28
    return step, _MOST_WEEKS * 7 // step, 364 // step


def _moved(start: date, end: date, back: int, step: int) -> tuple[date, date]:
    if step:
        return start - timedelta(days=back * step), end - timedelta(days=back * step)
    return _month(start, -back), _month(end + _DAY, -back) - _DAY


def _month(first: date, by: int) -> date:
    months = first.year * 12 + first.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)
