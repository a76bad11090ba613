"""Forecasts of made-up histories of which the answer is known."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from leitstern.insight.forecast import Calendar, History, backtest, forecast, forecasts
from leitstern.insight.forecast.result import Counted

FIRST = date(2023, 1, 2)  # a Monday
DAYS = 900
START, END, THROUGH = date(2025, 5, 1), date(2025, 5, 31), date(2025, 5, 12)
WEEKDAY = np.arange(DAYS) % 7
WORKDAY = (WEEKDAY < 5).astype(float)


def test_what_never_varies_is_known() -> None:
    values = np.tile(10 * WORKDAY, (2, 1))
    found = forecasts(History(FIRST, values, "amount"), START, END, THROUGH).one(0)
    # 22 working days in May 2025, 8 of them over.
    assert found.done == 80
    assert found.point == pytest.approx(220)
    assert found.quantiles == pytest.approx([220] * 7)
    assert found.plain == pytest.approx(80 / 12 * 31)


def test_the_plain_pace_goes_by_working_time() -> None:
    values = np.tile(10 * WORKDAY, (2, 1))
    calendar = Calendar(np.zeros(DAYS, dtype=np.int64), WORKDAY)
    found = forecasts(History(FIRST, values, "amount", None, calendar), START, END, THROUGH).one(0)
    assert found.plain == pytest.approx(220)


def test_holidays_bring_what_they_brought_before() -> None:
    special = np.zeros(DAYS, dtype=np.int64)
    for year in (2023, 2024, 2025):
        for month, day in ((5, 1), (5, 29), (10, 3), (12, 25)):
            if (place := (date(year, month, day) - FIRST).days) < DAYS:
                special[place] = 1
    special[(date(2024, 5, 9) - FIRST).days] = 1
    values = np.tile(10 * WORKDAY * (special == 0), (2, 1))
    calendar = Calendar(special, WORKDAY * (special == 0))
    found = forecasts(History(FIRST, values, "amount", None, calendar), START, END, THROUGH).one(0)
    # May 2025 without the 1st and the 29th; a little is left of a holiday, as few were seen.
    assert found.point == pytest.approx(200, abs=1.5)


def test_last_year_s_season_is_followed_in_part() -> None:
    month = np.array([(FIRST + timedelta(days=int(at))).month for at in range(DAYS)])
    flat, rising = 10 * WORKDAY, 10 * WORKDAY * np.where(month == 5, 1.4, 1.0)
    point = [
        forecasts(History(FIRST, np.tile(one, (3, 1)), "amount"), START, END, date(2025, 4, 30)).point[0]
        for one in (flat, rising)
    ]
    assert point[0] == pytest.approx(220)
    # 308 is what comes; half of last year's surplus, or a little more, is believed.
    assert 245 < point[1] < 308


def test_what_comes_after_the_last_known_day_is_not_looked_at() -> None:
    rng = np.random.default_rng(3)
    values = rng.gamma(4, 1, (4, DAYS)) * WORKDAY
    later = values.copy()
    later[:, (THROUGH - FIRST).days + 1 :] = 1e6
    for kind in ("amount", "count", "stock"):
        one, other = (forecasts(History(FIRST, v, kind), START, END, THROUGH) for v in (values, later))
        np.testing.assert_array_equal(one.ends.quantiles, other.ends.quantiles)


@pytest.mark.parametrize("kind", ["amount", "count", "stock"])
def test_quantiles_rise_and_chances_fall(kind: str) -> None:
    rng = np.random.default_rng(4)
    values = rng.poisson(2, (5, DAYS)) * WORKDAY + (200 if kind == "stock" else 0)
    found = forecasts(History(FIRST, values, kind), START, END, THROUGH)  # type: ignore[arg-type]
    one = found.one(2)
    assert list(one.quantiles) == sorted(one.quantiles)
    chances = [one.chance(level) for level in np.linspace(one.quantiles[0], one.quantiles[-1], 9)]
    assert all(a is not None and b is not None and a >= b for a, b in pairwise(chances))
    assert one.chance(one.quantiles[3]) == pytest.approx(0.5, abs=0.1)


def test_intervals_hold_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    values = rng.gamma(2, 1, (300, DAYS)) * WORKDAY * rng.gamma(3, 1, (300, 1))
    history = History(FIRST, values, "amount")
    found = forecasts(history, START, END, THROUGH)
    came = history.value(START, END)
    inside = np.mean([one.quantiles[1] <= y <= one.quantiles[5] for one, y in
                      ((found.one(at), came[at]) for at in range(300))])  # fmt: skip
    assert 0.74 < inside < 0.86


def test_small_counts_have_count_distributions() -> None:
    rng = np.random.default_rng(6)
    values = (rng.random((40, DAYS)) < 0.2) * WORKDAY
    found = forecasts(History(FIRST, values, "count"), START, END, THROUGH)
    one = found.one(0)
    assert one.method == "counts"
    assert all(q == int(q) for q in one.quantiles)
    assert isinstance(found.ends, Counted)
    # 14 working days at .2 are 2.8; nothing more is about e^-2.8 = .06, more where the rate is uncertain.
    nothing = [1 - (found.one(at).chance(found.done[at] + 1) or 0) for at in range(40)]
    assert 0.06 < np.mean(nothing) < 0.12
    assert one.chance(one.done) == 0.99


def test_a_ratio_comes_from_its_parts() -> None:
    below = np.tile(10 * WORKDAY, (2, 1))
    above = np.tile(3 * WORKDAY, (2, 1))
    place = slice((START - FIRST).days, (THROUGH - FIRST).days + 1)
    above[0, place] = 10 * WORKDAY[place]
    found = forecasts(History(FIRST, above, "ratio", below), START, END, THROUGH)
    # 80 of 80 so far, 140 to come at a rate between .3 and 1.
    assert found.one(0).done == 1.0
    assert (80 + 140 * 0.3) / 220 < found.point[0] < 0.8
    assert found.one(0).plain == 1.0
    assert found.point[1] == pytest.approx(0.3, abs=0.03)


def test_a_ratio_without_a_base_has_no_forecast() -> None:
    below = np.vstack([10 * WORKDAY, 0 * WORKDAY])
    found = forecasts(History(FIRST, below / 2, "ratio", below), START, END, THROUGH).one(1)
    assert found.verdict == "too_little"
    assert found.as_json({"target": (0.5, None)})["chances"] == {"target": None}
    assert found.as_json()["point"] is None


@pytest.mark.parametrize("share", [0.02, 0.97])
def test_a_share_ends_between_0_and_1(share: float) -> None:
    rng = np.random.default_rng(5)
    below = rng.poisson(1.5, (3, DAYS)) * (WORKDAY > 0)
    above = rng.binomial(below, share)
    found = forecasts(History(FIRST, above, "ratio", below), START, END, THROUGH)
    every = np.hstack([found.ends.quantiles, found.point[:, None]])
    assert np.nanmin(every) >= 0
    assert np.nanmax(every) <= 1


def test_what_was_above_1_before_may_be_so_again() -> None:
    rng = np.random.default_rng(6)
    below, above = rng.poisson(5, (2, 1, DAYS)).astype(float)
    found = forecasts(History(FIRST, above, "ratio", below), START, END, THROUGH)
    assert found.ends.quantiles.max() > 1


def test_a_stock_never_seen_below_0_stays_above() -> None:
    rng = np.random.default_rng(7)
    values = np.abs(rng.normal(0, 3, (1, DAYS)))
    assert forecasts(History(FIRST, values, "stock"), START, END, THROUGH).ends.quantiles.min() >= 0


def test_a_stock_drifts_from_where_it_is() -> None:
    values = 100 + np.tile(np.arange(DAYS) * 0.5, (2, 1))
    found = forecasts(History(FIRST, values, "stock"), START, END, THROUGH).one(0)
    now = values[0, (THROUGH - FIRST).days]
    assert found.plain == now
    assert now < found.point < now + 19 * 0.5


def test_too_little_says_so() -> None:
    values = np.ones((1, 80))
    found = forecasts(History(date(2025, 3, 1), values, "amount"), START, END, THROUGH).one(0)
    assert (found.verdict, found.method, found.done) == ("too_little", "too_little", 12)
    assert found.chance(20) is None
    assert found.arrival(20) is None


def test_after_the_end_all_is_certain() -> None:
    found = forecast(_days(), 10 * WORKDAY, START, END, date(2025, 6, 5))
    assert (found.verdict, found.point) == ("over", 220)
    assert (found.chance(220), found.chance(221), found.chance(221, at_most=True)) == (1.0, 0.0, 1.0)


def test_when_a_level_is_reached() -> None:
    found = forecast(_days(), 10 * WORKDAY, START, END, THROUGH, pool=10 * WORKDAY)
    # 80 by the 12th, ten a working day: 150 after seven more, on Wednesday the 21st.
    assert found.arrival(150) == date(2025, 5, 21)
    assert found.arrival(80) == THROUGH
    assert found.arrival(1e9) is None
    after = found.arrival(240)
    assert after is not None
    assert END < after < date(2025, 6, 8)


def test_the_fan_opens_from_what_is_known_to_the_end() -> None:
    rng = np.random.default_rng(7)
    found = forecast(_days(), rng.gamma(2, 1, DAYS) * WORKDAY, START, END, THROUGH)
    path = found.path()
    assert [day for day, _, _ in path] == [THROUGH + timedelta(days=at) for at in range(1, 20)]
    assert path[-1][1] == pytest.approx(found.point)
    assert path[-1][2] == pytest.approx(found.quantiles)
    widths = [band[-1] - band[0] for _, _, band in path]
    assert widths == sorted(widths)


@pytest.mark.parametrize("seed", range(6))
def test_credit_notes_leave_every_number_a_number(seed: int) -> None:
    rng = np.random.default_rng(seed)
    credited = -3 * rng.gamma(2, 1, DAYS) * (WEEKDAY == 4)  # every Friday takes more than it brings
    found = forecast(_days(), rng.gamma(2, 1, DAYS) * WORKDAY + credited, START, END, THROUGH)
    path = found.path()
    assert any(after < before for (_, before, _), (_, after, _) in pairwise(path))
    json.dumps([(value, band) for _, value, band in path], allow_nan=False)
    json.dumps(found.as_json({"target": (20.0, None)}), allow_nan=False)
    widths = [band[-1] - band[0] for _, _, band in path]
    assert widths == sorted(widths)


def test_the_chance_between_two_values() -> None:
    rng = np.random.default_rng(8)
    found = forecast(_days(), rng.gamma(2, 1, DAYS) * WORKDAY, START, END, THROUGH)
    low, high = found.quantiles[1], found.quantiles[5]
    assert found.chance(low, high) == pytest.approx(0.8, abs=0.01)
    assert found.chance(high, at_most=True) == pytest.approx(0.9, abs=0.01)


def test_replays_know_only_what_was_known_then() -> None:
    rng = np.random.default_rng(9)
    values = rng.gamma(4, 1, (3, DAYS)) * WORKDAY
    april = (date(2025, 4, 1), date(2025, 4, 30))
    found = backtest(History(FIRST, values, "amount"), [april])
    assert len(found) == 9
    assert {one.forecast.through for one in found} == {date(2025, 4, d) for d in (6, 15, 24)}
    again = forecasts(History(FIRST, values, "amount"), *april, date(2025, 4, 15))
    middle = [one for one in found if one.forecast.through.day == 15]
    assert [one.forecast.point for one in middle] == again.point.tolist()
    at = (april[0] - FIRST).days
    assert middle[0].outcome == pytest.approx(values[0, at : at + 30].sum())
    assert middle[0].targets[1] == pytest.approx(values[0, at - 90 : at].sum() / 3)
    assert middle[0].hits == tuple(middle[0].outcome >= one for one in middle[0].targets)


def _days() -> np.ndarray:
    return np.datetime64(FIRST) + np.arange(DAYS)


def test_the_days_of_a_beginning_say_nothing_about_errors_today() -> None:
    rng = np.random.default_rng(10)
    values = rng.gamma(20, 0.5, (6, DAYS)) * WORKDAY
    grown = values.copy()
    # The first subject came after a year and needed half a year to get going.
    grown[0, :365] = 0
    grown[0, 365:545] *= np.linspace(0, 1, 180) ** 3
    year = (date(2025, 4, 1), date(2025, 6, 30), date(2025, 4, 30))
    usual, late = (forecasts(History(FIRST, one, "amount"), *year).one(0) for one in (values, grown))
    assert late.quantiles[-1] - late.quantiles[0] < 3 * (usual.quantiles[-1] - usual.quantiles[0])
