"""A goal's curve: actual against plan by day, last year, the levels, and what is still needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING

from django.db.models import Q

from leitstern.goals.goal import Levels
from leitstern.goals.plan import path_of
from leitstern.periods.grains import Grain, Period, period_of, periods_between
from leitstern.server.book.rights import seeing
from leitstern.server.book.standings import counted_through, plan_of, workplace
from leitstern.server.book.values import actual, as_known, over, resolved
from leitstern.server.models import Comment
from leitstern.server.sources import began

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.goals.goal import Goal
    from leitstern.goals.plan import Plan
    from leitstern.server.models import GoalRow
    from leitstern.server.reader import Reader

_DAY = timedelta(days=1)
_SUNDAY = 6
#: A level is shown by month in longer periods, by week in shorter ones.
_MONTHLY = 100
#: Last year is shown where the data begin no later than this after its first day.
_SLACK = timedelta(days=7)

Numbers = list[Decimal | None]


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
    """The curve of a goal the viewer may see; without actual values where these are protected."""
    sight = seeing(viewer, "goal")
    goal, ask = row.goal, sight.whole
    now, the_plan = actual(sight, goal), plan_of(ask, goal)
    through = counted_through(sight, goal, now)
    days = _days(goal, cumulative=the_plan.additive)
    own: Numbers = [None] * len(days)
    previous: Numbers = [None] * len(days)
    if now.reason != "protected":
        own = _values(ask, goal, days, through, now.value)
        # Last year is shown by day, so its first day decides whether it is too old.
        if goal.whom.type != "person" or not sight.expired(goal.kpi, _last_year(goal).start):
            previous = _previous(ask, goal, days, cumulative=the_plan.additive)
    return Curve(
        unit=ask.catalogue.get(goal.kpi, goal.version).unit,
        cumulative=the_plan.additive,
        through=through,
        today=sight.today(),
        days=days,
        actual=own,
        plan=[the_plan.until(day) for day in days],
        previous=previous,
        needed=_needed(the_plan, days, own, through),
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


def _values(ask: Reader, goal: Goal, days: Sequence[date], through: date, now: Decimal | None) -> Numbers:
    """What was reached by each day; with the last one that counts comes what the goal stands at."""
    known = [day for day in days if day <= through]
    if len(known) < len(days) and through >= goal.start and through not in known:
        known.append(days[len(known)])  # the month or week that runs
    values = _reached(ask, goal, known)
    if values and now is not None:
        values[-1] = now
    return [*values, *[None] * (len(days) - len(known))]


def _reached(ask: Reader, goal: Goal, days: Sequence[date]) -> Numbers:
    """The value from the goal's start up to and including each day."""
    way = path_of(resolved(ask, goal.kpi, goal.version))
    if not days:
        return []
    asked = list(days)
    if way == "days":
        asked = [goal.start + timedelta(days=at) for at in range((days[-1] - goal.start).days + 1)]
    elif way == "stretches":
        asked = _asked_days(goal, days)
    key = ("goal curve", goal.kpi, goal.version, goal.whom, goal.start, goal.end, way, tuple(asked))

    def values() -> dict[date, Decimal | None]:
        stretches = [(goal.start, day) for day in asked if day >= goal.start]
        if way == "days":
            stretches = [(day, day) for _, day in stretches]
        if way == "known":
            return {day: as_known(ask, goal, day) for _, day in stretches}
        found = [one.value for one in over(ask, goal, stretches)] if stretches else []
        if way == "days":
            found = list(accumulate(Decimal(0) if value is None else value for value in found))
        return {day: value for (_, day), value in zip(stretches, found, strict=True)}

    kept: dict[date, Decimal | None] = ask.once(key, lambda _ws: values())
    nothing = None if way != "days" else Decimal(0)
    return [kept.get(day) if day >= goal.start else nothing for day in days]


def _asked_days(goal: Goal, days: Sequence[date]) -> list[date]:
    """Of a longer period the days that are shown, as each is a question of its own: ends of weeks and months,
    and the last one."""
    if not _long(goal):
        return list(days)
    return [day for day in days if day.weekday() == _SUNDAY or (day + _DAY).day == 1 or day == days[-1]]


def _previous(ask: Reader, goal: Goal, days: Sequence[date], *, cumulative: bool) -> Numbers:
    """What was reached last year by the day that compares; nothing where the data do not go back that far."""
    before = _last_year(goal)
    first = began(ask, goal.kpi)
    if first is None or first > before.start + _SLACK:
        return [None] * len(days)
    then = [year_before(day) for day in days]
    if cumulative:
        this, calendar = replace(before, start=goal.start, end=goal.end), workplace(ask)
        then = [calendar.same_stretch(this, day, before) for day in days]
    earlier = replace(goal, start=before.start, end=before.end, period=None)
    found = dict(zip(sorted(set(then)), _reached(ask, earlier, sorted(set(then))), strict=True))
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
