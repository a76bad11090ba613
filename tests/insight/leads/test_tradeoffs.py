"""Trade-offs that were planted are seen in their direction; shared trends and seasons are none."""

from __future__ import annotations

import numpy as np
import pytest

from leitstern.insight.leads import tradeoffs, worlds


def _noise(seed: int, rows: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, 156))


def test_a_planted_trade_off_is_found_with_its_lag() -> None:
    noise = _noise(31)
    noise[1, 1:] -= 0.8 * noise[0, :-1]
    series = {f"k{i}": row - 20 for i, row in enumerate(noise)}
    [found] = tradeoffs(series, dict.fromkeys(series, 1))
    assert (found.first, found.second, found.lag, found.n) == ("k0", "k1", 1, 156)
    assert found.low < found.effect < found.high < 0
    assert found.effect == pytest.approx(-0.62, abs=0.12)


def test_good_directions_decide_what_is_a_trade_off() -> None:
    noise = _noise(32, 2)
    noise[1] += 0.8 * noise[0]
    series = {"calls": noise[0] - 20, "complaints": noise[1] - 20}
    assert not tradeoffs(series, {"calls": 1, "complaints": 1})
    [found] = tradeoffs(series, {"calls": 1, "complaints": -1})
    assert found.lag == 0
    assert not tradeoffs(series, {"calls": 1, "complaints": 0})


def test_only_the_pairs_asked_for() -> None:
    noise = _noise(33)
    noise[1] -= noise[0]
    series = {f"k{i}": row - 20 for i, row in enumerate(noise)}
    signs = dict.fromkeys(series, 1)
    assert not tradeoffs(series, signs, [("k2", "k3")])
    assert [(t.first, t.second) for t in tradeoffs(series, signs, [("k1", "k0")])] == [("k1", "k0")]
    assert not tradeoffs(series, signs, [])


def test_opposite_trends_are_no_trade_off() -> None:
    rng = np.random.default_rng(34)
    alarms = 0
    for _ in range(40):
        x, y = worlds.trend_and_season(rng, 5, 156)
        series = {f"x{i}": row for i, row in enumerate(x)} | {f"y{i}": row for i, row in enumerate(y)}
        alarms += bool(tradeoffs(series, dict.fromkeys(series, 1)))
    assert alarms <= 8


def test_series_that_cannot_be_tested_are_left_out() -> None:
    noise = _noise(35, 2)
    series = {"a": noise[0] - 20, "b": np.full(156, np.nan), "c": np.full(156, 3.0)}
    assert tradeoffs(series, dict.fromkeys(series, 1)) == []
