"""What a forecast's own past errors say: the correction of its level, and its intervals.

Both use, at each snapshot, only windows that were over on its day. Snapshots whose windows overlap share
most of their days, so that n windows of w days, d days apart, count as ``n * min(1, d / w)`` (at least 1)
observations.

Correction: ``(happened + k * forecast) / (all forecast + k * forecast)`` for each part, with k windows'
worth of doubt. Interval: errors on the log scale, ``log((happened + c) / (forecast + c))`` with c a tenth of
the mean forecast, their scatter drawn towards `PRIOR_SCATTER`, Student quantiles. Following the law of
prediction, the interval is about the corrected forecast: its errors' mean is already in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leitstern.insight.pipeline.deals import Floats, Ints
from leitstern.insight.pipeline.track import View

#: Scatter of log errors that is assumed before any was seen, and its weight in observations.
PRIOR_SCATTER, PRIOR_WEIGHT = 0.15, 1.0
#: Days after which an error counts half: models learn, and what they could not know a year ago they may know
#: now.
HALF_LIFE = 120.0
#: Weight of "the level is right" in whole windows.
PRIOR_WINDOWS = 2.0
#: Windows that an interval needs.
LEAST_WINDOWS = 4


@dataclass(frozen=True, slots=True)
class Past:
    """Forecasts and what happened, by snapshot.

    ``days`` are the snapshots (n), ``horizons`` days ahead (h); ``forecast`` (n, h, part, unit) is corrected
    by its own past, ``happened`` has the same shape (NaN: not over), ``factors`` are the corrections made.
    """

    days: Ints
    horizons: Ints
    forecast: Floats
    happened: Floats
    factors: Floats

    def window(self, start: int, end: int, unit: int) -> tuple[Floats, Floats]:
        """Forecast and outcome, parts together, of (start, end] as places in ``horizons`` (start -1:
        today)."""
        forecast, happened = (part.sum(axis=2)[:, :, unit] for part in (self.forecast, self.happened))
        if start < 0:
            return forecast[:, end], happened[:, end]
        return forecast[:, end] - forecast[:, start], happened[:, end] - happened[:, start]


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a forecast at the level asked for; ``n`` windows it stands on, ``effective`` without
    overlap."""

    low: float
    high: float
    n: int
    effective: float


def past(views: list[View], horizons: Ints) -> Past:
    """Correct each snapshot's forecast by the errors known on its day."""
    days = np.array([view.found.day for view in views])
    raw = np.stack([view.expected for view in views])
    happened = np.stack([view.happened for view in views])
    factors = np.ones_like(raw)
    for number, day in enumerate(days):
        for place, horizon in enumerate(horizons):
            over = np.flatnonzero((days + horizon <= day) & ~np.isnan(happened[:, place, 0, 0]))
            if len(over):
                doubt = PRIOR_WINDOWS / _independent(len(over), _apart(days), int(horizon))
                got, said = happened[over, place].mean(axis=0), raw[over, place].mean(axis=0)
                ratio = (got + doubt * said) / np.maximum((1 + doubt) * said, 1e-9)
                factors[number, place] = np.where(said > 0, ratio, 1.0)
    # A longer window never has the smaller forecast, whatever its own errors say.
    forecast = np.maximum.accumulate(raw * factors, axis=1)
    return Past(days, horizons, forecast, happened, factors)


def interval(
    record: Past, number: int, forecast: float, start: int, end: int, unit: int, level: float = 0.8
) -> Interval | None:
    """The interval about ``forecast`` made at snapshot ``number`` for (start, end]; None: too few windows."""
    said, got = record.window(start, end, unit)
    over = record.days + record.horizons[end] <= record.days[number]
    over &= ~np.isnan(got)
    n = int(over.sum())
    if n < LEAST_WINDOWS:
        return None
    from scipy.special import stdtrit

    small = max(0.1 * float(said[over].mean()), 1e-9)
    errors = np.log((got[over] + small) / (np.maximum(said[over], 0) + small))
    length = int(record.horizons[end] - (record.horizons[start] if start >= 0 else 0))
    weight = 0.5 ** ((record.days[number] - record.days[over]) / HALF_LIFE)
    effective = _independent(float(weight.sum() ** 2 / (weight @ weight)), _apart(record.days), length)
    spread = (weight @ errors**2 / weight.sum() * effective + PRIOR_SCATTER**2 * PRIOR_WEIGHT) / (
        effective + PRIOR_WEIGHT
    )
    wide = float(stdtrit(effective + PRIOR_WEIGHT, 0.5 + level / 2)) * float(np.sqrt(spread))
    low, high = (max((forecast + small) * float(np.exp(sign * wide)) - small, 0.0) for sign in (-1, 1))
    return Interval(low, high, n, effective)


def _apart(days: Ints) -> int:
    return int(np.diff(days).min()) if len(days) > 1 else 1


def _independent(n: float, apart: int, length: int) -> float:
    return max(1.0, n * min(1.0, apart / max(length, 1)))
