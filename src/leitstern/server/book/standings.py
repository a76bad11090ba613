"""Where goals stand: value, plan to date and verdict, worked out once for a generation and day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from leitstern.goals.calendars import Workdays, workdays_of
from leitstern.goals.course import NO_OUTLOOK, Outlook
from leitstern.goals.pace import Actual, Standing, standing, through
from leitstern.goals.plan import Plan, plan
from leitstern.goals.season import Season, season_of
from leitstern.periods.grains import Grain, periods_between
from leitstern.periods.workdays import WorkCalendar
from leitstern.server import audit
from leitstern.server.book.rights import seeing
from leitstern.server.book.values import Question, actual, exact, is_additive
from leitstern.server.sight import Sight, organisation

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.goals.goal import Goal
    from leitstern.server.models import GoalRow
    from leitstern.server.reader import Reader

_DAY = timedelta(days=1)


def standings(viewer: Viewer, rows: Iterable[GoalRow], surface: str = "goals") -> dict[int, Standing]:
    """The standing of each goal by its id, as the viewer may see it.

    Whoever sees other persons' values is written down in the access log, under ``surface``.
    """
    sight = seeing(viewer, surface)
    kept: dict[Any, Standing] = sight.once(("standings", sight.eyes, sight.today()), lambda _ws: {})
    found: dict[int, Standing] = {}
    seen: dict[str, set[str]] = {}
    for row in rows:
        outlook = outlook_of(sight.whole, row)
        key = (row.pk, row.changed_at, outlook)
        if key not in kept:
            kept[key] = of(sight, row.goal, outlook)
        found[row.pk] = kept[key]
        if (
            row.subject_type == "person"
            and row.subject_id != viewer.person
            and found[row.pk].value is not None
        ):
            seen.setdefault(row.kpi, set()).add(str(row.subject_id))
    for kpi, persons in seen.items():
        audit.seen(viewer, persons, kpi, surface)
    return found


def of(sight: Sight, goal: Goal, outlook: Outlook) -> Standing:
    """The standing of one goal."""
    now = actual(sight, goal)
    through = counted_through(sight, goal, now)
    return standing(goal, plan_of(sight, goal), now, through, sight.today(), outlook)


def outlook_of(ask: Reader, row: GoalRow) -> Outlook:
    """What the forecast of this generation says of a goal; nothing while it is being made."""
    from leitstern.server.insight.forecast import told

    found = told(ask, row)
    if found is None:
        return NO_OUTLOOK
    expected = found.expected
    chances = found.kept["chances"]
    return Outlook(
        chances.get("target"), chances.get("minimum"), None if expected is None else exact(expected)
    )


def counted_through(sight: Sight, goal: Goal, now: Actual) -> date:
    """The last whole day of a goal's period that counts; the day before it where no data came at all."""
    info = sight.generation()
    return goal.start - _DAY if info is None else through(info.as_of, now.newest, goal)


def plan_of(ask: Reader, goal: Goal) -> Plan:
    """A goal's plan over the working days of its subject."""
    season = season_for(ask, goal) if goal.spread == "season" else None
    return plan(goal, workdays(ask, goal), is_additive(ask, goal.kpi, goal.version), season)


def workplace(ask: Reader) -> WorkCalendar:
    """The working days of the workspace."""
    found: WorkCalendar = ask.once("workplace", lambda ws: ws.settings.calendar())
    return found


def workdays(ask: Reader, goal: Goal) -> Workdays:
    """The working time of a goal's subject in its period."""
    return workdays_of(goal.whom, goal.start, goal.end, organisation(ask), workplace(ask))


#: Whose own history may draw a plan that everybody sees: nobody's values follow from it.
_THINGS = ("company", "customer", "campaign", "product")


def season_for(ask: Reader, goal: Goal) -> Season:
    """The season of a goal's subject, the company's where the subject's own history is thin.

    It is that of the twelve whole months before the goal begins, or before the data end. It is part of the
    plan, which is the same for everybody who may see the goal: so for people and groups of them it is always
    the company's, as their own months would show in it. Of a KPI that can single out people there is none.
    """
    first = min(goal.start, ask.as_of()).replace(day=1)
    question = Question(
        goal.kpi,
        goal.version,
        Question.of(goal).by,
        first.replace(year=first.year - 1),
        first - _DAY,
        "month",
    )
    if ask.singles(goal.kpi):
        return season_of({}, {}, 0)
    of_things = goal.whom.type in _THINGS
    own, records = _months(ask, question, goal.whom.id) if of_things else ({}, 0)
    pooled, _records = _months(ask, replace(question, by="company"), None)
    return season_of(own, pooled, records)


def _months(ask: Reader, question: Question, subject: str | None) -> tuple[dict[int, Decimal | None], int]:
    """A subject's values by number of month, and how many records are behind them."""
    months = tuple((p.start, p.end) for p in periods_between(question.start, question.end, Grain.MONTH))
    name = f"{question.kpi}@{question.version}"
    found = ask.stretches(name, question.by, months, frozenset({subject}), "month")
    return {o.start.month: exact(o.value) for o in found}, sum(o.rows for o in found)
