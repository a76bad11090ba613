"""Trend, season, steps, memory and scale are taken out; what nobody could expect is left."""

from __future__ import annotations

import numpy as np
import pytest

from leitstern.insight.leads import worlds
from leitstern.insight.leads.whiten import autoregression, pull_in, regularities, stable, unexpected, whiten

WEEKS = 156


def test_a_trend_and_a_season_leave_nothing() -> None:
    t = np.arange(WEEKS)
    series = 3 + 0.1 * t - 2 * np.sin(2 * np.pi * t * 7 / 365.2425) + np.cos(4 * np.pi * t * 7 / 365.2425)
    assert not whiten(series[None, :] - 100).rest.any()


def test_working_days_are_taken_out() -> None:
    days = np.array([5.0, 5.0, 4.0, 5.0, 3.0] * 32)[:WEEKS]
    noise = np.random.default_rng(1).standard_normal(WEEKS)
    with_days = whiten((10 * days + noise)[None, :], days[:, None]).rest
    plain = whiten(noise[None, :], days[:, None]).rest
    assert np.corrcoef(with_days[0], plain[0])[0, 1] > 0.95


def test_a_step_is_taken_out() -> None:
    noise = np.random.default_rng(2).standard_normal((1, WEEKS))
    step = 6.0 * (np.arange(WEEKS) >= 70)
    rest = whiten(noise + step).rest[0]
    assert abs(rest[70:90].mean() - rest[50:70].mean()) < 0.6


def test_burg_finds_the_coefficients_of_an_autoregression() -> None:
    rng = np.random.default_rng(3)
    path = rng.standard_normal((1, 4000))
    for t in range(2, 4000):
        path[0, t] += 0.5 * path[0, t - 1] + 0.3 * path[0, t - 2]
    phi, _ = autoregression(path, 0)
    assert phi[0, :2] == pytest.approx([0.5, 0.3], abs=0.05)
    assert np.abs(phi[0, 2:]).max() < 0.06


def test_what_an_autoregression_did_not_expect_by_hand() -> None:
    values = np.array([[4.0, 3.0, 5.0, 1.0]])
    assert unexpected(values, np.array([[0.5, 0.0]])).tolist() == [[0.0, 1.0, 3.5, -1.5]]
    assert unexpected(values, np.zeros((1, 2))).tolist() == values.tolist()


def test_memory_is_gone_after_whitening() -> None:
    walks, _ = worlds.random_walks(np.random.default_rng(4), 200, WEEKS)
    rest = whiten(walks).rest
    neighbours = (rest[:, 1:] * rest[:, :-1]).sum(axis=1) / (rest**2).sum(axis=1)
    assert abs(neighbours.mean()) < 0.04


def test_outliers_are_pulled_in() -> None:
    values = np.array([[1.0, -1.0, 1.0, -1.0, 50.0]])
    # The median is 1, the middle distance from it 2: the bound is 1 + 2 × 1.4826 × 2.
    assert pull_in(values, 2.0)[0, 4] == pytest.approx(1 + 2 * 1.4826 * 2)
    assert pull_in(values, 2.0)[0, 0] == 1.0


def test_growth_by_percent_is_seen_on_its_logarithm() -> None:
    t = np.arange(WEEKS)
    noise = np.random.default_rng(5).standard_normal((2, WEEKS))
    grown = np.exp(0.02 * t + 0.1 * noise[:1])
    level = 50 + noise[1:]
    found = stable(np.concatenate([grown, level, level - 60]), regularities(WEEKS))
    assert np.corrcoef(found[0], np.log(grown[0]))[0, 1] > 0.999
    assert found[1] == pytest.approx(level[0])
    assert found[2] == pytest.approx(level[0] - 60)


def test_a_series_that_never_varies_leaves_zeros() -> None:
    assert not whiten(np.full((1, WEEKS), 7.0)).rest.any()
