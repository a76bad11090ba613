"""Scores against numbers worked out by hand, and against forecasts that are right by construction."""

from __future__ import annotations

import numpy as np
import pytest

from leitstern.insight.record.scores import Past, bins, score
from leitstern.insight.shares import wilson


def past(goal: list[int], chance: list[float], pace: list[float], hit: list[int]) -> Past:
    n = len(goal)
    return Past(
        np.array(goal), np.array(chance), np.array(pace), np.array(hit, float),
        np.zeros(n), np.full(n, 10.0), np.array([5.0 if at % 5 else 20.0 for at in range(n)]),
    )  # fmt: skip


def test_by_hand() -> None:
    # Ten goals, the first with two forecasts that count half each.
    goal = [0, 0, *range(1, 10)]
    chance = [0.9, 0.5, *[0.8] * 9]
    hit = [1, 1, *[1, 1, 1, 1, 1, 1, 1, 0, 0]]
    found = score(past(goal, chance, [0.5] * 11, hit))
    # goal 0: (.01 + .25) / 2 = .13; seven hits at .8: .04; two misses: .64
    assert found.brier == pytest.approx((0.13 + 7 * 0.04 + 2 * 0.64) / 10)
    assert found.pace_brier == pytest.approx(0.25)
    assert (found.n, found.goals) == (11, 10)
    # outcomes at places 0, 5, 10 lie outside: goal 0 half, goals 4 and 9 wholly
    assert found.covered == pytest.approx((0.5 + 7) / 10)


def test_bins_by_hand() -> None:
    found = bins(past(list(range(6)), [0.05, 0.2, 0.25, 0.95, 1.0, 0.7], [0.5] * 6, [0, 1, 0, 1, 1, 0]))
    assert [(b.n, round(b.chance, 4), b.share) for b in found] == [
        (1, 0.05, 0.0), (2, 0.225, 0.5), (1, 0.7, 0.0), (2, 0.975, 1.0),
    ]  # fmt: skip


def test_wilson_as_published() -> None:
    # Newcombe 1998 (Statistics in Medicine 17), table I: 81 of 263, 15 of 148, 0 of 20
    for hits, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert wilson(hits / n, n) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_few_goals_say_nothing_however_many_forecasts() -> None:
    found = score(past([0] * 500 + [1] * 500, [0.9] * 1000, [0.1] * 1000, [1] * 1000))
    assert (found.verdict, found.brier, found.bins) == ("too_little", None, ())


@pytest.mark.parametrize(("sign", "verdict"), [(1, "better"), (-1, "worse")])
def test_the_better_one_is_named(sign: int, verdict: str) -> None:
    random = np.random.default_rng(3)
    chance = random.uniform(0.05, 0.95, 300)
    hit = (random.random(300) < chance).astype(int)
    informed, blind = list(chance), [0.5] * 300
    said = (informed, blind) if sign > 0 else (blind, informed)
    assert score(past(list(range(300)), *said, list(hit))).verdict == verdict


def test_equals_are_seldom_called_worse() -> None:
    random = np.random.default_rng(11)
    worse = 0
    for _ in range(400):
        chance = random.uniform(0.2, 0.8, 40)
        noise = random.normal(0, 0.1, (2, 40))
        hit = (random.random(40) < chance).astype(int)
        found = score(past(list(range(40)), list(chance + noise[0]), list(chance + noise[1]), list(hit)))
        worse += found.verdict == "worse"
    assert worse <= 22  # 2.5 % are 10; 22 would happen once in 3,000 runs


def test_honest_chances_are_calibrated() -> None:
    random = np.random.default_rng(5)
    chance = random.uniform(0, 1, 20_000)
    hit = (random.random(20_000) < chance).astype(int)
    honest = score(past(list(range(20_000)), list(chance), [0.5] * 20_000, list(hit)))
    bold = score(past(list(range(20_000)), list(np.round(chance)), [0.5] * 20_000, list(hit)))
    assert honest.calibration_error is not None
    assert bold.calibration_error is not None
    assert honest.calibration_error < 0.02 < bold.calibration_error
