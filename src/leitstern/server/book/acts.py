"""The way of an offer: who does what, in one step each, with evidence frozen and everything written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction

from leitstern import clock
from leitstern.errors import Problem
from leitstern.goals import offers
from leitstern.server import audit
from leitstern.server.book import rights
from leitstern.server.book.evidence import frozen
from leitstern.server.book.names import label_of
from leitstern.server.book.owners import owner_of
from leitstern.server.book.store import (
    account_of,
    check_levels,
    get,
    levels_from,
    levels_json,
    locked,
    snapshot,
    step,
)
from leitstern.server.models import GoalRow

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.goals.goal import Levels
    from leitstern.goals.offers import Action, State
    from leitstern.server.models import Account
    from leitstern.server.sight import Sight

#: An answer is due so many days after the offer, but before the period begins, where nobody said when.
ANSWER_DAYS = 14
#: Actions that put a goal before its owner, with what is known at that moment.
_OFFERS = ("offer", "offer_again")


def act(
    viewer: Viewer,
    row: GoalRow,
    action: Action,
    levels: Levels | None = None,
    reason: str = "",
    *,
    seen: str | None = None,
    due_on: date | None = None,
) -> GoalRow:
    """Do one step of an offer (see `goals.offers`) and return the goal as it is then.

    ``levels`` and ``reason`` belong to some actions. ``seen`` is the state the viewer acted on: if it has
    changed since, nothing is done, and the problem says what happened. Problems: those of
    `goals.offers.move` and `require`, ``leitstern.goal_meanwhile``, ``leitstern.goal_not_yours``,
    ``leitstern.goal_without_owner``, ``leitstern.goal_gone``.
    """
    sight = rights.seeing(viewer)
    by = account_of(viewer)
    offers.require(action, levels, reason)
    if get(viewer, row.pk) is None:
        raise Problem("leitstern.goal_gone")
    if action == "replace":
        raise Problem("leitstern.goal_not_yours")  # follows from a successor that comes into force
    known: dict[str, Any] | None = None
    if action in _OFFERS:
        # Worked out before the lock: the engine may take a moment, and nobody else has to wait for it.
        known = frozen(sight, _with(row, levels))
    with transaction.atomic():
        row = locked(row)
        before = snapshot(row)
        if action == "offer" and row.owner is None:
            row.owner = owner_of(sight.whole, row.goal, by)
        state: State = _moved(sight, row, action, seen)
        _check_period(sight, row, action)
        if levels is not None:
            check_levels(replace(row.goal, levels=levels))
        _carry_out(row, action, levels, reason)
        row.state, row.changed_at = state, clock.now()
        if action in _OFFERS:
            _put_before_owner(sight, row, by, due_on, known)
        elif action in ("accept", "decline", "agree"):
            row.decided_at = row.changed_at
        row.save()
        step(row, by, action, _levels_of(row, action, levels), reason)
        audit.note(by, f"goal.{action}", f"goal:{row.pk}", before, snapshot(row))
        if row.state in offers.IN_FORCE:
            _replace_older(row, by)
    return row


def _check_period(sight: Sight, row: GoalRow, action: Action) -> None:
    """Problem ``leitstern.goal_period_over`` for a step that would bind somebody for what is over."""
    over = rights.frozen_since(sight, row)
    if over is not None and action not in ("decline", "withdraw"):
        raise Problem("leitstern.goal_period_over", goal=label_of(sight.whole, row.goal), day=over)


def _moved(sight: Sight, row: GoalRow, action: Action, seen: str | None) -> State:
    """The state after the action."""
    state: State = row.state  # type: ignore[assignment] # only states are stored
    if seen is not None and seen != state:
        last = row.steps.order_by("pk").select_related("account").last()
        who = str(last.account) if last else "-"
        label = label_of(sight.whole, row.goal)
        raise Problem("leitstern.goal_meanwhile", goal=label, state=_State(state), who=who)
    actors = rights.actors(sight, row)
    if not actors:
        raise rights.why_not(sight, row) or Problem("leitstern.goal_not_yours")
    kind = row.goal.kind
    actor = next((one for one in actors if action in offers.possible(state, one, kind)), actors[0])
    return offers.move(state, action, actor, kind)


class _State:
    """The name of a state, in the language of the message it is put into: ``{state:de}``."""

    def __init__(self, state: State) -> None:
        self.state = state

    def __format__(self, language: str) -> str:
        from leitstern.messages import message

        return message(f"leitstern.goal_state_{self.state}", language or "en")


def _carry_out(row: GoalRow, action: Action, levels: Levels | None, reason: str) -> None:
    """What an action changes beside the state."""
    if action == "counter" and levels is not None:
        row.countered = {"levels": levels_json(levels), "reason": reason}
    elif action == "agree":
        row.put(row.goal.with_levels(countered_levels(row)))
        row.countered = None
    elif action == "offer_again" and levels is not None:
        row.put(row.goal.with_levels(levels))
        row.countered, row.decided_at = None, None


def _put_before_owner(
    sight: Sight, row: GoalRow, by: Account, due_on: date | None, known: dict[str, Any] | None
) -> None:
    today = sight.today()
    row.offered_by, row.offered_at, row.evidence = by, row.changed_at, known
    for older in _older(row):
        if problem := rights.replacing_problem(sight, older, row):
            raise problem
        row.replaces_id = row.replaces_id or older.pk
    if row.state == "directed":
        row.decided_at = row.changed_at
        return
    if row.owner is None:
        raise Problem("leitstern.goal_without_owner", goal=label_of(sight.whole, row.goal))
    due = due_on or row.due_on
    row.due_on = usual_due(today, row.start) if due is None or (due < today and due_on is None) else due
    offers.check_due(row.due_on, today)


def usual_due(today: date, start: date) -> date:
    """When an answer is due where nobody said: in two weeks, but before the period begins."""
    usual = today + timedelta(days=ANSWER_DAYS)
    before = start - timedelta(days=1)
    return min(usual, before) if before >= today else usual


def countered_levels(row: GoalRow) -> Levels:
    """The levels the owner proposed."""
    return levels_from((row.countered or {})["levels"])


def _levels_of(row: GoalRow, action: Action, levels: Levels | None) -> Levels | None:
    """The levels a step speaks of."""
    if levels is not None:
        return levels
    return row.goal.levels if action in ("offer", "accept", "agree") else None


def _with(row: GoalRow, levels: Levels | None) -> GoalRow:
    """The goal as it would be offered, for the evidence."""
    if levels is None:
        return row
    changed = GoalRow.objects.get(pk=row.pk)
    changed.put(row.goal.with_levels(levels))
    return changed


def _same_goal(row: GoalRow) -> Any:
    """Goals in force with the same KPI, subject and period."""
    return GoalRow.objects.select_for_update().filter(
        kpi=row.kpi,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        start=row.start,
        end=row.end,
        state__in=offers.IN_FORCE,
    ).exclude(pk=row.pk).order_by("-pk")  # fmt: skip


def _older(row: GoalRow) -> list[GoalRow]:
    """The goals in force that this one takes the place of: the same goal's, and the one it names."""
    found = {one.pk: one for one in _same_goal(row)}
    if row.replaces_id is not None:
        named = GoalRow.objects.select_for_update().get(pk=row.replaces_id)
        if named.state in offers.IN_FORCE:
            found[named.pk] = named
    return list(found.values())


def _replace_older(row: GoalRow, by: Account) -> None:
    """A goal that comes into force takes the place of the one before, at the same moment.

    The right to do so is looked at again: whoever offered it may have lost it since.
    """
    offerer = row.offered_by or by
    for one in _older(row):
        if problem := rights.replacing_problem(rights.seeing(offerer.viewer), one, row):
            raise problem
        before = snapshot(one)
        one.state = offers.move(cast("State", one.state), "replace", "offerer", one.goal.kind)
        one.changed_at = clock.now()
        one.save()
        step(one, by, "replace")
        audit.note(by, "goal.replace", f"goal:{one.pk}", before, snapshot(one))
