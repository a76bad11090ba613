"""Which KPIs really changed: the news first, what waits for its source, then what was said before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from leitstern.analyses import signals_words
from leitstern.server import frame
from leitstern.server.insight import Document
from leitstern.server.insight import signals as topic
from leitstern.server.sight import Sight, sight
from leitstern.server.views.insight import common

#: Earlier signals shown.
_EARLIER = 30


@require_safe
def signals(request: HttpRequest) -> HttpResponse:
    """The signals of all KPIs of the company."""
    ask = sight(request)
    document = common.found(ask, "signals")
    if document is None:
        return common.waiting(request, ask, "signals", topic.title())
    if not common.company_shown(ask, "new_deals"):
        return common.protected(request, topic.title())
    rows = sorted(_rows(ask, document), key=lambda row: row["said_on"], reverse=True)
    context = {
        "title": topic.title(),
        "sentence": signals_words.summary(document, frame.language()),
        "news": [row for row in rows if row["news"]],
        "earlier": [row for row in rows if not row["news"]][:_EARLIER],
        "stale": list(_stale(ask, document)),
        "budget": signals_words.budget(document, frame.language()),
        "unwatched": _names(ask, document, "too_little"),
        "call": {
            "command": "leitstern -w DIR signals --all",
            "python": "from leitstern.analyses.signals import signals\nsignals(ws)",
        },
    }
    return render(request, "leitstern/insight/signals.html", context)


def _rows(ask: Sight, document: Document) -> Iterator[dict[str, Any]]:
    calendar, beside = frame.calendar(), _beside(ask, document)
    for row in document["rows"]:
        called = topic.name(ask, row)
        if called is None:
            continue
        new = len(row["signals"]) - row["news"]
        for at, signal in enumerate(row["signals"]):
            if signal["beside"] is not None:
                continue
            better = (signal["direction"] == "up") == (row["good"] == "up")
            yield {
                "name": called,
                "sentence": topic.said(row, signal, called),
                "beside": ", ".join(beside.get((row["kpi"], signal["said"]), ())),
                "direction": signal["direction"],
                "verdict": "none" if row["good"] == "between" else "better" if better else "worse",
                "news": at >= new,
                "said_on": signal["said"],
                "said": calendar.day(date.fromisoformat(signal["said"])),
                "href": f"{reverse('kpi', args=[row['kpi']])}?grain=week",
                "why": why_href(row["kpi"], signal["since"]),
            }


def _beside(ask: Sight, document: Document) -> dict[tuple[str, str], list[str]]:
    """The names of the KPIs whose signals go with one, by its KPI and day."""
    days = {row["kpi"]: [date.fromisoformat(s["said"]) for s in row["signals"]] for row in document["rows"]}
    found: dict[tuple[str, str], list[str]] = {}
    for row in document["rows"]:
        called = topic.name(ask, row)
        for signal in row["signals"]:
            if signal["beside"] is not None and called is not None:
                said = date.fromisoformat(signal["said"])
                nearest = min(days[signal["beside"]], key=lambda day: abs((day - said).days))
                names = found.setdefault((signal["beside"], nearest.isoformat()), [])
                if called not in names:
                    names.append(called)
    return found


def why_href(kpi: str, day: str) -> str:
    """The address that takes the month of a day apart."""
    return f"{reverse('insight_why')}?{urlencode({'kpi': kpi, 'period': day[:7]})}"


def _stale(ask: Sight, document: Document) -> Iterator[dict[str, str]]:
    for row in document["rows"]:
        called = topic.name(ask, row)
        if row["verdict"] == "stale" and row["until"] and called is not None:
            text = signals_words.stale(row, called, frame.language(), frame.calendar().day)
            yield {"sentence": text, "href": reverse("data")}


def _names(ask: Sight, document: Document, verdict: str) -> list[str]:
    found = [topic.name(ask, row) for row in document["rows"] if row["verdict"] == verdict]
    return sorted((name for name in found if name), key=str.casefold)
