"""Forecasts from whole periods, for KPIs whose days do not add up (medians, survey scores, different values).

The rest of the period is expected to bring what earlier periods of the same length brought, in proportion to
the planned share r that remains. With mean m and standard deviation s of the last n values,

    rest ~ r * m + s * sqrt(r + r² / n) * t        t: Student's t with n - 1 degrees of freedom

The first term under the root is the rest's own chance (its variance grows with its length), the second is
that m is known from n values only. A level (a rate, an average) is the mean of what was and what comes, each
by its share of the period. Three or more years are adjusted for the season first: each value is divided by
the mean of its season and multiplied by that of the season asked about; each season costs a degree of
freedom. A trend is not followed.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.forecast.errors import LEVELS
from leitstern.insight.forecast.result import Ends, Many, certain

if TYPE_CHECKING:
    from leitstern.insight.forecast.profile import Array

#: Fewer values tell nothing; without a season so many of the last count; with one, so many years.
FEWEST, RECENT, SEASON_YEARS = 6, 12, 3


def forecast_periods(
    past: Array,
    so_far: Array,
    elapsed: float,
    when: tuple[date, date, date],
    per_year: int = 1,
    *,
    adds_up: bool = False,
) -> Many:
    """Forecasts of running periods from the values of those before, subjects × periods, oldest first, NaN
    where there was none.

    ``so_far``: the value up to now, NaN before the period begins; ``elapsed``: the share of the period that
    lies behind, 0 to 1; ``when``: the period's first and last day, and the last known one.
    """
    start, end, through = when
    done = np.asarray(so_far, dtype=float)
    if through >= end:
        return certain(done, start, end, through, "over")
    point, quantiles, counts = np.full(len(done), np.nan), np.full((len(done), len(LEVELS)), np.nan), []
    for at, row in enumerate(np.asarray(past, dtype=float)):
        found = _one(row, float(done[at]), elapsed, per_year, adds_up=adds_up)
        counts.append(0 if found is None else found[0])
        if found is not None:
            _, point[at], quantiles[at] = found
    plain = np.where(np.isfinite(done), done / elapsed if adds_up and elapsed > 0 else done, np.nan)
    return Many(
        start, end, through, done, Ends(point, quantiles),
        Ends(plain, np.repeat(plain[:, None], len(LEVELS), axis=1)) if elapsed > 0 else None,
        np.zeros((len(done), 0)), max(counts, default=0), "periods", "ok", adds_up=False,
    )  # fmt: skip


def _one(
    row: Array, so_far: float, elapsed: float, per_year: int, *, adds_up: bool
) -> tuple[int, float, Array] | None:
    """Number of values, mean and quantiles; None where there are too few."""
    from scipy.special import stdtrit

    values, seasons = _adjusted(row, per_year)
    if len(values) < FEWEST:
        return None
    rest = 1.0 if np.isnan(so_far) else 1 - min(max(elapsed, 0.0), 1.0)
    done = 0.0 if np.isnan(so_far) else so_far * (1.0 if adds_up else 1 - rest)
    freedom = len(values) - seasons
    deviation = np.sqrt(np.square(values - values.mean()).sum() / freedom)
    middle = done + rest * values.mean()
    width = deviation * np.sqrt(rest + rest * rest / len(values))
    quantiles = middle + width * stdtrit(freedom, LEVELS)
    if adds_up and values.min() >= 0:
        quantiles = np.maximum(quantiles, done)
    return len(values), float(middle), quantiles


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
