"""Where a goal stands: its value against the plan to date, and what is needed from here on.

The plan to date counts the subject's working days up to and including ``through``, the last whole day that
the source has reached, so that neither this morning nor a late source makes anybody look behind. A verdict
is given only when a fifth of the period's working time is over, and never on stale or missing data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal, Protocol

from leitstern.goals.course import (
    NO_OUTLOOK,
    ON_COURSE,
    VERDICTS,
    Case,
    Outlook,
    Ripe,
    Verdict,
    lacks_of,
    limit_of,
)

if TYPE_CHECKING:
    from leitstern.goals.goal import Goal
    from leitstern.goals.plan import Plan

Reason = Literal[
    "source_late", "no_data", "no_base", "no_source", "not_begun", "protected", "incomplete", "ripening"
]  # fmt: skip
Level = Literal["minimum", "target", "stretch"]
__all__ = ["VERDICTS", "Actual", "Outlook", "Ripe", "Standing", "Verdict", "standing", "through"]

_NOTHING, _ONE = Decimal(0), Decimal(1)
_TENTH = Decimal("0.1")


class Stretch(Protocol):
    """Anything with a first and a last day: a period, a goal."""

    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Actual:
    """A KPI's value from the goal's start on, as the engine found it.

    ``reason`` tells why there is no value that can be trusted; ``complete`` is True once the period is over
    and its source has reached the end; ``newest`` is the day the source has reached. ``ripe``: of a cohort
    that has not come to its end.
    """

    value: Decimal | None
    complete: bool = False
    reason: Reason | None = None
    newest: date | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    ripe: Ripe | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a goal stands after ``through``.

    ``attainment``      value over target, as a fraction; for a change of a level the part of the way from
                        where it started. A limit that is kept is 1, one that is broken the limit over the
                        value. None without a value, for a young cohort, or where the target is not above 0
    ``planned``         the plan to date; for a KPI that does not accumulate, the target
    ``pace``            value over planned; None where planned is not above 0
    ``gap``             value less planned, in the KPI's unit; None for a cohort that is not ripe
    ``gap_days``        the same in working days, to 0.1: from ``through`` to the day on which the plan asks
                        for the value, negative where it lags; None where nothing accumulates
    ``remaining_days``  working days after ``through``: a person's in full-time days, a group's as days on
                        which its people work
    ``needed_per_day``  what is still to come on each of these; for at most, what may still come. None where
                        the target is reached or exceeded, nothing accumulates, or no working day is left
    ``reached``         the highest level the value has reached; where a KPI accumulates towards a limit or
                        below 0, only once the period is over
    ``reason``          why the verdict is unknown
    ``outlook``         what a forecast says, where there is one
    ``ripe``            how far a cohort has ripened, until it is whole
    ``right_side``      whether the value lies on the right side of the plan to date
    """

    value: Decimal | None
    target: Decimal
    attainment: Decimal | None
    planned: Decimal
    pace: Decimal | None
    gap: Decimal | None
    gap_days: Decimal | None
    remaining_days: Decimal
    needed_per_day: Decimal | None
    reached: Level | None
    verdict: Verdict
    reason: Reason | None
    through: date
    outlook: Outlook = NO_OUTLOOK
    ripe: Ripe | None = None
    right_side: bool = False

    @property
    def split(self) -> Literal["ahead", "behind"] | None:
        """Where pace and chance differ: ``ahead`` of plan with a poor chance, ``behind`` with a good one."""
        chance = self.outlook.chance
        if chance is None or self.gap is None or self.verdict not in ("on_course", "at_risk", "behind"):
            return None
        if self.right_side and chance < ON_COURSE:
            return "ahead"
        return "behind" if not self.right_side and chance >= ON_COURSE else None


def through(built_on: date, newest: date | None, period: Stretch) -> date:
    """The last whole day of ``period`` that counts: before the day of the build, and reached by the source.

    The day before the period starts if there is none yet. ``newest`` None: only the build decides.
    """
    day = built_on - timedelta(days=1)
    if newest is not None:
        day = min(day, newest)
    return max(min(day, period.end), period.start - timedelta(days=1))


def standing(
    goal: Goal, plan: Plan, actual: Actual, through: date, today: date, outlook: Outlook = NO_OUTLOOK
) -> Standing:
    """Where ``goal`` stands with ``actual``, measured by the plan through ``through`` (see `through`).

    Verdicts, the first that holds:

    ``not_begun``       ``today`` is before the period
    ``unknown``         no value that can be trusted, or the period is over and not complete
    ``reached``         the period is over and the goal reached, or already now: at least a value that only
                        accumulates
    ``exceeded_limit``  above the limit of at most or between, when over or when the value only accumulates
    ``missed``          the period is over and the goal not reached
    ``too_early``       less than a fifth of the working time is over
    ``on_course``       the chance is at least 50 %; without one, on the right side of the plan to date, or
                        within the corridor beside it
    ``at_risk``         the chance is at least 25 %, or that of the minimum 50 %; without one, within twice
                        the corridor, or the minimum's plan to date holds
    ``behind``          everything else

    A cohort that is not ripe has a verdict by its chance, or by what has ripened of it, else none: the reason
    is ``ripening``.
    """
    value = None if actual.reason else actual.value
    planned = plan.until(through)
    verdict = Case(goal, plan, actual, through, today, outlook).verdict()
    reason: Reason | None = None
    if verdict == "unknown":
        young: Reason = "incomplete" if actual.ripe is None else "ripening"
        reason = actual.reason or ("no_data" if value is None else young)
    ahead = None if value is None else plan.days_ahead(value, through)
    # A young cohort is not to be held against what it is to come to.
    held = None if actual.ripe is not None else value
    return Standing(
        value=value,
        target=goal.levels.target,
        attainment=None if held is None else _attainment(goal, plan, held),
        planned=planned,
        pace=held / planned if held is not None and planned > 0 else None,
        gap=None if held is None else held - planned,
        gap_days=None if ahead is None else ahead.quantize(_TENTH, ROUND_HALF_UP) + _NOTHING,
        remaining_days=plan.workdays.days_remaining(through),
        needed_per_day=None if value is None else _needed(goal, plan, value, through),
        reached=None if value is None else _reached(goal, plan, value, today),
        verdict=verdict,
        reason=reason,
        through=through,
        outlook=outlook if value is not None else NO_OUTLOOK,
        ripe=actual.ripe,
        right_side=value is not None and all(lack <= 0 for lack, _ in lacks_of(goal, plan, value, through)),
    )


def _attainment(goal: Goal, plan: Plan, value: Decimal) -> Decimal | None:
    target, limit = goal.levels.target, limit_of(goal)
    better = goal.improvement
    if better is not None and not plan.additive and better.base != target:
        return (value - better.base) / (target - better.base)
    if limit is not None and value > limit:
        return limit / value if limit > 0 else None
    if goal.direction == "at_most" or (goal.direction == "between" and value >= target):
        return _ONE
    return value / target if target > 0 else None


def _needed(goal: Goal, plan: Plan, value: Decimal, through: date) -> Decimal | None:
    missing, days = goal.levels.target - value, plan.workdays.days_remaining(through)
    return missing / days if plan.additive and missing > 0 and days else None


def _reached(goal: Goal, plan: Plan, value: Decimal, today: date) -> Level | None:
    levels, limit = goal.levels, limit_of(goal)
    if goal.direction == "between":
        return "target" if limit is not None and levels.target <= value <= limit else None
    falling = goal.direction == "at_most" or levels.target <= 0
    if falling and plan.additive and today <= goal.end:
        return None
    sign = -1 if goal.direction == "at_most" else 1
    found: Level | None = None
    steps: tuple[tuple[Level, Decimal | None], ...] = (
        ("minimum", levels.minimum),
        ("target", levels.target),
        ("stretch", levels.stretch),
    )
    for name, level in steps:
        if level is not None and sign * (value - level) >= 0:
            found = name
    return found
