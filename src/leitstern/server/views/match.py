"""What another system says beside our values: typed in for a period, or as a pasted list of records."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leitstern.errors import Problem
from leitstern.periods.grains import Grain, parse, period_of
from leitstern.server import frame, words
from leitstern.server.figures import DASH
from leitstern.server.sight import Sight, sight
from leitstern.server.typed import number
from leitstern.server.views import errors

if TYPE_CHECKING:
    from leitstern.engine.account.keyed import RecordDifference
    from leitstern.engine.account.told import Compared, Explanation, Told

#: What is asked for first: as many deals, and of this value.
USUAL = ("won_deals", "won_value")
_YEARS, _MONTHS = 3, 24
#: Records of a list that differ and are shown.
_SHOWN = 200


@require_http_methods(["GET", "POST"])
def match(request: HttpRequest) -> HttpResponse:
    """The form, and beside what was typed in what we have; a pasted list is sent, and shown at once."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    sent = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {
        "title": _("Does it match what the CRM says?"),
        "periods": _periods(ask),
        "period": sent.get("period") or str(ask.today().year),
        "asked": [
            _asked(ask, sent.get(f"kpi{n}") or name, sent.get(f"value{n}", ""))
            for n, name in enumerate(USUAL, 1)
        ],
        "kpis": _kpis(ask),
        "listed": sent.get("list", ""),
    }
    status = 200
    try:
        parse(context["period"], ask.settings.fiscal_year_start)
        if context["listed"].strip():
            kpi = context["asked"][0]["kpi"]
            context |= _differing(ask, kpi, context["period"], context["listed"])
        elif any(one["value"].strip() for one in context["asked"]):
            context |= _compared(ask, context["period"], context["asked"])
    except Problem as problem:
        context["problem"], status = problem.text(frame.language()), 422
    return render(request, "leitstern/match.html", context, status=status)


def _asked(ask: Sight, kpi: str, value: str) -> dict[str, str]:
    definition = ask.definition(kpi) or ask.definition(USUAL[0])
    assert definition is not None
    return {"kpi": definition.kpi, "value": value}


def _kpis(ask: Sight) -> list[tuple[str, str]]:
    """All KPIs that are numbers or amounts, by name."""
    found = [
        (d.kpi, words.text(d.name, frame.language()))
        for d in ask.catalogue
        if d.unit in ("count", "currency")
    ]
    return sorted(found, key=lambda pair: pair[1].casefold())


def _periods(ask: Sight) -> list[tuple[str, str]]:
    """Years, then months, the latest first."""
    today: date = ask.today()
    fiscal, calendar = ask.settings.fiscal_year_start, frame.calendar()
    found = []
    grains = [(Grain.YEAR, _YEARS), (Grain.MONTH, _MONTHS)]
    if fiscal != 1:
        grains.insert(0, (Grain.FISCAL_YEAR, _YEARS))
    for grain, count in grains:
        last = period_of(today, grain, fiscal)
        found += [last.shifted(-n) for n in range(count)]
    return [(period.label, calendar.period(period)) for period in found]


def _compared(ask: Sight, period: str, asked: list[dict[str, str]]) -> dict[str, Any]:
    from leitstern.engine.account.told import Told

    told: list[Told] = []
    for one in asked:
        if one["value"].strip():
            unit = ask.catalogue.get(one["kpi"]).unit
            told.append(Told(one["kpi"], period, number(one["value"], unit, frame.language())))
    found: Compared = ask.once(("told", tuple(told)), lambda ws: ws.compare_told(told), of="store")
    figures = frame.figures()
    return {
        "title": _("It matches") if found.matches else _("It does not match"),
        "lines": [
            {
                "kpi": words.text(ask.catalogue.get(line.kpi).name, frame.language()),
                "href": reverse("records", args=[line.kpi, line.period]),
                "told": figures.exact(line.told, line.unit),
                "ours": figures.exact(line.ours, line.unit),
                "difference": DASH
                if line.difference is None
                else figures.difference(line.difference, line.unit, exact=True),
                "matches": line.matches,
            }
            for line in found.lines
        ],
        "explaining": [_explanation(one) for one in found.explanations if one.explains],
        "nearer": [_explanation(one) for one in found.explanations if not one.explains],
        "differs": not found.matches,
    }


def _explanation(one: Explanation) -> dict[str, str]:
    text = one.text(frame.language(), frame.figures().plain)
    return {"text": text, "keys": ", ".join(one.keys)}


def _differing(ask: Sight, kpi: str, period: str, text: str) -> dict[str, Any]:
    """The records of a pasted list that differ."""
    from leitstern.engine.account.keyed import read_list

    unit = ask.catalogue.get(kpi).unit
    theirs = read_list(text, lambda amount: number(amount, unit, frame.language()))
    found = ask.workspace.compare_records(kpi, period, theirs)
    figures, calendar = frame.figures(), frame.calendar()

    def row(one: RecordDifference) -> dict[str, str]:
        return {
            "key": one.key,
            "theirs": figures.exact(one.theirs, unit),
            "ours": figures.exact(one.ours, unit),
            "day": calendar.day(one.day) if one.day else DASH,
            "text": one.text(frame.language()),
        }

    return {
        "title": _("%(differing)s of %(listed)s records differ")
        % {"differing": figures.plain(len(found)), "listed": figures.plain(len(theirs))}
        if found
        else _("All %(listed)s records are the same") % {"listed": figures.plain(len(theirs))},
        "records": [row(one) for one in found[:_SHOWN]],
        "more": max(0, len(found) - _SHOWN),
        "compared": True,
    }
