"""Why a KPI changed: the sentence, a bar for each segment, and its records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leitstern.analyses.why import REST, Piece, Why, segments
from leitstern.analyses.why_words import name as piece_name
from leitstern.errors import Problem
from leitstern.facts.model import SUBJECTS
from leitstern.periods.grains import Period, parse
from leitstern.server import closings, frame, words
from leitstern.server.charts.bars import difference_bar
from leitstern.server.curve import records_href
from leitstern.server.insight import why as topic
from leitstern.server.links import Option, with_query
from leitstern.server.sight import Sight, sight
from leitstern.server.views import errors
from leitstern.server.views.kpi import known

#: Segments listed.
_MOST = 25
_KPI = "won_value"


@require_safe
def why(request: HttpRequest) -> HttpResponse:
    """What the address asks for: ``kpi``, ``period``, ``against`` and ``over``; the rest has defaults."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    definition = known(ask, request.GET.get("kpi") or _first(ask))
    period, over = _period(ask, request), request.GET.get("over", "")
    overs = [subject for subject in SUBJECTS if subject not in ("company", "own_team")]
    over = over if over in overs else "team"
    against: topic.Against = (
        "previous_year" if request.GET.get("against") == "previous_year" else "previous_period"
    )
    shown = {"grain": str(period.grain), "period": period.label}
    context: dict[str, Any] = {
        "title": topic.title(),
        "kpi": definition.kpi,
        "name": words.text(definition.name, frame.language()),
        "period": period.label,
        "kpis": _kpis(ask, definition.kpi),
        "overs": [Option(words.subject_name(o), with_query(request, over=o), o == over) for o in overs],
        "againsts": [
            Option(_against_name(a), with_query(request, against=a), a == against)
            for a in get_args(topic.Against)
        ],
        "subject_word": words.subject_name(segments(over)),
        "back": f"{reverse('kpi', args=[definition.kpi])}?{urlencode(shown)}",
        "earlier": with_query(request, period=period.previous().label),
        "later": with_query(request, period=period.next().label) if period.end < ask.until() else None,
        "shown": frame.calendar().period(period),
    }
    try:
        found = topic.taken_apart(ask, definition.kpi, period, against, over)
        context |= {"found": found, "sentences": topic.said(ask, found), **_table(ask, found)}
        context["closed"] = [
            line
            for label in (found.then, found.period)
            for line in closings.lines(ask, definition.kpi, parse(label, ask.settings.fiscal_year_start))
        ]
    except Problem as problem:
        context |= {"problem": problem.text(frame.language())}
    call = f"{definition.kpi} --period {period.label} --against {against} --over {over}"
    python = f'why(ws, "{definition.kpi}", "{period.label}", "{against}", "{over}")'
    context["call"] = {
        "command": f"leitstern -w DIR why {call}",
        "python": f"from leitstern.analyses.why import why\n{python}",
    }
    return render(request, "leitstern/insight/why.html", context)


def _first(ask: Sight) -> str:
    return _KPI if ask.definition(_KPI) is not None else next(iter(ask.catalogue)).kpi


def _against_name(against: str) -> str:
    return _("Previous year") if against == "previous_year" else _("Period before")


def _kpis(ask: Sight, chosen: str) -> list[tuple[str, str, bool]]:
    names = [(words.text(d.name, frame.language()), d.kpi) for d in ask.catalogue]
    return [(kpi, name, kpi == chosen) for name, kpi in sorted(names, key=lambda pair: pair[0].casefold())]


def _period(ask: Sight, request: HttpRequest) -> Period:
    """The period asked for, else the newest month that is over."""
    try:
        return parse(request.GET.get("period", ""), ask.settings.fiscal_year_start)
    except Problem:
        return topic.last_month(ask)


def _table(ask: Sight, found: Why) -> dict[str, Any]:
    calendar, fiscal = frame.calendar(), ask.settings.fiscal_year_start
    effects = {"volume": _("Volume"), "mix": _("Mix"), "rate": _("Rate")}
    if found.way == "above_below":
        effects = {"rate": _("Numerator"), "volume": _("Denominator")}
    if found.way in ("parts", "none"):
        effects = {}
    if found.way == "mix_rate":
        del effects["volume"]
    return {
        "then": calendar.period(parse(found.then, fiscal)),
        "now": calendar.period(parse(found.period, fiscal)),
        "effects": list(effects.values()),
        "rows": list(_rows(found, list(effects))),
        "more": max(0, len(found.pieces) - _MOST),
        "whole": _whole(found, list(effects)),
    }


def _rows(found: Why, effects: list[str]) -> Iterator[dict[str, Any]]:
    figures, unit = frame.figures(), found.unit
    widest = max((abs(p.total or 0.0) for p in found.pieces), default=0.0)
    for piece in found.pieces[:_MOST]:
        links = piece.id != REST
        yield {
            "name": piece_name(piece, frame.language()),
            "before": figures.exact(piece.before, unit),
            "after": figures.exact(piece.after, unit),
            "before_href": _href(found, found.then, piece) if links and piece.rows_before else None,
            "after_href": _href(found, found.period, piece) if links and piece.rows_after else None,
            "total": figures.difference(piece.total, unit, exact=True),
            "bar": difference_bar(piece.total, -widest, widest, _side(found, piece.total)),
            "effects": [figures.difference(getattr(piece, e), unit, exact=True) for e in effects],
        }


def _side(found: Why, total: float | None) -> str:
    if found.good == "between" or not total:
        return "none"
    return "better" if (total > 0) == (found.good == "up") else "worse"


def _href(found: Why, label: str, piece: Piece) -> str:
    return records_href(found.kpi, label, found.over, piece.id)


def _whole(found: Why, effects: list[str]) -> dict[str, Any]:
    figures, unit = frame.figures(), found.unit
    return {
        "before": figures.exact(found.before, unit),
        "after": figures.exact(found.after, unit),
        "total": figures.difference(found.difference, unit, exact=True),
        "effects": [figures.difference(getattr(found, e), unit, exact=True) for e in effects],
    }
