"""Deviations of daily counts of small numbers, by their likelihood.

Of five leads a day neither logarithms nor medians say much. The count of the last one to four weeks is
compared with that of the 26 weeks before by the likelihood ratio of two Poisson rates: the signed root of the
deviance is nearly standard normal (McCullagh, Nelder 1989, section 2.3). Whole weeks need no weekday profile.
Counts that scatter more than Poisson (as negative binomial ones do) are divided by the root of their
dispersion, the variance over the mean of weekly counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.signals.levels import Deviations, Setting
from leitstern.insight.signals.rhythm import filled

Floats = NDArray[np.float64]

SETTING = Setting(
    windows=(7, 14, 21, 28),
    usual=(1.1, 1.15, 1.2, 1.25),
    own=(0.5, 1.0),
    year=365,
    relevant=float(np.log(1.28)),
    relevant_spike=3.0,
    quiet=7,
    least=126,
    cycle=7,
    rest=0,
    points=(0.9, 0.97),
)

#: Counted records without which there is too little to say anything.
LEAST_COUNT = 50

#: Weeks that a window is compared with at most, and at least.
WEEKS, AT_LEAST = 26, 8

#: The weight of the Poisson assumption in the dispersion, in weeks.
PRIOR = 3.0

CAUTION = 2.5


class DailyCounts:
    """Daily counts, shape (days,), whole (or nearly, where records are shared); NaN for a missing day."""

    setting = SETTING

    def __init__(self, values: Floats) -> None:
        self._values = filled(values)
        self._sums = np.concatenate([[0.0], np.cumsum(self._values)])

    def shifts(self, floor: int) -> Deviations:
        """Of the windows that end with each day."""
        days = len(self._values)
        stats = np.full((len(SETTING.windows), days), np.nan)
        sizes = stats.copy()
        for row, length in enumerate(SETTING.windows):
            begin = np.arange(days) - length + 1
            weeks = np.minimum((begin - floor) // 7, WEEKS)
            good = np.flatnonzero(weeks >= AT_LEAST)
            first = begin[good]
            before = self._sums[first] - self._sums[first - 7 * weeks[good]]
            now = self._sums[good + 1] - self._sums[first]
            exposure = length / (7.0 * weeks[good])
            stats[row, good] = signed_root(now, before, exposure) / np.sqrt(
                self._dispersion(first, weeks[good])
            )
            sizes[row, good] = np.log((now + 0.5) / (before * exposure + 0.5))
        return Deviations(stats, sizes)

    def spikes(self, floor: int) -> Deviations:
        """Of each day alone, against the same weekday of the weeks before; the size is the difference."""
        days = len(self._values)
        stats, sizes = np.full((1, days), np.nan), np.full((1, days), np.nan)
        weeks = np.minimum((np.arange(days) - floor) // 7, WEEKS)
        good = np.flatnonzero(weeks >= AT_LEAST)
        weeks = weeks[good]
        before, spread = _strided(self._values, good, weeks)
        now, expected = self._values[good], before / weeks
        apart = now - expected
        # Half a record less apart: a count is a step, and its tail begins in the middle of it.
        near = expected + np.sign(apart) * np.maximum(np.abs(apart) - 0.5, 0.0)
        stats[0, good] = signed_root(near, before, 1.0 / weeks) / np.sqrt(_shrunk(spread, weeks))
        sizes[0, good] = apart
        return Deviations(stats, sizes)

    def _dispersion(self, first: NDArray[np.int64], weeks: NDArray[np.int64]) -> Floats:
        """Variance over mean of the weekly counts before each place."""
        by_week = np.concatenate([np.zeros(7), self._sums[7:] - self._sums[:-7]])
        # ``by_week[d]`` is the count of the seven days before day ``d``, the day not included.
        _, spread = _strided(by_week, first + 7, weeks)
        return _shrunk(spread, weeks)


def _strided(values: Floats, at: NDArray[np.int64], weeks: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Of the values 7, 14, ... places before each of ``at``, ``weeks`` many: their sum, and their variance
    over their mean."""
    padded = np.concatenate([values, np.zeros(7 + (-len(values)) % 7)]).reshape(-1, 7)
    sums = np.concatenate([np.zeros((1, 7)), np.cumsum(padded, axis=0)]).ravel()
    squares = np.concatenate([np.zeros((1, 7)), np.cumsum(padded**2, axis=0)]).ravel()
    total = sums[at] - sums[at - 7 * weeks]
    mean = total / weeks
    variance = ((squares[at] - squares[at - 7 * weeks]) - weeks * mean**2) / (weeks - 1)
    return total, np.maximum(variance, 0.0) / np.maximum(mean, 0.1)


def _shrunk(dispersion: Floats, weeks: NDArray[np.int64]) -> Floats:
    """The dispersion drawn to 1, that of Poisson, with the weight of ``PRIOR`` weeks; at least 1.

    What is above 1 counts ``CAUTION`` times: taken from few weeks it is too small as often as too large,
    and too small a one costs false alarms.
    """
    drawn = (PRIOR + dispersion * (weeks - 1)) / (PRIOR + weeks - 1)
    found: Floats = 1.0 + CAUTION * np.maximum(drawn - 1.0, 0.0)
    return found


def signed_root(now: Floats | float, before: Floats | float, exposure: Floats | float) -> Floats:
    """Signed root of the deviance of two counts whose exposures are as ``exposure`` to 1."""
    now, before = np.asarray(now, dtype=np.float64), np.asarray(before, dtype=np.float64)
    total = now + before
    share = exposure / (1.0 + np.asarray(exposure))

    def part(count: Floats, expected: Floats) -> Floats:
        ratio = np.divide(
            count, expected, out=np.ones_like(count * expected), where=(expected > 0) & (count > 0)
        )
        found: Floats = count * np.log(ratio)
        return found

    deviance = 2 * (part(now, total * share) + part(before, total * (1 - share)))
    root: Floats = np.sign(now - total * share) * np.sqrt(np.maximum(deviance, 0.0))
    return root
