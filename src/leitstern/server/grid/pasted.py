"""A whole table of goals from outside, pasted or as a file: read, shown with its problems, then saved."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from django.db import transaction

from leitstern.errors import Problem
from leitstern.goals.goal import Goal, Levels, Whom
from leitstern.goals.table import GoalTable, Usual, read_table
from leitstern.server import book
from leitstern.server.book.rights import visible
from leitstern.server.goal_names import names
from leitstern.server.grid.save import kept, written
from leitstern.server.models import GoalRow
from leitstern.sources.files import land
from leitstern.sources.limits import Limits

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from leitstern.server.grid.choice import Choice
    from leitstern.server.sight import Sight

#: A table of goals is small; what is larger is something else.
MOST_BYTES = 2 * 1024 * 1024
MOST_GOALS = 2_000
_LIMITS = Limits(seconds=30, cpu_seconds=20, file_bytes=MOST_BYTES, columns=200, cells=200_000)

_Rows = list[list[str | None]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a read table: goals written, what takes them back, and problems with their goals."""

    changes: list[dict[str, Any]]
    problems: list[tuple[Goal, Problem]]


def read(ask: Sight, choice: Choice, table: str | _Rows) -> GoalTable:
    """The goals of a table, in which the page's KPI and period go without saying."""
    fiscal = ask.settings.fiscal_year_start
    usual = Usual(choice.kpis[0] if choice.layout == "periods" else None, choice.span, fiscal)
    found = read_table(table, ask.catalogue, names(ask), usual)
    if len(found.drafts) > MOST_GOALS:
        raise Problem("leitstern.goals_too_many", count=len(found.drafts), most=MOST_GOALS)
    return found


def rows_of(upload: UploadedFile[bytes]) -> _Rows:
    """The rows of an uploaded XLSX or CSV file, headings first; of a workbook the first sheet.

    A process of its own reads the file, within limits. Problem with a ``sources.*`` code if it cannot.
    """
    name = PurePath(upload.name or "table.csv").name
    if (upload.size or 0) > MOST_BYTES:
        raise Problem("sources.file_too_big", file=name, most=MOST_BYTES // (1024 * 1024))
    with tempfile.TemporaryDirectory(prefix="leitstern-goals-") as folder:
        path = Path(folder) / f"table{PurePath(name).suffix.lower()}"
        path.write_bytes(upload.read())
        try:
            table = land(path, Path(folder) / "landed", _LIMITS)[0]
        except Problem as problem:
            raise Problem(problem.code, **{**problem.values, "file": name}) from None
        columns = pq.read_table(table.parquet, columns=list(table.columns)).to_pydict()
    body = zip(*(columns[column] for column in table.columns), strict=True)
    return [list(table.columns), *(list(row) for row in body)]


def take(ask: Sight, goals: list[Goal]) -> Taken:
    """Write goals as drafts; one that is a draft already gets the new levels."""
    changes, problems = list[dict[str, Any]](), list[tuple[Goal, Problem]]()
    for goal in goals:
        try:
            with transaction.atomic():
                change = _write(ask, goal)
        except Problem as problem:
            problems.append((goal, problem))
            continue
        if change is not None:
            changes.append(change)
    return Taken(changes, problems)


def _write(ask: Sight, goal: Goal) -> dict[str, Any] | None:
    rows = GoalRow.objects.filter(
        kpi=goal.kpi, subject_type=goal.whom.type, subject_id=goal.whom.id, start=goal.start, end=goal.end
    )
    row = visible(ask, rows.filter(state="draft")).order_by("pk").first()
    if row is None:
        return written(book.create(ask.viewer, goal), None)
    if row.goal.levels == goal.levels and row.direction == goal.direction:
        return None
    before = kept(row)
    merged = replace(row.goal.with_levels(goal.levels), direction=goal.direction, weight=goal.weight)
    return written(book.update(ask.viewer, row, merged), before)


def as_json(goal: Goal) -> dict[str, Any]:
    """A read goal as the session keeps it between preview and saving."""
    levels = {name: getattr(goal.levels, name) for name in ("target", "minimum", "stretch", "upper")}
    return {
        "kpi": goal.kpi, "version": goal.version, "whom": [goal.whom.type, goal.whom.id],
        "days": [goal.start.isoformat(), goal.end.isoformat()], "grain": goal.grain, "period": goal.period,
        "direction": goal.direction, "weight": str(goal.weight),
        "levels": {name: str(value) for name, value in levels.items() if value is not None},
    }  # fmt: skip


def from_json(kept_goal: Mapping[str, Any]) -> Goal:
    """A goal from what `as_json` made of it."""
    start, end = (date.fromisoformat(day) for day in kept_goal["days"])
    levels = Levels(**{name: Decimal(value) for name, value in kept_goal["levels"].items()})
    return Goal(
        kept_goal["kpi"], kept_goal["version"], Whom(*kept_goal["whom"]), start, end,
        kept_goal["direction"], levels, kept_goal["grain"], kept_goal["period"],
        weight=Decimal(kept_goal["weight"]),
    )  # fmt: skip
