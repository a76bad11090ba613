"""Comparisons: equal subjects stay unnamed, differing ones are found, few observations are drawn in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from leitstern.insight.compare.averages import averages, by_month
from leitstern.insight.compare.comparison import SHRINKAGE
from leitstern.insight.compare.counts import counts, dispersion
from leitstern.insight.compare.rates import rates

NAN = np.nan


def test_two_rates_are_what_integration_gives() -> None:
    """The posterior mean of the first of two rates, by summing over the same prior in another way."""
    k, n = np.array([30.0, 12.0]), np.array([60.0, 60.0])
    means = np.linspace(0.02, 0.98, 193)
    weights, first = [], []
    for concentration in 60 * SHRINKAGE / (1 - SHRINKAGE):
        for mean in means:
            a, b = mean * concentration, (1 - mean) * concentration
            weights.append(np.prod(stats.betabinom.pmf(k, n, a, b)))
            first.append((a + k[0]) / (a + b + n[0]))
    expected = np.average(first, weights=weights)
    assert rates(k, n).estimate[0] == pytest.approx(expected, abs=0.004)


def test_equal_rates_name_nobody_and_unequal_ones_do() -> None:
    n = np.array([40.0, 55, 30, 60, 45, 50])
    equal = rates(np.array([12.0, 18, 8, 17, 15, 14]), n)
    assert equal.verdict == "no_evidence"
    assert equal.side.tolist() == [0] * 6
    assert equal.seen < 1.5 * equal.by_chance
    one = rates(np.array([12.0, 18, 8, 48, 15, 14]), n)
    assert one.verdict == "difference"
    assert one.side[3] == 1
    assert set(one.side[[0, 1, 2, 4, 5]]) <= {0, -1}


def test_few_tries_are_drawn_in_further_than_many() -> None:
    found = rates(np.array([5.0, 500, 30, 33]), np.array([5.0, 1000, 100, 100]))
    assert found.raw.tolist() == [1.0, 0.5, 0.3, 0.33]
    assert found.estimate[0] < 0.85
    assert found.estimate[1] == pytest.approx(0.5, abs=0.01)
    assert found.high[0] - found.low[0] > found.high[1] - found.low[1]


def test_subjects_with_less_than_five_tries_are_not_compared() -> None:
    found = rates(np.array([1.0, 10, 9, 0]), np.array([4.0, 20, 20, 0]))
    assert np.isnan(found.estimate[[0, 3]]).all()
    assert found.subjects == 2
    assert found.raw[0] == 0.25
    assert np.isnan(found.raw[3])
    assert rates(np.array([1.0, 2]), np.array([3.0, 30])).verdict == "too_little"


def test_counts_stand_over_their_exposure() -> None:
    found = counts(np.array([40.0, 38, 21, 100]), np.array([200.0, 190, 100, 200]))
    assert found.raw.tolist() == [0.2, 0.2, 0.21, 0.5]
    assert found.side.tolist()[3] == 1
    assert found.verdict == "difference"
    same = counts(np.array([40.0, 38, 21, 45]), np.array([200.0, 190, 100, 200]))
    assert same.verdict == "no_evidence"
    # The same counts in bunches of four tell of no difference any more.
    bunched = counts(np.array([40.0, 38, 21, 66]), np.array([200.0, 190, 100, 200]), dispersion=4)
    single = counts(np.array([40.0, 38, 21, 66]), np.array([200.0, 190, 100, 200]))
    assert (bunched.verdict, single.verdict) == ("no_evidence", "difference")
    assert counts(np.array([0.0, 0]), np.array([10.0, 10])).verdict == "too_little"


def test_dispersion_is_one_for_single_records_and_their_size_for_bunches() -> None:
    random = np.random.default_rng(1)
    level = np.array([3.0, 8, 5, 12])[:, None] * np.linspace(0.5, 1.5, 96)
    ones = np.ones((4, 96))
    single = dispersion(random.poisson(level).astype(float), ones)
    bunches = dispersion(3.0 * random.poisson(level), ones)
    assert 1 <= single < 1.2
    assert 2.5 < bunches < 3.6
    assert dispersion(np.zeros((2, 3)), np.ones((2, 3))) == 1


def test_averages_are_the_textbook_answer() -> None:
    """Eight schools: with little variation beyond chance the estimates come together."""
    effect = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
    error = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    found = averages(effect, error, 8)
    assert found.verdict == "no_evidence"
    assert 7 < found.typical < 9
    assert 8 < found.estimate[0] < 14  # 11 in the textbook
    assert found.by_chance > found.seen


def test_a_level_is_found_beside_the_season() -> None:
    season = np.tile([10.0, -5, 0, -5], 6)
    random = np.random.default_rng(2)
    value = np.array([100.0, 100, 120, 100, 100])[:, None] + season + random.normal(0, 4, (5, 24))
    value[0, :4] = NAN
    found = by_month(value, np.ones((5, 24)))
    assert found.months.tolist() == [20, 24, 24, 24, 24]
    assert found.mean == pytest.approx([100, 100, 120, 100, 100], abs=2.5)
    assert found.error[:2] == pytest.approx([4 / np.sqrt(20), 4 / np.sqrt(24)], rel=0.25)
    alone = by_month(value[:3], np.ones((3, 24)))  # too few to tell the season: it stays in the error
    assert alone.error[1] > 1.3 * found.error[1]
    compared = averages(found.mean, found.error, 116)
    assert compared.side.tolist() == [-1, -1, 1, -1, -1]


def test_few_months_are_no_average() -> None:
    found = by_month(np.ones((3, 2)), np.ones((3, 2)))
    assert np.isnan(found.mean).all()
    assert averages(found.mean, found.error, 6).verdict == "too_little"


def test_weights_count_like_so_many_values() -> None:
    random = np.random.default_rng(3)
    value = random.normal(50, 5, (2, 12))
    weight = np.ones((2, 12))
    weight[0] = 4
    found = by_month(value, weight)
    assert found.error[0] * 2 == pytest.approx(found.error[1])


@given(
    st.integers(2, 8).flatmap(
        lambda s: st.lists(st.tuples(st.integers(5, 80), st.floats(0, 1)), min_size=s, max_size=s)
    )
)
def test_estimates_lie_within_their_interval_and_between_raw_and_typical(
    rows: list[tuple[int, float]],
) -> None:
    n = np.array([float(tries) for tries, _ in rows])
    found = rates(np.floor(n * np.array([share for _, share in rows])), n)
    assert np.all((found.low <= found.estimate) & (found.estimate <= found.high))
    assert np.all((found.low >= 0) & (found.high <= 1))
    spread = np.ptp(found.estimate)
    assert spread <= np.ptp(found.raw) + 0.02


def test_where_all_are_equal_somebody_is_named_in_at_most_a_twentieth() -> None:
    random = np.random.default_rng(4)
    named = 0
    for _ in range(60):
        n = random.integers(15, 61, 8)
        named += rates(random.binomial(n, 0.4).astype(float), n.astype(float)).verdict == "difference"
    assert named <= 3


def test_the_prior_of_the_shrinkage_has_its_quantiles() -> None:
    assert np.mean(SHRINKAGE <= 0.25) == 0.5
    assert np.mean(SHRINKAGE <= 0.81) == 0.9
