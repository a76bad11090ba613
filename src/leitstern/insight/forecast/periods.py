"""Forecasts of periods that have not begun, from whole earlier ones.

For KPIs whose days do not add up: medians, survey scores, different values.

With mean m and standard deviation s of the last n values,

    value ~ m + s * sqrt(1 + 1 / n) * t        t: Student's t with n - 1 degrees of freedom

Three or more years are adjusted for the season first: each value is divided by the mean of its season and
multiplied by that of the season asked about; each season costs a degree of freedom. A trend is not followed.
A running period is forecast by `leitstern.insight.shape`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.forecast.errors import LEVELS
from leitstern.insight.forecast.result import Ends, Many
from leitstern.insight.shape.develop import Within

if TYPE_CHECKING:
    from leitstern.insight.forecast.profile import Array

#: Fewer values tell nothing; without a season so many of the last count; with one, so many years.
FEWEST, RECENT, SEASON_YEARS = 6, 12, 3


def forecast_periods(
    past: Array, when: tuple[date, date, date], per_year: int = 1, within: Within | None = None
) -> Many:
    """Forecasts of a period from the values of those before, subjects × periods, oldest first, NaN where
    there was none. ``when``: its first and last day, and the last known one; ``within``: where values can
    lie."""
    within = within or Within()
    count = len(past)
    done = np.full(count, np.nan)
    point, quantiles, counts = done.copy(), np.full((count, len(LEVELS)), np.nan), [0]
    for at, row in enumerate(np.asarray(past, dtype=float)):
        found = _one(row, per_year)
        if found is not None:
            number, middle, spread = found
            counts.append(number)
            point[at], quantiles[at] = within.cut(np.array([middle]), np.nan)[0], within.cut(spread, np.nan)
    ends = Ends(point, quantiles)
    days = np.zeros((count, 0))
    return Many(*when, done, ends, None, days, max(counts), "periods", "ok", adds_up=False)


def _one(row: Array, per_year: int) -> tuple[int, float, Array] | None:
    """Number of values, mean and quantiles; None where there are too few."""
    from scipy.special import stdtrit

    values, seasons = _adjusted(row, per_year)
    if len(values) < FEWEST:
        return None
    freedom = len(values) - seasons
    deviation = np.sqrt(np.square(values - values.mean()).sum() / freedom)
    middle = float(values.mean())
    width = deviation * np.sqrt(1 + 1 / len(values))
    return len(values), middle, middle + width * stdtrit(freedom, LEVELS)


def _adjusted(row: Array, per_year: int) -> tuple[Array, int]:
    """The values to judge by, and how many seasons they were adjusted for (1: none)."""
    recent = row[-SEASON_YEARS * per_year :]
    if per_year > 1 and len(recent) == SEASON_YEARS * per_year and np.isfinite(recent).all():
        means = recent.reshape(SEASON_YEARS, per_year).mean(axis=0)
        if means.min() > 0:
            # The period asked about follows the last value, so its season is that of the first one.
            return recent * means[0] / np.tile(means, SEASON_YEARS), per_year
    known = row[-RECENT:]
    return known[np.isfinite(known)], 1
