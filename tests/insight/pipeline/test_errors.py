"""Corrections and intervals from past errors, counted by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from leitstern.insight.pipeline import errors
from leitstern.insight.pipeline.errors import interval, past
from leitstern.insight.pipeline.track import View

H = np.array([7])


def views(said: list[float], got: list[float]) -> list[View]:
    """Weekly snapshots over one week, all from open deals."""
    out = []
    for week, (forecast, happened) in enumerate(zip(said, got, strict=True)):
        expected, outcome = np.zeros((1, 2, 2)), np.zeros((1, 2, 2))
        expected[0, 0] = forecast
        outcome[0, 0] = happened
        found = SimpleNamespace(day=7 * week)
        out.append(View(found, H, H, expected, outcome, H, False))  # type: ignore[arg-type]
    return out


def test_the_level_is_corrected_by_windows_that_are_over() -> None:
    record = past(views([100, 100, 100], [50, 50, np.nan]), H)
    # First: nothing is over. Second: one window, doubt 2: (50 + 200) / 300. Third: doubt 1: (50 + 100) / 200.
    np.testing.assert_allclose(record.factors[:, 0, 0, 0], [1, 250 / 300, 0.75])
    np.testing.assert_allclose(record.forecast[:, 0, 0, 0], [100, 250 / 3, 75])


def test_a_forecast_of_nothing_stays_nothing() -> None:
    record = past(views([0, 0], [0, 5]), H)
    assert record.forecast[1, 0, 0, 0] == 0


def test_too_few_windows_give_no_interval() -> None:
    record = past(views([100] * 5, [100] * 5), H)
    assert interval(record, 3, 100, -1, 0, 0) is None  # three are over
    found = interval(record, 4, 100, -1, 0, 0)
    assert found is not None
    assert found.n == 4


def test_the_interval_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    from scipy.stats import t

    monkeypatch.setattr(errors, "HALF_LIFE", 1e12)
    monkeypatch.setattr(errors, "PRIOR_WINDOWS", 1e12)  # leave the level as it is
    record = past(views([100.0] * 6, [80.0, 125.0, 100.0, 80.0, 125.0, np.nan]), H)
    found = interval(record, 5, 200.0, -1, 0, 0)
    assert found is not None
    e = np.log((np.array([80, 125, 100, 80, 125]) + 10) / 110)
    scatter = np.sqrt(((e**2).mean() * 5 + 0.15**2) / 6)
    wide = t.ppf(0.9, 6) * scatter
    assert found.low == pytest.approx(210 * np.exp(-wide) - 10)
    assert found.high == pytest.approx(210 * np.exp(wide) - 10)


def test_only_windows_that_are_over_count() -> None:
    said = [100.0] * 10
    record = past(views(said, [100.0] * 5 + [900.0] * 5), H)
    calm, wild = interval(record, 5, 100, -1, 0, 0), interval(record, 9, 100, -1, 0, 0)
    assert calm is not None
    assert wild is not None
    assert calm.high < 150 < wild.high
