"""From what a caller sends to a goal as the rules know it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from leitstern.goals.goal import Direction, Goal, Levels, Part, Whom
from leitstern.server.api.refusals import Refused
from leitstern.server.api.routes.values import period_named
from leitstern.server.book import About

if TYPE_CHECKING:
    from leitstern.server.api.goal_documents import GoalChange, GoalIn, LevelsIn
    from leitstern.server.models import GoalRow
    from leitstern.server.sight import Sight

#: What of a request is written beside the goal.
_ABOUT = ("owner", "due_on", "review_on", "note", "parent", "replaces")
_LEVELS = ("target", "minimum", "stretch", "upper")


def new_goal(ask: Sight, given: GoalIn) -> Goal:
    """The goal of a new draft; Problem or `Refused` where it does not fit together."""
    start, end, grain, period = _when(ask, given)
    definition = (
        ask.catalogue.get(given.kpi, given.version) if given.version else ask.catalogue.at(given.kpi, start)
    )
    direction: Direction = given.direction or ("at_most" if definition.good == "down" else "at_least")
    return Goal(
        given.kpi,
        definition.version,
        Whom(given.subject.type, given.subject.id),
        start,
        end,
        direction,
        Levels(given.target, given.minimum, given.stretch, given.upper),
        grain,
        period,
        spread=given.spread or "working_days",
        parts=_parts(given),
        weight=Decimal(1) if given.weight is None else given.weight,
        corridor=Decimal("0.05") if given.corridor is None else given.corridor,
        kind=given.kind or "agreed",
    )


def changed_goal(ask: Sight, row: GoalRow, given: GoalChange) -> Goal | None:
    """The goal of a draft after a change; None where only what stands beside it changes."""
    sent = given.model_fields_set - set(_ABOUT)
    if not sent:
        return None
    goal = row.goal
    if sent & {"period", "from_", "to"}:
        start, end, grain, period = _when(ask, given, goal)
        goal = replace(goal, start=start, end=end, grain=grain, period=period)
    if sent & set(_LEVELS):
        kept = {name: getattr(goal.levels, name) for name in _LEVELS}
        kept |= {name: getattr(given, name) for name in _LEVELS if name in sent}
        if kept["target"] is None:
            raise Refused(400, "target_missing")
        goal = goal.with_levels(Levels(**kept))
    more: dict[str, Any] = {
        name: getattr(given, name)
        for name in ("direction", "spread", "weight", "corridor", "kind")
        if name in sent and getattr(given, name) is not None
    }
    if given.subject is not None:
        more["whom"] = Whom(given.subject.type, given.subject.id)
    if given.parts is not None:
        more["parts"] = _parts(given)
    if given.kpi is not None or given.version is not None:
        more |= _kpi(ask, given, goal)
    return replace(goal, **more)


def about(given: GoalChange, row: GoalRow | None = None) -> About | None:
    """What is written beside a goal: as it was in ``row``, with what was sent; None if nothing was."""
    sent = {name: getattr(given, name) for name in _ABOUT if name in given.model_fields_set}
    if row is not None and not sent:
        return None
    kept = About()
    if row is not None:
        kept = About(row.owner_id, row.due_on, row.review_on, row.note, row.parent_id, row.replaces_id)
    if sent.get("note", "") is None:
        sent["note"] = ""
    return replace(kept, **sent)


def levels(given: LevelsIn) -> Levels:
    """Levels as the rules know them."""
    return Levels(given.target, given.minimum, given.stretch, given.upper)


def _kpi(ask: Sight, given: GoalChange, goal: Goal) -> dict[str, Any]:
    name = given.kpi or goal.kpi
    found = ask.catalogue.get(name, given.version) if given.version else ask.catalogue.at(name, goal.start)
    return {"kpi": name, "version": found.version}


def _parts(given: GoalChange) -> tuple[Part, ...]:
    return tuple(Part(p.from_, p.to, p.amount) for p in given.parts or ())


def _when(
    ask: Sight, given: GoalChange, before: Goal | None = None
) -> tuple[date, date, str | None, str | None]:
    """First and last day, and the period's grain and label where it is one."""
    if given.period is not None:
        found = period_named(ask, given.period)
        return found.start, found.end, str(found.grain), found.label
    start = given.from_ or (before.start if before else None)
    end = given.to or (before.end if before else None)
    if start is None or end is None:
        raise Refused(400, "period_missing")
    if start > end:
        raise Refused(400, "dates_order")
    return start, end, None, None
