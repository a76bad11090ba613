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
from leitstern.periods.grains import Grain, Period, period_of, periods_between
from leitstern.server.book.rights import seeing
from leitstern.server.book.standings import counted_through, plan_of, workplace
from leitstern.server.book.values import actual, over
from leitstern.server.models import Comment
from leitstern.server.sources import began

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.goals.goal import Goal
    from leitstern.goals.plan import Plan
    from leitstern.server.models import GoalRow
    from leitstern.server.reader import Reader

_DAY = timedelta(days=1)
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

    ``cumulative``: ``days`` are all days of the period, and entries what was reached (planned, reached a
    year before) from its start up to and including the day. Otherwise ``days`` are the last days of
    months or weeks, and entries the value (level) of that stretch alone. Actual values end with
    ``through``. Last year is matched by working days: the same number of them were done.
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
    stretches = _stretches(goal, the_plan.additive)
    days = [end for _, end in stretches]
    own: Numbers = [None] * len(days)
    previous: Numbers = [None] * len(days)
    if now.reason != "protected":
        own = _values(ask, goal, stretches, through, cumulative=the_plan.additive)
        # Last year is shown by day, so its first day decides whether it is too old.
        if goal.whom.type != "person" or not sight.expired(goal.kpi, _last_year(goal).start):
            previous = _previous(ask, goal, stretches, cumulative=the_plan.additive)
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


def _stretches(goal: Goal, cumulative: bool) -> list[tuple[date, date]]:
    """The stretches an entry is for: days, or months or weeks cut to the goal's period."""
    if cumulative:
        days = (goal.end - goal.start).days + 1
        return [(goal.start + timedelta(days=at),) * 2 for at in range(days)]
    grain = Grain.MONTH if (goal.end - goal.start).days >= _MONTHLY else Grain.WEEK
    return [
        (max(p.start, goal.start), min(p.end, goal.end)) for p in periods_between(goal.start, goal.end, grain)
    ]


def _values(
    ask: Reader, goal: Goal, stretches: Sequence[tuple[date, date]], through: date, *, cumulative: bool
) -> Numbers:
    known = [one for one in stretches if one[0] <= through]
    found = _asked(ask, goal, tuple(known), cumulative=cumulative) if known else []
    return [*found, *[None] * (len(stretches) - len(known))]


def _asked(ask: Reader, goal: Goal, stretches: tuple[tuple[date, date], ...], *, cumulative: bool) -> Numbers:
    """The value of each stretch, or their running sums."""
    key = ("goal curve", goal.kpi, goal.version, goal.whom, stretches[0], stretches[-1], cumulative)
    values: Numbers = ask.once(key, lambda _ws: [one.value for one in over(ask, goal, stretches)])
    if not cumulative:
        return values
    return list(accumulate(Decimal(0) if value is None else value for value in values))


def _previous(
    ask: Reader, goal: Goal, stretches: Sequence[tuple[date, date]], *, cumulative: bool
) -> Numbers:
    """Last year's values; nothing where the data do not go back that far."""
    before = _last_year(goal)
    first = began(ask, goal.kpi)
    if first is None or first > before.start + _SLACK:
        return [None] * len(stretches)
    if not cumulative:
        earlier = tuple((year_before(start), year_before(end)) for start, end in stretches)
        return _asked(ask, goal, earlier, cumulative=False)
    days = tuple((before.start + timedelta(days=at),) * 2 for at in range(before.days))
    sums = [Decimal(0), *(value or Decimal(0) for value in _asked(ask, goal, days, cumulative=True))]
    this = replace(before, start=goal.start, end=goal.end)
    calendar = workplace(ask)
    places = ((calendar.same_stretch(this, day, before) - before.start).days + 1 for day, _ in stretches)
    return [sums[place] for place in places]


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
