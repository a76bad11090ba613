"""A goal: which KPI, for whom, in which period, and what is to be reached."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

Direction = Literal["at_least", "at_most", "between"]
Spread = Literal["working_days", "season", "by_hand"]
Kind = Literal["agreed", "directive"]
#: What a change is counted from: the value a year before, or of the period before; where that is not
#: complete, what it is expected to come to, the last complete one, or as much time up to now.
Against = Literal[
    "previous_year", "year_forecast", "year_complete",
    "previous_period", "period_forecast", "period_complete", "trailing",
]  # fmt: skip

AGAINST: tuple[Against, ...] = get_args(Against)
DIRECTIONS: tuple[Direction, ...] = ("at_least", "at_most", "between")
SPREADS: tuple[Spread, ...] = ("working_days", "season", "by_hand")

#: Whom a goal can be for: the subjects of KPIs, and all customers of a segment together.
SUBJECTS = ("company", "team", "person", "customer", "segment", "campaign", "product", "region")


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a goal is for. ``id`` is the subject's id in the source; None for the company."""

    type: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """What is to be reached, in the KPI's unit (percent as a fraction).

    ``target`` is the goal itself. ``minimum`` and ``stretch`` lie on its two sides: for at least,
    minimum <= target <= stretch; for at most the other way round. For between, the goal is reached from
    ``target`` to ``upper``, and there is neither minimum nor stretch.
    """

    target: Decimal
    minimum: Decimal | None = None
    stretch: Decimal | None = None
    upper: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Improvement:
    """A target said as a change: ``change`` 0.14 is 14 % more than ``base``, the KPI's value for the same
    subject ``against`` which period. Not ``relative``, it is in the KPI's unit: 5 points, 0.03 for three
    percentage points."""

    change: Decimal
    against: Against
    base: Decimal
    relative: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a goal's amount that was spread by hand: what is planned from ``start`` to ``end``."""

    start: date
    end: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal as it was agreed. Immutable: a change is a new goal that replaces this one.

    ``start`` and ``end`` are the first and last day, both included; ``grain`` and ``period`` name them
    where they are a period of the calendar (``quarter``, ``2026-Q1``), and are None for two free dates.
    ``improvement`` is kept beside the levels where they were said as a change. ``weight`` is the goal's
    share among its owner's goals; ``corridor`` the fraction of the plan within which it counts as on
    course (0.05: from 95 %). ``parts`` are given for a spread by hand, and add up to the target.
    """

    kpi: str
    version: int
    whom: Whom
    start: date
    end: date
    direction: Direction
    levels: Levels
    grain: str | None = None
    period: str | None = None
    improvement: Improvement | None = None
    spread: Spread = "working_days"
    parts: tuple[Part, ...] = field(default=())
    weight: Decimal = Decimal(1)
    corridor: Decimal = Decimal("0.05")
    kind: Kind = "agreed"

    def with_levels(self, levels: Levels) -> Goal:
        """The same goal with another target; a spread by hand and an improvement do not outlive it."""
        spread: Spread = "working_days" if self.spread == "by_hand" else self.spread
        return replace(self, levels=levels, improvement=None, spread=spread, parts=())
