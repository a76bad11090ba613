"""Who may see and do what in the goal book: the access policy asked about stored goals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from leitstern.access.people import sees_everybody
from leitstern.errors import Problem
from leitstern.goals.goal import Whom
from leitstern.goals.offers import ACTIONS, IN_FORCE, Action, Actor, State, possible
from leitstern.server.book.names import label_of
from leitstern.server.book.owners import owner_of
from leitstern.server.models import GoalRow
from leitstern.server.privacy import privacy
from leitstern.server.reader import reader
from leitstern.server.sight import Sight

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leitstern.access.viewer import Viewer
    from leitstern.server.models import Account


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
    """Whether the viewer may write this goal as a draft."""
    return sight.policy.may_edit_goals(sight.viewer, row.whom, row.start, row.end)


def may_offer(sight: Sight, row: GoalRow) -> bool:
    """Whether the viewer may offer this goal, or put it in force where it is a directive.

    Nobody offers a goal to oneself.
    """
    if sight.viewer.account is None or row.owner_id == sight.viewer.account:
        return False
    return _right(sight, row, sight.viewer)


def _right(sight: Sight, row: GoalRow, viewer: Viewer) -> bool:
    may = sight.policy.may_direct_goals if row.kind == "directive" else sight.policy.may_offer_goals
    return may(viewer, row.whom, row.start, row.end)


def speaks_for(sight: Sight, row: GoalRow) -> bool:
    """Whether the viewer is the side that offered a goal: whoever did, or who may now that they cannot."""
    account = sight.viewer.account
    if account is None or row.offered_by_id is None:
        return False
    if row.offered_by_id == account:
        return True
    offerer = row.offered_by
    gone = offerer is None or not offerer.is_active or not _right(sight, row, offerer.viewer)
    return gone and may_offer(sight, row)


def actors(sight: Sight, row: GoalRow) -> tuple[Actor, ...]:
    """As whom the viewer may act on a goal: of a draft, as its offerer; then as one of its two sides."""
    if row.state == "draft":
        return ("offerer",) if may_offer(sight, row) else ()
    found: list[Actor] = []
    account = sight.viewer.account
    if account is not None and row.owner_id == account and row.offered_by_id != account:
        found.append("owner")
    if speaks_for(sight, row):
        found.append("offerer")
    return tuple(found)


def frozen_since(sight: Sight, row: GoalRow) -> date | None:
    """The last day of a goal's period if it is over or closed: then nothing is agreed on it any more."""
    if row.end < sight.today():
        return row.end
    closed = any(one.covers(row.start, row.end) for one in sight.workspace.closed())
    return row.end if closed else None


def actions(sight: Sight, row: GoalRow) -> tuple[Action, ...]:
    """What the viewer may do with a goal now, replacing it left out: that follows from a successor."""
    state: State = row.state  # type: ignore[assignment] # only states are stored
    kind = row.goal.kind
    allowed = {one for actor in actors(sight, row) for one in possible(state, actor, kind)}
    if frozen_since(sight, row) is not None:
        allowed &= {"decline", "withdraw"}
    return tuple(one for one in ACTIONS if one in allowed and one != "replace")


def why_not(sight: Sight, row: GoalRow) -> Problem | None:
    """Why somebody who may write goals for this subject cannot bring this one further, and who can."""
    if not may_edit(sight, row):
        return None
    label, code, who = label_of(sight.whole, row.goal), "", row.offered_by
    if frozen_since(sight, row) is not None:
        code = "goal_period_over"
    elif row.state == "draft" and not may_offer(sight, row):
        mine = row.owner_id is not None and row.owner_id == sight.viewer.account
        code = "goal_own_offer" if mine else "goal_draft_only"
    elif row.state in IN_FORCE and not speaks_for(sight, row):
        code = "goal_in_force_of"
    return Problem(f"leitstern.{code}", goal=label, who=str(who or "-"), day=row.end) if code else None


def replacing_problem(sight: Sight, old: GoalRow, row: GoalRow) -> Problem | None:
    """Why ``row``, offered by the viewer, cannot take the place of ``old``, which is in force.

    It takes whoever offered the old one, and, where that was agreed, the yes of whoever accepted it or
    answers for the subject now.
    """
    code, who = _replacing(sight, old, row)
    label = label_of(sight.whole, old.goal)
    return Problem(f"leitstern.{code}", goal=label, who=str(who or "-"), day=old.end) if code else None


def _replacing(sight: Sight, old: GoalRow, row: GoalRow) -> tuple[str, Account | None]:
    """The code of the problem, and whom it names."""
    code, who = "", old.owner
    if frozen_since(sight, old) is not None:
        code = "goal_period_over"
    elif (old.kpi, old.whom) != (row.kpi, row.whom):
        code = "goal_replaces_other"
    elif not speaks_for(sight, old):
        code, who = "goal_in_force_of", old.offered_by
    elif old.state == "accepted" and row.kind == "directive":
        code = "goal_in_force_agreed"
    elif old.state == "accepted":
        now = owner_of(sight.whole, row.goal, row.offered_by or row.created_by)
        bound = {one.pk for one in (old.owner, now) if one is not None and one.is_active}
        if bound and row.owner_id not in bound:
            code, who = "goal_in_force_owner", old.owner or now
    return code, who
