"""Deviations of weekly values that stand on different numbers of records: ratios, averages, medians.

A week of three deals says less than one of thirty: the scatter of a week's value falls with the root of its
number of records. The mean of the last weeks, weighted by records and with each week cut at ``CLIP`` of its
scatters, is compared with the weighted mean of the 26 weeks before.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.signals.levels import Deviations, Setting
from leitstern.insight.signals.rhythm import MAD

Floats = NDArray[np.float64]

SETTING = Setting(
    windows=(3, 4, 6, 8, 12),
    usual=(1.2, 1.25, 1.3, 1.35, 1.4),
    own=(0.5, 0.3),
    year=52,
    relevant=0.0,
    relevant_spike=0.0,
    quiet=2,
    least=20,
    cycle=1,
    rest=0,
    points=(0.9, 0.97),
)

BASE, AT_LEAST = 26, 6
CLIP = 4.0


class WeeklyValues:
    """Weekly values and the numbers of records behind them, both of shape (weeks,)."""

    setting = SETTING

    def __init__(self, values: Floats, n: Floats, scale: Literal["log", "root", "plain"]) -> None:
        known = ~np.isnan(values) & (n > 0)
        self._n = np.where(known, n, 0.0)
        filled = np.where(known, values, 0.0)
        if scale == "log":
            filled = np.log(np.maximum(filled, 1e-3))
        elif scale == "root":
            filled = np.sign(filled) * np.sqrt(np.abs(filled))
        self._values = filled

    def shifts(self, floor: int) -> Deviations:
        """Of the windows that end with each week."""
        return self._deviations(floor, SETTING.windows)

    def spikes(self, floor: int) -> Deviations:
        """Of each week alone."""
        return self._deviations(floor, (1,))

    def _deviations(self, floor: int, windows: tuple[int, ...]) -> Deviations:
        weeks = len(self._values)
        stats = np.full((len(windows), weeks), np.nan)
        sizes = stats.copy()
        for row, length in enumerate(windows):
            for week in range(floor + length + AT_LEAST - 1, weeks):
                first = week - length + 1
                base = slice(max(floor, first - BASE), first)
                n, own = self._n[base], self._n[first : week + 1]
                if (n > 0).sum() < AT_LEAST or not own.any() or own[-1] == 0:
                    continue
                centre = _weighted_median(self._values[base], n)
                scatter = self._scatter(base, centre)
                apart = (self._values[first : week + 1] - centre) * np.sqrt(own) / scatter
                cut = np.clip(apart, -CLIP, CLIP) if length > 1 else apart
                weights = np.sqrt(own)
                spread = np.sqrt(1 + (np.pi / 2) * own.sum() / n.sum())
                stats[row, week] = float((cut * weights).sum() / np.sqrt(own.sum()) / spread)
                sizes[row, week] = float((cut * weights).sum() / own.sum() * scatter)
        return Deviations(stats, sizes)

    def _scatter(self, base: slice, centre: float) -> float:
        """The scatter of a single record's value, from weeks before: their deviations times root n.

        Half a year of weeks gives it roughly; it is drawn halfway to that of all weeks up to then, and is
        at least half their standard deviation, as shares of few records are often equal.
        """
        known = slice(0, base.stop)
        apart = self._apart(known, _weighted_median(self._values[known], self._n[known]))
        lately = MAD * np.median(np.abs(self._apart(base, centre)))
        whole = MAD * np.median(np.abs(apart))
        return max(float(np.sqrt((lately**2 + whole**2) / 2)), float(apart.std()) / 2, 1e-9)

    def _apart(self, weeks: slice, centre: float) -> Floats:
        n = self._n[weeks]
        found: Floats = ((self._values[weeks] - centre) * np.sqrt(n))[n > 0]
        return found


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(running, running[-1] / 2)])
