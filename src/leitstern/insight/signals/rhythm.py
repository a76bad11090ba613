"""The week's rhythm of a daily series: what each weekday adds, and how much it scatters.

Amounts of a business multiply (a good Monday is so many percent better than a bad one), so all is done in
logarithms. Profile and scale are learned from the 26 weeks before, weekday by weekday, and renewed once a
week; they never know the day they are applied to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Days that profile and scale are learned from at most, and at least.
LEARNED, LEAST = 182, 84

#: Values below this share of the usual day count as this share: the logarithm of 0 is not a number.
FLOOR = 0.05

#: From the median of absolute deviations to the standard deviation of a normal distribution.
MAD = 1.4826


def filled(values: Floats) -> Floats:
    """Daily values with each missing one (NaN) as the median of the four such weekdays before it.

    So it says nothing new. The first of a series take the next known value of their weekday.
    """
    found = values.astype(np.float64, copy=True)
    for day in np.flatnonzero(np.isnan(found)):
        before = found[day - 7 : max(day - 29, 0) : -7] if day > 7 else found[:0]
        later = values[day % 7 :: 7]
        found[day] = np.median(before) if len(before) else next((v for v in later if not np.isnan(v)), 0.0)
    return found


def logarithms(values: Floats) -> Floats:
    """Logarithms of daily amounts, shape (days,), floored at a share of the median of the 56 days before."""
    known = filled(values)
    usual = trailing_median(known, 56)
    usual[:56] = np.median(known[:56])
    found: Floats = np.log(np.maximum(known, np.maximum(FLOOR * usual, 1e-9)))
    return found


def trailing_median(values: Floats, width: int) -> Floats:
    """Median of the ``width`` values before each place, the place not included; NaN at the start."""
    found = np.full(len(values) + 1, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(values, width)
    found[width:] = np.median(windows, axis=1)
    return found[:-1]


def rhythm(logs: Floats) -> tuple[Floats, Floats]:
    """Profile and scale of each day, both of shape (days,), for ``logs`` of at least ``LEAST`` days.

    The profile is the median deviation of the weekday from its week's median; the scale is the median
    absolute deviation from that, drawn halfway to the scale of all weekdays. The first ``LEAST`` days get
    what is known at their end.
    """
    days = len(logs)
    profile, scale = np.zeros(days), np.ones(days)
    for first in range(LEAST, days + 7, 7):
        known = min(first, days)
        weeks = min(known, LEARNED) // 7
        block = logs[known - 7 * weeks : known].reshape(weeks, 7)
        apart = block - np.median(block, axis=1, keepdims=True)
        usual = np.median(apart, axis=0)
        off = np.abs(apart - usual)
        pooled = max(MAD * float(np.median(off)), 1e-3)
        own = np.sqrt((MAD * np.median(off, axis=0)) ** 2 / 2 + pooled**2 / 2)
        # Column 0 of the block has the weekday of the day ``known``.
        for start, end in ((0, LEAST), (first, first + 7)) if first == LEAST else ((first, first + 7),):
            at = np.arange(start, min(end, days))
            profile[at], scale[at] = usual[(at - known) % 7], own[(at - known) % 7]
    return profile, scale
