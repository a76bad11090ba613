"""Spreading an amount over days or periods, so that the parts add up to it to the cent.

Method of the largest remainder (Hare and Niemeyer): each part gets its exact share rounded down to the step,
and the steps that are left go to the largest remainders, the earlier part first where they are equal. A part
of weight 0 gets 0, no part differs from its exact share by a whole step, and no sign ever turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from leitstern.errors import Problem

if TYPE_CHECKING:
    from leitstern.periods.grains import Period
    from leitstern.periods.workdays import WorkCalendar

CENT = Decimal("0.01")


def spread(amount: Decimal, weights: Sequence[Decimal | int], step: Decimal = CENT) -> list[Decimal]:
    """Parts of ``amount``, one per weight and proportional to it, each a multiple of ``step``; exact sum.

    Problems: ``periods.weight_not_usable``, ``periods.nothing_to_spread_over`` (all weights 0 and an amount
    that is not), ``periods.amount_finer_than_step`` (the amount is no multiple of the step).
    """
    units = Fraction(amount) / Fraction(step)
    if units.denominator != 1:
        raise Problem("periods.amount_finer_than_step", amount=amount, step=step)
    shares = [_checked(weight, place) for place, weight in enumerate(weights, start=1)]
    total = sum(shares, Fraction(0))
    if not total:
        if units:
            raise Problem("periods.nothing_to_spread_over", amount=amount)
        return [Decimal(0) * step for _ in shares]
    sign = -1 if units < 0 else 1
    return [sign * count * step for count in _apportion(abs(int(units)), shares, total)]


def spread_over_days(
    amount: Decimal, start: date, end: date, calendar: WorkCalendar, step: Decimal = CENT
) -> dict[date, Decimal]:
    """``amount`` over the days from ``start`` to ``end``, both included, by their working time."""
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    return dict(zip(days, spread(amount, [calendar.weight(day) for day in days], step), strict=True))


def spread_over_periods(
    amount: Decimal, periods: Sequence[Period], calendar: WorkCalendar, step: Decimal = CENT
) -> list[Decimal]:
    """``amount`` over ``periods`` by their working days, for instance a year's target over its months."""
    return spread(amount, [calendar.working_days(each.start, each.end) for each in periods], step)


def _apportion(units: int, shares: list[Fraction], total: Fraction) -> list[int]:
    exact = [units * share / total for share in shares]
    counts = [part.numerator // part.denominator for part in exact]
    # sorted() is stable: of equal remainders the earlier part comes first.
    by_remainder = sorted(range(len(exact)), key=lambda place: counts[place] - exact[place])
    for place in by_remainder[: units - sum(counts)]:
        counts[place] += 1
    return counts


def _checked(weight: Decimal | int, place: int) -> Fraction:
    if not Decimal(weight).is_finite() or weight < 0:
        raise Problem("periods.weight_not_usable", value=weight, place=place)
    return Fraction(weight)
