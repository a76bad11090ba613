"""What was typed so far on a page: who, when, what was there before, and whether it is in the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from leitstern.goals.goal import Whom
from leitstern.periods.grains import parse
from leitstern.server import frame
from leitstern.server.book.names import name_of
from leitstern.server.entries import quantities
from leitstern.server.entries.queue import rows_of, said
from leitstern.server.imports import result
from leitstern.server.models import Import

if TYPE_CHECKING:
    from leitstern.server.entries.queue import Typed
    from leitstern.server.sight import Sight

#: Imports that are listed, and changes of each that are named.
LISTED, NAMED = 10, 12


@dataclass(frozen=True, slots=True)
class Past:
    """One save: its import, what was changed in words, how many more there are, whether it can be undone."""

    line: result.Line
    changes: list[str]
    more: int
    undoable: bool


def past(ask: Sight, kind: str) -> list[Past]:
    """The last saves, newest first."""
    names = {one.id: one.name for one in quantities.values(ask)}
    found = []
    for one in Import.objects.filter(kind=kind).select_related("created_by").order_by("-pk")[:LISTED]:
        rows = rows_of(ask, one)
        changes = [_change(ask, row, names) for row in rows[:NAMED]]
        undoable = one.state == "done" and one.batch is not None
        found.append(Past(result.line(one), changes, len(rows) - len(changes), undoable))
    return found


def _change(ask: Sight, row: Typed, names: dict[str, str]) -> str:
    """A change in words; without its numbers where they tell of people the viewer may not see."""
    told = row.told
    quantity = told.get("line", "").partition("~")[0]
    period = parse(told["period"], ask.settings.fiscal_year_start)
    by, subject = told.get("about", "company"), told.get("subject") or None
    parts = [names.get(quantity) or quantities.spending_name(quantity), frame.calendar().period(period)]
    if subject is not None:
        named = name_of(ask.whole, Whom(by, subject)) or subject
        shown = by != "person" or subject in ask.policy.people(ask.viewer, period.start, period.end)
        parts.insert(1, named if shown else _("one person"))
    where = ", ".join(parts)
    open_ = by not in ("team", "person", "region") or (
        ask.policy.sees_all(ask.viewer, by, subject, period.start, period.end)
    )
    if not open_:
        return where
    was, now = (said(told, name) for name in ("was", "now"))
    return _("%(where)s: %(was)s → %(now)s") % {"where": where, "was": was, "now": now}
