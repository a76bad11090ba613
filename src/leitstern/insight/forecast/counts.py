"""Small counts: a negative binomial with the forecast's mean and variance, at least as wide as Poisson."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.forecast.errors import LEVELS

if TYPE_CHECKING:
    from leitstern.insight.forecast.profile import Array

#: Up to this mean counts are small.
SMALL = 30.0
_MOST = 400


def distribution(mean: Array, variance: Array) -> Array:
    """P(X <= x) for x = 0, 1, ..., subjects × numbers; the last column is 1.

    ``mean`` above 0. With r = mean² / (variance - mean), P(0) = (r / (r + mean))^r and
    P(x + 1) = P(x) (x + r) / (x + 1) mean / (r + mean).
    """
    excess = np.maximum(variance - mean, 1e-6 * mean)
    size = mean**2 / excess
    share = mean / (size + mean)
    chance = np.exp(size * np.log1p(-share))
    found = [chance]
    for x in range(_MOST):
        chance = chance * (x + size) / (x + 1) * share
        found.append(found[-1] + chance)
        if found[-1].min() > 1 - 1e-7:
            break
    table = np.minimum(np.array(found).T, 1.0)
    table[:, -1] = 1.0
    return np.asarray(table, dtype=float)


def quantiles(table: Array) -> Array:
    """The smallest number reached with each probability of `LEVELS`, subjects × levels."""
    return np.array([np.searchsorted(row, LEVELS - 1e-12) for row in table], dtype=float)
