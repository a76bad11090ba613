"""The parts of an amount add up to it to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.errors import Problem
from leitstern.periods.grains import parse, periods_between
from leitstern.periods.spread import spread, spread_over_days, spread_over_periods
from leitstern.periods.workdays import WorkCalendar


def decimals(*numbers: str) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


@pytest.mark.parametrize(
    ("amount", "weights", "step", "parts"),
    [
        ("100", [1, 1, 1], "0.01", ["33.34", "33.33", "33.33"]),
        ("-100", [1, 1, 1], "0.01", ["-33.34", "-33.33", "-33.33"]),
        ("0.01", [1, 1, 1], "0.01", ["0.01", "0", "0"]),
        ("0.02", [1, 2, 3], "0.01", ["0", "0.01", "0.01"]),
        ("10", [3, 0, 7], "1", ["3", "0", "7"]),
        ("10", [1, 1, 1], "1", ["4", "3", "3"]),
        # Exact shares 1.4, 2.8, 2.8: the two that are left go to the largest remainders.
        ("7", [1, 2, 2], "1", ["1", "3", "3"]),
        ("0", [1, 2], "0.01", ["0", "0"]),
        ("0", [0, 0], "0.01", ["0", "0"]),
        ("0", [], "0.01", []),
        ("1", [1, 1, 1], "0.0001", ["0.3334", "0.3333", "0.3333"]),
        ("12345678901234.5678", [1, 1], "0.0001", ["6172839450617.2839", "6172839450617.2839"]),
        ("21", decimals("1", "0.5", "0.6"), "1", ["10", "5", "6"]),
    ],
)
def test_an_amount_is_spread_by_weights(
    amount: str, weights: list[Decimal | int], step: str, parts: list[str]
) -> None:
    assert spread(Decimal(amount), weights, Decimal(step)) == decimals(*parts)


AMOUNTS = st.decimals(-(10**12), 10**12, places=2)
WEIGHTS = st.lists(st.decimals(0, 1000, places=4), min_size=1, max_size=40).filter(any)


@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_keep_the_sign_and_stay_within_a_cent(amount: Decimal, weights: list[Decimal]) -> None:
    parts = spread(amount, weights)
    assert sum(parts) == amount
    assert len(parts) == len(weights)
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert part * amount >= 0
        assert part == part.quantize(Decimal("0.01"))
        # |part - amount * weight / total| < 0.01, without division
        assert abs(part * total - amount * weight) < total / 100
        if not weight:
            assert part == 0


@given(AMOUNTS, WEIGHTS)
def test_more_weight_never_gets_less(amount: Decimal, weights: list[Decimal]) -> None:
    parts = spread(abs(amount), weights)
    ranked = sorted(zip(weights, parts, strict=True))
    for (light, small), (heavy, large) in pairwise(ranked):
        if light < heavy:
            assert small <= large


def test_a_month_is_spread_over_its_working_days() -> None:
    # December 2026 in Berlin: 20 full days and two halves (24 and 31), 21 in all; 2,100 a month is 100 a day.
    month = parse("2026-12")
    parts = spread_over_days(Decimal(2100), month.start, month.end, WorkCalendar(region="BE"))
    assert len(parts) == 31
    assert parts[date(2026, 12, 1)] == 100
    assert parts[date(2026, 12, 24)] == parts[date(2026, 12, 31)] == 50
    assert parts[date(2026, 12, 25)] == parts[date(2026, 12, 26)] == 0
    assert sum(parts.values()) == 2100


def test_a_year_is_spread_over_its_months_by_working_days() -> None:
    calendar = WorkCalendar(region="BE")
    months = periods_between(date(2026, 1, 1), date(2026, 12, 31), "month")
    # Monday to Friday less holidays, by hand; half days make December 21.
    days = [21, 20, 22, 20, 18, 22, 23, 21, 22, 22, 21, 21]
    assert spread_over_periods(Decimal(253), months, calendar, Decimal(1)) == days
    assert sum(spread_over_periods(Decimal("1000000.01"), months, calendar)) == Decimal("1000000.01")
    # A share changes nothing about the proportions.
    assert spread_over_periods(Decimal(253), months, calendar.with_share("0.5"), Decimal(1)) == days


@pytest.mark.parametrize(
    ("amount", "weights", "code"),
    [
        ("1", [0, 0], "nothing_to_spread_over"),
        ("1", [], "nothing_to_spread_over"),
        ("1.001", [1], "amount_finer_than_step"),
        ("1", [1, -1], "weight_not_usable"),
        ("1", [Decimal("NaN")], "weight_not_usable"),
        ("1", [Decimal("Infinity")], "weight_not_usable"),
        ("0", [-1], "weight_not_usable"),
    ],
)
def test_what_cannot_be_spread_is_refused(amount: str, weights: list[Decimal | int], code: str) -> None:
    with pytest.raises(Problem) as caught:
        spread(Decimal(amount), weights)
    assert caught.value.code == f"periods.{code}"
    assert amount in caught.value.text("de") or str(weights[-1]) in caught.value.text("de")
