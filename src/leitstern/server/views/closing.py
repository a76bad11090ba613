"""The closing page: which periods stand, which can be closed, and what the records say differently since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from leitstern.errors import Problem
from leitstern.periods.grains import parse
from leitstern.server import closings, frame, words
from leitstern.server.pages import Pages
from leitstern.server.sight import Sight, sight
from leitstern.server.views import errors

if TYPE_CHECKING:
    from leitstern.server.closings import Restated

_PER_PAGE = 50


@require_http_methods(["GET", "POST"])
def closing(request: HttpRequest) -> HttpResponse:
    """Periods to close, closed periods, and restatements to take note of."""
    ask = sight(request)
    if not ask.policy.may(ask.viewer, "close"):
        raise Http404
    if ask.generation() is None:
        return errors.no_generation(request)
    rows = closings.restatements(ask)
    if request.method == "POST":
        return _act(request, ask, rows)
    new = sum(row.acknowledged is None for row in rows)
    pages = Pages(request, len(rows), _PER_PAGE)
    calendar, fiscal = frame.calendar(), ask.settings.fiscal_year_start
    context = {
        "title": _title(new, len(ask.workspace.closed())),
        "new": new,
        "closable": [(p.label, calendar.period(p)) for p in closings.closable(ask)],
        "closed": [
            {"period": calendar.period(parse(c.period, fiscal)), "by": c.by, "at": calendar.day(c.at.date())}
            for c in ask.workspace.closed()
        ],
        "pages": pages,
        "rows": [_row(ask, row) for row in rows[(pages.page - 1) * _PER_PAGE : pages.page * _PER_PAGE]],
    }
    return render(request, "leitstern/closing.html", context)


def _act(request: HttpRequest, ask: Sight, rows: list[Restated]) -> HttpResponse:
    account = request.user
    assert account.is_authenticated
    try:
        if period := request.POST.get("close"):
            closed = closings.close(ask, account, period)
            name = frame.calendar().period(parse(closed.period, ask.settings.fiscal_year_start))
            messages.success(request, _("%(period)s is closed. Its values stand.") % {"period": name})
        elif request.POST.get("acknowledge"):
            note = request.POST.get("note", "").strip()
            count = closings.acknowledge(ask, account, rows, note)
            text = ngettext("%(count)s restatement noted.", "%(count)s restatements noted.", count)
            messages.success(request, text % {"count": count})
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
    return HttpResponseRedirect(reverse("closing"))


def _title(new: int, closed: int) -> str:
    if new:
        text = ngettext(
            "%(count)s closed value would be another one today",
            "%(count)s closed values would be others today",
            new,
        )
        return text % {"count": new}
    if closed:
        return _("Closed periods: the records agree, or it was noted")
    return _("No period is closed yet")


def _row(ask: Sight, row: Restated) -> dict[str, Any]:
    """A restatement as people read it: what, whose, which period, was and now, since which import."""
    found, figures = row.found, frame.figures()
    definition = ask.catalogue.get(found.kpi, found.version)
    period = parse(found.period, ask.settings.fiscal_year_start)
    subject = found.subject
    whose = ask.settings.name if subject.type == "company" else subject.name or _("Not assigned")
    if subject.type not in ("company", "team", "person"):
        whose = f"{whose} · {words.subject_name(subject.type)}"
    taken = row.acknowledged
    return {
        "kpi": words.text(definition.name, frame.language()),
        "href": f"{reverse('kpi', args=[found.kpi])}?grain={period.grain}&period={found.period}",
        "whose": whose,
        "period": frame.calendar().period(period),
        "was": figures.exact(found.was, definition.unit),
        "now": figures.exact(found.now, definition.unit),
        "effect": ""
        if found.effect is None
        else figures.difference(found.effect, definition.unit, exact=True),
        "imports": sorted({t.file for t in row.imports}),
        "noted": taken
        and _("%(who)s on %(day)s") % {"who": taken.account, "day": frame.calendar().day(taken.at.date())},
        "note": taken.note if taken else "",
    }
