"""What waits for an answer, what one offered, what was decided; and the agreement as PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from leitstern.goals import offers as rules
from leitstern.server import frame, verdicts
from leitstern.server.agreements import agreement_of
from leitstern.server.book.rights import visible
from leitstern.server.goal_line import Lines, subject_name
from leitstern.server.models import GoalRow
from leitstern.server.sight import Sight, sight, viewer_of
from leitstern.server.tasks import due_text
from leitstern.server.views.goal import found

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: Decided offers and drafts shown at most.
_MOST = 50


@require_GET
def offers(request: HttpRequest) -> HttpResponse:
    """The offers of an account, those that wait first."""
    ask, account = sight(request), viewer_of(request).account
    own = Q(owner=account) | Q(offered_by=account) | Q(created_by=account)
    rows = visible(ask, GoalRow.objects.filter(own).select_related("owner", "offered_by", "created_by"))
    answer = rows.filter(Q(state="offered", owner=account) | Q(state="countered", offered_by=account))
    mine = rows.filter(Q(offered_by=account) & (Q(state="offered")))
    theirs = rows.filter(owner=account, state="countered").exclude(offered_by=account)
    drafts = rows.filter(state="draft", created_by=account)
    decided = rows.filter(Q(owner=account) | Q(offered_by=account)).filter(
        state__in=("accepted", "directed", "declined", "withdrawn", "replaced")
    )
    lines = Lines.of(ask, {})
    first = answer.order_by("due_on", "pk")
    groups = [
        (_("Waits for your answer"), _shown(ask, lines, first), _("Nothing waits for your answer.")),
        (_("Waits for the other side"), _shown(ask, lines, (mine | theirs).order_by("due_on", "pk")), ""),
        (_("Your drafts"), _shown(ask, lines, drafts.order_by("-pk")[:_MOST]), ""),
        (_("Decided"), _shown(ask, lines, decided.order_by("-decided_at", "-pk")[:_MOST]), ""),
    ]
    waiting = len(groups[0][1])
    title = (
        ngettext("%(count)s offer waits for your answer", "%(count)s offers wait for your answer", waiting)
        % {"count": waiting}
        if waiting
        else _("No offer waits for your answer")
    )
    context = {"title": title, "groups": [g for g in groups if g[1] or g[2]], "may_write": _may_write(ask)}
    return render(request, "leitstern/offers.html", context)


def _shown(ask: Sight, lines: Lines, rows: QuerySet[GoalRow]) -> list[dict[str, Any]]:
    today = ask.today()
    return [
        {
            "row": row,
            "line": lines.line(row),
            "subject": subject_name(ask, row.whom),
            "mark": verdicts.state_mark(row.state),  # type: ignore[arg-type] # only states are stored
            "due": due_text(lines.calendar, row.due_on, today) if row.state in rules.WAITS_FOR else "",
            "urgent": _is_urgent(row, today),
            "owner": str(row.owner or "–"),
            "offered_by": str(row.offered_by or row.created_by),
        }
        for row in rows
    ]


def _is_urgent(row: GoalRow, today: Any) -> bool:
    """Whether whoever has to answer is to be reminded."""
    if row.due_on is None:
        return False
    return rules.reminder_due(row.state, row.due_on, today, None)  # type: ignore[arg-type] # only states


def _may_write(ask: Sight) -> bool:
    return ask.viewer.has("management", "analyst") or bool(ask.viewer.leads) or _leads(ask)


def _leads(ask: Sight) -> bool:
    from leitstern.server.sight import organisation

    people, person = organisation(ask.whole), ask.viewer.person
    return person is not None and bool(people.led_by(person) or people.reports_of(person))


@require_GET
def agreement(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - part of the address
    """The agreement or directive as PDF, in the reader's language."""
    row = found(request, id)
    if row.state not in (*rules.IN_FORCE, "replaced"):
        raise Http404(_("There is no agreement for a goal that was never in force."))
    pdf = agreement_of(viewer_of(request), row, "de" if frame.language() == "de" else "en")
    name = _("goal") + f"-{row.pk}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
