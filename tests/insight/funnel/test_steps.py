"""Conversion as cohort and as flow, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from leitstern.insight.funnel.leaks import leaks
from leitstern.insight.funnel.steps import Cases, cohort, flow, horizon


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "D")


def days(*texts: str) -> np.ndarray:
    return np.array([t or "NaT" for t in texts], dtype="datetime64[D]")


AS_OF = day("2026-04-30")


def cases(*rows: tuple[int, str, str, str]) -> Cases:
    """Rows of how many, entered, passed, left."""
    lists = [[row[i] for row in rows for _ in range(row[0])] for i in (1, 2, 3)]
    return Cases(*(days(*map(str, column)) for column in lists), AS_OF)


def test_a_cohort_counts_what_became_of_it() -> None:
    found = cohort(
        cases(
            (5, "2026-01-10", "2026-01-20", ""),
            (1, "2026-01-10", "2026-02-09", ""),  # on the last day of the window
            (8, "2026-01-10", "", "2026-02-01"),
            (4, "2026-01-12", "2026-04-01", ""),  # after the window of 30 days
            (2, "2026-01-31", "", ""),
            (9, "2025-12-31", "2026-01-02", ""),  # before the period
        ),
        day("2026-01-01"), day("2026-01-31"), 30,
    )  # fmt: skip
    assert (found.entered, found.passed, found.left, found.open) == (20, 10, 8, 2)
    # All are old enough: 6 of 20 within 30 days.
    assert found.value == pytest.approx(0.3)
    assert (found.within.hits, found.within.n, found.so_far) == (6, 20, 0.5)
    assert (found.low, found.high) == pytest.approx((0.1455, 0.5190), abs=1e-4)
    assert found.verdict == "fine"


def test_young_cases_count_for_as_long_as_they_were_seen() -> None:
    found = cohort(
        cases(
            (5, "2026-03-01", "2026-03-11", ""),
            (5, "2026-03-01", "2026-03-26", ""),
            (2, "2026-03-01", "", ""),
            (8, "2026-04-15", "", ""),  # seen for 15 days
        ),
        day("2026-03-01"), day("2026-04-30"), 30,
    )  # fmt: skip
    # 5/20 pass at 10 days; 15 remain, of which 8 go out of sight at 15 days; at 25 days 5 of 7 pass:
    # 1/4 + 3/4 * 5/7
    assert found.value == pytest.approx(0.25 + 0.75 * 5 / 7)
    assert found.so_far == 0.5
    assert (found.within.hits, found.within.n) == (10, 12)


def test_a_cohort_too_young_has_no_value_yet() -> None:
    found = cohort(cases((12, "2026-04-20", "2026-04-22", "")), day("2026-04-01"), AS_OF, 30)
    assert (found.value, found.so_far, found.verdict) == (None, 1.0, "too_young")


def test_a_share_is_never_more_than_all() -> None:
    """Young ones weigh the rest up: 11 pass at once, one on day 29, of 5 nothing is known yet."""
    found = cohort(
        cases(
            (11, "2026-03-01", "2026-03-02", ""),
            (1, "2026-03-01", "2026-03-30", ""),
            (5, "2026-04-29", "", ""),
        ),
        day("2026-03-01"), AS_OF, 30,
    )  # fmt: skip
    assert found.value == pytest.approx(1.0)
    assert 0.5 < found.low < found.high <= 1.0


def test_a_cohort_of_few_has_too_little() -> None:
    found = cohort(cases((9, "2026-01-20", "2026-01-22", "")), day("2026-01-01"), AS_OF, 30)
    assert (found.value, found.passed, found.verdict) == (None, 9, "too_little")
    assert cohort(cases(), day("2026-01-01"), AS_OF, 30).so_far is None


def test_the_interval_of_a_censored_cohort_is_wider_than_without_censoring() -> None:
    old = cohort(
        cases((50, "2026-01-01", "2026-01-21", ""), (50, "2026-01-01", "", "")), day("2026-01-01"), AS_OF, 30
    )
    young = cohort(
        cases((50, "2026-01-01", "2026-01-21", ""), (50, "2026-01-01", "", ""), (100, "2026-04-29", "", "")),
        day("2026-01-01"), AS_OF, 30,
    )  # fmt: skip
    assert old.value == young.value == pytest.approx(0.5)
    assert young.high - young.low >= old.high - old.low


def test_what_comes_after_today_is_not_known() -> None:
    found = cohort(cases((10, "2026-01-01", "2026-05-03", "2026-05-02")), day("2026-01-01"), AS_OF, 30)
    assert (found.passed, found.left, found.open) == (0, 0, 10)


def test_a_flow_counts_by_each_ones_own_date() -> None:
    found = flow(
        cases(
            (3, "2026-01-10", "2026-02-03", ""),
            (2, "2026-02-10", "", "2026-02-28"),
            (4, "2026-02-11", "2026-03-01", ""),
            (1, "2026-02-01", "", ""),
        ),
        day("2026-02-01"), day("2026-02-28"),
    )  # fmt: skip
    assert (found.entered, found.passed, found.left) == (7, 3, 2)
    assert (found.share.hits, found.share.n) == (3, 5)


def test_the_window_is_where_most_passes_have_happened() -> None:
    assert horizon(cases((19, "2026-01-01", "2026-01-08", ""), (1, "2026-01-01", "2026-03-02", ""))) == 60
    assert horizon(cases((99, "2026-01-01", "2026-01-08", ""), (1, "2026-01-01", "2026-03-02", ""))) == 7
    assert horizon(cases((3, "2026-01-01", "2026-01-01", ""))) == horizon(cases()) == 1


def test_leaks_are_listed_by_step_and_reason() -> None:
    found = leaks(
        np.array([2, 2, 1, 2, 2]),
        ["Preis", "Preis", "Preis", None, "Preis"],
        np.array([10.0, np.nan, 5, 7, 30]),
    )
    assert [(leak.step, leak.reason, leak.count, leak.share.value, leak.value) for leak in found] == [
        (2, "Preis", 3, 0.6, 40.0), (1, "Preis", 1, 0.2, 5.0), (2, None, 1, 0.2, 7.0),
    ]  # fmt: skip


def test_what_has_no_value_is_not_worth_nothing() -> None:
    assert [
        leak.value for leak in leaks(np.array([1, 1]), ["Preis", "Preis"], np.array([np.nan, np.nan]))
    ] == [None]
