"""Leading, lagging or vanity: what KPIs claim, beside what the data show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leitstern.server import frame, sheet
from leitstern.server.figures import Figures
from leitstern.server.insight import Document
from leitstern.server.insight import leads as topic
from leitstern.server.sight import Sight, sight
from leitstern.server.views.insight import common


@require_safe
def leads(request: HttpRequest) -> HttpResponse:
    """All claims with their findings: what leads first, then what is said to lead, then the rest."""
    ask = sight(request)
    document = common.found(ask, "leads")
    if document is None:
        return common.waiting(request, ask, "leads", topic.title())
    gate = topic.gate(document)
    if gate is not None and not common.company_shown(ask, gate):
        return common.protected(request, topic.title())
    context = {
        "title": topic.title(),
        "sentence": topic.headline(ask, document),
        "groups": _groups(ask, document),
        "weeks": document["weeks"],
        "command": "leitstern -w DIR leads",
        "python": "from leitstern.analyses.leads import leads\nleads(ws).as_json()",
    }
    return render(request, "leitstern/insight/leads.html", context)


def _groups(ask: Sight, document: Document) -> list[dict[str, Any]]:
    names = {
        "leads": _("These move an outcome later"),
        "no_lead": _("Said to lead, but no useful lead shown"),
        "too_little": _("Said to lead: too little data, or no test"),
        "lagging": _("Said to lag: no lead shown or tested"),
    }
    found = []
    for key, group in names.items():
        rows = [_row(ask, one) for one in document["kpis"] if one["main"] and _group(one) == key]
        rows.sort(key=lambda row: row["name"].casefold())
        if rows:
            found.append({"key": key, "name": group, "rows": rows})
    return found


def _group(one: Mapping[str, Any]) -> str:
    verdict = str(one["main"]["verdict"])
    return verdict if verdict == "leads" or topic.said_to_lead(one) else "lagging"


def _row(ask: Sight, one: Mapping[str, Any]) -> dict[str, Any]:
    figures = frame.figures()
    return {
        "kpi": one["kpi"],
        "name": topic.name(ask, one["kpi"]),
        "href": reverse("kpi", args=[one["kpi"]]),
        "timing": sheet.timing(one["timing"]),
        "sentence": topic.sentence(ask, one["main"]),
        "findings": [
            *(_finding(ask, finding, figures, claimed=True) for finding in one["claimed"]),
            *(_finding(ask, finding, figures, claimed=False) for finding in one["ends"]),
        ],
    }


def _finding(ask: Sight, finding: Mapping[str, Any], figures: Figures, *, claimed: bool) -> dict[str, Any]:
    effect = range_ = ceiling = ""
    if finding["effect"] is not None:
        effect = figures.plain(finding["effect"], 2)
        range_ = f"{figures.plain(finding['low'], 2)} – {figures.plain(finding['high'], 2)}"
        ceiling = figures.plain(finding["ceiling"], 2)
    return {
        "outcome": topic.name(ask, finding["outcome"]),
        "href": reverse("kpi", args=[finding["outcome"]]),
        "claimed": claimed,
        "verdict": topic.verdict(finding),
        "code": finding["verdict"],
        "effect": effect,
        "range": range_,
        "ceiling": ceiling,
        "n": figures.plain(finding["n"]),
    }
