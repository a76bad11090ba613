"""Count distributions against scipy."""

from __future__ import annotations

import numpy as np
from scipy import stats

from leitstern.insight.forecast.counts import distribution, quantiles
from leitstern.insight.forecast.errors import LEVELS


def test_a_negative_binomial_with_that_mean_and_variance() -> None:
    table = distribution(np.array([4.0]), np.array([10.0]))[0]
    size, share = 4.0**2 / 6, 4.0 / 10
    np.testing.assert_allclose(table[:25], stats.nbinom(size, share).cdf(np.arange(25)), atol=1e-9)


def test_never_narrower_than_chance_alone() -> None:
    table = distribution(np.array([3.0]), np.array([0.5]))[0]
    np.testing.assert_allclose(table[:15], stats.poisson(3.0).cdf(np.arange(15)), atol=1e-5)


def test_quantiles_are_the_first_number_reached() -> None:
    table = distribution(np.array([3.0]), np.array([0.5]))
    np.testing.assert_array_equal(quantiles(table)[0], stats.poisson(3.0).ppf(LEVELS))
