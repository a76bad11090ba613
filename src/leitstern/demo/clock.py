"""The company's time: working days, season and growth, as arrays over days.

Days are counted from ``first``. Work moves in *effort*: a working day in a normal month is one unit, one in
the summer dip less, one before the quarter's end more. Moving a deal by effort instead of by days gives the
season of closings without a rule for closings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from leitstern.demo.arrays import NO_MOMENT, Bools, Floats, Ints, Moments, stream

#: Days simulated before the three years, so that the first month has a pipeline.
LEAD_IN = 270
#: Days known beyond the last one, for plans and dates that have not come yet.
AHEAD = 500

_PACE = (0.85, 1.0, 1.1, 1.0, 0.95, 1.08, 0.8, 0.6, 1.05, 1.1, 1.2, 1.7)
_INFLOW = (1.0, 1.05, 1.1, 1.0, 0.95, 0.95, 0.8, 0.7, 1.1, 1.1, 1.05, 0.75)
_WEEKDAY = (1.15, 1.1, 1.0, 1.0, 0.8, 0.22, 0.22)
_GROWTH_PER_YEAR = 0.12


@dataclass(frozen=True, slots=True)
class Clock:
    """Days as indices: 0 is ``first``, ``begin`` the first of the three years, ``end`` the last known day."""

    first: date
    start: date
    until: date
    #: True on working days (Monday to Friday without nationwide holidays).
    workday: Bools
    #: Effort that a day gives, summed up.
    effort: Floats
    #: How many inquiries a day brings, 1 = an average working day in the first year.
    inflow: Floats
    #: Whether the planted stories take place.
    stories: bool = True

    @property
    def begin(self) -> int:
        """Index of ``start``."""
        return (self.start - self.first).days

    @property
    def end(self) -> int:
        """Index of ``until``."""
        return (self.until - self.first).days

    def index(self, day: date) -> int:
        """The index of a day."""
        return (day - self.first).days

    def date_of(self, index: int) -> date:
        """The day of an index."""
        return self.first + timedelta(days=int(index))

    def advance(self, day: Ints, effort: Floats) -> Ints:
        """The working day reached from ``day`` with so much effort; always later than ``day``."""
        reach = self.effort[day] + np.maximum(effort, 1e-6)
        return np.minimum(np.searchsorted(self.effort, reach, side="left"), len(self.effort) - 1)

    def next_workday(self, day: Ints) -> Ints:
        """The day itself if it is a working day, else the next one."""
        return np.where(self.workday[day], day, self.advance(day, np.zeros(len(day))))

    def days(self, index: Ints) -> Moments:
        """Indices as calendar days, NaT where negative."""
        out = np.datetime64(self.first, "D") + index.astype("timedelta64[D]")
        return np.where(index >= 0, out, np.datetime64("NaT", "D"))

    def at(self, index: Ints, minute: Ints) -> Moments:
        """Indices and minutes of the day as moments, NaT where the index is negative."""
        out = np.datetime64(self.first, "m") + (index * 1440 + minute).astype("timedelta64[m]")
        return np.where(index >= 0, out, NO_MOMENT)

    def office(self, rng: np.random.Generator, index: Ints) -> Moments:
        """A moment in office hours, 8:00 to 17:59, on each day."""
        return self.at(index, rng.integers(8 * 60, 18 * 60, len(index)))

    def office_time(self, rng: np.random.Generator, moment: Moments) -> Moments:
        """The moment itself if it lies in office hours on a working day, else the next working morning."""
        minutes = (moment - np.datetime64(self.first, "m")).astype(np.int64)
        day = np.clip(minutes // 1440, 0, len(self.workday) - 1)
        minute = minutes % 1440
        fine = self.workday[day] & (minute >= 480) & (minute < 1080)
        late = np.where(self.workday[day] & (minute < 480), day, self.advance(day, np.zeros(len(day))))
        morning = self.at(late, rng.integers(480, 600, len(late)))
        return np.where(fine, moment, morning)


def build(seed: int, until: date, *, stories: bool = True) -> Clock:
    """The clock for three years up to ``until``."""
    start = _years_before(until + timedelta(days=1), 3)
    first = start - timedelta(days=LEAD_IN)
    count = (until - first).days + 1 + AHEAD
    days = np.datetime64(first, "D") + np.arange(count)
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    workday = (weekday < 5) & ~_holiday(first, days)
    quiet = _around_christmas(days)
    pace = np.take(_PACE, month) * np.where(_quarter_end(days), 1.25, 1.0) * np.where(quiet, 0.3, 1.0)
    years = (np.arange(count) - (start - first).days) / 365.25
    weeks = _demand(stream(seed, "demand"), count // 7 + 1)[np.arange(count) // 7]
    inflow = np.take(_INFLOW, month) * np.take(_WEEKDAY, weekday) * np.where(quiet, 0.35, 1.0)
    inflow = inflow * np.exp(np.log1p(_GROWTH_PER_YEAR) * years) * weeks
    return Clock(
        first, start, until, workday, np.cumsum(np.where(workday, pace, 0.0)),
        np.where(workday | (weekday >= 5), inflow, inflow * 0.3), stories,
    )  # fmt: skip


def _years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 28 February for a leap day."""
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year - years, day.month, 28 if leap_day else day.day)


def _holiday(first: date, days: Moments) -> Bools:
    import holidays

    years = range(first.year, first.year + len(days) // 365 + 2)
    free = [np.datetime64(day, "D") for day in holidays.country_holidays("DE", years=years)]
    return np.isin(days, np.array(free))


def _around_christmas(days: Moments) -> Bools:
    """22 December to 5 January."""
    day_of_year = (days - days.astype("datetime64[Y]")).astype(np.int64)
    new_year = (days.astype("datetime64[Y]") + np.timedelta64(1, "Y")).astype("datetime64[D]")
    to_new_year = (new_year - days).astype(np.int64)
    return np.asarray((day_of_year < 5) | (to_new_year <= 10))


def _quarter_end(days: Moments) -> Bools:
    """The last ten days of March, June, September and December before Christmas."""
    months = days.astype("datetime64[M]")
    left = ((months + np.timedelta64(1, "M")).astype("datetime64[D]") - days).astype(np.int64)
    return np.asarray((months.astype(np.int64) % 3 == 2) & (left <= 10))


def _demand(rng: np.random.Generator, weeks: int) -> Floats:
    """Weekly ups and downs of demand: an autoregressive process of order 1 around 1."""
    level, out = 0.0, np.empty(weeks)
    for week, shock in enumerate(rng.normal(0.0, 0.1, weeks)):
        level = 0.7 * level + shock
        out[week] = np.exp(level)
    return out
