"""Shifts and spikes are found, on the day they can be, and not where nothing happened."""

from __future__ import annotations

import numpy as np
import pytest

from leitstern.insight.signals import amounts, budget, counts, weekly

WEEK = np.array([1.0, 1.1, 1.2, 1.0, 0.9, 0.4, 0.3])


def daily(seed: int, days: int = 900, scatter: float = 0.1) -> np.ndarray:
    """Amounts of about 200 a day with a week's rhythm."""
    rng = np.random.default_rng(seed)
    return 200 * WEEK[np.arange(days) % 7] * np.exp(scatter * rng.standard_normal(days))


def test_a_shift_of_a_third_is_found_within_two_weeks() -> None:
    values = daily(1)
    values[700:] *= 0.65
    first = next(s for s in amounts(values, 0.5).signals if s.kind == "shift")
    assert first.direction == "down"
    assert 700 <= first.at < 714
    assert 690 <= first.since <= first.at
    assert first.seen / first.expected == pytest.approx(0.65, abs=0.1)
    assert first.strength >= 1


def test_one_bad_day_is_a_spike_and_no_shift() -> None:
    values = daily(2)
    values[703] *= 0.4
    found = amounts(values, 0.5)
    assert found.verdict == "signals"
    assert [(s.kind, s.direction, s.at, s.since) for s in found.signals] == [("spike", "down", 703, 703)]


def test_a_signal_does_not_know_what_comes_after_it() -> None:
    values = daily(3)
    values[700:] *= 0.65
    whole = amounts(values, 0.5).signals[0]
    assert amounts(values[: whole.at + 1], 0.5).signals == (whole,)
    assert amounts(values[: whole.at], 0.5).verdict == "quiet"


def test_weekends_and_a_missing_day_are_no_news() -> None:
    values = daily(4)
    values[np.arange(900) % 7 >= 5] = 0.0
    values[600] = np.nan
    assert amounts(values, 0.5).verdict == "quiet"


def test_what_happens_every_year_is_no_news() -> None:
    values = daily(5, days=1095)
    for year in (300, 664, 1028):
        values[year : year + 40] *= 1.8
    signals = amounts(values, 0.5).signals
    # The first two autumns are news (the second one less so); the third is not.
    assert next(s.at for s in signals if s.direction == "up") in range(300, 315)
    assert not [s for s in signals if s.at >= 1028 and s.kind == "shift"]


def test_false_alarms_stay_within_the_budget() -> None:
    found = sum(len(amounts(daily(seed, 1095), 0.5).signals) for seed in range(10, 40))
    assert found <= 0.5 * 30 * 3


def test_five_a_day_that_become_three_are_found() -> None:
    rng = np.random.default_rng(6)
    values = rng.poisson(5.0, 700).astype(float)
    values[600:] = rng.poisson(3.0, 100)
    first = counts(values, 0.5).signals[0]
    assert (first.kind, first.direction) == ("shift", "down")
    assert 600 < first.at <= 628


def test_counts_that_only_scatter_are_quiet() -> None:
    found = sum(
        len(counts(np.random.default_rng(seed).poisson(5.0, 730).astype(float), 0.5).signals)
        for seed in range(20)
    )
    assert found <= 0.5 * 20 * 2


def test_a_weekly_ratio_of_few_records_may_jump_and_one_of_many_may_not() -> None:
    rng = np.random.default_rng(7)
    n = np.full(120, 400.0)
    values = rng.binomial(400, 0.3, 120) / 400
    few, many = values.copy(), values.copy()
    few[100], many[100] = 0.45, 0.45
    of_few = n.copy()
    of_few[100] = 5.0
    assert weekly(few, of_few, "plain", 0.5).verdict == "quiet"
    signal = weekly(many, n, "plain", 0.5).signals[0]
    assert (signal.kind, signal.direction, signal.at) == ("spike", "up", 100)


def test_a_median_that_halves_is_a_shift_of_weeks() -> None:
    rng = np.random.default_rng(8)
    values = 22.0 * np.exp(0.2 * rng.standard_normal(110))
    values[90:] *= 0.4
    first = next(s for s in weekly(values, np.full(110, 25.0), "log", 0.2).signals if s.kind == "shift")
    assert first.direction == "down"
    assert 90 < first.at <= 96


def test_too_little_is_an_answer() -> None:
    assert amounts(daily(9, days=100), 0.5).verdict == "too_little"
    assert counts(np.zeros(400), 0.5).verdict == "too_little"
    few = weekly(np.full(30, np.nan), np.zeros(30), "plain", 0.5)
    assert (few.verdict, few.n, few.signals) == ("too_little", 0, ())


def test_more_kpis_get_fewer_false_alarms_each() -> None:
    assert [budget(n) for n in (1, 24, 48, 120)] == [0.5, 0.5, 0.25, 0.1]
    values = daily(11, scatter=0.12)
    values[700:710] *= 0.75
    strengths = [max((s.strength for s in amounts(values, b).signals), default=0.0) for b in (4.0, 0.05)]
    assert strengths[0] > strengths[1]
    with pytest.raises(ValueError, match="at least 1"):
        budget(0)
