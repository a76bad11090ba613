"""The goals themselves: finding them, and writing drafts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from leitstern import clock
from leitstern.access.people import teams_led
from leitstern.errors import Problem
from leitstern.goals.goal import DIRECTIONS, SPREADS, SUBJECTS, Goal, Levels
from leitstern.goals.plan import plan
from leitstern.periods.grains import parse
from leitstern.server import audit
from leitstern.server.book import rights
from leitstern.server.book.names import label_of, name_of
from leitstern.server.book.owners import owner_of
from leitstern.server.book.standings import workdays
from leitstern.server.book.values import is_additive, ratio_of_sums, resolved
from leitstern.server.models import Account, GoalRow, Step

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leitstern.access.viewer import Viewer
    from leitstern.goals.goal import Whom
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight


@dataclass(frozen=True, slots=True)
class About:
    """What is written beside a goal: who answers it, until when, when it is reviewed, and a note."""

    owner: int | None = None
    due_on: date | None = None
    review_on: date | None = None
    note: str = ""
    parent: int | None = None
    replaces: int | None = None


def visible(
    viewer: Viewer,
    *,
    whom: Whom | None = None,
    period: str | None = None,
    owner: int | None = None,
    state: str | Iterable[str] | None = None,
    on: date | None = None,
    parent: int | None = None,
) -> QuerySet[GoalRow]:
    """The goals that exist for the viewer, newest period first; all conditions are optional.

    ``whom``: for this subject. ``period``: with this label (``2026-Q4``). ``owner``: answered by this
    account. ``state``: in one of these states. ``on``: whose period holds this day. ``parent``: split from
    this goal.
    """
    rows = GoalRow.objects.select_related("owner", "offered_by").order_by("-start", "subject_type", "pk")
    if whom is not None:
        rows = rows.filter(subject_type=whom.type, subject_id=whom.id)
    if period is not None:
        rows = rows.filter(period=period)
    if owner is not None:
        rows = rows.filter(owner=owner)
    if state is not None:
        rows = rows.filter(state__in=[state] if isinstance(state, str) else list(state))
    if on is not None:
        rows = rows.filter(start__lte=on, end__gte=on)
    if parent is not None:
        rows = rows.filter(parent=parent)
    return rights.visible(rights.seeing(viewer), rows)


def get(viewer: Viewer, id: int) -> GoalRow | None:  # noqa: A002 - what it is
    """A goal; None where there is none, or the viewer may not see it."""
    rows = GoalRow.objects.select_related("owner", "offered_by").filter(pk=id)
    return rights.visible(rights.seeing(viewer), rows).first()


def create(viewer: Viewer, goal: Goal, about: About | None = None) -> GoalRow:
    """A new draft.

    Problems: ``leitstern.goal_not_allowed`` where the viewer may not write goals for this subject, and
    those of `check`.
    """
    sight, about = rights.seeing(viewer), about or About()
    _may_write(sight, goal)
    check(sight.whole, goal)
    row = GoalRow(created_by=account_of(viewer))
    with transaction.atomic():
        row.put(goal)
        _note(sight, row, about)
        row.save()
        audit.note(row.created_by, "goal.drafted", f"goal:{row.pk}", None, snapshot(row))
    return row


def update(viewer: Viewer, row: GoalRow, goal: Goal | None = None, about: About | None = None) -> GoalRow:
    """Change a draft. Problem ``leitstern.goal_no_draft`` once it was offered: from then on it only
    changes by what the two sides agree on."""
    sight = rights.seeing(viewer)
    if goal is not None:
        _may_write(sight, goal)
        check(sight.whole, goal)
    with transaction.atomic():
        row = locked_draft(sight, row)
        before = snapshot(row)
        if goal is not None:
            row.put(goal)
        if about is not None:
            _note(sight, row, about)
        row.changed_at = clock.now()
        row.save()
        audit.note(account_of(viewer), "goal.changed", f"goal:{row.pk}", before, snapshot(row))
    return row


def delete(viewer: Viewer, row: GoalRow) -> None:
    """Delete a draft; what was offered once is withdrawn instead, and stays."""
    with transaction.atomic():
        row = locked_draft(rights.seeing(viewer), row)
        audit.note(account_of(viewer), "goal.deleted", f"goal:{row.pk}", snapshot(row), None)
        row.delete()


def locked(row: GoalRow) -> GoalRow:
    """The goal as it is now, kept from everybody else until the transaction ends."""
    found = GoalRow.objects.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise Problem("leitstern.goal_gone")
    return found


def locked_draft(sight: Sight, row: GoalRow) -> GoalRow:
    """The same for a draft that the viewer may write."""
    found = locked(row)
    if found.state != "draft":
        raise Problem("leitstern.goal_no_draft", goal=label_of(sight.whole, found.goal))
    if found.created_by_id != sight.viewer.account and not rights.may_edit(sight, found):
        raise Problem("leitstern.goal_not_allowed")
    return found


def account_of(viewer: Viewer) -> Account:
    """The account behind a viewer; Problem ``leitstern.goal_no_account`` for one at the console."""
    found = None if viewer.account is None else Account.objects.filter(pk=viewer.account).first()
    if found is None:
        raise Problem("leitstern.goal_no_account")
    return found


def snapshot(row: GoalRow) -> dict[str, Any]:
    """What the audit log keeps of a goal."""
    return {
        "kpi": f"{row.kpi}@{row.version}",
        "subject": [row.subject_type, row.subject_id],
        "start": row.start.isoformat(),
        "end": row.end.isoformat(),
        "direction": row.direction,
        "levels": levels_json(row.goal.levels),
        "kind": row.kind,
        "state": row.state,
        "owner": row.owner_id,
        "due_on": row.due_on.isoformat() if row.due_on else None,
    }


def step(row: GoalRow, by: Account, action: str, levels: Levels | None = None, reason: str = "") -> Step:
    """Write down a step of an offer."""
    return Step.objects.create(
        goal=row,
        at=clock.now(),
        account=by,
        action=action,
        state=row.state,
        levels=None if levels is None else levels_json(levels),
        reason=reason,
    )


def levels_json(levels: Levels) -> dict[str, str]:
    """Levels as plain JSON; those that are not set are left out."""
    names = ("target", "minimum", "stretch", "upper")
    return {name: str(getattr(levels, name)) for name in names if getattr(levels, name) is not None}


def levels_from(kept: dict[str, str]) -> Levels:
    """Levels from what `levels_json` made of them."""
    return Levels(**{name: Decimal(value) for name, value in kept.items()})


def _may_write(sight: Sight, goal: Goal) -> None:
    if not sight.policy.may_edit_goals(sight.viewer, goal.whom, goal.start, goal.end):
        raise Problem("leitstern.goal_not_allowed")


def _note(sight: Sight, row: GoalRow, about: About) -> None:
    row.owner_id = about.owner
    if about.owner is None:
        row.owner = owner_of(sight.whole, row.goal, row.created_by)
    elif not _may_answer(sight, row, about.owner):
        raise Problem("leitstern.goal_owner_unknown")
    row.due_on, row.review_on, row.note = about.due_on, about.review_on, about.note
    row.parent_id, row.replaces_id = about.parent, about.replaces
    for name in ("parent_id", "replaces_id"):
        other = getattr(row, name)
        if other is not None and get(sight.viewer, other) is None:
            raise Problem("leitstern.goal_gone")


def _may_answer(sight: Sight, row: GoalRow, owner: int) -> bool:
    """Whether an account can answer for a goal's subject.

    For a person nobody else answers; for a team its lead, whoever leads one above it, or management; for
    everything else whoever sees it.
    """
    account = Account.objects.filter(pk=owner, is_active=True).first()
    if account is None:
        return False
    if row.subject_type == "person":
        return account.person == row.subject_id
    if row.subject_type == "team" and not account.viewer.has("management"):
        led = teams_led(account.viewer, sight.policy.organisation)
        return row.subject_id in led or owner_of(sight.whole, row.goal, row.created_by) == account
    return sight.policy.may_see(account.viewer, row.whom, row.start, row.end)


def check(ask: Reader, goal: Goal) -> None:
    """Problems of a goal: an unknown KPI, version, subject or period, dates or levels out of order."""
    ask.catalogue.get(goal.kpi, goal.version)
    if goal.end < goal.start:
        raise Problem("periods.reversed", start=goal.start, end=goal.end)
    current = ask.catalogue.at(goal.kpi, max(goal.start, ask.today())).version
    if goal.version not in (current, ask.catalogue.at(goal.kpi, goal.start).version):
        raise Problem("leitstern.goal_old_version", kpi=goal.kpi, version=goal.version, current=current)
    if goal.whom.type not in SUBJECTS or name_of(ask, goal.whom) is None:
        raise Problem("leitstern.goal_subject_unknown", type=goal.whom.type, id=goal.whom.id or "-")
    if goal.period is not None:
        period = parse(goal.period, ask.settings.fiscal_year_start)
        if (period.start, period.end, str(period.grain)) != (goal.start, goal.end, goal.grain):
            raise Problem("leitstern.goal_period", period=goal.period, start=goal.start, end=goal.end)
    if goal.direction not in DIRECTIONS or goal.spread not in SPREADS:
        raise Problem("leitstern.goal_direction", value=f"{goal.direction}, {goal.spread}")
    check_levels(goal)
    if goal.weight < 0 or not 0 <= goal.corridor < 1:
        raise Problem("leitstern.goal_weight", weight=goal.weight, corridor=goal.corridor)
    summed = is_additive(ask, goal.kpi, goal.version)
    of = resolved(ask, goal.kpi, goal.version)
    if goal.whom.type == "segment" and not summed and not ratio_of_sums(of):
        raise Problem("leitstern.goal_segment", kpi=goal.kpi)
    plan(goal, workdays(ask, goal), summed)  # raises for parts by hand that do not fit


def check_levels(goal: Goal) -> None:
    """Problem ``leitstern.goal_levels`` for levels that are out of order or too many."""
    levels = goal.levels
    if goal.direction == "between":
        if levels.upper is None or levels.upper < levels.target or levels.minimum or levels.stretch:
            raise Problem("leitstern.goal_between", target=levels.target, upper=levels.upper or "-")
        return
    known = [level for level in (levels.minimum, levels.target, levels.stretch) if level is not None]
    if known != sorted(known, reverse=goal.direction == "at_most") or levels.upper is not None:
        order = " / ".join(str(level.normalize()) for level in known)
        raise Problem("leitstern.goal_levels", levels=order)
