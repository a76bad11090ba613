"""What the kinds of series have in common: how far recent values lie from what was usual before.

Business series wander, and neighbouring days are alike; the largest deviations are then wider than those of
independent values. Instead of a model of that, the scale of each window's deviation is learned from the
series' own last year (points of its absolute values over those of a normal variable), mixed with what is
usual for series of its kind. This is what adjusts the thresholds for autocorrelation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_STEP = 14

#: Points of the absolute values of a standard normal variable.
_NORMAL = {0.9: 1.645, 0.97: 2.170}

#: How much of last year's deviation is taken for season.
SEASON = 0.8


@dataclass(frozen=True, slots=True)
class Setting:
    """How a kind of series is watched; lengths count its steps (days or weeks).

    ``usual``: the usual scale of each window's deviation; ``own``: the weight of the series' own scale (of
    variances) where it is smaller, and where it is larger than the usual one; ``points``: the points of the
    own deviations that give their scale, the largest counts; ``year``: steps of a year; ``relevant``: the
    smallest shift worth an alarm, as a difference on the series' scale, ``relevant_spike`` that of a single
    step; ``quiet``: steps without a further spike after one; ``least``: steps without which there is too
    little to say anything; ``cycle``: steps after which the same place of the week returns; ``rest``: steps
    after a shift in which the new level becomes the usual one, without signals.
    """

    windows: tuple[int, ...]
    usual: tuple[float, ...]
    own: tuple[float, float]
    year: int
    relevant: float
    relevant_spike: float
    quiet: int
    least: int
    cycle: int
    rest: int
    points: tuple[float, ...] = (0.9,)


@dataclass(frozen=True, slots=True)
class Deviations:
    """Standardised deviations and their sizes on the series' scale, both of shape (windows, steps)."""

    stats: Floats
    sizes: Floats

    def from_step(self, step: int, later: Deviations) -> Deviations:
        """These up to ``step``, and ``later`` from there on."""
        return Deviations(
            np.concatenate([self.stats[:, :step], later.stats[:, step:]], axis=1),
            np.concatenate([self.sizes[:, :step], later.sizes[:, step:]], axis=1),
        )


class Levels(Protocol):
    """One kind of series."""

    setting: Setting

    def shifts(self, floor: int) -> Deviations:
        """Deviations of the windows that end with each step, from steps of ``floor`` on only."""

    def spikes(self, floor: int) -> Deviations:
        """Deviations of each step alone; one row."""


def own_scale(stats: Floats, setting: Setting) -> Floats:
    """The scale to divide deviations by, of the same shape (windows, steps)."""
    usual = np.array(setting.usual)
    found = np.repeat(usual[:, None], stats.shape[1], axis=1)
    for first in range(0, stats.shape[1], _STEP):
        for row, length in enumerate(setting.windows):
            past = stats[row, max(0, first - setting.year) : max(0, first - length)]
            past = past[~np.isnan(past)]
            if len(past) >= setting.year // 3:
                points = np.quantile(np.abs(past), setting.points)
                own = max(float(p) / _NORMAL[q] for p, q in zip(points, setting.points, strict=True))
                weight = setting.own[int(own > usual[row])]
                mixed = weight * own**2 + (1 - weight) * usual[row] ** 2
                found[row, first : first + _STEP] = np.sqrt(mixed)
    return found


def beyond_season(standard: Floats, setting: Setting) -> Floats:
    """Deviations less what of them happened a year before as well, at about the same time; same shape.

    ``standard`` has shape (windows, steps). Of the deviation a year earlier (the mean of the steps around it)
    ``SEASON`` counts, and only in the same direction: a season explains a change, it never makes one.
    """
    steps = standard.shape[1]
    found = standard.copy()
    lag, around = (364, 7) if setting.cycle == 7 else (52, 2)
    if steps <= lag:
        return found
    filled, known = np.nan_to_num(standard), (~np.isnan(standard)).astype(np.float64)
    kernel = np.ones(2 * around + 1)
    for row in range(len(standard)):
        sums = np.convolve(filled[row], kernel, mode="same")
        usual = sums / np.maximum(np.convolve(known[row], kernel, mode="same"), 1.0)
        then, now = SEASON * usual[: steps - lag], standard[row, lag:]
        same = np.sign(then) == np.sign(now)
        found[row, lag:] = np.where(same, np.sign(now) * np.maximum(np.abs(now) - np.abs(then), 0.0), now)
    return found


def tail(stats: Floats, setting: Setting, rate: float) -> Floats:
    """The deviation that a single step exceeds ``rate`` times in a year, shape (steps,).

    The largest twelfth of the last year's deviations give the tail's index (Hill 1975), and the point is
    extrapolated with it (Weissman 1978); NaN while there is less than a third of a year. So few values
    overrate light tails: the index is set right by a line that was fitted to normal and Student values.
    """
    single = np.abs(stats[0])
    found = np.full(len(single), np.nan)
    for first in range(0, len(single), _STEP):
        past = single[max(0, first - setting.year) : first]
        past = np.sort(past[~np.isnan(past)])
        if len(past) < setting.year // 3:
            continue
        largest = np.maximum(past[-max(4, len(past) // 12) :], 1e-9)  # a KPI that stands still has none
        hill = float(np.mean(np.log(largest[1:] / largest[0])))
        index = max(1.1 * hill - 0.075, 0.12)
        expected = len(past) * rate / setting.year
        found[first : first + _STEP] = largest[0] * (len(largest) / expected) ** index
    return found
