"""What a change is counted from: the KPI's value for the same subject in an earlier period."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.periods.grains import parse
from leitstern.server.book.curve import year_before
from leitstern.server.book.values import actual

if TYPE_CHECKING:
    from leitstern.goals.goal import Against, Goal
    from leitstern.server.sight import Sight


def base_of(sight: Sight, goal: Goal, against: Against) -> Decimal:
    """The value a goal's change is counted from, as far as the viewer may see it.

    Problem ``leitstern.goal_base`` where there is none.
    """
    found = actual(sight, earlier(goal, against, sight.settings.fiscal_year_start))
    if found.value is None:
        raise Problem("leitstern.goal_base", kpi=goal.kpi)
    return found.value


def earlier(goal: Goal, against: Against, fiscal_start: int) -> Goal:
    """The same goal in the period before, or a year before."""
    if goal.period is not None:
        period = parse(goal.period, fiscal_start)
        then = period.same_last_year() if against == "previous_year" else period.previous()
        start, end, label = then.start, then.end, then.label
    elif against == "previous_year":
        start, end, label = year_before(goal.start), year_before(goal.end), None
    else:
        end, label = goal.start - timedelta(days=1), None
        start = end - (goal.end - goal.start)
    return replace(goal, start=start, end=end, period=label, parts=())
