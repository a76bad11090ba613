"""What the calendar does to a daily rate: weekdays and days off, place in the quarter, month of the year.

Factors are ratios of what happened to what was expected without them, month by month, each drawn towards 1
by the number of months it was seen in: a factor seen in n months counts n / (n + k) on the log scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leitstern.insight.pipeline.deals import Bools, Floats, Ints

#: Weight of "no season" in months.
MONTHS_PRIOR = 1.0
#: Weight of "no difference" for days of the week, in events.
EVENTS_PRIOR = 10.0
#: Factors stay within these bounds.
LEAST, MOST = 0.25, 4.0


@dataclass(frozen=True, slots=True)
class Season:
    """Factors: ``weekday`` by 0 (Monday) to 6, 7 for days off; ``quarter`` by place in it; ``month`` by
    month."""

    weekday: Floats
    quarter: Floats
    month: Floats
    days_off: Ints

    def factors(self, first: int, count: int) -> Floats:
        """The factor of each of ``count`` days from day number ``first``."""
        days = first + np.arange(count)
        kind, month = _kinds(days, self.days_off)
        return self.weekday[kind] * self.quarter[month % 3] * self.month[month]


def flat() -> Season:
    """No season."""
    return Season(np.ones(8), np.ones(3), np.ones(12), np.zeros(0, np.int64))


def learn(
    day: Ints, expected: Floats, happened: Bools, first: int, last: int, days_off: Ints | None
) -> Season:
    """Factors from rows of (day number, rate expected without season, whether it happened)."""
    off = np.zeros(0, np.int64) if days_off is None else days_off
    count = last - first + 1
    want = np.bincount(day - first, expected, count)
    got = np.bincount(day[happened] - first, minlength=count).astype(float)
    days = first + np.arange(count)
    kind, _ = _kinds(days, off)
    weekday = (np.bincount(kind, got, 8) + EVENTS_PRIOR) / (np.bincount(kind, want, 8) + EVENTS_PRIOR)
    want = want * weekday[kind]
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    index = months - months[0]
    got_m, want_m = np.bincount(index, got), np.bincount(index, want)
    which = months[0] + np.arange(len(got_m))
    log = np.log((got_m + EVENTS_PRIOR) / (want_m + EVENTS_PRIOR))
    weight = want_m / (want_m + EVENTS_PRIOR)
    quarter = _shrunk(log, weight, which % 3, 3)
    month = _shrunk(log - quarter[which % 3], weight, which % 12, 12)
    bound = np.log([LEAST, MOST])
    return Season(weekday, np.exp(np.clip(quarter, *bound)), np.exp(np.clip(month, *bound)), off)


def _shrunk(log: Floats, weight: Floats, group: Ints, groups: int) -> Floats:
    """Mean of each group, drawn towards 0 by how many months it was seen in."""
    total = np.bincount(group, weight, groups)
    return np.bincount(group, log * weight, groups) / (total + MONTHS_PRIOR)


def _kinds(days: Ints, days_off: Ints) -> tuple[Ints, Ints]:
    """Kind of day (0 to 7) and month of the year (0 to 11)."""
    weekday = (days + 3) % 7  # day 0 was a Thursday
    kind = np.where(np.isin(days, days_off) & (weekday < 5), 7, weekday)
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    return kind, month
