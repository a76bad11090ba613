"""Targets said as a change: ``14 % more than the same quarter of last year``.

    target = base * (1 + change), or base + change for a change in the KPI's unit (points, euros)

A change below 0 is a decrease. Targets are rounded so that they never ask for less than was said: upwards for
at least, downwards for at most.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.goals.goal import Levels

if TYPE_CHECKING:
    from leitstern.goals.goal import Direction, Improvement
    from leitstern.kpis.definition import Unit

#: What targets of a unit are rounded to: whole deals and euros, tenths of a percent, of a day, of a point.
STEPS: dict[Unit, Decimal] = {
    "count": Decimal(1),
    "currency": Decimal(1),
    "percent": Decimal("0.001"),
    "days": Decimal("0.1"),
    "hours": Decimal("0.1"),
    "score": Decimal("0.1"),
    "ratio": Decimal("0.01"),
}


def step_of(unit: Unit, *amounts: Decimal) -> Decimal:
    """The step of a unit's targets, made finer (by tenths) until every one of ``amounts`` is a multiple."""
    step = STEPS[unit]
    while any(amount % step for amount in amounts):
        step /= 10
    return step


def levels_of(
    improvement: Improvement,
    direction: Direction,
    step: Decimal,
    minimum: Decimal | None = None,
    stretch: Decimal | None = None,
) -> Levels:
    """The levels an improvement asks for.

    ``minimum`` and ``stretch`` are changes of the same base as well (0.05 beside a change of 0.14).
    Problems of a relative change: ``goals.no_base`` for a base of 0, of which no part can be taken;
    ``goals.base_negative``; ``goals.change_too_low`` for a decrease of more than everything. Of any:
    ``goals.change_against_direction`` for a change to the side that is not aimed at, such as an increase with
    at most.
    """
    _check(improvement, direction)

    def changed(change: Decimal) -> Decimal:
        return _rounded(_after(improvement, change), direction, step)

    return Levels(
        target=changed(improvement.change),
        minimum=None if minimum is None else changed(minimum),
        stretch=None if stretch is None else changed(stretch),
    )


def change_of(base: Decimal, amount: Decimal) -> Decimal:
    """The change that ``amount`` more (less, if negative) than ``base`` is: 70 on 500 is 0.14.

    Problems as for `levels_of`: ``goals.no_base``, ``goals.base_negative``.
    """
    _check_base(base)
    return amount / base


def _check(improvement: Improvement, direction: Direction) -> None:
    change = improvement.change
    if improvement.relative:
        _check_base(improvement.base)
        if change < -1:
            raise Problem("goals.change_too_low", change=percent(change))
    if direction == "between" or (change < 0 if direction == "at_least" else change > 0):
        said = f"{percent(change)} %" if improvement.relative else f"{change.normalize():+f}"
        raise Problem("goals.change_against_direction", change=said)


def _check_base(base: Decimal) -> None:
    if base == 0:
        raise Problem("goals.no_base")
    if base < 0:
        raise Problem("goals.base_negative", base=base)


def _after(improvement: Improvement, change: Decimal) -> Decimal:
    base = improvement.base
    return base * (1 + change) if improvement.relative else base + change


def _rounded(value: Decimal, direction: Direction, step: Decimal) -> Decimal:
    # A change that came from a division is off in its last digit, which must not cost a whole step.
    exact = round(value / step, 9)
    return exact.to_integral_value(ROUND_FLOOR if direction == "at_most" else ROUND_CEILING) * step


def percent(change: Decimal) -> str:
    """A change in percent with its sign, for messages: +14, -2.5."""
    return f"{(change * 100).normalize():+f}"
