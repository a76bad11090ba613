"""When a target is out of reach."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from scipy import stats

from leitstern.insight.hygiene.reach import reach


def test_by_hand() -> None:
    """25 ends of months, growth of exactly 10 % a year; quarters: 13 changes, worth 13 / 3."""
    values = [100 * 1.1 ** (month / 12) for month in range(25)]
    found = reach(values, 3, 3, 150.0)
    base = values[25 - 1 - 9]  # three months ahead is the same season as nine months back
    n = 13 / 3
    growth = log(1.1) * n / (n + 4)
    s = sqrt((4 * 0.25**2 + n * (log(1.1) - growth) ** 2) / (n + 4))
    expected = stats.t.sf((log(150 / base) - growth) / (s * sqrt(1 + 1 / (n + 4))), n + 3)
    assert found.chance == pytest.approx(expected, rel=1e-9)
    assert found.n == 13
    assert found.base == base
    assert found.best == pytest.approx(121.0)
    assert found.asked == pytest.approx(150 / base)


def test_twice_and_a_half_the_best_year_is_out_of_reach() -> None:
    """Three years that grew by 10 and 20 %; two changes."""
    sums = [float(value) for value in np.interp(np.arange(25), [0, 12, 24], [500, 550, 660])]
    assert reach(sums, 12, 14, 2.5 * 660).out_of_reach
    assert not reach(sums, 12, 14, 1.05 * 660).out_of_reach
    assert not reach(sums, 12, 14, 1.4 * 660).out_of_reach


def test_what_was_reached_before_is_not_out_of_reach() -> None:
    values = [300.0, *[100.0] * 30]
    assert not reach(values, 1, 1, 299.0).out_of_reach
    assert reach(values, 1, 1, 301.0).out_of_reach


def test_at_most_is_the_other_way_round() -> None:
    values = [20.0] * 30
    assert reach(values, 3, 3, 5.0, at_least=False).out_of_reach
    assert not reach(values, 3, 3, 18.0, at_least=False).out_of_reach
    assert reach(values, 3, 3, 5.0, at_least=False).best == 20.0


@pytest.mark.parametrize("values", [[], [5.0] * 17, [None] * 30, [0.0] * 30])
def test_too_little_tells_nothing(values: list[float | None]) -> None:
    found = reach(values, 3, 3, 10.0)
    assert found.chance is None
    assert not found.out_of_reach


def test_targets_at_the_usual_growth_are_hardly_ever_called_out_of_reach() -> None:
    """2,000 series of 36 months with noise of 30 % a month, quarters, 8 % more than last year asked."""
    rng = np.random.default_rng(3)
    called = 0
    for _ in range(2000):
        months = 100 * np.exp(rng.normal(0, 0.3, 36))
        quarters = [float(months[end - 2 : end + 1].sum()) for end in range(2, 36)]
        called += reach(quarters, 3, 3, 1.08 * quarters[-10]).out_of_reach
    assert called / 2000 < 0.01
