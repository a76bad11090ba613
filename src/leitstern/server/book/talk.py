"""What people say about goals: words, and events on the curve."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from leitstern import clock
from leitstern.errors import Problem
from leitstern.server import audit
from leitstern.server.book.rights import actors, may_edit, seeing
from leitstern.server.book.store import account_of, get, locked
from leitstern.server.models import Comment, GoalRow

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer

_LONGEST = 2000


def set_review(viewer: Viewer, row: GoalRow, day: date | None) -> GoalRow:
    """Set the day on which both sides look at a goal; either side may, at any time, as it changes nothing
    of what was agreed. Problem ``leitstern.comment_day`` for a day outside the goal's period."""
    by = account_of(viewer)
    if day is None or not row.start <= day <= row.end:
        raise Problem("leitstern.comment_day", day=day or row.end, start=row.start, end=row.end)
    with transaction.atomic():
        row = locked(row)
        sight = seeing(viewer)
        drafting = row.state == "draft" and (row.created_by_id == viewer.account or may_edit(sight, row))
        if not drafting and not actors(sight, row):
            raise Problem("leitstern.goal_not_yours")
        before = row.review_on.isoformat() if row.review_on else None
        row.review_on = day
        row.save(update_fields=["review_on"])
        audit.note(by, "goal.review", f"goal:{row.pk}", {"on": before}, {"on": day.isoformat()})
    return row


def say(viewer: Viewer, row: GoalRow, text: str, day: date | None = None) -> Comment:
    """Note a word about a goal, or with a ``day`` an event on its curve.

    Problems: ``leitstern.comment_empty``, ``leitstern.comment_day`` for a day outside the goal's period,
    ``leitstern.goal_gone`` where the viewer may not see the goal.
    """
    words = text.strip()[:_LONGEST]
    if not words:
        raise Problem("leitstern.comment_empty")
    if day is not None and not row.start <= day <= row.end:
        raise Problem("leitstern.comment_day", day=day, start=row.start, end=row.end)
    if get(viewer, row.pk) is None:
        raise Problem("leitstern.goal_gone")
    by = account_of(viewer)
    with transaction.atomic():
        said = Comment.objects.create(goal=row, kpi=row.kpi, day=day, text=words, account=by, at=clock.now())
        after = {"text": words, "day": day.isoformat() if day else None}
        audit.note(by, "goal.commented", f"goal:{row.pk}", None, after)
    return said
