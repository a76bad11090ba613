"""Targets said as a change of a base."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leitstern.errors import Problem
from leitstern.goals.goal import Direction, Improvement, Levels
from leitstern.goals.improve import change_of, levels_of, step_of
from leitstern.kpis.definition import Unit


@pytest.mark.parametrize(
    ("base", "change", "direction", "step", "wanted"),
    [
        ("438600", "0.14", "at_least", "1", "500004"),
        ("57", "0.14", "at_least", "1", "65"),  # 64.98: never less than was said
        ("50", "0.01", "at_least", "1", "51"),
        ("0.63", "0.14", "at_least", "0.001", "0.719"),  # 0.7182
        ("10.5", "-0.1", "at_most", "0.1", "9.4"),  # 9.45, downwards
        ("100", "-1", "at_most", "1", "0"),
        ("100", "0", "at_most", "1", "100"),
        ("100", "0", "at_least", "1", "100"),
    ],
)
def test_targets(base: str, change: str, direction: Direction, step: str, wanted: str) -> None:
    improvement = Improvement(Decimal(change), "previous_year", Decimal(base))
    assert levels_of(improvement, direction, Decimal(step)) == Levels(Decimal(wanted))


@pytest.mark.parametrize(
    ("base", "change", "direction", "step", "wanted"),
    [
        ("0.28", "0.03", "at_least", "0.001", "0.31"),  # three percentage points
        ("0.2877", "0.03", "at_least", "0.001", "0.318"),  # 0.3177: never less than was said
        ("-12", "5", "at_least", "0.1", "-7"),  # an NPS below 0
        ("0", "5", "at_least", "0.1", "5"),
        ("45.2", "-5.1", "at_most", "0.1", "40.1"),
    ],
)
def test_targets_by_points(base: str, change: str, direction: Direction, step: str, wanted: str) -> None:
    improvement = Improvement(Decimal(change), "previous_year", Decimal(base), relative=False)
    assert levels_of(improvement, direction, Decimal(step)) == Levels(Decimal(wanted))


def test_points_to_the_other_side_make_no_sense() -> None:
    improvement = Improvement(Decimal("-5"), "previous_year", Decimal(40), relative=False)
    with pytest.raises(Problem, match="A change of -5 does not fit"):
        levels_of(improvement, "at_least", Decimal(1))


def test_minimum_and_stretch_are_changes_of_the_same_base() -> None:
    improvement = Improvement(Decimal("0.14"), "previous_year", Decimal("200"))
    found = levels_of(improvement, "at_least", Decimal(1), Decimal("0.05"), Decimal("0.2"))
    assert found == Levels(Decimal(228), minimum=Decimal(210), stretch=Decimal(240))


@pytest.mark.parametrize(
    ("base", "change", "direction", "message"),
    [
        ("0", "0.14", "at_least", "value to compare with is 0"),
        ("-10", "0.14", "at_least", "-10, is below 0"),
        ("100", "-1.01", "at_most", "-101 %"),
        ("100", "-0.1", "at_least", "-10 % does not fit"),
        ("100", "0.1", "at_most", r"\+10 % does not fit"),
        ("100", "0.1", "between", "does not fit"),
    ],
)
def test_what_makes_no_sense(base: str, change: str, direction: Direction, message: str) -> None:
    improvement = Improvement(Decimal(change), "previous_year", Decimal(base))
    with pytest.raises(Problem, match=message):
        levels_of(improvement, direction, Decimal(1))


def test_an_amount_more_as_a_change_comes_back_as_the_amount() -> None:
    assert change_of(Decimal(500), Decimal(70)) == Decimal("0.14")
    third = Improvement(change_of(Decimal(300), Decimal(100)), "previous_year", Decimal(300))
    assert levels_of(third, "at_least", Decimal(1)) == Levels(Decimal(400))
    with pytest.raises(Problem, match="is 0"):
        change_of(Decimal(0), Decimal(70))


@pytest.mark.parametrize(
    ("unit", "amounts", "wanted"),
    [
        ("count", ["7"], "1"),
        ("count", ["7", "2.5"], "0.1"),
        ("currency", ["100000"], "1"),
        ("currency", ["99.95"], "0.01"),
        ("percent", ["0.3"], "0.001"),
        ("days", [], "0.1"),
    ],
)
def test_steps(unit: Unit, amounts: list[str], wanted: str) -> None:
    assert step_of(unit, *map(Decimal, amounts)) == Decimal(wanted)
