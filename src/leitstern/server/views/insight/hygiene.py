"""KPI hygiene: what is wrong with the KPIs and goals in use, and which of them work against each other."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from leitstern.server.insight import hygiene as topic
from leitstern.server.insight.hygiene_words import Words
from leitstern.server.sight import sight
from leitstern.server.views.insight import common

_PYTHON = """leitstern.analyses.hygiene.hygiene(ws, goals)
leitstern.analyses.conflicts.conflicts(ws, goals)
leitstern.analyses.leads.tradeoffs(ws, kpis)"""


@require_safe
def hygiene(request: HttpRequest) -> HttpResponse:
    """The findings, what matters most first, and the pairs."""
    ask = sight(request)
    document = common.found(ask, "hygiene")
    if document is None:
        return common.waiting(request, ask, "hygiene", topic.title())
    seen, said = topic.shown(ask, document), topic.said_by(ask)
    pairs = [_pair(one, said) for one in seen["conflicts"]["conflicts"]]
    context = {
        "title": topic.title(),
        "sentence": topic.headline(ask, document),
        "updating": common.updating(ask, "hygiene"),
        "findings": [_finding(one, said) for one in seen["hygiene"]["findings"]],
        "against": [one for one in pairs if one["goals"]],
        "possible": [one for one in pairs if not one["goals"]],
        "tradeoffs": [said.tradeoff(one) for one in seen["tradeoffs"]["found"]],
        "tried": seen["tradeoffs"]["tried"],
        "command": "leitstern -w DIR hygiene",
        "python": _PYTHON,
    }
    return render(request, "leitstern/insight/hygiene.html", context)


def _finding(one: dict[str, Any], said: Words) -> dict[str, Any]:
    return {
        "severity": one["severity"],
        "word": said.severity(one["severity"]),
        "text": said.finding(one),
        "fix": said.fix(one),
        "href": _address(one),
    }


def _address(one: dict[str, Any]) -> str:
    kpi = one["kpis"][0]
    match one["fix"]:
        case "goal":
            return reverse("goal", args=[one["goal"]])
        case "new_goal":
            return f"{reverse('goal_new')}?kpi={kpi}"
        case "sources":
            return reverse("data")
        case "goals":
            return reverse("goals")
    return reverse("kpi", args=[kpi])


def _pair(one: dict[str, Any], said: Words) -> dict[str, Any]:
    told = said.conflict(one)
    links = [(said.kpi(name), reverse("kpi", args=[name])) for name in (one["first"], one["second"])]
    return {
        "told": told,
        "goals": one["goals"],
        "links": links,
        "proposals": [(text, reverse("kpi", args=[kpi])) for text, kpi in told.proposals],
    }
