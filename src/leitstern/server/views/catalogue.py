"""The catalogue: every KPI with its meaning, found by name or by what people call it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.kpis.definition import Definition
from leitstern.server import frame, sheet, words
from leitstern.server.cards import GROUPS, group_name, group_of
from leitstern.server.insight import leads
from leitstern.server.reader import reader
from leitstern.server.sources import facts_of


def catalogue(request: HttpRequest) -> HttpResponse:
    """All KPIs in groups, or those that fit a search."""
    ask, language = reader(), frame.language()
    findings = leads.in_catalogue(ask)
    query = " ".join(request.GET.get("q", "").split())[:80]
    if query:
        found = list(ask.catalogue.search(query, language))
        entries = [_entry(d, language, findings) for d in found]
        groups = [{"key": "found", "name": "", "entries": entries}] if entries else []
        title = ngettext("%(count)s KPI for “%(query)s”", "%(count)s KPIs for “%(query)s”", len(found)) % {
            "count": len(found),
            "query": query,
        }
    else:
        found = sorted(ask.catalogue, key=lambda d: words.text(d.name, language).casefold())
        groups = []
        for group in GROUPS:
            entries = [
                _entry(d, language, findings) for d in found if group_of(d, facts_of(ask, d.kpi)) == group
            ]
            if entries:
                groups.append({"key": group, "name": group_name(group), "entries": entries})
        title = _("%(count)s KPIs and what they mean") % {"count": len(found)}
    context = {"title": title, "query": query, "groups": groups}
    return render(request, "leitstern/catalogue.html", context)


def _entry(definition: Definition, language: str, findings: Mapping[str, str]) -> dict[str, Any]:
    called = definition.also_called.de if language == "de" else definition.also_called.en
    return {
        "name": words.text(definition.name, language),
        "href": reverse("kpi", args=[definition.kpi]),
        "means": words.text(definition.means, language),
        "called": called,
        "unit": words.unit_name(definition.unit, frame.figures()),
        "level": sheet.level(definition.level),
        "strategic": definition.level == "strategic",
        "timing": sheet.timing(definition.timing),
        "finding": findings.get(definition.kpi),
    }
