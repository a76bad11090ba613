"""Deviations of daily amounts: the last days, and the last day, against the twelve weeks before.

For each of some window lengths the mean of the last days, in units of their weekday's scale and cut at
``CLIP`` of them, is compared with the median of the 84 days before the window. The largest of these is the
window-limited generalised likelihood ratio, a CUSUM that does not need to know the size of the shift
(Lai 1995, "Sequential changepoint detection", J. R. Stat. Soc. B 57). Cutting keeps one odd day from looking
like a shift.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.signals.levels import Deviations, Setting
from leitstern.insight.signals.rhythm import LEAST, logarithms, rhythm, trailing_median

Floats = NDArray[np.float64]

SETTING = Setting(
    windows=(10, 14, 21, 28),
    usual=(2.14, 2.34, 2.51, 2.59),
    own=(0.5, 0.3),
    year=365,
    relevant=float(np.log(1.28)),
    relevant_spike=float(np.log(1.75)),
    quiet=7,
    least=LEAST + 42,
    cycle=7,
    rest=56,
)

BASE = 84
CLIP = 2.5

#: The size of a shift is taken from days that are cut at this difference of logarithms.
WIDE = 0.6


class DailyAmounts:
    """Daily sums of money or of large counts, shape (days,), not negative; NaN for a missing day."""

    setting = SETTING

    def __init__(self, values: Floats) -> None:
        logs = logarithms(values)
        profile, self._scale = rhythm(logs)
        self._level = logs - profile
        self._base = trailing_median(self._level, BASE)

    def shifts(self, floor: int) -> Deviations:
        """Of the windows that end with each day of ``floor`` on; a median forgets the old level by itself."""
        base = self._base
        days = len(base)
        stats = np.full((len(SETTING.windows), days), np.nan)
        sizes = stats.copy()
        for row, length in enumerate(SETTING.windows):
            if days < length:
                continue
            before = base[: days - length + 1, None]
            level = np.lib.stride_tricks.sliding_window_view(self._level, length)
            scale = np.lib.stride_tricks.sliding_window_view(self._scale, length)
            apart = level - before
            cut = np.clip(apart / scale, -CLIP, CLIP)
            stats[row, length - 1 :] = cut.sum(axis=1) / np.sqrt(length)
            sizes[row, length - 1 :] = np.clip(apart, -WIDE, WIDE).mean(axis=1)
        stats[:, :floor] = np.nan
        return Deviations(stats, sizes)

    def spikes(self, floor: int) -> Deviations:
        """Of each day alone."""
        apart = self._level - self._base
        apart[:floor] = np.nan
        return Deviations((apart / self._scale)[None], apart[None])
