"""The process-behaviour chart: limits by hand, points outside, runs."""

from __future__ import annotations

import pytest

from leitstern.insight.signals import behaviour


def test_limits_by_hand() -> None:
    values = [10, 12, 11, 13, 10, 12, 11, 12, 10, 11]
    found = behaviour(values)
    # The ranges are 2 1 2 3 2 1 1 2 1; their median is 2, and that of the values 11.
    assert (found.centre, found.lower, found.upper) == (11, 11 - 3.145 * 2, 11 + 3.145 * 2)
    assert found.verdict == "usual"
    assert found.n == 10


def test_a_point_outside_is_marked_and_does_not_widen_the_limits() -> None:
    values = [10, 12, 11, 13, 10, 12, 11, 12, 10, 11, 40]
    found = behaviour(values)
    assert found.upper == pytest.approx(11 + 3.145 * 2)
    assert found.marks[-1] == "outside"
    assert found.verdict == "outside"


def test_eight_on_one_side_are_a_run_and_seven_are_not() -> None:
    swing = [8.0, 10.2] * 6
    assert behaviour([*swing, *[10.5] * 7, 8.0, 10.2, 8.0]).verdict == "usual"
    found = behaviour([*swing, *[11.5, None, 10.9, 11.2, 11.1, 11.3, 11.0, 11.4, 10.8], *[8.0, 10.2] * 3])
    assert found.marks[12:21] == ("run", "none", *["run"] * 7)
    assert found.verdict == "run"


def test_counts_have_no_limit_below_nothing() -> None:
    values = [0, 5, 1, 6, 0, 4, 2, 5, 1, 4]
    assert behaviour(values).lower < 0
    assert behaviour(values, not_negative=True).lower == 0


def test_nine_values_are_too_few() -> None:
    found = behaviour([1, 2, None, 3, 4, 5, 6, 7, 8, 9])
    assert (found.verdict, found.n) == ("too_little", 9)
    assert found.marks[2] == "none"
