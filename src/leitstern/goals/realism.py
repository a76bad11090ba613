"""How often such a target was reached before, and what a forecast says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from leitstern.goals.goal import Direction, Improvement, Levels

#: Fewer earlier periods say nothing.
FEWEST = 6


@dataclass(frozen=True, slots=True)
class Past:
    """Values of the periods right before the one asked about, oldest first; None where there was none.

    ``per_year``: how many such periods make a year (4 for quarters, 1 for a stretch of last years' same
    dates).
    """

    values: Sequence[Decimal | float | None]
    per_year: int = 1


@dataclass(frozen=True, slots=True)
class Chance:
    """What a forecast says of a target: ``probability`` 0.01 to 0.99 (0 or 1 once the period is over), None
    where there is none; ``n`` earlier stretches it stands on; ``method``: a code of
    `leitstern.insight.forecast`."""

    probability: float | None
    n: int
    method: str


@dataclass(frozen=True, slots=True)
class Realism:
    """It happened ``times`` out of ``n``."""

    times: int
    n: int


def realism(past: Past, levels: Levels, direction: Direction) -> Realism:
    """How many of the earlier periods reached such a target."""
    low, high = _bounds(levels, direction)
    known = _known(past.values)
    return Realism(sum(low <= value <= high for value in known), len(known))


def realism_of_change(past: Past, improvement: Improvement) -> Realism:
    """How many of the earlier periods changed by as much or more, against the period before or a year before.

    A relative change needs a base above 0; periods without one do not count.
    """
    by_year = improvement.against in ("previous_year", "year_forecast", "year_complete")
    lag = past.per_year if by_year else 1
    pairs = [
        (float(new), float(old))
        for new, old in zip(past.values[lag:], past.values, strict=False)
        if new is not None and old is not None
    ]
    if improvement.relative:
        changes = [new / old - 1 for new, old in pairs if old > 0]
    else:
        changes = [new - old for new, old in pairs]
    wanted = float(improvement.change)
    times = sum(found >= wanted if wanted >= 0 else found <= wanted for found in changes)
    return Realism(times, len(changes))


def _bounds(levels: Levels, direction: Direction) -> tuple[float, float]:
    """The lowest and highest value with which the target is reached."""
    target = float(levels.target)
    if direction == "at_most":
        return -inf, target
    return target, inf if direction == "at_least" or levels.upper is None else float(levels.upper)


def _known(values: Sequence[Decimal | float | None]) -> list[float]:
    return [float(value) for value in values if value is not None]
