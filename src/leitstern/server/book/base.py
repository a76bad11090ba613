"""What a change is counted from: the KPI's value for the same subject in an earlier period.

A value that is still growing is no base: "10 % more in 2027", written in November, would take eleven months
for 2026. Where the period compared with is not complete, there are other bases to choose from; the one chosen
is kept with the goal, and so is its value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.periods.grains import Grain, parse, periods_between
from leitstern.server.book.curve import year_before
from leitstern.server.book.values import actual
from leitstern.server.insight.forecast import made_now
from leitstern.server.sources import newest

if TYPE_CHECKING:
    from leitstern.goals.goal import Against, Goal
    from leitstern.server.sight import Sight

_DAY = timedelta(days=1)
#: How many periods are gone back at most for a complete one.
_BACK = 8
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Base:
    """What a change is counted from: ``against`` what, over which days; ``complete``: whether its value is
    final, or an expected one that was asked for."""

    against: Against
    value: Decimal
    start: date
    end: date
    complete: bool
    period: str | None


def base_of(sight: Sight, goal: Goal, against: Against) -> Base:
    """The base of a goal's change, as far as the viewer may see it.

    Problem ``leitstern.goal_base`` where there is no value.
    """
    found = _base(sight, goal, against)
    if found is None:
        raise Problem("leitstern.goal_base", kpi=goal.kpi)
    return found


def choices(sight: Sight, goal: Goal, against: Against) -> list[Base]:
    """What else a change can be counted from where the period compared with is not complete."""
    year = against == "previous_year"
    asked: tuple[Against, ...] = (
        "year_forecast" if year else "period_forecast",
        "year_complete" if year else "period_complete",
        "trailing",
    )
    found = (_base(sight, goal, one) for one in asked)
    return [one for one in found if one is not None and one.complete]


def _base(sight: Sight, goal: Goal, against: Against) -> Base | None:
    if against == "trailing":
        return _counted(sight, _trailing(sight, goal), against)
    by_year = against in ("previous_year", "year_forecast", "year_complete")
    then = earlier(goal, sight.settings.fiscal_year_start, by_year=by_year)
    if against in ("year_forecast", "period_forecast"):
        return _expected(sight, then, against)
    if against in ("year_complete", "period_complete"):
        for _ in range(_BACK):
            found = _counted(sight, then, against)
            if found is None or found.complete:
                return found
            then = earlier(then, sight.settings.fiscal_year_start, by_year=by_year)
        return None
    return _counted(sight, then, against)


def _counted(sight: Sight, then: Goal, against: Against) -> Base | None:
    found = actual(sight, then)
    if found.value is None:
        return None
    return Base(against, found.value, then.start, then.end, found.complete, then.period)


def _expected(sight: Sight, then: Goal, against: Against) -> Base | None:
    """What the earlier period is expected to come to."""
    if actual(sight, then).value is None:
        return None  # what is protected is not told by its forecast either
    kept = made_now(sight.whole, then, sight.today()).kept
    if kept["verdict"] != "ok":
        return None
    value = round(Decimal(str(kept["point"])), _DIGITS)
    return Base(against, value, then.start, then.end, complete=True, period=then.period)


def earlier(goal: Goal, fiscal_start: int, *, by_year: bool) -> Goal:
    """The same goal in the period before, or a year before."""
    if goal.period is not None:
        period = parse(goal.period, fiscal_start)
        then = period.same_last_year() if by_year else period.previous()
        start, end, label = then.start, then.end, then.label
    elif by_year:
        start, end, label = year_before(goal.start), year_before(goal.end), None
    else:
        end, label = goal.start - _DAY, None
        start = end - (goal.end - goal.start)
    return replace(goal, start=start, end=end, period=label, parts=())


def _trailing(sight: Sight, goal: Goal) -> Goal:
    """As many whole months, or days, up to the last whole one that counts."""
    info = sight.generation()
    assert info is not None  # nobody writes goals without data
    last = min(info.as_of - _DAY, newest(sight.whole, goal.kpi) or info.as_of)
    start = last - (goal.end - goal.start)
    if goal.start.day == 1 and (goal.end + _DAY).day == 1:
        last = (last + _DAY).replace(day=1) - _DAY
        months = len(periods_between(goal.start, goal.end, Grain.MONTH))
        number = last.year * 12 + last.month - months
        start = date(number // 12, number % 12 + 1, 1)
    return replace(goal, start=start, end=last, grain=None, period=None, parts=())
