"""What new people of a team get as first goals, and making drafts of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.errors import Problem
from leitstern.server import book, frame, typed, words
from leitstern.server.book.defaults import kpis, may_set
from leitstern.server.models import Default
from leitstern.server.period_choice import PeriodChoice
from leitstern.server.sight import Sight, organisation, sight
from leitstern.server.views import errors


def defaults(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the word of the address
    """The defaults of a team: list, set, remove, and make drafts for who joined in the period shown."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    team = organisation(ask.whole).teams.get(id)
    if team is None or not may_set(ask, id):
        raise Http404(_("There is no team with this address."))
    choice = PeriodChoice.of(request, ask)
    if request.method == "POST":
        try:
            messages.success(request, _changed(request, ask, id, choice))
        except Problem as problem:
            messages.error(request, problem.text(frame.language()))
        return HttpResponseRedirect(request.get_full_path())
    language = frame.language()
    named = [(d.kpi, words.text(d.name, language)) for d in kpis(ask.whole)]
    context = {
        "title": _("First goals for new people: %(team)s") % {"team": team.name},
        "team": team,
        "choice": choice,
        "rows": _rows(ask, id),
        "kpis": sorted(named, key=lambda pair: pair[1].casefold()),
        "waiting": book.awaited(ask.viewer, choice.period, id),
    }
    return render(request, "leitstern/team_defaults.html", context)


def _changed(request: HttpRequest, ask: Sight, team: str, choice: PeriodChoice) -> str:
    action, kpi = request.POST.get("action"), request.POST.get("kpi", "")
    if action == "set":
        definition = ask.definition(kpi)
        if definition is None:
            raise Http404
        per_year = typed.number(request.POST.get("per_year", ""), definition.unit, frame.language())
        book.set_default(ask.viewer, team, kpi, per_year)
        return _("New people of the team get this goal.")
    if action == "remove":
        book.remove_default(ask.viewer, team, kpi)
        return _("New people of the team no longer get this goal.")
    if action != "draft":
        raise Http404
    made = len(book.newcomers(ask.viewer, choice.period, team))
    return ngettext("%(count)s draft was made.", "%(count)s drafts were made.", made) % {"count": made}


def _rows(ask: Sight, team: str) -> list[dict[str, Any]]:
    figures = frame.figures()
    rows = []
    for default in Default.objects.filter(team=team).order_by("kpi"):
        definition = ask.definition(default.kpi)
        unit = definition.unit if definition else "count"
        rows.append(
            {
                "kpi": default.kpi,
                "name": words.text(definition.name, frame.language()) if definition else default.kpi,
                "per_year": f"{typed.shown(default.per_year, unit, figures)} {figures.unit_name(unit)}",
            }
        )
    return rows
