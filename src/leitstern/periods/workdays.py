"""Working days where the business is: holidays by region, half days, closing days, and a person's share.

Working time is counted in days of one full-time person, as an exact decimal: a holiday is 0, a half day 0.5,
and for somebody with a share of 0.6 every full day counts 0.6. Stretches include both ends and add up:
working_days(a, b) + working_days(b + 1 day, c) = working_days(a, c).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import isleap
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.periods.regions import extras_of, region_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leitstern.periods.grains import Period

    Amount = Decimal | int | float | str

_NOTHING, _ONE, _HALF = Decimal(0), Decimal(1), Decimal("0.5")
_DAY = timedelta(days=1)
FULL_WEEK = (_ONE, _ONE, _ONE, _ONE, _ONE, _NOTHING, _NOTHING)
# Nobody means a stretch longer than this; a calendar that gives no working day in it is wrongly set up.
_SEARCH_YEARS = 60


@dataclass(frozen=True)
class WorkCalendar:
    """When work is done, for a site or a person. Immutable; equal settings make equal calendars.

    ``country``, ``region``   ISO codes or names (``BY``, ``Bayern``, ``DE-BY``); no region: national holidays
    ``extras``                local holidays, see `regions.EXTRAS`: ``catholic``, ``augsburg``, ...
    ``week``                  share of a full day for Monday to Sunday
    ``half_days``             (month, day) of days on which only ``half_day_share`` is worked, every year
    ``closing_days``          own days without work; ``open_days``: worked in full, whatever else is said
    ``share``                 a person's working share, 0 to 1
    ``hours_per_day``         hours of a full day

    Where two of these make a day shorter the shorter one counts, and the share is applied last. Holidays
    before 1991 (Germany), 1934 (Austria) and 1801 (Switzerland) are not known.
    """

    country: str = "DE"
    region: str | None = None
    extras: frozenset[str] = frozenset()
    week: tuple[Decimal, ...] = FULL_WEEK
    half_days: frozenset[tuple[int, int]] = frozenset({(12, 24), (12, 31)})
    half_day_share: Decimal = _HALF
    closing_days: frozenset[date] = frozenset()
    open_days: frozenset[date] = frozenset()
    share: Decimal = _ONE
    hours_per_day: Decimal = Decimal(8)
    _sums: dict[int, list[Decimal]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        country = self.country.strip().upper()
        region = region_code(country, self.region)
        chosen = {
            "country": country,
            "region": region,
            "extras": _checked_extras(self.extras, country, region),
            "week": _checked_week(self.week),
            "half_days": frozenset(_checked_half_day(day) for day in self.half_days),
            "half_day_share": _exact("half_day_share", self.half_day_share, 1),
            "closing_days": frozenset(self.closing_days),
            "open_days": frozenset(self.open_days),
            "share": _exact("share", self.share, 1),
            "hours_per_day": _exact("hours_per_day", self.hours_per_day, 24),
        }
        for name, value in chosen.items():
            object.__setattr__(self, name, value)

    def with_share(self, share: Amount) -> WorkCalendar:
        """The same calendar for a person who works ``share`` of full time."""
        return replace(self, share=_exact("share", share, 1))

    def holidays(self, year: int) -> Mapping[date, str]:
        """Public holidays of ``year`` with German names, local ones that were chosen included."""
        return _holidays(self.country, self.region, self.extras, year)[0]

    def weight(self, day: date) -> Decimal:
        """Working time of one day, 0 to 1, the share applied."""
        sums, place = self._year(day.year), day.timetuple().tm_yday
        return sums[place] - sums[place - 1]

    def is_workday(self, day: date) -> bool:
        """Whether any work is done on ``day``; a half day is a workday. The share plays no part."""
        return self._full_time(day) > 0

    def working_days(self, start: date, end: date) -> Decimal:
        """Working time from ``start`` to ``end``, both included; 0 if ``end`` is before ``start``."""
        if end < start:
            return _NOTHING
        total = self._until(end) - self._before(start)
        for year in range(start.year, end.year):
            total += self._year(year)[-1]
        return total

    def hours(self, start: date, end: date) -> Decimal:
        """Working hours from ``start`` to ``end``, both included."""
        return self.working_days(start, end) * self.hours_per_day

    def elapsed(self, period: Period, through: date) -> Decimal:
        """Working time of ``period`` up to and including ``through``."""
        return self.working_days(period.start, min(through, period.end))

    def remaining(self, period: Period, through: date) -> Decimal:
        """Working time of ``period`` after ``through``."""
        if through < period.start:
            return self.working_days(period.start, period.end)
        return self.working_days(through + _DAY, period.end) if through < period.end else _NOTHING

    def nth_working_day(self, start: date, number: int) -> date:
        """The ``number``-th workday from ``start`` on, ``start`` included; negative numbers count backwards.

        Half days count as one: the question is "which day", as in "by the third working day of the month".
        """
        if number == 0:
            raise Problem("periods.unknown_day_number", value=number)
        step = _DAY if number > 0 else -_DAY
        left, day = abs(number), start
        limit = _SEARCH_YEARS * 366 + 8 * left
        for _ in range(limit):
            left -= self.is_workday(day)
            if not left:
                return day
            if day in (date.min, date.max):
                break
            day += step
        raise Problem("periods.no_working_time", start=min(start, day), end=max(start, day))

    def day_after_working_days(self, start: date, amount: Amount) -> date:
        """The day on which, counted from ``start`` on, ``amount`` working days are done.

        The first day d with working_days(start, d) >= amount; for an amount of 0 the day before ``start``.
        Problem ``periods.no_working_time`` if the calendar does not reach it within 60 years.
        """
        wanted = Decimal(str(amount))
        if wanted <= 0:
            return start - _DAY
        wanted += self._before(start)
        year, last = start.year, min(start.year + _SEARCH_YEARS, date.max.year)
        while wanted > self._year(year)[-1]:
            if year == last:
                raise Problem("periods.no_working_time", start=start, end=date(year, 12, 31))
            wanted -= self._year(year)[-1]
            year += 1
        return _day_number(year, bisect_left(self._year(year), wanted))

    def same_stretch(self, period: Period, through: date, other: Period) -> date:
        """Last day of the stretch of ``other`` that compares with ``period`` up to and including ``through``.

        After the tenth working day of this March: the day on which ten working days of last March were done,
        and if ``through`` itself is free (a weekend), with the free days after it, so that sales on free
        days are on both sides or on none. Never after the end of ``other``; the whole of ``other`` once
        ``period`` is over; the day before ``other`` begins if nothing is to be compared.
        """
        if through < period.start:
            return other.start - _DAY
        if through >= period.end:
            return other.end
        if not self.share:
            return self.with_share(1).same_stretch(period, through, other)
        done = self.elapsed(period, through)
        if self.working_days(other.start, other.end) < done:
            return other.end
        if self.weight(through):
            return self.day_after_working_days(other.start, done)
        return self._last_day_within(other, done)

    def _last_day_within(self, period: Period, amount: Decimal) -> date:
        """The last day d of ``period`` with working_days(period.start, d) <= amount."""
        day = period.start - _DAY
        for year in range(period.start.year, period.end.year + 1):
            first = max(period.start, date(year, 1, 1))
            allowed = amount - self.working_days(period.start, first - _DAY) + self._before(first)
            reached = bisect_right(self._year(year), allowed) - 1
            day = _day_number(year, reached)
            if reached < len(self._year(year)) - 1:
                break
        return min(day, period.end)

    def _full_time(self, day: date) -> Decimal:
        if day in self.open_days:
            return _ONE
        free, short = _holidays(self.country, self.region, self.extras, day.year)
        if day in free or day in self.closing_days:
            return _NOTHING
        usual = self.week[day.weekday()]
        if day in short or (day.month, day.day) in self.half_days:
            return min(usual, self.half_day_share)
        return usual

    def _year(self, year: int) -> list[Decimal]:
        """Running sums of a year's working time: entry n is that of its first n days."""
        if year not in self._sums:
            first = date(year, 1, 1).toordinal()
            days = (date.fromordinal(first + number) for number in range(365 + isleap(year)))
            shares = (self._full_time(day) * self.share for day in days)
            self._sums[year] = list(accumulate(shares, initial=_NOTHING))
        return self._sums[year]

    def _until(self, day: date) -> Decimal:
        return self._year(day.year)[day.timetuple().tm_yday]

    def _before(self, day: date) -> Decimal:
        return self._year(day.year)[day.timetuple().tm_yday - 1]


@lru_cache(maxsize=1024)
def _holidays(
    country: str, region: str | None, extras: frozenset[str], year: int
) -> tuple[dict[date, str], frozenset[date]]:
    """Free days with their names, and half days by law, of one year."""
    import holidays

    subdivision = "Augsburg" if "augsburg" in extras else region
    categories = ("public", *sorted(extras & {"catholic", "bank", "optional"}))
    language = "de" if country in ("DE", "AT", "CH") else None
    found = holidays.country_holidays(
        country, subdiv=subdivision, years=year, categories=categories, language=language
    )
    free = {day: name for day, name in sorted(found.items()) if not _only_half(country, day, categories)}
    if "half_day" not in extras:
        return free, frozenset()
    short = holidays.country_holidays(country, subdiv=subdivision, years=year, categories=("half_day",))
    return free, frozenset(short)


def _only_half(country: str, day: date, categories: tuple[str, ...]) -> bool:
    """The Austrian bank holidays 24 and 31 December are what `half_days` decides about."""
    return country == "AT" and "bank" in categories and (day.month, day.day) in {(12, 24), (12, 31)}


def _day_number(year: int, number: int) -> date:
    """The day with this number in the year, counted from 1; 0 is the last day of the year before."""
    return date.fromordinal(date(year, 1, 1).toordinal() + number - 1)


def _exact(name: str, value: Amount, limit: int) -> Decimal:
    number = Decimal(str(value))
    # Four decimals keep every sum exact: 9 digits are enough for a century of days.
    if not number.is_finite() or not 0 <= number <= limit or number != round(number, 4):
        raise Problem("periods.share_out_of_range", name=name, value=value, limit=limit)
    return number


def _checked_extras(extras: Iterable[str], country: str, region: str | None) -> frozenset[str]:
    known = extras_of(country, region)
    for extra in extras:
        if extra not in known:
            place = f"{country}-{region}" if region else country
            raise Problem("periods.unknown_extra", value=extra, place=place, choices=", ".join(known) or "-")
    return frozenset(extras)


def _checked_week(week: Iterable[Amount]) -> tuple[Decimal, ...]:
    shares = tuple(_exact("week", share, 1) for share in week)
    if len(shares) != 7 or not any(shares):
        raise Problem("periods.week_without_work", value=", ".join(map(str, shares)))
    return shares


def _checked_half_day(day: tuple[int, int]) -> tuple[int, int]:
    month, number = day
    try:
        date(2000, month, number)  # a leap year: 29 February may be a half day
    except ValueError:
        raise Problem("periods.unknown_half_day", value=f"{month}-{number}") from None
    return month, number
