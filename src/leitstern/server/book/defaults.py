"""What everybody new in a team gets as a first goal: so much of a KPI per year of full working time."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from leitstern.errors import Problem
from leitstern.goals.goal import Whom
from leitstern.server import audit
from leitstern.server.book import rights
from leitstern.server.book.store import account_of
from leitstern.server.book.values import is_additive
from leitstern.server.models import Default

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.kpis.definition import Definition
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

#: Amounts are below this.
MOST = Decimal(10) ** 12


def may_set(sight: Sight, team: str) -> bool:
    """Whether the viewer may say what new people of a team get: whoever writes its goals today."""
    today = sight.today()
    return sight.policy.may_edit_goals(sight.viewer, Whom("team", team), today, today)


def kpis(ask: Reader) -> list[Definition]:
    """The KPIs a default can be of: those that add up over a year."""
    found: list[Definition] = ask.once(
        "kpis of defaults",
        lambda _ws: [d for d in ask.catalogue if is_additive(ask, d.kpi, d.version)],
    )
    return found


def set_default(viewer: Viewer, team: str, kpi: str, per_year: Decimal) -> Default:
    """Say how much of a KPI everybody new in a team is to bring in a year; what was said before goes.

    Problems: ``leitstern.not_allowed``; ``leitstern.default_kpi`` for a KPI that does not add up over a
    year; ``leitstern.default_amount`` for an amount that is not above 0 or too large.
    """
    sight = rights.seeing(viewer)
    if not may_set(sight, team):
        raise Problem("leitstern.not_allowed")
    if kpi not in {d.kpi for d in kpis(sight.whole)}:
        raise Problem("leitstern.default_kpi", kpi=kpi)
    if not 0 < per_year < MOST:
        raise Problem("leitstern.default_amount", most=MOST)
    by = account_of(viewer)
    with transaction.atomic():
        before = Default.objects.filter(team=team, kpi=kpi).first()
        values = {"per_year": per_year, "created_by": by}
        row, _new = Default.objects.update_or_create(team=team, kpi=kpi, defaults=values)
        said = {"kpi": kpi, "per_year": str(before.per_year)} if before else None
        after = {"kpi": kpi, "per_year": str(per_year)}
        audit.note(by, "default.set", f"team:{team}", said, after)
    return row


def remove_default(viewer: Viewer, team: str, kpi: str) -> None:
    """New people of a team get no goal of this KPI any more; drafts that were made stay.

    Problem ``leitstern.not_allowed``.
    """
    if not may_set(rights.seeing(viewer), team):
        raise Problem("leitstern.not_allowed")
    with transaction.atomic():
        row = Default.objects.filter(team=team, kpi=kpi).first()
        if row is not None:
            said = {"kpi": kpi, "per_year": str(row.per_year)}
            audit.note(account_of(viewer), "default.removed", f"team:{team}", said)
            row.delete()
