"""The track record's page: how often what was said came true, by family of KPIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leitstern.server import frame, words
from leitstern.server.charts.reliability import Dot, draw
from leitstern.server.insight import track_record as record
from leitstern.server.sight import Sight, sight
from leitstern.server.views.insight import common


@require_safe
def track_record(request: HttpRequest) -> HttpResponse:
    """Published forecasts that are settled, and forecasts made again for past months."""
    ask = sight(request)
    document = common.found(ask, record.ANALYSIS.name)
    if document is None:
        return common.waiting(request, ask, record.ANALYSIS.name, record.title())
    parts = [
        {
            "id": "published",
            "name": _("Published on goals, and over since"),
            "empty": _("No goal with a published forecast is over yet. Until then, the months below tell."),
            "families": _families(ask, document["published"]),
        },
        {
            "id": "replayed",
            "name": _("Made again for the last 12 months, with what was known then"),
            "empty": _("There is not enough history to make forecasts again."),
            "families": _families(ask, document["replayed"]),
        },
    ]
    kpis = [kpi for one in document["replayed"] for kpi in one["kpis"]]
    listed = ", ".join(f'"{kpi}"' for kpi in kpis)
    context = {
        "title": record.title(),
        "sentence": record.headline(ask, document),
        "withdrawn": [_name(family) for family in document["withdrawn"]],
        "parts": parts,
        "command": f"leitstern -w DIR track-record {' '.join(kpis)}",
        "python": f"from leitstern.analyses import track_record\ntrack_record.track_record(ws, [{listed}])",
    }
    return render(request, "leitstern/insight/track_record.html", context)


def _families(ask: Sight, found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    figures = frame.figures()

    def percent(share: float | None) -> str:
        return "–" if share is None else figures.short(share, "percent")

    shown = []
    for one in found:
        dots = [Dot(b["n"], b["chance"], b["share"], b["low"], b["high"]) for b in one["bins"]]
        name = _name(one["family"])
        shown.append(
            {
                "name": name,
                "kpis": [
                    (words.text(d.name, frame.language()), reverse("kpi", args=[d.kpi]))
                    for kpi in one["kpis"]
                    if (d := ask.definition(kpi)) is not None
                ],
                "n": figures.plain(one["n"]),
                "goals": figures.plain(one["goals"]),
                "verdict": _verdict(one["verdict"]),
                "enough": one["verdict"] != "too_little",
                "brier": figures.plain(one["brier"], 3),
                "pace_brier": figures.plain(one["pace_brier"], 3),
                "covered": percent(one["covered"]),
                "covered_range": f"{percent(one['covered_low'])} – {percent(one['covered_high'])}",
                "calibration": percent(one["calibration_error"]),
                "bins": [
                    (percent(d.said), percent(d.share), f"{percent(d.low)} – {percent(d.high)}", d.n)
                    for d in dots
                ],
                "chart": draw(dots, _("%(name)s: what was said against what came") % {"name": name}, " %"),
            }
        )
    return shown


def _name(family: str) -> str:
    return {
        "amount": _("Amounts"),
        "count": _("Numbers of things"),
        "ratio": _("Rates and means"),
        "stock": _("Levels at the end of a period"),
        "periods": _("KPIs known by whole periods only"),
    }[family]


def _verdict(verdict: str) -> str:
    return {
        "too_little": _("too little data"),
        "better": _("better than the plain pace"),
        "alike": _("no difference to the plain pace shown"),
        "worse": _("worse than the plain pace: withdrawn"),
    }[verdict]
