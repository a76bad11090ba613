"""Where a forecast stands, and the same place in earlier stretches."""

from __future__ import annotations

from datetime import date

from leitstern.insight.forecast.windows import Window, windows

FIRST = date(2024, 1, 1)


def test_months_go_back_month_by_month_at_the_same_share() -> None:
    found = windows(FIRST, date(2024, 5, 1), date(2024, 5, 31), date(2024, 5, 15))
    assert found.asked == Window(121, 121, 136, 136, 152, 0)
    # 15 of 31 days are 14.5 of April's 30, rounded 15; March: 15 of 31.
    april = next(one for one in found.past if one.back == 1)
    assert (april.begin, april.origin, april.end) == (91, 91 + 15, 121)
    march = next(one for one in found.past if one.back == 2)
    assert (march.begin, march.origin, march.end) == (60, 75, 91)
    assert found.year == 12


def test_a_window_needs_six_weeks_before_it() -> None:
    found = windows(FIRST, date(2024, 5, 1), date(2024, 5, 31), date(2024, 5, 15))
    # February begins 31 days after the first day, March 60.
    assert [one.back for one in found.past] == [2, 1]


def test_weeks_go_back_week_by_week() -> None:
    found = windows(FIRST, date(2024, 5, 6), date(2024, 5, 12), date(2024, 5, 8))
    assert found.past[-1] == Window(119, 119, 122, 122, 126, 1)
    assert found.year == 52


def test_windows_that_were_not_over_are_left_out() -> None:
    found = windows(FIRST, date(2024, 10, 1), date(2024, 12, 31), date(2024, 10, 31))
    # The quarter moved back one month ends in November, two in October: over on 31 October.
    assert [one.back for one in found.past] == [7, 6, 5, 4, 3, 2]
    assert all(one.end <= found.asked.origin for one in found.past)


def test_the_pace_of_a_long_period_is_that_of_its_last_month() -> None:
    found = windows(date(2022, 1, 1), date(2024, 1, 1), date(2024, 12, 31), date(2024, 6, 30))
    assert found.asked.paced == 31
    assert found.asked.begin == 730


def test_a_period_ahead_has_no_pace() -> None:
    found = windows(FIRST, date(2024, 6, 1), date(2024, 6, 30), date(2024, 5, 20))
    assert found.asked.paced == 0
    assert (found.asked.origin, found.asked.rest) == (141, 152)
