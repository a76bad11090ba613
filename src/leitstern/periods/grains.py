"""Days, weeks, months, quarters, half-years and years, and the same for a fiscal year: one integer each.

A period is a grain and an index, and neighbours differ by one. The indexes are plain arithmetic, so that SQL
and arrays compute them without calling this module. With ``day = date.toordinal()`` (0001-01-01, a Monday,
is 1) and ``month = year * 12 + month_of_year - 1``:

    day                day                      fiscal_quarter      (month + shift) // 3
    week               (day - 1) // 7           fiscal_half_year    (month + shift) // 6
    month              month                    fiscal_year         (month + shift) // 12
    quarter            month // 3
    half_year          month // 6               shift = (13 - first month of the fiscal year) % 12
    year               month // 12

A fiscal year bears the number of the calendar year it ends in: with a start in July, FY2027 runs from July
2026 to June 2027. Weeks are those of ISO 8601: they start on Monday and belong to the year of their Thursday.
`arithmetic` gives each row of the table above as numbers; it also works on numpy arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from leitstern.errors import Problem

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    Index = TypeVar("Index", int, NDArray[np.integer[Any]])


class Grain(StrEnum):
    """How finely time is cut. ``Grain("half-year")`` is accepted for ``half_year``."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    FISCAL_QUARTER = "fiscal_quarter"
    FISCAL_HALF_YEAR = "fiscal_half_year"
    FISCAL_YEAR = "fiscal_year"

    @classmethod
    def _missing_(cls, value: object) -> Grain:
        """Read other spellings; Problem ``periods.unknown_grain`` for anything else."""
        wanted = str(value).strip().lower().replace("-", "_").replace(" ", "_")
        for grain in cls:
            if grain.value == wanted:
                return grain
        raise Problem("periods.unknown_grain", value=value, choices=", ".join(cls))

    @property
    def fiscal(self) -> bool:
        """Whether the grain depends on the start of the fiscal year."""
        return self.value.startswith("fiscal_")


class Arithmetic(NamedTuple):
    """``index = (base + add) // divide``, base being the number of the day or of the month."""

    base: Literal["day", "month"]
    add: int
    divide: int

    def of(self, base: Index) -> Index:
        """Index of the period that holds the day or month ``base``; numbers and integer arrays alike."""
        return (base + self.add) // self.divide

    def first(self, index: Index) -> Index:
        """First day or month of the period ``index``; numbers and integer arrays alike."""
        return index * self.divide - self.add


_MONTHS = {
    Grain.MONTH: 1,
    Grain.QUARTER: 3,
    Grain.HALF_YEAR: 6,
    Grain.YEAR: 12,
    Grain.FISCAL_QUARTER: 3,
    Grain.FISCAL_HALF_YEAR: 6,
    Grain.FISCAL_YEAR: 12,
}


PARTS = {"Q": 4, "H": 2}


def fiscal_shift(fiscal_start: int) -> int:
    """Months from the start of the fiscal year to the January of the year it is named by, 0 to 11."""
    if not 1 <= fiscal_start <= 12:
        raise Problem("periods.fiscal_start", value=fiscal_start)
    return (13 - fiscal_start) % 12


def arithmetic(grain: Grain | str, fiscal_start: int = 1) -> Arithmetic:
    """How the index of ``grain`` follows from the number of the day or month."""
    grain = Grain(grain)
    shift = fiscal_shift(fiscal_start)
    if grain is Grain.DAY:
        return Arithmetic("day", 0, 1)
    if grain is Grain.WEEK:
        return Arithmetic("day", -1, 7)
    return Arithmetic("month", shift if grain.fiscal else 0, _MONTHS[grain])


def rolls_up(fine: Grain | str, coarse: Grain | str, fiscal_start: int = 1) -> bool:
    """Whether every period of ``fine`` lies in exactly one of ``coarse`` (a grain rolls up into itself)."""
    small, large = arithmetic(fine, fiscal_start), arithmetic(coarse, fiscal_start)
    if small.base == large.base:
        return large.divide % small.divide == 0 and (large.add - small.add) % small.divide == 0
    return small.base == "day" and small.divide == 1


def month_number(day: date) -> int:
    """``year * 12 + month - 1``, the number that all grains from the month up are computed from."""
    return day.year * 12 + day.month - 1


def index_of(day: date, grain: Grain | str, fiscal_start: int = 1) -> int:
    """Index of the period of ``grain`` that holds ``day``."""
    rule = arithmetic(grain, fiscal_start)
    return rule.of(day.toordinal() if rule.base == "day" else month_number(day))


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days with a name.

    ``start`` and ``end`` are its first and last day, both included. ``label`` is the short name that files,
    commands and addresses use (``2026-W47``); `text` is what people say. Made by `period_of`, `from_index`
    and `parse`.
    """

    grain: Grain
    index: int
    start: date
    end: date
    label: str
    fiscal_start: int = 1

    @property
    def days(self) -> int:
        """Number of calendar days."""
        return (self.end - self.start).days + 1

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def shifted(self, count: int) -> Period:
        """The period ``count`` later (earlier if negative)."""
        return from_index(self.index + count, self.grain, self.fiscal_start)

    def next(self) -> Period:
        """The period after this one."""
        return self.shifted(1)

    def previous(self) -> Period:
        """The period before this one."""
        return self.shifted(-1)

    def same_last_year(self) -> Period:
        """The period that this one is compared with a year earlier.

        A day is compared with the same date (29 February with 28 February), a week with the week of the same
        number (week 53 with week 52 where the year before has no 53), all others with the same part of the
        year before.
        """
        if self.grain is Grain.DAY:
            return period_of(year_earlier(self.start), self.grain, self.fiscal_start)
        if self.grain is Grain.WEEK:
            year, number, _ = self.start.isocalendar()
            earlier = year - 1
            if earlier < 1:
                raise _out_of_range(self.label)
            # No two years in a row have 53 weeks.
            return period_of(date.fromisocalendar(earlier, min(number, 52), 1), self.grain)
        return self.shifted(-12 // _MONTHS[self.grain])

    def text(self, language: str) -> str:
        """The period as people say it, in ``de`` or ``en``: ``KW 47 2026``, ``week 47, 2026``."""
        from leitstern.periods.labels import text

        return text(self, language)

    def __str__(self) -> str:
        return self.label


def period_of(day: date, grain: Grain | str, fiscal_start: int = 1) -> Period:
    """The period of ``grain`` that holds ``day``."""
    return from_index(index_of(day, grain, fiscal_start), grain, fiscal_start)


def from_index(index: int, grain: Grain | str, fiscal_start: int = 1) -> Period:
    """The period with this index; Problem ``periods.out_of_range`` outside the years 1 to 9999."""
    grain = Grain(grain)
    rule = arithmetic(grain, fiscal_start)
    first, after = rule.first(index), rule.first(index + 1)
    try:
        if rule.base == "day":
            start, end = date.fromordinal(first), date.fromordinal(after - 1)
        else:
            start, end = _first_of(first), _last_of(after - 1)
    except (ValueError, OverflowError):
        raise _out_of_range(f"{grain} {index}") from None
    # A calendar grain is the same period whatever the fiscal year is.
    kept = fiscal_start if grain.fiscal else 1
    return Period(grain, index, start, end, label(grain, index, start), kept)


def periods_between(start: date, end: date, grain: Grain | str, fiscal_start: int = 1) -> list[Period]:
    """All periods that share a day with the days from ``start`` to ``end``, both included, in order.

    Problem ``periods.reversed`` if ``end`` is before ``start``.
    """
    if end < start:
        raise Problem("periods.reversed", start=start, end=end)
    first, last = index_of(start, grain, fiscal_start), index_of(end, grain, fiscal_start)
    return [from_index(index, grain, fiscal_start) for index in range(first, last + 1)]


def label(grain: Grain, index: int, start: date) -> str:
    """The short name of the period of ``grain`` with this index and first day."""
    if grain is Grain.DAY:
        return start.isoformat()
    if grain is Grain.WEEK:
        year, week, _ = start.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if grain is Grain.MONTH:
        return f"{start.year:04d}-{start.month:02d}"
    prefix = "FY" if grain.fiscal else ""
    letter = letter_of(grain)
    if not letter:
        return f"{prefix}{index:04d}"
    year, part = divmod(index, PARTS[letter])
    return f"{prefix}{year:04d}-{letter}{part + 1}"


def letter_of(grain: Grain) -> str:
    """``Q`` for quarters, ``H`` for half-years, nothing for the others."""
    return "Q" if grain.endswith("quarter") else "H" if grain.endswith("half_year") else ""


def parse(text: str, fiscal_start: int = 1) -> Period:
    """Read a label (``2026-W47``) or what people say (``KW 47 2026``, ``März 2026``); see `labels.parse`."""
    from leitstern.periods.labels import parse as read

    return read(text, fiscal_start)


def weeks_in(year: int) -> int:
    """Number of ISO weeks of a year, 52 or 53 (28 December always lies in the last one)."""
    return date(year, 12, 28).isocalendar().week


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _last_of(month: int) -> date:
    if month == 9999 * 12 + 11:
        return date.max
    return _first_of(month + 1) - timedelta(days=1)


def year_earlier(day: date) -> date:
    """The same day of the year before; 29 February leads to 28 February."""
    if day.year == 1:
        raise _out_of_range(day.isoformat())
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)


def _out_of_range(value: str) -> Problem:
    return Problem("periods.out_of_range", value=value)
