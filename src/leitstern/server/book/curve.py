"""A goal's curve: actual against plan by day, last year, the levels, and what is still needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Literal

from django.db.models import Q

from leitstern.goals.goal import Levels
from leitstern.goals.plan import path_of
from leitstern.periods.grains import Grain, Period, period_of, periods_between
from leitstern.server.book.rights import seeing
from leitstern.server.book.standings import counted_through, plan_of, workplace
from leitstern.server.book.values import GROUPS, actual, as_known, over, resolved
from leitstern.server.models import Comment
from leitstern.server.sources import began

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.goals.goal import Goal
    from leitstern.goals.plan import Plan
    from leitstern.server.models import GoalRow
    from leitstern.server.sight import Sight

_DAY = timedelta(days=1)
_SUNDAY = 6
#: A level is shown by month in longer periods, by week in shorter ones.
_MONTHLY = 100
#: Last year is shown where the data begin no later than this after its first day.
_SLACK = timedelta(days=7)

Numbers = list[Decimal | None]
Way = Literal["days", "stretches", "known"]


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody noted on a day of the goal."""

    day: date
    text: str
    author: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Lists of one length, an entry for each of ``days``; None where nothing is known.

    An entry is what was reached (planned, reached a year before) from the period's start up to and including
    its day, so that the last actual one is what the goal stands at. ``cumulative``: the value accumulates,
    and ``days`` are all days of the period; otherwise they are the last days of months or weeks. Different
    values of a long period are counted on the last days of weeks and months only. Cohorts and growth are as
    they were known on each day. Actual values end with ``through``. Last year is matched by working days
    where the value accumulates: the same number of them were done.
    ``needed`` leads in a straight line of working time from the actual value to the target.
    ``reason`` says why there is no actual value.
    """

    unit: str
    cumulative: bool
    through: date
    today: date
    days: list[date]
    actual: Numbers
    plan: list[Decimal]
    previous: Numbers
    needed: Numbers
    levels: Levels
    events: tuple[Event, ...]
    reason: str | None = None


def curve(viewer: Viewer, row: GoalRow) -> Curve:
    """The curve of a goal the viewer may see; without actual values where these are protected.

    Each stretch passes the policy by its own days. Where days of a group may not be seen but its months may,
    there are points at the ends of months only.
    """
    sight = seeing(viewer, "goal")
    goal = row.goal
    now, the_plan = actual(sight, goal), plan_of(sight, goal)
    through = counted_through(sight, goal, now)
    days = _days(goal, cumulative=the_plan.additive)
    own: Numbers = [None] * len(days)
    previous: Numbers = [None] * len(days)
    if now.reason != "protected":
        own = _values(sight, goal, days, through, now.value)
        # Last year is shown by day, so its first day decides whether it is too old.
        if goal.whom.type != "person" or not sight.expired(goal.kpi, _last_year(goal).start):
            previous = _previous(sight, goal, days, cumulative=the_plan.additive)
    return Curve(
        unit=sight.catalogue.get(goal.kpi, goal.version).unit,
        cumulative=the_plan.additive,
        through=through,
        today=sight.today(),
        days=days,
        actual=own,
        plan=[the_plan.until(day) for day in days],
        previous=previous,
        needed=_needed(the_plan, days, own, through) if now.reason != "protected" else [None] * len(days),
        levels=goal.levels,
        events=tuple(_events(row)),
        reason=now.reason,
    )


def _days(goal: Goal, *, cumulative: bool) -> list[date]:
    """The days that have an entry: all, or the last ones of months or weeks."""
    if cumulative:
        return [goal.start + timedelta(days=at) for at in range((goal.end - goal.start).days + 1)]
    grain = Grain.MONTH if _long(goal) else Grain.WEEK
    return [min(p.end, goal.end) for p in periods_between(goal.start, goal.end, grain)]


def _long(goal: Goal) -> bool:
    return (goal.end - goal.start).days >= _MONTHLY


def _values(sight: Sight, goal: Goal, days: Sequence[date], through: date, now: Decimal | None) -> Numbers:
    """What was reached by each day; with the last one that counts comes what the goal stands at."""
    known = [day for day in days if day <= through]
    if len(known) < len(days) and through >= goal.start and through not in known:
        known.append(days[len(known)])  # the month or week that runs
    values = _reached(sight, goal, known)
    if values and now is not None:
        values[-1] = now
    return [*values, *[None] * (len(days) - len(known))]


def _reached(sight: Sight, goal: Goal, days: Sequence[date]) -> Numbers:
    """The value from the goal's start up to and including each day, as far as the viewer may see it."""
    way = path_of(resolved(sight, goal.kpi, goal.version))
    if not days:
        return []
    asked = _asked_days(goal, days, way, by_month=_by_month(sight, goal))
    key = ("goal curve", sight.eyes, goal.kpi, goal.version, goal.whom, goal.start, goal.end, way, asked)
    kept: dict[date, Decimal | None] = sight.once(key, lambda _ws: _told(sight, goal, way, asked))
    nothing = None if way != "days" else Decimal(0)
    return [kept.get(day) if day >= goal.start else nothing for day in days]


def _told(sight: Sight, goal: Goal, way: Way, asked: Sequence[date]) -> dict[date, Decimal | None]:
    ends = [day for day in asked if day >= goal.start]
    if way == "known":
        return {day: as_known(sight, goal, day) for day in ends}
    begins = [goal.start, *(day + _DAY for day in ends[:-1])] if way == "days" else [goal.start] * len(ends)
    found = over(sight, goal, list(zip(begins, ends, strict=True))) if ends else []
    values = [one.value for one in found]
    if way == "days":
        # From the first protected stretch on, no sum is known.
        seen = takewhile(lambda one: not one.protected, found)
        values = list(accumulate(one.value or Decimal(0) for one in seen))
    return dict(zip(ends, values, strict=False))


def _by_month(sight: Sight, goal: Goal) -> bool:
    """Whether days of a goal's subject are protected: it is a group that the viewer does not see whole."""
    if goal.whom.type not in GROUPS:
        return False
    return not sight.policy.sees_all(sight.viewer, goal.whom.type, goal.whom.id, goal.start, goal.end)


def _asked_days(goal: Goal, days: Sequence[date], way: Way, *, by_month: bool) -> tuple[date, ...]:
    """The days that are asked for: all whose values are added up; else, of a longer period, ends of weeks and
    months and the last one, as each is a question of its own. ``by_month``: only ends of months."""
    if way == "days":
        days = [goal.start + timedelta(days=at) for at in range((days[-1] - goal.start).days + 1)]
    weekly = _long(goal) and way == "stretches"
    if not weekly and not by_month:
        return tuple(days)
    return tuple(
        day
        for day in days
        if (day + _DAY).day == 1 or day == days[-1] or (day.weekday() == _SUNDAY and not by_month)
    )


def _previous(sight: Sight, goal: Goal, days: Sequence[date], *, cumulative: bool) -> Numbers:
    """What was reached last year by the day that compares; nothing where the data do not go back that far."""
    before = _last_year(goal)
    first = began(sight, goal.kpi)
    if first is None or first > before.start + _SLACK:
        return [None] * len(days)
    earlier = replace(goal, start=before.start, end=before.end, period=None)
    then = [year_before(day) for day in days]
    # Where only ends of months are known, a month is compared with the whole month a year before.
    if cumulative and not _by_month(sight, earlier):
        this, calendar = replace(before, start=goal.start, end=goal.end), workplace(sight)
        then = [calendar.same_stretch(this, day, before) for day in days]
    found = dict(zip(sorted(set(then)), _reached(sight, earlier, sorted(set(then))), strict=True))
    return [found[day] for day in then]


def _last_year(goal: Goal) -> Period:
    """The same part of the year before, as one stretch: a week is that of the same number."""
    start, end = year_before(goal.start), year_before(goal.end)
    if goal.grain == "week":
        earlier = period_of(goal.start, goal.grain).same_last_year()
        start, end = earlier.start, earlier.end
    return Period(Grain.DAY, start.toordinal(), start, end, f"{start}..{end}")


def year_before(day: date) -> date:
    """The same date a year earlier; the last day of a February stays one."""
    if (day.month, day.day) == (2, 29) or (day.month, (day + _DAY).month) == (2, 3):
        return date(day.year - 1, 3, 1) - _DAY
    return day.replace(year=day.year - 1)


def _needed(plan: Plan, days: Sequence[date], own: Numbers, through: date) -> Numbers:
    """From the actual value to the target by working time; nothing where the target is reached."""
    so_far = Decimal(0)
    for day, value in zip(days, own, strict=True):
        if day <= through and value is not None:
            so_far = value
    missing = plan.target - so_far
    workdays = plan.workdays
    rest = workdays.remaining(through)
    if not plan.additive or plan.goal.direction == "at_most" or missing <= 0 or not rest:
        return [None] * len(days)
    done = workdays.elapsed(through)
    return [
        None if day < through else so_far + missing * (workdays.elapsed(day) - done) / rest for day in days
    ]


def _events(row: GoalRow) -> Iterable[Event]:
    for comment in comments(row):
        if comment.day is not None and row.start <= comment.day <= row.end:
            yield Event(comment.day, comment.text, str(comment.account))


def comments(row: GoalRow) -> list[Comment]:
    """What was said about a goal, and about its KPI as a whole, oldest first."""
    of_both = Comment.objects.filter(Q(goal=row) | Q(goal=None, kpi=row.kpi))
    return list(of_both.select_related("account").order_by("at", "pk"))
