"""Whether a growth is realistic."""

from __future__ import annotations

import numpy as np
import pytest

from leitstern.insight.forecast import growth

YEAR = np.array([10, 10, 10, 10, 10, 10, 10, 10, 10, 12, 14, 20], dtype=float)


def test_christmas_comes_every_year() -> None:
    rng = np.random.default_rng(1)
    months = (np.tile(YEAR, 9) * np.exp(rng.normal(0, 0.01, 108)))[:-3]
    found = growth(months, 3, 12)
    # October to December bring 46, July to September 30.
    assert found.middle == pytest.approx(46 / 30 - 1, abs=0.03)
    assert found.years == 8
    assert (found.chance(0.14) or 0) > 0.97
    assert (found.chance(0.7) or 1) < 0.05
    assert (found.times(0.14), found.times(0.7)) == (8, 0)


def test_the_same_growth_at_another_time_of_year_is_not_realistic() -> None:
    rng = np.random.default_rng(2)
    months = (np.tile(YEAR, 9) * np.exp(rng.normal(0, 0.01, 108)))[:-9]
    assert (growth(months, 3, 12).chance(0.14) or 1) < 0.05


def test_the_years_alone_are_student_s_t() -> None:
    # Quarters of three years, growth of the first on the fourth before: log 1, log 1.1, log 1.2 (latest).
    quarters = np.array([1, 1, 1, 1.0, 1, 0, 0, 1, 1.1, 1, 1, 1, 1.2, 0, 1, 1])
    found = growth(quarters, 1, 4)
    assert found.reached == pytest.approx([0.0, 0.1, 0.2])
    weight = np.array([0.85**2, 0.85, 1]) / (1 + 0.85 + 0.85**2)
    mean = (weight * np.log([1, 1.1, 1.2])).sum()
    assert found.middle == pytest.approx(np.expm1(mean))


def test_a_target_of_nothing_or_less_is_always_reached() -> None:
    rng = np.random.default_rng(3)
    found = growth(np.tile(YEAR, 9) * np.exp(rng.normal(0, 0.01, 108)), 3, 12)
    assert (found.chance(-1), found.chance(-1.5)) == (1.0, 1.0)


def test_two_years_tell_nothing() -> None:
    found = growth(np.ones(27), 3, 12)
    assert (found.verdict, found.chance(0.1), found.years) == ("too_little", None, 2)
