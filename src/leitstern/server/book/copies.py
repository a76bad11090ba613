"""Goals made from others: last period's with a change, and first goals for new people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from leitstern.goals import cascade
from leitstern.goals.goal import Goal, Levels, Whom
from leitstern.goals.improve import STEPS, step_of
from leitstern.server.book import rights
from leitstern.server.book.splits import COUNTS
from leitstern.server.book.standings import workdays, workplace
from leitstern.server.book.store import About, create
from leitstern.server.models import Default, GoalRow
from leitstern.server.sight import organisation

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.periods.grains import Period
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight


def copy(viewer: Viewer, rows: Iterable[GoalRow], change: Decimal, to: Period) -> list[GoalRow]:
    """Drafts of goals for another period, their levels changed by a fraction (0.05: 5 % more).

    All or none. A goal for a subject that has one for this KPI in the new period already is left out.
    Children of a copied goal become children of its copy.
    """
    ask = rights.seeing(viewer).whole
    made: dict[int, GoalRow] = {}
    with transaction.atomic():
        # Parents come first, so that their copies are there when the children need them.
        for row in sorted(rows, key=lambda one: (one.parent_id is not None, one.pk)):
            goal = row.goal
            unit = ask.catalogue.get(goal.kpi, goal.version).unit
            new = cascade.copied(goal, change, to, step_of(unit, goal.levels.target))
            new = replace(new, version=ask.catalogue.at(goal.kpi, to.start).version)
            if _there(new):
                continue
            parent = made.get(row.parent_id or 0)
            about = About(owner=row.owner_id, parent=parent.pk if parent else None)
            made[row.pk] = create(viewer, new, about)
    return list(made.values())


def newcomers(viewer: Viewer, period: Period, team: str | None = None) -> list[GoalRow]:
    """Drafts for people who are new in a team with defaults, in proportion to their working time.

    New is who joined the team in ``period`` and has no goal of that KPI in it. The default says how much a
    full-time person is to bring in a year. With ``team`` only for people new in that one.
    """
    sight = rights.seeing(viewer)
    with transaction.atomic():
        # One after the other: a draft made for a person is what keeps that person from a second one.
        return [create(viewer, goal) for goal in _first_goals(sight, period, team)]


def awaited(viewer: Viewer, period: Period, team: str) -> int:
    """How many drafts `newcomers` would make."""
    found = _first_goals(rights.seeing(viewer), period, team)
    return len({(goal.kpi, goal.whom) for goal in found})


def _first_goals(sight: Sight, period: Period, team: str | None) -> Iterator[Goal]:
    ask, people = sight.whole, organisation(sight.whole)
    defaults = Default.objects.order_by("team", "kpi")
    for default in defaults if team is None else defaults.filter(team=team):
        for stay in people.stays_in.get(default.team, ()):
            if not period.start <= stay.first <= period.end:
                continue
            goal = _first_goal(ask, default, stay.person, max(stay.first, period.start), period)
            allowed = sight.policy.may_edit_goals(sight.viewer, goal.whom, goal.start, goal.end)
            if allowed and goal.levels.target and not _there(goal):
                yield goal


def _first_goal(ask: Reader, default: Default, person: str, start: date, period: Period) -> Goal:
    """A new person's goal from the first day in the team to the end of the period."""
    definition = ask.catalogue.at(default.kpi, start)
    whole = start == period.start
    goal = Goal(
        default.kpi,
        definition.version,
        Whom("person", person),
        start,
        period.end,
        "at_most" if definition.good == "down" else "at_least",
        Levels(default.per_year),
        str(period.grain) if whole else None,
        period.label if whole else None,
    )
    year = workplace(ask).with_share(1).working_days(date(start.year, 1, 1), date(start.year, 12, 31))
    amount = default.per_year * workdays(ask, goal).total / year
    return goal.with_levels(Levels(cascade.rounded(amount, STEPS[definition.unit])))


def _there(goal: Goal) -> bool:
    """Whether the subject has a goal of this KPI in the period already."""
    return GoalRow.objects.filter(
        kpi=goal.kpi,
        subject_type=goal.whom.type,
        subject_id=goal.whom.id,
        start__lte=goal.end,
        end__gte=goal.start,
        grain=goal.grain,
        state__in=COUNTS,
    ).exists()
