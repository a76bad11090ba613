"""How goals, and whom they are for, are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.server.sight import organisation

if TYPE_CHECKING:
    from leitstern.goals.goal import Goal, Whom
    from leitstern.server.reader import Reader


def name_of(ask: Reader, whom: Whom) -> str | None:
    """The name of whom a goal is for; None where the data do not know it."""
    if whom.type == "company":
        return str(ask.settings.name)
    if whom.id is None:
        return None
    people = organisation(ask)
    if whom.type == "segment":
        return whom.id if whom.id in people.segments.values() else None
    if whom.type == "person":
        return people.people[whom.id].name if whom.id in people.people else None
    if whom.type == "team":
        return people.teams[whom.id].name if whom.id in people.teams else None
    names: dict[str, str] = ask.once(("names", whom.type), lambda ws: dict(ws.subjects(whom.type)))
    return names.get(whom.id)


def label_of(ask: Reader, goal: Goal) -> str:
    """A goal in few words, as an error message or a log names it: ``won_value, Vertrieb Nord, 2026-Q4``."""
    period = goal.period or f"{goal.start}..{goal.end}"
    return ", ".join((goal.kpi, name_of(ask, goal.whom) or str(goal.whom.id), period))
