"""Cohorts, cost of new customers, concentration and surveys, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from leitstern.insight.customers.acquisition import acquisition, count_interval, payback
from leitstern.insight.customers.binomial import share_interval
from leitstern.insight.customers.cohorts import cohorts
from leitstern.insight.customers.shares import concentration
from leitstern.insight.customers.surveys import csat, nps, nps_interval


def test_a_cohort_is_followed_by_age_and_the_running_period_is_left_out() -> None:
    customer = np.array([1, 1, 1, 2, 2, 3, 3])
    period = np.array([0, 1, 3, 0, 2, 1, 1])
    found = cohorts(customer, period, np.array([10.0, 20, 30, 1, 2, 5, 4]), last=2)
    assert (found.first.tolist(), found.size.tolist(), found.n) == ([0, 1], [2, 1], 3)
    np.testing.assert_array_equal(found.active, [[2, 1, 1], [1, 0, np.nan]])
    np.testing.assert_array_equal(found.revenue, [[11, 20, 2], [9, 0, np.nan]])
    np.testing.assert_array_equal(found.per_customer, [[5.5, 10, 1], [9, 0, np.nan]])
    assert found.at_risk.tolist() == [3, 3, 2]
    assert found.verdict == "too_little"  # fewer than five customers at an age


def test_the_share_that_still_buys_has_an_interval_over_all_cohorts() -> None:
    customer = np.repeat(np.arange(10), 2)
    period = np.tile([0, 1], 10)
    period[-6:] = [0, 0, 0, 0, 0, 0]  # three of ten do not come back in period 1
    found = cohorts(customer, period, np.ones(20), last=1)
    assert found.retained.tolist() == [1.0, 0.7]
    low, high = share_interval(np.array([7]), np.array([10]))
    assert (found.low[1], found.high[1]) == (low[0], high[0])
    assert found.verdict == "cohorts"


def test_customers_from_before_the_data_are_no_cohort() -> None:
    found = cohorts(np.array([1, 1, 2]), np.array([0, 2, 1]), np.ones(3), last=2, begun=1)
    assert (found.first.tolist(), found.n) == ([1], 1)
    assert cohorts(np.array([1]), np.array([5]), np.ones(1), last=4).verdict == "too_little"


def test_a_credit_note_takes_from_the_revenue_and_is_no_sign_of_buying() -> None:
    found = cohorts(
        np.array([1, 1, 1]), np.array([0, 1, 2]), np.array([10.0, -4, 5]), last=2,
        bought=np.array([True, False, True]),
    )  # fmt: skip
    assert found.active.tolist() == [[1, 0, 1]]
    assert found.revenue.tolist() == [[10, -4, 5]]


def test_cost_of_a_new_customer_splits_by_kind_and_has_the_interval_of_the_count() -> None:
    found = acquisition(np.array([[600.0, 0], [400, 50]]), np.array([10.0, 0]))
    assert found.cost[0] == 100
    assert found.parts[:, 0].tolist() == [60, 40]
    assert np.isnan(found.cost[1])
    assert found.high[1] == np.inf
    # Garwood's interval of a count of 10, from the chi-squared distribution.
    fewest, most = stats.chi2.ppf(0.025, 20) / 2, stats.chi2.ppf(0.975, 22) / 2
    assert (found.low[0], found.high[0]) == (pytest.approx(1000 / most), pytest.approx(1000 / fewest))
    assert found.verdict == "cost"
    assert acquisition(np.array([[5.0]]), np.array([4.0])).verdict == "too_little"
    assert count_interval(np.array([0.0]))[0] == 0


def test_payback_is_the_month_in_which_the_margin_has_paid_the_cost() -> None:
    nan = np.nan
    margin = np.array([[60.0, 30, 30, 30], [40, 40, 40, nan], [100, nan, nan, nan]])
    size = np.array([6, 4, 10])
    found = payback(22.0, margin, size)
    # Per customer: 200 / 20, then 70 / 10, 70 / 10, 30 / 6.
    assert found.margin.tolist() == [10, 17, 24, 29]
    assert (found.months, found.observed, found.n, found.verdict) == (3, 4, 20, "paid_back")
    later = payback(30.0, margin, size)
    assert (later.months, later.verdict) == (None, "not_yet")
    assert payback(22.0, margin, np.array([1, 1, 1])).verdict == "too_little"


def test_concentration_counts_who_makes_most_of_the_value() -> None:
    found = concentration(np.array([5.0, 0, 10, 3, 1, 1, -4]))
    assert found.order.tolist() == [2, 0, 3, 4, 5]
    assert found.share.tolist() == [0.5, 0.25, 0.15, 0.05, 0.05]
    assert (found.largest, found.top_fifth, found.top_ten, found.for_80, found.n) == (0.5, 0.5, 1.0, 3, 5)
    assert found.equals == pytest.approx(1 / (0.25 + 0.0625 + 0.0225 + 0.005))
    assert concentration(np.zeros(3)).verdict == "too_little"


def test_nps_adds_three_pseudo_answers() -> None:
    found = nps(np.array([10.0, 9, 8, 7, 6, 0, 9, 10, 8, 9]))
    assert (found.groups, found.n, found.verdict) == ((5, 3, 2), 10, "score")
    assert found.value == 30
    for_us, against = 5.75 / 13, 2.75 / 13
    half = stats.t.ppf(0.975, 40) * np.sqrt((for_us + against - (for_us - against) ** 2) / 13)
    assert found.low == pytest.approx(100 * (for_us - against - half))
    assert found.high == pytest.approx(100 * (for_us - against + half))
    assert nps(np.array([10.0, 9, 0])).verdict == "too_little"
    assert nps(np.array([])).n == 0


def test_satisfaction_is_a_share_with_its_interval() -> None:
    found = csat(9, 10)
    assert (found.value, found.groups, found.verdict) == (0.9, (9, 1), "score")
    low, high = share_interval(np.array([9]), np.array([10]))
    assert (found.low, found.high) == (low[0], high[0])
    assert csat(3, 3).high == 1
    assert csat(0, 0).verdict == "too_little"


@pytest.mark.parametrize("n", [5, 6, 8, 13, 30])
def test_intervals_of_shares_hold_at_small_numbers(n: int) -> None:
    hits = np.arange(n + 1)
    low, high = share_interval(hits, np.full(n + 1, n))
    shares = np.arange(1, 100) / 100
    chance = stats.binom.pmf(hits[:, None], n, shares)
    inside = (low[:, None] <= shares + 1e-9) & (shares - 1e-9 <= high[:, None])
    covered = (chance * inside).sum(axis=0)
    assert covered.min() >= 0.92
    assert 0.94 <= covered.mean() <= 0.985
    assert np.all(np.diff(low) > 0)
    assert np.all(np.diff(high) > 0)


@pytest.mark.parametrize(
    ("n", "for_us", "against"), [(5, 0.75, 0.1), (6, 0.6, 0.4), (8, 0.45, 0.45), (10, 0.9, 0.05)]
)
def test_intervals_of_nps_hold_at_small_numbers(n: int, for_us: float, against: float) -> None:
    promoters, detractors = np.array([(p, d) for p in range(n + 1) for d in range(n + 1 - p)]).T
    passives = n - promoters - detractors
    chance = stats.multinomial.pmf(
        np.stack([promoters, passives, detractors], axis=1), n, [for_us, 1 - for_us - against, against]
    )
    low, high = nps_interval(promoters, passives, detractors)
    truth = for_us - against
    assert chance[(low <= truth + 1e-9) & (truth - 1e-9 <= high)].sum() >= 0.92
