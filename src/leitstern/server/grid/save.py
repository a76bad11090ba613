"""Saving what was typed into a table of goals, and taking the last save back.

Only drafts are written. What cannot be saved stays as it was typed, with the reason; all else is saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from leitstern.errors import Problem
from leitstern.goals.goal import Goal, Improvement, Levels, Part, Whom
from leitstern.server import book, typed
from leitstern.server.book.names import label_of
from leitstern.server.grid.table import DIRECTIONS, Builder, cell_name, place
from leitstern.server.models import GoalRow

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.server.grid.choice import Column
    from leitstern.server.sight import Sight


@dataclass(slots=True)
class Saved:
    """What became of a form: how many goals changed, what was not saved and why, and how to take it back."""

    changed: int = 0
    typed_in: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    undo: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sent:
    """One cell as it was sent: its text, and the goal that is there now."""

    whom: Whom
    column: Column
    row: GoalRow | None
    text: str

    def target(self, language: str) -> Decimal:
        """The number it says. Problem ``goals.table_number_doubtful`` for 1,234 euros: the third place can
        only be a thousands mark of another language."""
        unit = self.column.definition.unit
        found = typed.number(self.text, unit, language)
        exponent = found.as_tuple().exponent
        if unit == "currency" and isinstance(exponent, int) and exponent < -2:
            readings = f"{found}, {found.scaleb(3).normalize():f}"
            raise Problem("goals.table_number_doubtful", value=self.text, readings=readings)
        return found


def save(build: Builder, sent: Mapping[str, str], loaded: datetime, language: str) -> Saved:
    """Save the cells of the table that were sent and are not as they were.

    What somebody else changed after the page was ``loaded`` is not overwritten unseen: it is a problem of
    its cell, once.
    """
    done = Saved()
    columns, subjects = build.choice.columns(build.sight), build.choice.subjects(build.sight)
    goals = build.goals(columns, subjects)
    for whom, _name in subjects:
        for column in columns:
            name = cell_name(whom, column)
            if name not in sent or column.definition.good not in DIRECTIONS:
                continue
            row = next(iter(goals.get(place(whom, column), [])), None)
            try:
                with transaction.atomic():
                    change = _cell(build.sight, Sent(whom, column, row, sent[name].strip()), loaded, language)
            except Problem as problem:
                done.typed_in[name], done.problems[name] = sent[name], problem.text(language)
                continue
            if change is not None:
                done.changed += 1
                done.undo.append(change)
    return done


def _cell(ask: Sight, cell: Sent, loaded: datetime, language: str) -> dict[str, Any] | None:
    """Save one cell; what takes it back, or None where nothing changed."""
    row, viewer = cell.row, ask.viewer
    target = cell.target(language) if cell.text else None
    if row is None:
        return None if target is None else _create(viewer, cell, target)
    if target == row.target:
        return None
    if row.state != "draft":
        raise Problem("leitstern.goal_no_draft", goal=label_of(ask.whole, row.goal))
    if row.changed_at > loaded:
        raise Problem(
            "leitstern.goal_changed_meanwhile", goal=label_of(ask.whole, row.goal), value=row.target
        )
    before = kept(row)
    if target is None:
        book.delete(viewer, row)
        return {"id": None, "before": before}
    levels = row.goal.levels
    changed = Levels(target, levels.minimum, levels.stretch, levels.upper)
    return written(book.update(viewer, row, row.goal.with_levels(changed)), before)


def _create(viewer: Viewer, cell: Sent, target: Decimal) -> dict[str, Any]:
    definition, period = cell.column.definition, cell.column.period
    goal = Goal(
        definition.kpi, definition.version, cell.whom, period.start, period.end,
        DIRECTIONS[definition.good], Levels(target), str(period.grain), period.label,
    )  # fmt: skip
    return written(book.create(viewer, goal), None)


def written(row: GoalRow, before: dict[str, Any] | None) -> dict[str, Any]:
    """What takes a written goal back to what it was ``before``; None: it was not there."""
    return {"id": row.pk, "before": before, "after": row.changed_at.isoformat()}


def take_back(viewer: Viewer, changes: list[dict[str, Any]]) -> tuple[int, int]:
    """Put back what a save changed; how many goals, and how many others were changed or offered since."""
    done = 0
    for change in reversed(changes):
        row = GoalRow.objects.filter(pk=change["id"]).first() if change["id"] else None
        if change["id"] and (row is None or row.changed_at.isoformat() != change["after"]):
            continue
        try:
            with transaction.atomic():
                _put_back(viewer, row, change["before"])
        except Problem:
            continue  # offered meanwhile, or no longer one's own to write: it is counted as left
        done += 1
    return done, len(changes) - done


def _put_back(viewer: Viewer, row: GoalRow | None, before: dict[str, Any] | None) -> None:
    if before is None and row is not None:
        book.delete(viewer, row)
    elif before is not None and row is not None:
        book.update(viewer, row, _goal(before))
    elif before is not None:
        days = (before["due_on"], before["review_on"])
        due, review = (date.fromisoformat(day) if day else None for day in days)
        about = book.About(before["owner"], due, review, before["note"], before["parent"], before["replaces"])
        book.create(viewer, _goal(before), about)


def kept(row: GoalRow) -> dict[str, Any]:
    """A draft as plain JSON, whole enough to be written again."""
    amounts = ("target", "minimum", "stretch", "upper", "change", "base", "weight", "corridor")
    plain = (
        "kpi", "version", "subject_type", "subject_id", "grain", "period", "direction", "against", "relative",
        "spread", "parts", "kind", "note",
    )  # fmt: skip
    days = ("start", "end", "due_on", "review_on")
    return {
        **{name: getattr(row, name) for name in plain},
        **{name: None if getattr(row, name) is None else str(getattr(row, name)) for name in amounts},
        **{name: None if getattr(row, name) is None else getattr(row, name).isoformat() for name in days},
        "owner": row.owner_id,
        "parent": row.parent_id,
        "replaces": row.replaces_id,
    }


def _goal(was: Mapping[str, Any]) -> Goal:
    """The goal a draft was."""

    def amount(name: str) -> Decimal | None:
        return None if was[name] is None else Decimal(was[name])

    improvement = None
    if was["change"] is not None and was["base"] is not None:
        improvement = Improvement(
            Decimal(was["change"]), was["against"], Decimal(was["base"]), was.get("relative", True)
        )
    parts = (
        Part(date.fromisoformat(p["start"]), date.fromisoformat(p["end"]), Decimal(p["amount"]))
        for p in was["parts"]
    )
    return Goal(
        was["kpi"], was["version"], Whom(was["subject_type"], was["subject_id"]),
        date.fromisoformat(was["start"]), date.fromisoformat(was["end"]), was["direction"],
        Levels(Decimal(was["target"]), amount("minimum"), amount("stretch"), amount("upper")),
        was["grain"], was["period"], improvement, was["spread"], tuple(parts),
        Decimal(was["weight"]), Decimal(was["corridor"]), was["kind"],
    )  # fmt: skip
