"""One KPI over campaigns, products, teams or persons, by name; "no evidence of a difference" is an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leitstern.analyses.compare import By
from leitstern.messages import message
from leitstern.server import frame, words
from leitstern.server.charts import ranges
from leitstern.server.insight import Document
from leitstern.server.insight import compare as comparisons
from leitstern.server.sight import Sight, sight
from leitstern.server.views.insight import common

_ORDER: tuple[By, ...] = ("campaign", "product", "team", "person")
_KPI = "win_rate"


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The comparison that the address asks for; that of the win rate by campaign where it asks for none."""
    ask = sight(request)
    document = common.found(ask, "compare")
    if document is None:
        return common.waiting(request, ask, "compare", comparisons.title())
    by = _by(request.GET.get("by", ""))
    kpis = comparisons.offered(document, by)
    kpi = request.GET.get("kpi", "")
    if kpi not in kpis:
        kpi = _KPI if _KPI in kpis else next(iter(kpis), "")
    found = comparisons.shown(ask, document, kpi, by) if kpi else None
    context = {
        "title": comparisons.title(),
        "choices": _choices(ask, document, by, kpi),
        "found": None if found is None else _table(ask, found),
        "hidden": kpi and found is None,
        "by": by,
        "call": _call(kpi, by) if found is not None else None,
    }
    return render(request, "leitstern/insight/compare.html", context)


def _by(asked: str) -> By:
    known: dict[str, By] = {by: by for by in get_args(By)}
    return known.get(asked, _ORDER[0])


def _choices(ask: Sight, document: Document, by: By, kpi: str) -> dict[str, Any]:
    names = []
    for one in comparisons.offered(document, by):
        definition = ask.definition(one)
        if definition is not None:
            names.append((words.text(definition.name, frame.language()), one))
    names.sort(key=lambda pair: pair[0].casefold())
    return {
        "by": [(one, comparisons.by_name(one), one == by) for one in _ORDER],
        "kpis": [(one, name, one == kpi) for name, one in names],
    }


def _table(ask: Sight, found: Mapping[str, Any]) -> dict[str, Any]:
    figures, calendar, unit = frame.figures(), frame.calendar(), found["unit"]
    compared = [one for one in found["subjects"] if one["estimate"] is not None]
    scale = ranges.across([*(one["low"] for one in compared), *(one["high"] for one in compared)])
    sides = {1: _("above the mean"), -1: _("below the mean"), 0: ""}
    rows = [
        {
            "name": one["name"],
            "n": figures.plain(one["n"]),
            "raw": figures.short(one["raw"], unit),
            "estimate": figures.short(one["estimate"], unit),
            "range": f"{figures.short(one['low'], unit)} – {figures.short(one['high'], unit)}",
            "picture": ranges.draw(scale, one["low"], one["high"], one["estimate"], found["typical"]),
            "side": sides[one["side"]],
        }
        for one in compared
    ]
    few = [one["name"] for one in found["subjects"] if one["estimate"] is None]
    definition = ask.definition(found["kpi"])
    return {
        "name": found["kpi"] if definition is None else words.text(definition.name, frame.language()),
        "kpi": found["kpi"],
        "said": comparisons.said(found),
        "how": message(f"compare.how_{found['how']}", frame.language()),
        "rows": rows,
        "few": ", ".join(few),
        "n": figures.plain(found["n"]),
        "typical": figures.short(found["typical"], unit),
        "from": calendar.day(date.fromisoformat(found["from"])),
        "to": calendar.day(date.fromisoformat(found["to"])),
    }


def _call(kpi: str, by: By) -> dict[str, str]:
    return {
        "command": f"leitstern -w DIR compare {kpi} --by {by}",
        "python": f'from leitstern.analyses import compare\ncompare.compare(ws, "{kpi}", "{by}")',
    }
