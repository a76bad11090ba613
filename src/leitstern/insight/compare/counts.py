"""Comparing counts: so many in so much time or other exposure, such as new leads by working day.

Gamma-Poisson: a subject's true rate varies like a gamma with mean m and shape k, both on a grid; the count
of a subject is negative binomial then (Gelman and others, "Bayesian Data Analysis", 3rd edition, section
2.6). Records that come in bunches vary more than Poisson: ``dispersion`` is the variance over the mean, and
a count with dispersion d tells as much as a count d times smaller.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.compare.comparison import (
    LEAST,
    SHRINKAGE,
    Comparison,
    answer,
    generator,
    nothing,
    places,
    weights,
)

Floats = NDArray[np.float64]

_MEANS = 61


def counts(count: Floats, exposure: Floats, dispersion: float = 1.0) -> Comparison:
    """Compare ``count`` per ``exposure``, shape (subjects,); the values are counts by unit of exposure.

    A subject without exposure is not compared, and neither is anybody unless five are expected of a
    middling subject.
    """
    count, exposure = np.asarray(count, float), np.asarray(exposure, float)
    raw = np.divide(count, exposure, out=np.full(len(count), np.nan), where=exposure > 0)
    common = count.sum() / exposure.sum() if exposure.sum() > 0 else 0.0
    used = (exposure > 0) & (exposure * common >= LEAST)
    if used.sum() < 2:
        return nothing(raw, float(count.sum()), int(used.sum()))
    y, e = count[used] / dispersion, exposure[used] / dispersion
    mean, shape = _grid(y, e)
    weight = weights(_log_likelihood(mean, shape, y, e))
    kept = weight > weight.max() * 1e-6
    mean, shape, weight = mean[kept], shape[kept], weight[kept]
    random = generator()
    at = places(weight, random)
    drawn = random.gamma(shape[at, None] + y) / ((shape / mean)[at, None] + e)
    rate = y.sum() / e.sum()
    spreads = float(np.std(raw[used])), float(np.sqrt(rate * np.mean(1 / e)))
    return answer(raw, used, drawn, spreads, float(count.sum()))


def dispersion(counts_by_month: Floats, exposure_by_month: Floats) -> float:
    """Variance over mean of monthly counts within subjects, at least 1; shape (subjects, months).

    Pearson's statistic over its degrees of freedom, after each subject's level and each month's (common
    ups and downs) are taken out.
    """
    lived = exposure_by_month > 0
    total = counts_by_month.sum()
    if total <= 0:
        return 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        own = counts_by_month.sum(axis=1) / exposure_by_month.sum(axis=1)
        month = counts_by_month.sum(axis=0) / (own[:, None] * exposure_by_month * lived).sum(axis=0)
        fitted = np.nan_to_num(own[:, None] * exposure_by_month * month[None, :])
    cells = fitted > 0
    active = int((counts_by_month.sum(axis=1) > 0).sum()), int((counts_by_month.sum(axis=0) > 0).sum())
    freedom = int(cells.sum()) - active[0] - active[1] + 1
    if freedom < 1:
        return 1.0
    misses = (counts_by_month - fitted)[cells] ** 2 / fitted[cells]
    return max(1.0, float(misses.sum() / freedom))


def _grid(y: Floats, e: Floats) -> tuple[Floats, Floats]:
    total = y.sum()
    rate = (total + 0.5) / e.sum()
    error = np.sqrt(1 / (total + 0.5) + np.var(y / e / rate) / len(y))
    mean = rate * np.exp(np.linspace(-6 * error, 6 * error, _MEANS))
    shape = np.median(e) * rate * SHRINKAGE / (1 - SHRINKAGE)
    means, shapes = np.meshgrid(mean, shape)
    return means.ravel(), shapes.ravel()


def _log_likelihood(mean: Floats, shape: Floats, y: Floats, e: Floats) -> Floats:
    from scipy.special import gammaln

    k, m = shape[:, None], mean[:, None]
    each = gammaln(k + y) - gammaln(k) + k * np.log(k / m) - (k + y) * np.log(k / m + e)
    found: Floats = each.sum(axis=1)
    return found
