"""Stocks (the value at a period's end, such as open pipeline): the last value and its usual drift.

What the stock changed by from the same place of earlier windows to their ends, relative to its usual size, is
averaged, each month a tenth less than the one after it, and shrunk towards no change (as if twelve windows
without change had been seen); the windows' errors give the spread.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.forecast.errors import FADE, spread
from leitstern.insight.forecast.many import FEWEST, months
from leitstern.insight.forecast.result import Ends, Many, certain
from leitstern.insight.forecast.windows import LEAST_HISTORY, windows

if TYPE_CHECKING:
    from leitstern.insight.forecast.profile import Array

_NO_CHANGE = 12
_SIZE_DAYS = 112


def forecast_stocks(first: date, values: Array, start: date, end: date, through: date) -> Many:
    """Forecasts of a level at ``end``; ``values`` holds the level of every day from ``first`` on."""
    known = np.asarray(values, dtype=float)[:, : (through - first).days + 1]
    asked = windows(first, start, end, through)
    if through >= end:
        return certain(known[:, (end - first).days], start, end, through, "over")
    now = known[:, -1]
    if len(asked.past) < FEWEST or asked.asked.origin < LEAST_HISTORY:
        return certain(now, start, end, through, "too_little")
    size = np.array([_size(known, window.origin) for window in asked.all])
    change = np.array([known[:, w.end - 1] - known[:, w.origin - 1] for w in asked.past])
    ago = months(asked, range(len(change)))
    weight = (FADE ** (ago - ago.min()))[:, None] * np.isfinite(change)
    relative = np.nan_to_num(change / size[:-1])
    drift = (weight * relative).sum(axis=0) / (weight.sum(axis=0) + _NO_CHANGE)
    drifted = spread(change - drift * size[:-1], size[:-1], size[-1], ago)
    still = spread(change, size[:-1], size[-1], ago)
    point = now + drift * size[-1]
    ends = Ends(point, point[:, None] + (size[-1] * drifted.scale)[:, None] * drifted.shape)
    plain = Ends(now, now[:, None] + (size[-1] * still.scale)[:, None] * still.shape)
    if not (known < 0).any():
        ends, plain = ends.within(0.0, np.inf), plain.within(0.0, np.inf)
    days = np.zeros((len(now), 0))
    return Many(start, end, through, now, ends, plain, days, len(change), "stock", "ok", adds_up=False)


def _size(known: Array, origin: int) -> Array:
    """The usual size of a level before a day: its mean absolute value over 16 weeks."""
    recent = np.nan_to_num(np.abs(known[:, max(0, origin - _SIZE_DAYS) : origin]))
    return np.asarray(np.maximum(recent.mean(axis=1), 1e-9), dtype=float)
