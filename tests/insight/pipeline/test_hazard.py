"""Chances from hazards: closed forms, hand-counted steps, and rates found again."""

from __future__ import annotations

import numpy as np
import pytest

from leitstern.insight.pipeline.hazard import OLDEST, Hazard, fit, place_in_quarter
from leitstern.insight.pipeline.season import Season, flat
from tests.insight.pipeline.made import by_hand, known, steady


def constant(rates: list[list[float]]) -> Hazard:
    """The same daily rates at every age and place in the quarter; rows are stages, columns exits."""
    table = np.repeat(np.array(rates)[None, :, :, None], OLDEST + 1, axis=3)
    return Hazard(np.repeat(table, 3, axis=0), (flat(), flat()), 0)


@pytest.mark.parametrize("horizon", [1, 2, 30])
def test_constant_rates_have_a_closed_form(horizon: int) -> None:
    after, _ = constant([[0.02, 0.03, 0.0]]).within(100, horizon)
    expected = 0.02 / 0.05 * (1 - 0.95**horizon)
    np.testing.assert_allclose(after[0], expected)


def test_two_stages_counted_by_hand() -> None:
    # Stage 0: 10 % move on a day; stage 1: 50 % are won, 25 % lost. Within two days: move, then win.
    hazard = constant([[0.0, 0.0, 0.0, 0.1], [0.5, 0.25, 0.0, 0.0]])
    after, new = hazard.within(0, 2)
    assert after[0, 5] == pytest.approx(0.1 * 0.5)
    assert after[1, 5] == pytest.approx(0.5 + 0.25 * 0.5)
    # Begun on the first day after: one day is left. On the second: none.
    np.testing.assert_allclose(new, [[0.0, 0.5], [0.0, 0.0]])


def test_days_off_change_chances() -> None:
    weekday = np.array([1.0, 1, 1, 1, 1, 0, 0, 0])
    off = Season(weekday, np.ones(3), np.ones(12), np.array([4]))
    hazard = constant([[0.5, 0.0, 0.0]])
    closed = Hazard(hazard.rates, (off, off), 0)
    # Day 3 is Sunday, 4 January 1970: the next day, 4, is off, day 5 a Tuesday.
    assert closed.within(3, 1)[0][0, 0] == 0
    assert closed.within(3, 2)[0][0, 0] == 0.5


def test_rates_are_found_again() -> None:
    hazard = fit(steady(1, per_day=10.0), 500)
    assert hazard is not None
    got = hazard.within(500, 30)[0][0, [5, 20, 40]]
    np.testing.assert_allclose(got, 0.02 / 0.04 * (1 - 0.96**30), rtol=0.15)


def test_days_before_books_were_kept_do_not_count() -> None:
    """Deals begun long before the first closing that is known: their quiet years say nothing."""
    created = np.zeros(200, np.int64)
    closed = np.r_[1000 + np.arange(1, 101), np.full(100, 9999)]
    deals = known(created, closed, np.ones(200, bool), np.ones(200), 1100)
    hazard = fit(deals, 1100)
    assert hazard is not None
    # About 100 of 200 were won in the 100 days of books: about .7 % a day of those at risk, not .06 %.
    assert hazard.rates[:, 0, 0].max() == pytest.approx(100 / (200 * 100 - 100 * 99 / 2), rel=0.5)


def test_nothing_closed_is_no_hazard() -> None:
    assert fit(by_hand(), 13) is None


def test_chances_stay_chances() -> None:
    hazard = constant([[0.9, 0.9, 0.9]])
    after, _ = hazard.within(0, 10)
    assert after.min() >= 0
    assert after.max() <= 1


def test_place_in_quarter() -> None:
    days = np.array(["2026-01-31", "2026-02-01", "2026-06-30", "2026-12-01"], "datetime64[D]")
    assert place_in_quarter(days.astype(np.int64)).tolist() == [0, 1, 2, 2]
