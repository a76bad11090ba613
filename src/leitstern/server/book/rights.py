"""Who may see and do what in the goal book: the access policy asked about stored goals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from leitstern.access.people import sees_everybody
from leitstern.goals.goal import Whom
from leitstern.goals.offers import ACTIONS, Action, Actor, State, possible
from leitstern.server.models import GoalRow
from leitstern.server.privacy import privacy
from leitstern.server.reader import reader
from leitstern.server.sight import Sight

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leitstern.access.viewer import Viewer


def seeing(viewer: Viewer, surface: str = "goals") -> Sight:
    """The workspace as a viewer may see it; ``surface`` names the page or way for the access log."""
    return Sight(reader(), viewer, privacy(), surface)


def visible(sight: Sight, rows: QuerySet[GoalRow]) -> QuerySet[GoalRow]:
    """The goals of ``rows`` that exist for the viewer.

    Drafts exist for whoever wrote them and whoever may edit them; other goals for whoever may see their
    subject.
    """
    if sees_everybody(sight.viewer, sight.privacy):
        return rows if sight.viewer.operator else rows.filter(~Q(state="draft") | _own_drafts(sight, rows))
    seen = Q(pk__in=[])
    subjects = rows.order_by().values_list("subject_type", "subject_id", "start", "end").distinct()
    for (kind, start, end), ids in _grouped(sight, subjects, draft=False).items():
        seen |= _of(kind, start, end, ids) & ~Q(state="draft")
    return rows.filter(seen | _own_drafts(sight, rows))


def _own_drafts(sight: Sight, rows: QuerySet[GoalRow]) -> Q:
    drafts = rows.filter(state="draft").order_by()
    subjects = drafts.values_list("subject_type", "subject_id", "start", "end").distinct()
    found = Q(state="draft", created_by=sight.viewer.account)
    for (kind, start, end), ids in _grouped(sight, subjects, draft=True).items():
        found |= _of(kind, start, end, ids) & Q(state="draft")
    return found


_Place = tuple[str, date, date]


def _grouped(
    sight: Sight, subjects: Iterable[tuple[str, str | None, date, date]], *, draft: bool
) -> dict[_Place, list[str | None]]:
    """The subjects the viewer may see (or edit), by type and stretch, for a query with few conditions."""
    ask = sight.policy.may_edit_goals if draft else sight.policy.may_see
    # Decided once for a generation: a page of many goals asks for thousands of subjects.
    known: dict[tuple[str, str | None, date, date], bool] = sight.once(
        ("goals exist", sight.eyes, draft), lambda _ws: {}
    )
    found: dict[_Place, list[str | None]] = defaultdict(list)
    for place in subjects:
        kind, subject, start, end = place
        if place not in known:
            known[place] = ask(sight.viewer, Whom(kind, subject), start, end)
        if known[place]:
            found[kind, start, end].append(subject)
    return found


def _of(kind: str, start: date, end: date, ids: list[str | None]) -> Q:
    named = Q(subject_id__in=[key for key in ids if key is not None])
    if None in ids:
        named |= Q(subject_id=None)
    return Q(subject_type=kind, start=start, end=end) & named


def may_edit(sight: Sight, row: GoalRow) -> bool:
    """Whether the viewer may write this goal, and offer it."""
    return sight.policy.may_edit_goals(sight.viewer, row.whom, row.start, row.end)


def actors(sight: Sight, row: GoalRow) -> tuple[Actor, ...]:
    """As whom the viewer may act on a goal.

    Whoever offered it, or may edit goals of its subject, is its offerer; but nobody answers, withdraws or
    agrees for the other side of an offer made to oneself.
    """
    account = sight.viewer.account
    found: list[Actor] = []
    if account is not None and row.owner_id == account and row.state != "draft":
        found.append("owner")
    offered = row.offered_by_id or row.created_by_id
    if offered == account or (not found and may_edit(sight, row)):
        found.append("offerer")
    return tuple(found)


def actions(sight: Sight, row: GoalRow) -> tuple[Action, ...]:
    """What the viewer may do with a goal now, replacing it left out: that follows from a successor."""
    state: State = row.state  # type: ignore[assignment] # only states are stored
    kind = row.goal.kind
    allowed = {one for actor in actors(sight, row) for one in possible(state, actor, kind)}
    return tuple(one for one in ACTIONS if one in allowed and one != "replace")
