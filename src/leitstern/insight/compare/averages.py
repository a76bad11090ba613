"""Comparing averages: a value by subject that was observed month after month, such as won value or days.

Normal model: a subject's true average varies like a normal around a typical one with standard deviation
tau, on a grid; the typical one is integrated out exactly (Gelman and others, "Bayesian Data Analysis", 3rd
edition, section 5.4, equations 5.17 to 5.21).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.compare.comparison import (
    SHRINKAGE,
    Comparison,
    answer,
    generator,
    nothing,
    places,
    weights,
)

Floats = NDArray[np.float64]

#: Months a subject needs, and degrees of freedom the error of all of them together.
LEAST_MONTHS, LEAST_FREEDOM = 3, 8

#: Fewer subjects do not tell what a month has in common.
_LEAST_FOR_SEASON = 5


@dataclass(frozen=True, slots=True)
class Averages:
    """Mean and standard error of each subject, shape (subjects,); NaN where there are too few months."""

    mean: Floats
    error: Floats
    months: NDArray[np.int64]


def averages(mean: Floats, error: Floats, n: float) -> Comparison:
    """Compare means with known standard errors, shape (subjects,); NaN: not compared.

    ``n`` counts the observations behind them.
    """
    used = np.isfinite(mean) & np.isfinite(error) & (error > 0)
    if used.sum() < 2:
        return nothing(mean, n, int(used.sum()))
    m, s = mean[used], error[used]
    tau = np.median(s) * np.sqrt((1 - SHRINKAGE) / SHRINKAGE)
    variance = s**2 + tau[:, None] ** 2
    precision = 1 / variance
    centre_variance = 1 / precision.sum(axis=1)
    centre = (precision * m).sum(axis=1) * centre_variance
    misses = (precision * (m - centre[:, None]) ** 2).sum(axis=1)
    weight = weights(0.5 * (np.log(centre_variance) - np.log(variance).sum(axis=1) - misses))
    pull = tau[:, None] ** 2 / variance
    random = generator()
    at = places(weight, random)
    typical = centre[at] + np.sqrt(centre_variance[at]) * random.standard_normal(len(at))
    noise = np.sqrt(pull[at]) * s * random.standard_normal((len(at), len(m)))
    drawn = pull[at] * m + (1 - pull[at]) * typical[:, None] + noise
    common = float((m / s**2).sum() / (1 / s**2).sum())
    spreads = float(np.sqrt(np.mean((m - common) ** 2))), float(np.sqrt(np.mean(s**2)))
    return answer(mean, used, drawn, spreads, n)


def by_month(value: Floats, weight: Floats) -> Averages:
    """Means over months with one common error, from values of shape (subjects, months); NaN: none.

    ``weight`` is what the value of a month stands on, such as the number of deals of an average (1 for sums).
    What a month has in common for five subjects or more (season) is taken out.
    """
    known = np.isfinite(value) & (weight > 0)
    w = np.where(known, weight, 0.0)
    v = np.where(known, value, 0.0)
    months = known.sum(axis=1)
    used = months >= LEAST_MONTHS
    nothing_ = np.full(len(value), np.nan)
    w_used, v_used = w[used], v[used]
    cells = int((w_used > 0).sum())
    seasonal = int(used.sum()) >= _LEAST_FOR_SEASON
    lived = int((w_used.sum(axis=0) > 0).sum()) if seasonal else 1
    freedom = cells - int(used.sum()) - lived + 1
    if freedom < LEAST_FREEDOM:
        return Averages(nothing_, nothing_, months)
    level, season = _levels(v_used, w_used, rounds=20 if seasonal else 0)
    misses = (v_used - level[:, None] - season[None, :]) ** 2 * w_used
    scale = np.sqrt(misses.sum() / freedom)
    mean, error = nothing_.copy(), nothing_.copy()
    mean[used] = level
    error[used] = scale / np.sqrt(w_used.sum(axis=1))
    return Averages(mean, error, months)


def _levels(value: Floats, weight: Floats, rounds: int) -> tuple[Floats, Floats]:
    """Levels of subjects and deviations of months that fit best, by turns (least squares)."""
    own, of_month = weight.sum(axis=1), weight.sum(axis=0)
    season = np.zeros(value.shape[1])
    level = (value * weight).sum(axis=1) / own
    for _ in range(rounds):
        level = ((value - season) * weight).sum(axis=1) / own
        season = np.divide(
            ((value - level[:, None]) * weight).sum(axis=0), of_month,
            out=np.zeros_like(season), where=of_month > 0,
        )  # fmt: skip
        season -= (season * of_month).sum() / of_month.sum()
    return level, season
