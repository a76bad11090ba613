"""The verdict on a goal: by what no later day changes, by the chance, or by the plan to date.

Where a forecast tells the chance, the word follows it; the pace stands beside it. A cohort (leads that become
customers within a year) is judged by that chance, or by the part of it that has ripened, and not at all while
there is neither: nobody is behind for being young.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from leitstern.goals.goal import Goal
    from leitstern.goals.pace import Actual
    from leitstern.goals.plan import Plan

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

#: From this chance on a goal is on course, and from the second one at risk; below that it is behind.
ON_COURSE, AT_RISK = 0.5, 0.25
#: No verdict before this part of the period's working time is over.
EARLY = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Ripe:
    """How far a cohort has ripened: all of it ``on`` that day; the records begun ``through`` another have,
    and came to ``value`` (None: none yet). ``open``: the share of all that may still come to it.
    """

    on: date
    through: date
    value: Decimal | None
    open: Decimal | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a forecast says: the chance of the target and of the minimum, and what is expected at the end."""

    chance: float | None = None
    minimum: float | None = None
    expected: Decimal | None = None


NO_OUTLOOK = Outlook()


@dataclass(frozen=True, slots=True)
class Case:
    """What a verdict is given on: a goal after ``through``, seen ``today``."""

    goal: Goal
    plan: Plan
    actual: Actual
    through: date
    today: date
    outlook: Outlook

    def verdict(self) -> Verdict:
        """See `leitstern.goals.pace.standing` for what each one means."""
        value = None if self.actual.reason else self.actual.value
        if self.today < self.goal.start:
            return "not_begun"
        if value is None or (self._over and not self.actual.complete and self.actual.ripe is None):
            return "unknown"
        return self._settled(value) or self._running(value)

    @property
    def _over(self) -> bool:
        return self.today > self.goal.end

    def _settled(self, value: Decimal) -> Verdict | None:
        """What no later day changes: the period is over, or the value has accumulated past target or limit.
        So has a cohort to which nobody is added any more.

        A target below 0 is approached from above and only the last day decides.
        """
        target, limit, young = self.goal.levels.target, limit_of(self.goal), self.actual.ripe is not None
        if self._over and not young:
            if limit is not None and value > limit:
                return "exceeded_limit"
            return "reached" if self.goal.direction == "at_most" or value >= target else "missed"
        if not (self._over if young else self.plan.additive):
            return None
        if limit is not None:
            return "exceeded_limit" if value > limit >= 0 else None
        return "reached" if value >= target > 0 else None

    def _running(self, value: Decimal) -> Verdict:
        """The verdict while something can still change."""
        days, ripe = self.plan.workdays, self.actual.ripe
        if days.elapsed(self.through) < EARLY * days.total:
            return "too_early"
        if self.outlook.chance is not None:
            return _likely(self.outlook)
        if ripe is None:
            return _course(self.goal, self.plan, value, self.through)
        if ripe.value is None or days.elapsed(ripe.through) < EARLY * days.total:
            return "unknown"
        return _course(self.goal, self.plan, ripe.value, self.through)


def _likely(outlook: Outlook) -> Verdict:
    """The verdict while the period runs, by the chance."""
    assert outlook.chance is not None
    if outlook.chance >= ON_COURSE:
        return "on_course"
    enough = outlook.minimum is not None and outlook.minimum >= ON_COURSE
    return "at_risk" if enough or outlook.chance >= AT_RISK else "behind"


def _course(goal: Goal, plan: Plan, value: Decimal, through: date) -> Verdict:
    """The verdict while the period runs, by how far the value lies on the wrong side of the plan to date."""
    lacks = lacks_of(goal, plan, value, through)
    sign = -1 if goal.direction == "at_most" else 1
    if all(lack <= corridor for lack, corridor in lacks):
        return "on_course"
    if all(lack <= 2 * corridor for lack, corridor in lacks):
        return "at_risk"
    minimum = goal.levels.minimum
    if minimum is not None and sign * (value - plan.of(minimum, through)) >= 0:
        return "at_risk"
    return "behind"


def lacks_of(goal: Goal, plan: Plan, value: Decimal, through: date) -> list[tuple[Decimal, Decimal]]:
    """By how much the value lies on the wrong side of each plan to date, and how wide its corridor is."""
    found: list[tuple[Decimal, Decimal]] = []
    if goal.direction != "at_most":
        planned = plan.until(through)
        found.append((planned - value, goal.corridor * abs(planned)))
    limit = limit_of(goal)
    if limit is not None:
        planned = plan.of(limit, through)
        found.append((value - planned, goal.corridor * abs(planned)))
    return found


def limit_of(goal: Goal) -> Decimal | None:
    """The value a goal must not exceed."""
    if goal.direction == "at_most":
        return goal.levels.target
    return goal.levels.upper if goal.direction == "between" else None
