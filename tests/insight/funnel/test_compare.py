"""The parts of a comparison against figures worked out by hand and by other libraries."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from leitstern.insight.funnel.compare import (
    holm,
    like,
    odds,
    others_variance,
    shrunken,
    simes,
    slower,
    tail,
)  # fmt: skip


def test_odds_of_equal_weights_are_those_of_the_counts() -> None:
    found = odds(np.arange(40) < 30, np.ones(40))
    assert (found.n, found.value) == (40, 0.75)
    assert found.log_odds == pytest.approx(np.log(30.5 / 10.5))
    assert found.variance == pytest.approx(1 / 30.5 + 1 / 10.5)


def test_unequal_weights_stand_for_fewer_cases() -> None:
    worth = np.array([3.0, 1, 1, 1, 0])
    found = odds(np.array([True, False, False, True, True]), worth)
    # 4 of 6 in weight; (6)² / (9 + 3) = 3 cases
    assert (found.n, found.value) == (4, pytest.approx(2 / 3))
    assert found.variance == pytest.approx(1 / 2.5 + 1 / 1.5)
    assert not odds(np.zeros(3, dtype=bool), np.zeros(3)).enough


def test_the_reference_gets_the_same_mix() -> None:
    strata = np.array([0, 0, 0, 1, 0, 1, 1, 1])
    mine = np.array([True, True, True, True, False, False, False, False])
    found = like(np.ones(8), strata, mine, ~mine)
    # Mine are three to one; the others one to three.
    assert found.tolist() == [0, 0, 0, 0, 3.0, *[pytest.approx(1 / 3)] * 3]


def test_who_is_on_neither_side_counts_for_nothing() -> None:
    sides = np.array([True, False, False]), np.array([False, True, False])
    assert like(np.ones(3), np.zeros(3, dtype=np.int64), *sides).tolist() == [0, 1.0, 0]


def test_what_the_reference_lacks_is_left_to_the_rest() -> None:
    found = like(
        np.ones(3), np.array([0, 2, 0]), np.array([True, True, False]), np.array([False, False, True])
    )
    assert found.tolist() == [0, 0, 1.0]


def test_what_is_normal_is_learnt_from_the_others() -> None:
    differences, variances = np.array([3.0, 0.5, -0.5, 0.5]), np.full(4, 0.1)
    alone = np.arange(4)
    tau, count = others_variance(differences, variances, alone)
    # From the first: the others' squares are .25 on average, .1 of it by chance; from the others: more.
    assert tau[:2] == pytest.approx([0.15, (9 + 0.25 + 0.25) / 3 - 0.1])
    assert count.tolist() == [3, 3, 3, 3]
    assert tail(differences, variances, alone)[0] == pytest.approx(stats.t.sf(3 / np.sqrt(0.25), 3))


def test_what_is_normal_is_not_learnt_from_those_one_is_compared_with() -> None:
    differences, variances = np.array([3.0, -2.0, 0.5, -0.5, 0.5]), np.full(5, 0.1)
    tau, count = others_variance(differences, variances, np.array([0, 0, 1, 1, 1]))
    assert (tau[0], count[0]) == (pytest.approx(0.15), 3)
    # The last three have two others only, too few: all but themselves are the others.
    assert (tau[2], count[2]) == (pytest.approx((9 + 4 + 0.25 + 0.25) / 4 - 0.1), 4)


def test_a_single_difference_is_judged_by_its_variance() -> None:
    one = np.array([0])
    assert others_variance(np.array([3.0]), np.array([0.1]), one)[0].tolist() == [0]
    assert tail(np.array([3.0]), np.array([1.0]), one)[0] == pytest.approx(stats.norm.sf(3))
    assert tail(np.array([3.0, 1.0]), np.array([1.0, np.inf]), np.arange(2)).tolist() == [
        pytest.approx(stats.norm.sf(3)), 1.0,
    ]  # fmt: skip


def test_holm_adjusts_step_by_step() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.6]).tolist() == [1.0, 1.0]
    assert holm([]).tolist() == []


def test_several_tests_of_one_question_support_each_other() -> None:
    assert simes([0.02, 0.9, 0.8, 0.7]) == pytest.approx(0.08)
    assert simes([0.02, 0.022, 0.8, 0.7]) == pytest.approx(0.044)
    assert simes([0.3]) == 0.3


def test_waits_are_compared_as_scipy_does() -> None:
    rng = np.random.default_rng(3)
    days = rng.integers(1, 60, 120)
    ended, mine = rng.random(120) < 0.7, rng.random(120) < 0.4
    days[mine] *= 2
    log_ratio, variance = slower(days, ended, mine, np.zeros(120, dtype=np.int64))
    sides = [stats.CensoredData(uncensored=days[s & ended], right=days[s & ~ended]) for s in (mine, ~mine)]
    expected = stats.logrank(*sides)
    assert abs(log_ratio / np.sqrt(variance)) == pytest.approx(abs(expected.statistic), rel=1e-9)
    assert log_ratio > 0


def test_waits_are_compared_within_strata_only() -> None:
    """The slow stratum holds all of mine but one: within strata nothing differs."""
    days = np.array([1, 1, 1, 9, 9, 9])
    strata = np.array([0, 0, 0, 1, 1, 1])
    mine = np.array([True, False, False, True, True, False])
    log_ratio, _ = slower(days, np.ones(6, dtype=bool), mine, strata)
    assert log_ratio == pytest.approx(0.0)
    assert slower(days, np.zeros(6, dtype=bool), mine, strata) == (0.0, float("inf"))


def test_how_likely_a_large_difference_is_follows_from_both_densities() -> None:
    """At a difference of 1 with variance .25: densities of N(0, .25) and N(0, 1.25), prior .05."""
    normal, wide = stats.norm.pdf(1, 0, 0.5), stats.norm.pdf(1, 0, np.sqrt(1.25))
    large = 0.05 * wide / (0.95 * normal + 0.05 * wide)
    drawn = shrunken(1.0, 0.25, 0.0, 0.05, 40_000, np.random.default_rng(2))
    assert np.mean(drawn != 0) == pytest.approx(large, abs=0.01)
    assert drawn[drawn != 0].mean() == pytest.approx(0.8, abs=0.03)


def test_a_small_difference_shrinks_and_a_large_one_stays() -> None:
    small = shrunken(0.3, 0.09, 0.0, 0.05, 4000, np.random.default_rng(1))
    large = shrunken(2.0, 0.09, 0.0, 0.05, 4000, np.random.default_rng(1))
    assert np.median(small) == 0.0
    assert np.median(large) == pytest.approx(2.0 / 1.09, abs=0.02)
    assert np.std(large) == pytest.approx(np.sqrt(0.09 / 1.09), abs=0.02)
