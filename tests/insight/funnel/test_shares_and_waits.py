"""Shares and waits against published tables and counts by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from leitstern.insight.funnel.waits import survival, wait, weights
from leitstern.insight.shares import share, wilson

#: Weeks in remission under 6-MP (Freireich and others 1963), as Kaplan-Meier texts print them.
REMISSION = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
RELAPSED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], dtype=bool)


@pytest.mark.parametrize(("hits", "n"), [(0, 12), (1, 12), (7, 20), (50, 50), (310, 1000)])
def test_a_share_has_wilsons_interval(hits: int, n: int) -> None:
    low, high = stats.binomtest(hits, n).proportion_ci(method="wilson")
    found = share(hits, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert found.value == hits / n


def test_nothing_is_no_share() -> None:
    found = share(0, 0)
    assert (found.value, found.low, found.high, found.verdict) == (None, 0.0, 1.0, "too_little")
    assert (share(3, 9).verdict, share(3, 10).verdict) == ("too_little", "fine")


def test_what_cannot_be_a_share_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        share(3, 2)


def test_an_exact_share_has_no_width() -> None:
    assert wilson(0.3, float("inf")) == (0.3, 0.3)


def test_the_curve_of_remissions_is_the_published_one() -> None:
    curve = survival(REMISSION, RELAPSED)
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    published = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert curve.left.round(4).tolist() == published
    # Standard errors as printed by R's survfit: 0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346
    errors = (curve.left * np.sqrt(curve.spread)).round(4).tolist()
    assert errors == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]


def test_the_median_is_the_published_one_and_the_upper_quartile_is_not_reached() -> None:
    curve = survival(REMISSION, RELAPSED)
    # R: survfit(..., conf.type = "log-log") gives a median of 23 with 13 and no upper limit.
    assert (curve.quantile(0.5).days, curve.quantile(0.5).low, curve.quantile(0.5).high) == (23, 13, None)
    assert curve.quantile(0.75).days is None


def test_waits_that_still_last_count_as_long_as_they_have_lasted() -> None:
    entered = np.array(["2026-01-01"] * 10 + ["2026-01-11"] * 2 + ["2026-02-01"], dtype="datetime64[D]")
    left = np.array(
        ["2026-01-05"] * 4 + ["2026-01-21"] * 4 + ["2026-03-01"] * 2 + ["NaT"] * 3, "datetime64[D]"
    )
    found = wait(entered, left, np.datetime64("2026-01-31"))
    # Entered after the day: left out. Ended after it: still open, like the two without an end.
    assert (found.n, found.ended, found.open) == (12, 8, 4)
    # 8/12 after 4 days; two are watched for 20 days: those at 20 days are 4 of 8, so 1/3 remains.
    assert (found.median.days, found.upper.days, found.verdict) == (20, None, "fine")


def test_a_median_not_reached_is_not_guessed() -> None:
    entered = np.array(["2026-01-01"] * 12, dtype="datetime64[D]")
    left = np.array(["2026-01-05"] * 5 + ["NaT"] * 7, dtype="datetime64[D]")
    found = wait(entered, left, np.datetime64("2026-01-31"))
    assert (found.median.days, found.verdict) == (None, "too_young")
    assert wait(entered[:9], left[:9], np.datetime64("2026-01-31")).verdict == "too_little"


def test_weights_give_the_cumulative_incidence() -> None:
    """Passed at 1, out of sight at 2, lost at 3, passed at 4: 1/4 + (3/4)(1/2) = .625 pass."""
    days = np.array([1, 2, 3, 4])
    decided = np.array([True, False, True, True])
    assert weights(days, decided) == pytest.approx([1.0, 0.0, 1.5, 1.5])
    assert weights(days, decided, most=3) == pytest.approx([1.0, 0.0, 1.5, 0.0])


def test_an_end_comes_before_a_loss_of_sight_on_the_same_day() -> None:
    found = weights(np.array([2, 2, 2, 5]), np.array([True, False, False, True]))
    assert found == pytest.approx([1.0, 0, 0, 3.0])


def test_without_cases_there_are_no_weights() -> None:
    assert weights(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)).tolist() == []
