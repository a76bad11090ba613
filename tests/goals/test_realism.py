"""How often a target was reached before: counted by hand."""

from __future__ import annotations

from decimal import Decimal

from leitstern.goals.goal import Against, Improvement, Levels
from leitstern.goals.realism import Past, Realism, realism, realism_of_change


def _at_least(target: float) -> Levels:
    return Levels(Decimal(str(target)))


def test_how_often_a_value_happened() -> None:
    past = Past((90, 110, None, 100, 120))
    assert realism(past, _at_least(100), "at_least") == Realism(3, 4)
    assert realism(past, _at_least(100), "at_most") == Realism(2, 4)
    assert realism(past, Levels(Decimal(95), upper=Decimal(110)), "between") == Realism(2, 4)


def _change(change: str, against: Against = "previous_period", *, relative: bool = True) -> Improvement:
    return Improvement(Decimal(change), against, Decimal(1), relative)


def test_how_often_a_change_happened() -> None:
    past = Past((100, 110, 121, 100, 0, 50, None, 60), per_year=4)
    # +10 %, +10 %, -17 %, -100 %; not from 0, and not from or to nothing
    assert realism_of_change(past, _change("0.09")) == Realism(2, 4)
    assert realism_of_change(past, _change("-0.15")) == Realism(2, 4)
    # a year before: 0/100, 50/110, none, 60/100
    assert realism_of_change(past, _change("-0.5", "previous_year")) == Realism(2, 3)
    # +10, +11, -21, -100, +50 in the unit; from 0 as well
    assert realism_of_change(past, _change("11", relative=False)) == Realism(2, 5)
    assert realism_of_change(past, _change("-21", relative=False)) == Realism(2, 5)
