"""Signals of one KPI, step by step, each as it could have been raised on its day.

A shift is raised where the recent days as a whole, a spike where a single day lies farther from what was
usual than the budget of false alarms allows (`budget`), and where the change is large enough to matter.
After a shift the new level is the usual one: what came before it is no longer compared with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.signals import daily_amounts, daily_counts, weekly_values
from leitstern.insight.signals.budget import SHIFTS, SPIKES, Threshold
from leitstern.insight.signals.levels import Deviations, Levels, beyond_season, own_scale, tail

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Signal:
    """A change. ``at``: the step on which it could be said; ``since``: the step it seems to begin with.

    ``expected`` and ``seen`` are the usual value before and the value since, in the series' own unit and a
    step; ``strength`` is the deviation over its threshold (at least 1).
    """

    kind: Literal["shift", "spike"]
    direction: Literal["up", "down"]
    at: int
    since: int
    expected: float
    seen: float
    strength: float


@dataclass(frozen=True, slots=True)
class Watch:
    """What was found in a series of ``n`` steps. ``verdict``: ``too_little``, ``quiet`` or ``signals``.

    ``alarms`` is the number of false alarms a year that was accepted.
    """

    verdict: Literal["too_little", "quiet", "signals"]
    signals: tuple[Signal, ...]
    n: int
    alarms: float


def amounts(values: Floats, alarms: float) -> Watch:
    """Watch daily sums, shape (days,) without gaps between days, not negative; NaN for a missing day.

    ``alarms`` is the accepted number of false alarms a year, spikes and shifts together.
    """
    if len(values) < daily_amounts.SETTING.least or not np.nanmax(values) > 0:
        return Watch("too_little", (), len(values), alarms)
    return _watch(daily_amounts.DailyAmounts(values), values, alarms, AMOUNTS)


def counts(values: Floats, alarms: float) -> Watch:
    """Watch daily counts of small numbers, shape (days,) without gaps between days; else as `amounts`."""
    if len(values) < daily_counts.SETTING.least or np.nansum(values) < daily_counts.LEAST_COUNT:
        return Watch("too_little", (), len(values), alarms)
    return _watch(daily_counts.DailyCounts(values), values, alarms, COUNTS)


def weekly(values: Floats, n: Floats, scale: Literal["log", "root", "plain"], alarms: float) -> Watch:
    """Watch weekly values: ratios, averages, medians, each standing on ``n`` records.

    Both have shape (weeks,); NaN where a week has no value, whose ``n`` counts as 0. ``scale``: ``log`` for
    durations and money, ``root`` for sums of few records, ``plain`` for shares and scores.
    """
    known = int((~np.isnan(values) & (n > 0)).sum())
    if known < weekly_values.SETTING.least:
        return Watch("too_little", (), known, alarms)
    return _watch(weekly_values.WeeklyValues(values, n, scale), values, alarms, WEEKLY)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """For shifts a threshold; for spikes the factor on the point of the tail, and the least."""

    shift: Threshold
    spike: Threshold


AMOUNTS = Thresholds(Threshold(2.02, 0.49), Threshold(2.9, 0.3))
COUNTS = Thresholds(Threshold(1.95, 1.1), Threshold(4.2, 0.7))
WEEKLY = Thresholds(Threshold(2.5, 0.56), Threshold(3.6, 0.7))


def _watch(levels: Levels, values: Floats, alarms: float, thresholds: Thresholds) -> Watch:
    found = tuple(_signals(levels, values, alarms, thresholds))
    return Watch("signals" if found else "quiet", found, len(values), alarms)


def _signals(levels: Levels, values: Floats, alarms: float, thresholds: Thresholds) -> Iterator[Signal]:
    setting = levels.setting
    for_shifts, for_spikes = alarms * SHIFTS, alarms * SPIKES
    shifts, spikes = levels.shifts(0), levels.spikes(0)
    step = calm = setting.least
    while True:
        shift, window = _shift_strength(levels, shifts, thresholds.shift.at(for_shifts))
        spike = _spike_strength(levels, spikes, for_spikes, thresholds.spike)
        at = step
        while True:
            shift[:step], spike[: max(step, calm)] = 0.0, 0.0
            over = np.flatnonzero((np.abs(shift) >= 1) | (np.abs(spike) >= 1))
            if not len(over):
                return
            at = int(over[0])
            if abs(shift[at]) >= 1:
                break
            yield _signal("spike", at, at, float(spike[at]), values, setting.cycle)
            calm = at + setting.quiet
        since = _begin(values, at, setting.windows[window[at]], setting.cycle)
        yield _signal("shift", at, since, float(shift[at]), values, setting.cycle)
        shifts = shifts.from_step(since, levels.shifts(since))
        spikes = spikes.from_step(since, levels.spikes(since))
        step = at + 1 + setting.rest


def _shift_strength(levels: Levels, found: Deviations, threshold: float) -> tuple[Floats, NDArray[np.int64]]:
    """The largest deviation of each step over its threshold, signed, and its window's row."""
    standard = found.stats / own_scale(found.stats, levels.setting)
    strengths = beyond_season(standard, levels.setting) / threshold
    strengths = np.where(np.abs(found.sizes) >= levels.setting.relevant, strengths, 0.0)
    strengths = np.nan_to_num(strengths)
    window = np.argmax(np.abs(strengths), axis=0)
    largest: Floats = np.take_along_axis(strengths, window[None], axis=0)[0]
    return largest, window


def _spike_strength(levels: Levels, found: Deviations, rate: float, least: Threshold) -> Floats:
    threshold = np.fmax(tail(found.stats, levels.setting, rate), least.at(rate))
    strength = beyond_season(found.stats, levels.setting)[0] / threshold
    strength[np.abs(found.sizes[0]) < levels.setting.relevant_spike] = 0.0
    found_strength: Floats = np.nan_to_num(strength)
    return found_strength


def _begin(values: Floats, at: int, length: int, cycle: int) -> int:
    """The step the change seems to begin with: from which on the steps lie farthest from what was usual.

    Of the ends of the window, at least half of it, that is the one with the largest sum of relative
    differences over the root of its length (the likelihood's maximum for a shift of known scatter; Hinkley
    1970, Biometrika 57).
    """
    first = at - length + 1
    usual = np.array([_usual(values, step, first, cycle) for step in range(first, at + 1)])
    apart = np.nan_to_num((values[first : at + 1] - usual) / max(float(np.mean(usual)), 1e-9))
    sums = np.abs(np.cumsum(apart[::-1])) / np.sqrt(np.arange(1, length + 1))
    least = (length + 1) // 2
    return at - least + 1 - int(np.argmax(sums[least - 1 :]))


def _signal(
    kind: Literal["shift", "spike"], at: int, since: int, strength: float, values: Floats, cycle: int
) -> Signal:
    usual = [_usual(values, step, since, cycle) for step in range(since, at + 1)]
    expected, seen = float(np.mean(usual)), float(np.nanmean(values[since : at + 1]))
    return Signal(kind, "up" if strength > 0 else "down", at, since, expected, seen, abs(strength))


def _usual(values: Floats, step: int, before: int, cycle: int) -> float:
    """The mean of the last twelve values before ``before`` at the place of the week that ``step`` has."""
    last = before - 1 - (before - 1 - step) % cycle
    return float(np.nanmean(values[last::-cycle][:12]))
