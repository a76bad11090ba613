"""Goals and accounts for tests of the goal book."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from leitstern.goals.goal import Goal, Levels, Whom
from leitstern.periods.grains import parse
from leitstern.server import book
from leitstern.server.models import Account, GoalRow

from . import accounts


def goal(kpi: str, whom: str, target: str, *, period: str = "2026-Q4", **more: object) -> Goal:
    """``goal("won_value", "person:P2", "64000", minimum="57600")``."""
    kind, _, key = whom.partition(":")
    levels = {name: Decimal(str(more.pop(name))) for name in ("minimum", "stretch", "upper") if name in more}
    direction = more.pop("direction", "at_least")
    if ".." in period:
        start, end = (date.fromisoformat(day) for day in period.split(".."))
        grain = label = None
    else:
        when = parse(period)
        start, end, grain, label = when.start, when.end, str(when.grain), when.label
    wanted = Levels(Decimal(target), **levels)
    return Goal(
        kpi, 1, Whom(kind, key or None), start, end, direction, wanted, grain, label,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def in_force(offerer: Account, owner: Account, what: Goal, **about: object) -> GoalRow:
    """A goal that was offered and accepted: a person's goal by that person, whoever ``owner`` is, and what
    one would offer to oneself by another manager."""
    if owner == offerer:
        second = "second@example.org"
        owner = Account.objects.filter(email=second).first() or accounts.make("management", email=second)
    if what.whom.type == "person" and owner.person != what.whom.id:
        found = Account.objects.filter(person=what.whom.id).first()
        owner = found or accounts.make(person=what.whom.id, email=f"{what.whom.id}@example.org".lower())
    row = book.create(offerer.viewer, what, book.About(owner=owner.pk, due_on=date(2026, 11, 30), **about))
    book.act(offerer.viewer, row, "offer")
    return book.act(owner.viewer, row, "accept")
