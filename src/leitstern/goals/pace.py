"""Where a goal stands: its value against the plan to date, and what is needed from here on.

The plan to date counts the subject's working days up to and including ``through``, the last whole day that
the source has reached, so that neither this morning nor a late source makes anybody look behind. A verdict
is given only when a fifth of the period's working time is over, and never on stale or missing data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal, Protocol, get_args

if TYPE_CHECKING:
    from leitstern.goals.goal import Goal
    from leitstern.goals.plan import Plan

Reason = Literal["source_late", "no_data", "no_base", "no_source", "not_begun", "protected", "incomplete"]
Level = Literal["minimum", "target", "stretch"]
Verdict = Literal[
    "not_begun",
    "too_early",
    "reached",
    "on_course",
    "at_risk",
    "behind",
    "missed",
    "exceeded_limit",
    "unknown",
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

_NOTHING, _ONE = Decimal(0), Decimal(1)
_TENTH = Decimal("0.1")
#: No verdict before this part of the period's working time is over.
EARLY = Decimal("0.2")


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
    and its source has reached the end; ``newest`` is the day the source has reached.
    """

    value: Decimal | None
    complete: bool = False
    reason: Reason | None = None
    newest: date | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a goal stands after ``through``.

    ``attainment``      value over target, as a fraction; for between, 1 inside, and over the nearer limit
                        outside; None without a value or where the target is not above 0
    ``planned``         the plan to date; for a KPI that does not accumulate, the target
    ``pace``            value over planned; None where planned is not above 0
    ``gap``             value less planned, in the KPI's unit
    ``gap_days``        the same in working days, to 0.1: from ``through`` to the day on which the plan asks
                        for the value, negative where it lags; None where nothing accumulates
    ``remaining_days``  working days after ``through``: a person's in full-time days, a group's as days on
                        which its people work
    ``needed_per_day``  what is still to come on each of these; for at most, what may still come. None where
                        the target is reached or exceeded, nothing accumulates, or no working day is left
    ``reached``         the highest level the value has reached; where a KPI accumulates towards a limit or
                        below 0, only once the period is over
    ``reason``          why the verdict is unknown
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


def through(built_on: date, newest: date | None, period: Stretch) -> date:
    """The last whole day of ``period`` that counts: before the day of the build, and reached by the source.

    The day before the period starts if there is none yet. ``newest`` None: only the build decides.
    """
    day = built_on - timedelta(days=1)
    if newest is not None:
        day = min(day, newest)
    return max(min(day, period.end), period.start - timedelta(days=1))


def standing(goal: Goal, plan: Plan, actual: Actual, through: date, today: date) -> Standing:
    """Where ``goal`` stands with ``actual``, measured by the plan through ``through`` (see `through`).

    Verdicts, the first that holds:

    ``not_begun``       ``today`` is before the period
    ``unknown``         no value that can be trusted, or the period is over and not complete
    ``reached``         the period is over and the goal reached, or already now: at least a value that only
                        accumulates
    ``exceeded_limit``  above the limit of at most or between, when over or when the value only accumulates
    ``missed``          the period is over and the goal not reached
    ``too_early``       less than a fifth of the working time is over
    ``on_course``       on the right side of the plan to date, or within the corridor beside it
    ``at_risk``         within twice the corridor, or the minimum's plan to date holds
    ``behind``          everything else
    """
    value = None if actual.reason else actual.value
    planned = plan.until(through)
    verdict = _verdict(goal, plan, value, actual, through, today)
    reason: Reason | None = None
    if verdict == "unknown":
        reason = actual.reason or ("no_data" if value is None else "incomplete")
    ahead = None if value is None else plan.days_ahead(value, through)
    return Standing(
        value=value,
        target=goal.levels.target,
        attainment=None if value is None else _attainment(goal, value),
        planned=planned,
        pace=value / planned if value is not None and planned > 0 else None,
        gap=None if value is None else value - planned,
        gap_days=None if ahead is None else ahead.quantize(_TENTH, ROUND_HALF_UP) + _NOTHING,
        remaining_days=plan.workdays.days_remaining(through),
        needed_per_day=None if value is None else _needed(goal, plan, value, through),
        reached=None if value is None else _reached(goal, plan, value, today),
        verdict=verdict,
        reason=reason,
        through=through,
    )


def _verdict(
    goal: Goal, plan: Plan, value: Decimal | None, actual: Actual, through: date, today: date
) -> Verdict:
    if today < goal.start:
        return "not_begun"
    over = today > goal.end
    if value is None or (over and not actual.complete):
        return "unknown"
    settled = _settled(goal, plan, value, over=over)
    if settled is not None:
        return settled
    if plan.workdays.elapsed(through) < EARLY * plan.workdays.total:
        return "too_early"
    return _course(goal, plan, value, through)


def _settled(goal: Goal, plan: Plan, value: Decimal, *, over: bool) -> Verdict | None:
    """What no later day changes: the period is over, or the value has accumulated past target or limit.

    A target below 0 is approached from above and only the last day decides.
    """
    target, limit = goal.levels.target, _limit(goal)
    if over:
        if limit is not None and value > limit:
            return "exceeded_limit"
        return "reached" if goal.direction == "at_most" or value >= target else "missed"
    if not plan.additive:
        return None
    if limit is not None:
        return "exceeded_limit" if value > limit >= 0 else None
    return "reached" if value >= target > 0 else None


def _course(goal: Goal, plan: Plan, value: Decimal, through: date) -> Verdict:
    """The verdict while the period runs, by how far the value lies on the wrong side of the plan to date."""
    lacks: list[tuple[Decimal, Decimal]] = []
    sign = -1 if goal.direction == "at_most" else 1
    if goal.direction != "at_most":
        planned = plan.until(through)
        lacks.append((planned - value, goal.corridor * abs(planned)))
    limit = _limit(goal)
    if limit is not None:
        planned = plan.of(limit, through)
        lacks.append((value - planned, goal.corridor * abs(planned)))
    if all(lack <= corridor for lack, corridor in lacks):
        return "on_course"
    if all(lack <= 2 * corridor for lack, corridor in lacks):
        return "at_risk"
    minimum = goal.levels.minimum
    if minimum is not None and sign * (value - plan.of(minimum, through)) >= 0:
        return "at_risk"
    return "behind"


def _limit(goal: Goal) -> Decimal | None:
    """The value a goal must not exceed."""
    if goal.direction == "at_most":
        return goal.levels.target
    return goal.levels.upper if goal.direction == "between" else None


def _attainment(goal: Goal, value: Decimal) -> Decimal | None:
    target, upper = goal.levels.target, goal.levels.upper
    if goal.direction == "between" and upper is not None and value >= target:
        if value <= upper:
            return _ONE
        return value / upper if upper > 0 else None
    return value / target if target > 0 else None


def _needed(goal: Goal, plan: Plan, value: Decimal, through: date) -> Decimal | None:
    missing, days = goal.levels.target - value, plan.workdays.days_remaining(through)
    return missing / days if plan.additive and missing > 0 and days else None


def _reached(goal: Goal, plan: Plan, value: Decimal, today: date) -> Level | None:
    levels, limit = goal.levels, _limit(goal)
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
