"""The pipeline forecast: what is won in the next weeks and months, how good such forecasts were, from which
deals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from leitstern.periods.grains import Grain, period_of
from leitstern.server import frame
from leitstern.server.charts import stack
from leitstern.server.charts.scale import Scale
from leitstern.server.charts.time import Tick
from leitstern.server.figures import DASH, NBSP
from leitstern.server.insight import pipeline as found
from leitstern.server.sight import Sight, sight
from leitstern.server.views.insight import common

_MOST_DEALS, _MOST_TOLD = 25, 13
CALL = {
    "command": "leitstern -w DIR pipeline --by team",
    "python": "from leitstern.analyses.pipeline import pipeline\npipeline(ws)",
}


@require_safe
def pipeline(request: HttpRequest) -> HttpResponse:
    """``grain`` in the address chooses weeks or months."""
    ask = sight(request)
    document = common.found(ask, "pipeline")
    if document is None:
        return common.waiting(request, ask, "pipeline", found.title())
    if not common.company_shown(ask, found.SHOWS):
        return common.protected(request, found.title())
    calendar = frame.calendar()
    grain = "week" if request.GET.get("grain") == "week" else "month"
    context: dict[str, Any] = {
        "title": found.title(),
        "sentence": found.sentence(document),
        "day": calendar.day(date.fromisoformat(document["day"])),
        "call": CALL,
    }
    if document["verdict"] == "ok":
        lines = document["weeks" if grain == "week" else "months"]
        planned = found.plans(ask, document)
        context |= {
            "switch": _switch(grain),
            "drawings": stack.drawings(_chart(lines, planned, grain)),
            "planned": any(_key(line) in planned for line in lines),
            "rows": [_row(line, planned, grain) for line in lines],
            "tools": _tools(document),
            "told": _told(document),
            "ends": [calendar.short_day(date.fromisoformat(line["end"])) for line in document["months"]],
            "deals": _deals(ask, document),
            "teams": [_team(row) for row in found.teams(ask, document)],
            "notes": _notes(document),
        }
    return render(request, "leitstern/insight/pipeline.html", context)


def _switch(grain: str) -> dict[str, Any]:
    options = [
        {"name": name, "href": reverse("insight_pipeline") + query, "here": one == grain}
        for one, name, query in (("month", _("Months"), ""), ("week", _("Weeks"), "?grain=week"))
    ]
    return {"label": _("By"), "options": options}


def _key(line: Mapping[str, Any]) -> str:
    return f"{line['start']}/{line['end']}"


def _name(line: Mapping[str, Any], grain: str) -> str:
    return frame.calendar().period(period_of(date.fromisoformat(line["start"]), Grain(grain), 1))


def _money(value: float | Decimal | None) -> str:
    return DASH if value is None else frame.figures().short(round(value), "currency")


def _range(low: float | None, high: float | None) -> str:
    return DASH if low is None or high is None else f"{_money(low)}{NBSP}– {_money(high)}"


def _chart(lines: list[Mapping[str, Any]], planned: Mapping[str, Decimal], grain: str) -> stack.StackChart:
    stacks = tuple(_stack(line, planned.get(_key(line)), grain) for line in lines)
    figures = frame.figures()
    values = Scale(0, stack.highest(stacks), 0, 1).ticks()
    ticks = tuple(Tick(value, figures.short_bare(value, "currency")) for value in values)
    title = _("Expected won value in %(unit)s") % {"unit": figures.unit_name("currency")}
    text = _("Solid: won so far. Hatched: expected from open deals. Widely hatched: from deals not open yet.")
    return stack.StackChart(title, text, stacks, ticks)


def _stack(line: Mapping[str, Any], plan: Decimal | None, grain: str) -> stack.Stack:
    label, group = frame.calendar().axis(period_of(date.fromisoformat(line["start"]), Grain(grain), 1))
    said = [f"{_name(line, grain)}: {_money(line['total'])}", _range(line["low"], line["high"])]
    if plan is not None:
        said.append(_("plan %(plan)s") % {"plan": _money(plan)})
    return stack.Stack(
        label, group, ", ".join(said), (line["so_far"], line["open"], line["new"]),
        frame.figures().short_bare(line["total"], "currency"), line["low"], line["high"],
        None if plan is None else float(plan),
    )  # fmt: skip


def _row(line: Mapping[str, Any], planned: Mapping[str, Decimal], grain: str) -> dict[str, Any]:
    values = (line["so_far"], line["open"], line["new"], line["total"])
    return {
        "name": _name(line, grain),
        "cells": [
            *(_money(value) for value in values),
            _range(line["low"], line["high"]),
            frame.figures().plain(line["deals"], 1),
            frame.figures().plain(line["n"]),
        ],
        "plan": _money(planned.get(_key(line))),
    }


def _tools(document: Mapping[str, Any]) -> str:
    """What CRM tools would show, beside the same deals' part of this forecast."""
    ours = sum(line["open"] for line in document["months"])
    until = frame.calendar().day(date.fromisoformat(document["months"][-1]["end"]))
    return _(
        "Stage win rate times amount, as CRM systems show it, gives %(tools)s for the open deals, without "
        "saying when. This forecast expects %(ours)s of them by %(until)s."
    ) % {"tools": _money(document["tools"]), "ours": _money(ours), "until": until}


def _told(document: Mapping[str, Any]) -> dict[str, Any]:
    """How forecasts of past weeks did: a sentence and the last of them."""
    told, figures, calendar = document["told"], frame.figures(), frame.calendar()
    if not told:
        return {"sentence": _("No past forecast is over yet."), "rows": []}
    words = {
        "n": figures.plain(len(told)),
        "days": figures.plain(told[0]["days"]),
        "off": figures.short(document["wape"], "percent"),
        "bias": figures.change(document["bias"]),
    }
    text = ngettext(
        "%(n)s forecast of %(days)s days was made again for a past week, with what was known then: "
        "it was off by %(off)s (%(bias)s).",
        "%(n)s forecasts of %(days)s days were made again for past weeks, each with what was known then: "
        "they were off by %(off)s on average, all together by %(bias)s.",
        len(told),
    )
    said = text % words
    if document["coverage"] is not None:
        held = _("The range held in %(share)s; it should in about 80 %%.")
        said += " " + held % {"share": figures.short(document["coverage"], "percent")}
    rows = [
        [
            calendar.day(date.fromisoformat(one["day"])),
            _money(one["forecast"]),
            _range(one["low"], one["high"]),
            _money(one["happened"]),
            figures.change(one["happened"] / one["forecast"] - 1) if one["forecast"] else DASH,
        ]
        for one in reversed(told[-_MOST_TOLD:])
    ]
    return {"sentence": said, "rows": rows}


def _deals(ask: Sight, document: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    seen = found.deals(ask, document, _MOST_DEALS)
    if seen is None:
        return None
    figures = frame.figures()
    return [
        {
            "title": deal.record.title or deal.record.key,
            "customer": deal.record.customer or DASH,
            "stage": deal.found["stage"] or DASH,
            "cells": [
                figures.plain(deal.found["days_in_stage"]),
                _money(deal.found["worth"]),
                *(figures.short(chance, "percent") for chance in deal.found["chances"]),
                _money(deal.found["expected"]),
            ],
        }
        for deal in seen
    ]


def _team(row: Mapping[str, Any]) -> dict[str, Any]:
    cells = [frame.figures().plain(row["deals"]), *(_money(value) for value in row["expected"])]
    return {"name": row["name"] or row["team"] or _("Not assigned"), "cells": cells}


def _notes(document: Mapping[str, Any]) -> list[str]:
    notes = []
    if document["left_out"]:
        text = _("%(count)s open deals have no beginning: nothing can be said of them, they are left out.")
        notes.append(text % {"count": frame.figures().plain(document["left_out"])})
    if document["amount_at_close"]:
        notes.append(
            _("Amounts are written at the closing here: open deals count what their product brings.")
        )
    if not document["boosted"]:
        notes.append(_("By stage and time in stage alone: boosting needs scikit-learn and 150 past wins."))
    return notes
