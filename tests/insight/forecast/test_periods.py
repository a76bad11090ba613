"""Forecasts from whole periods, against sums done by hand and printed tables of Student's t."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from leitstern.insight.forecast.periods import forecast_periods
from leitstern.insight.shape.develop import Within

WHEN = (date(2026, 1, 1), date(2026, 3, 31), date(2025, 12, 14))
PAST = np.array([[8.0, 12, 8, 12, 8, 12]])  # mean 10, variance 24 / 5


def test_before_the_period_by_hand() -> None:
    found = forecast_periods(PAST, WHEN).one(0)
    assert found.point == 10
    # t(5; .95) = 2.015, width sqrt(4.8 * 7 / 6)
    assert found.quantiles[-1] == pytest.approx(10 + 2.015 * np.sqrt(4.8 * 7 / 6), abs=1e-3)
    assert found.chance(10) == pytest.approx(0.5)
    assert found.plain is None


def test_what_cannot_be_is_not_expected() -> None:
    found = forecast_periods(PAST, WHEN, within=Within(high=11.0)).one(0)
    assert found.point == 10
    assert found.quantiles[-1] == 11
    assert found.chance(11.5) == 0.01


def test_the_season_is_taken_out_over_three_years() -> None:
    quarters = np.array([[1.0, 2, 3, 4, 1.1, 2.2, 3.3, 4.4, 0.9, 1.8, 2.7, 3.6]])
    found = forecast_periods(quarters, WHEN, 4).one(0)
    assert found.point == pytest.approx(1.0)
    assert (found.n, found.method) == (12, "periods")


def test_five_values_are_too_few_for_one_subject_alone() -> None:
    past = np.array([[np.nan, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6]])
    found = forecast_periods(past, WHEN)
    assert found.one(0).chance(3) is None
    assert found.one(1).verdict == "ok"
