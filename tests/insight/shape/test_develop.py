"""Where periods end, from how earlier ones went on: against worlds whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from leitstern.insight.forecast.errors import LEVELS
from leitstern.insight.shape.develop import Within, develop

GROWS = Within(low=0.0, grows=True)


def test_a_factor_that_always_held_is_followed() -> None:
    final = np.array([100.0, 240, 160, 300, 220, 80])
    found = develop(final * 0.8, final, 88.0, GROWS)
    assert found is not None
    assert found.point == pytest.approx(110, rel=1e-3)
    assert found.n == 6


def test_what_always_comes_on_top_is_added() -> None:
    then = np.array([10.0, 240, 160, 300, 220, 80])
    found = develop(then, then + 30, 100.0, GROWS)
    assert found is not None
    assert found.point == pytest.approx(130, rel=1e-3)


def test_a_value_that_says_nothing_yet_leaves_what_is_usual() -> None:
    rng = np.random.default_rng(3)
    final = rng.normal(0.3, 0.02, 12)
    # A cohort of young leads: nobody, or one by chance.
    found = develop(np.where(np.arange(12) % 5, 0.0, 0.02), final, 0.0, Within(0.0, 1.0))
    assert found is not None
    assert found.point == pytest.approx(0.3, abs=0.02)
    assert _middle(found.quantiles)[0] > 0.25


def test_nothing_ends_below_what_is_counted_nor_beyond_what_can_be() -> None:
    then = np.array([50.0, 60, 40, 55])
    above = develop(then, then + np.array([1.0, 9, 0, 4]), 70.0, GROWS)
    share = develop(then / 60, np.array([0.9, 1.0, 0.8, 0.95]), 0.99, Within(0.0, 1.0))
    assert above is not None
    assert share is not None
    assert above.quantiles.min() == 70
    assert share.quantiles.max() == 1


def test_without_a_value_yet_the_usual_one_counts() -> None:
    nothing = np.full(5, np.nan)
    found = develop(nothing, np.array([8.0, 12, 8, 12, 10]), np.nan, Within())
    assert found is not None
    assert found.point == pytest.approx(10, abs=0.2)


def test_three_periods_tell_nothing() -> None:
    three = np.array([np.nan, 1.0, 2, 3])
    assert develop(three / 2, three, 1.0, Within()) is None


def test_the_range_holds_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(600):
        final = rng.gamma(20, 5, 13)
        then = final * rng.normal(0.6, 0.08, 13)
        found = develop(then[:-1], final[:-1], float(then[-1]), Within(low=0.0))
        assert found is not None
        low, high = _middle(found.quantiles)
        inside += low <= final[-1] <= high
    assert 0.76 <= inside / 600 <= 0.88


def _middle(quantiles: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.interp([0.1, 0.9], LEVELS, quantiles)
    return float(low), float(high)
