"""The reverse plan: from a goal back to what must arrive by month, with scenarios to compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from leitstern.analyses.reverse import ReversePlan
from leitstern.errors import Problem
from leitstern.insight.reverse.plan import Needed, whole
from leitstern.messages import message
from leitstern.periods.grains import Grain, from_index
from leitstern.server import frame, typed, words
from leitstern.server.figures import DASH
from leitstern.server.insight import Document
from leitstern.server.insight import reverse as plans
from leitstern.server.models import Scenario
from leitstern.server.sight import Sight, sight
from leitstern.server.views.insight import common

_NAMES = 100


@require_http_methods(["GET", "POST"])
def reverse(request: HttpRequest) -> HttpResponse:
    """The plan for what the address asks for; a post keeps it as a scenario or as goals."""
    ask = sight(request)
    document = common.found(ask, "reverse")
    if document is None:
        return common.waiting(request, ask, "reverse", plans.title())
    if not common.company_shown(ask, "won_value"):
        return common.protected(request, plans.title())
    if request.method == "POST":
        return _act(request, ask, document)
    found, problem = None, ""
    try:
        choice = plans.read(ask, request.GET)
        found = plans.made(ask, document, choice) if choice.target else None
    except Problem as refused:
        problem = refused.text(frame.language())
    context = {
        "title": plans.title(),
        "problem": problem,
        "sentence": plans.sentence(found) if found else "",
        "form": _form(request, ask, found),
        "table": _table(ask, found) if found else None,
        "may_plan": plans.may_plan(ask),
        "scenarios": list(_scenarios()),
        "stages": [message(f"reverse.{stage}", frame.language()) for stage in plans.KPIS],
        "call": _call(found) if found else None,
    }
    return render(request, "leitstern/insight/reverse.html", context)


def _act(request: HttpRequest, ask: Sight, document: Document) -> HttpResponse:
    """Keep or remove a scenario, or draft goals; then back to the plan, or to the drafts."""
    assert request.user.is_authenticated  # the middleware lets nobody else in
    if not plans.may_plan(ask):
        raise Http404
    action, name = request.POST.get("action"), request.POST.get("name", "").strip()[:_NAMES]
    back = HttpResponseRedirect(request.get_full_path())
    if action == "forget":
        key = request.POST.get("scenario", "")
        scenario = get_object_or_404(Scenario, pk=int(key) if key.isdecimal() else 0)
        plans.forget(request.user, scenario)
        messages.success(request, _("The scenario was removed."))
        return back
    try:
        found = plans.made(ask, document, plans.read(ask, request.GET))
        if action == "goals":
            made = len(plans.save_goals(ask, found))
            text = ngettext("%(count)s goal was drafted.", "%(count)s goals were drafted.", made)
            messages.success(request, text % {"count": made})
            return HttpResponseRedirect(address("goals") + "?state=draft")
        if action == "keep" and name:
            plans.keep(request.user, name, found)
            messages.success(request, _("The scenario is kept."))
        else:
            messages.error(request, _("Give the scenario a name."))
    except Problem as refused:
        messages.error(request, refused.text(frame.language()))
    return back


def _form(request: HttpRequest, ask: Sight, found: ReversePlan | None) -> dict[str, Any]:
    """The fields as typed; the target of the company's goal where none was."""
    calendar, figures = frame.calendar(), frame.figures()
    asked = request.GET
    chosen = asked.get("period", "")
    target = asked.get("target", "")
    if not target and found is not None:
        target = typed.shown(typed.number(str(found.target), "currency", "en"), "currency", figures)
    labels = {
        "price": _("Value of a deal, change in %"),
        "conversion": _("Conversion, change in %"),
        "cost_per_lead": _("Cost per lead, change in %"),
        "meetings_per_deal": _("Meetings per deal, change in %"),
        "commission": _("Commission, in % of the won value"),
        "hires": _("New full-time sellers"),
        "cost_per_hire": _("Cost of each a month, in %(unit)s") % {"unit": figures.unit_name("currency")},
    }
    return {
        "periods": [(p.label, calendar.period(p), p.label == chosen) for p in plans.periods(ask)],
        "target": target,
        "unit": figures.unit_name("currency"),
        "fields": [(name, label, asked.get(name, "")) for name, label in labels.items()],
    }


def _table(ask: Sight, found: ReversePlan) -> dict[str, Any]:
    """Months as columns; a row for each stage with its range, then meetings, money and people."""
    figures, calendar, plan = frame.figures(), frame.calendar(), found.plan
    rows = [_stage(ask, one, found.so_far.get(one.stage, 0)) for one in plan.stages]
    for kpi, values, unit in (
        ("booked_meetings", plan.meetings, "count"),
        ("marketing_spend", plan.spend, "currency"),
    ):
        if values is not None:
            amounts = whole(values)
            rows.append(
                {
                    "name": _name(ask, kpi),
                    "href": address("kpi", args=[kpi]),
                    "usual": DASH,
                    "cells": [(figures.amount(amount, unit), "", "") for amount in amounts],
                    "total": figures.amount(sum(amounts), unit),
                }
            )
    if plan.heads is not None:
        cells = [(figures.plain(value, 1), "", "") for value in plan.heads]
        usual = figures.plain(found.sellers, 1)
        rows.append({"name": _("Full-time sellers needed"), "usual": usual, "total": DASH, "cells": cells})
    months = [calendar.axis(from_index(month, Grain.MONTH)) for month in plan.months]
    return {
        "months": [" ".join(part for part in month if part) for month in months],
        "running": calendar.period(from_index(plan.months[0], Grain.MONTH)),
        "rows": rows,
        "cost": figures.short(plan.cost, "currency") if plan.cost is not None else "",
    }


def _stage(ask: Sight, one: Needed, so_far: int) -> dict[str, Any]:
    """A stage's line: what is needed each month, the range, and in the running month what has arrived."""
    figures, kpi = frame.figures(), plans.KPIS[one.stage]
    row: dict[str, Any] = {
        "name": _name(ask, kpi),
        "href": address("kpi", args=[kpi]),
        "note": _verdict(one.verdict),
        "usual": figures.plain(one.usual, 1),
        "total": DASH,
    }
    if one.verdict != "plan":
        return row
    amounts = whole(one.arrive)
    ranges = [
        f"{figures.plain(round(low, 6) // 1)}–{figures.plain(-(round(-high, 6) // 1))}"
        if amount and high < plans.MOST
        else ""
        for amount, low, high in zip(amounts, one.low.tolist(), one.high.tolist(), strict=True)
    ]
    here = [_("%(count)s so far") % {"count": figures.plain(so_far)}] + [""] * (len(amounts) - 1)
    row["cells"] = list(zip(map(figures.plain, amounts), ranges, here, strict=True))
    row["total"] = figures.plain(sum(amounts))
    return row


def _name(ask: Sight, kpi: str) -> str:
    definition = ask.definition(kpi)
    return kpi if definition is None else words.text(definition.name, frame.language())


def _verdict(verdict: str) -> str:
    return {
        "too_little": _("too little data"),
        "already": _("what is on its way is enough"),
        "too_late": _("too late: what arrives now is won after the end"),
        "plan": "",
    }[verdict]


def _scenarios() -> Iterator[dict[str, Any]]:
    """The scenarios side by side: what was assumed and what came out."""
    figures, calendar = frame.figures(), frame.calendar()
    for scenario in Scenario.objects.select_related("created_by").order_by("pk"):
        plan = scenario.plan
        stages = {one["stage"]: one for one in plan["stages"]}
        start, end = (date.fromisoformat(plan[day]) for day in ("start", "end"))
        yield {
            "id": scenario.pk,
            "name": scenario.name,
            "who": str(scenario.created_by),
            "day": calendar.day(scenario.created_at.date()),
            "target": figures.short(plan["target"], "currency"),
            "when": f"{calendar.day(start)} – {calendar.day(end)}",
            "assumed": ", ".join(_assumed(scenario.assumptions)) or _("as measured"),
            "amounts": [_arriving(stages.get(name)) for name in plans.KPIS],
            "hires": figures.plain(plan["hires"], 1),
            "cost": figures.short(plan["cost"], "currency"),
        }


def _arriving(stage: Mapping[str, Any] | None) -> str:
    """How many a scenario needs of a stage; a dash where it does not say."""
    if stage is None or stage["verdict"] not in ("plan", "already"):
        return DASH
    return frame.figures().plain(sum(whole(np.array(stage["arrive"], float))))


def _assumed(assumptions: Mapping[str, Any]) -> Iterator[str]:
    figures = frame.figures()
    names = {
        "price": _("value of a deal"),
        "conversion": _("conversion"),
        "cost_per_lead": _("cost per lead"),
        "meetings_per_deal": _("meetings per deal"),
    }
    for name, text in names.items():
        if assumptions[name] != 1:
            yield f"{text} {figures.change(assumptions[name] - 1)}"
    if assumptions["commission"]:
        yield f"{_('commission')} {figures.short(assumptions['commission'], 'percent')}"
    if assumptions["hires"]:
        yield f"{_('new sellers')} {figures.plain(assumptions['hires'], 1)}"


def _call(found: ReversePlan) -> dict[str, str]:
    """The calls that find the plan again, with what was changed."""
    plain = type(found.assumed)()
    changed = {
        name: f"{value:.15g}"
        for name in plans.FIELDS
        if (value := getattr(found.assumed, name)) != getattr(plain, name)
    }
    options = "".join(f" --{name.replace('_', '-')} {value}" for name, value in changed.items())
    imported, given = "", ""
    if changed:
        imported = "from leitstern.insight.reverse.plan import Assumptions\n"
        given = f", Assumptions({', '.join(f'{name}={value}' for name, value in changed.items())})"
    days = ", ".join(f"date({day.year}, {day.month}, {day.day})" for day in (found.start, found.end))
    target = f"{found.target:.15g}"
    return {
        "command": f"leitstern -w DIR plan {target} --from {found.start} --to {found.end}{options}",
        "python": (
            f"from leitstern.analyses.reverse import reverse_plan\n{imported}"
            f"reverse_plan(ws, {target}, {days}{given})"
        ),
    }
