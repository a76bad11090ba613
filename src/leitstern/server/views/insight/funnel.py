"""The funnel: from lead to won, the bottleneck and its cost, where deals are lost, and who is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leitstern.server import frame
from leitstern.server.figures import DASH
from leitstern.server.insight import funnel as words
from leitstern.server.sight import sight
from leitstern.server.views.insight import common

Row = dict[str, Any]

MOST_LEAKS = 12
#: Groups beyond so many are in the API and the command only.
MOST_GROUPS = 8
CHAIN = ("lead", "mql", "sql", "deal", "quote", "won")


@require_safe
def funnel(request: HttpRequest) -> HttpResponse:
    """``by`` and ``how`` in the address choose the groups, and cohort or period."""
    ask = sight(request)
    document = common.found(ask, "funnel")
    if document is None:
        return common.waiting(request, ask, "funnel", words.title())
    if not common.company_shown(ask, "won_value"):
        return common.protected(request, words.title())
    seen = words.cut(ask, document)
    by = request.GET.get("by", "")
    by = by if by in seen["by"] else ""
    how = "period" if request.GET.get("how") == "period" else "cohort"
    chosen = seen["by"][by or "team"]
    calendar = frame.calendar()
    start, end = (calendar.day(date.fromisoformat(chosen[day])) for day in ("from", "to"))
    context = {
        "title": words.title(),
        "sentence": words.sentence(seen["bottleneck"]),
        "hints": [_hint(cell) for cell in seen["bottleneck"]["hints"]],
        "hidden": seen["hidden"],
        "start": start,
        "end": end,
        "switches": [_by_switch(by, how), _how_switch(by, how)],
        "by": by,
        "how": how,
        "heads": _heads(how),
        "tables": [
            (_("From lead to won"), _rows([*chosen["steps"], *chosen["whole"]], by, how)),
            (_("Stages of deals"), _rows(chosen["stages"], by, how)),
        ],
        "leaks": [_leak(leak) for leak in chosen["leaks"][:MOST_LEAKS]],
        "handovers": [_handover(one) for one in seen["handovers"]["handovers"]],
        "silent": _silent(seen["handovers"]),
        "call": _call(by, how),
    }
    return render(request, "leitstern/insight/funnel.html", context)


def _by_switch(by: str, how: str) -> Row:
    names = (
        ("", _("All")),
        ("team", _("Team")),
        ("campaign", _("Campaign")),
        ("source", _("Source")),
        ("segment", _("Segment")),
    )
    options = [{"name": name, "href": _address(one, how), "here": one == by} for one, name in names]
    return {"label": _("By"), "options": options}


def _how_switch(by: str, how: str) -> Row:
    names = (("cohort", _("Who entered in the period")), ("period", _("What moved in the period")))
    options = [{"name": name, "href": _address(by, one), "here": one == how} for one, name in names]
    return {"label": _("Counted by"), "options": options}


def _address(by: str, how: str) -> str:
    asked = [f"{name}={value}" for name, value in (("by", by), ("how", how)) if value not in ("", "cohort")]
    return reverse("insight_funnel") + ("?" + "&".join(asked) if asked else "")


def _heads(how: str) -> list[str]:
    heads = ["entered", "passed", "left"] + (["open"] if how == "cohort" else [])
    heads += ["share", "range"] + (["window", "median", "upper"] if how == "cohort" else [])
    return [words.say(f"head_{head}") for head in heads]


def _rows(rows: list[Row], by: str, how: str) -> list[Row]:
    """A line for each step; by group, those of the largest groups beneath it."""
    found: list[Row] = []
    groups = 0
    for row in rows:
        groups = 0 if row["group"] is None else groups + 1
        if (row["group"] is None or by) and groups <= MOST_GROUPS:
            cells = _cohort(row) if how == "cohort" else _flow(row)
            found.append({"name": _name(row), "sub": row["group"] is not None, "cells": cells})
    return found


def _name(row: Row) -> str:
    if row["group"] is not None:
        return str(row["group"]["name"] or words.say("not_assigned"))
    step, to = (
        words.say(f"step_{key}") if key in CHAIN else name or key
        for key, name in ((row["step"], row["name"]), (row["to"], row["to_name"]))
    )
    return f"{step} → {to}"


def _cohort(row: Row) -> list[str]:
    c, wait = row["cohort"], row["wait"]
    plain = frame.figures().plain
    counts = [plain(c[name]) for name in ("entered", "passed", "left", "open")]
    known = c["value"] is not None
    share = [words.percent(c["value"]), words.percents(c["low"], c["high"])]
    waits = [words.days(wait[name]) for name in ("median", "upper")]
    few = wait["verdict"] == "too_little"
    return [
        *counts, *(share if known else [words.say(c["verdict"]), DASH]), plain(c["horizon"]),
        *([DASH, DASH] if few else waits),
    ]  # fmt: skip


def _flow(row: Row) -> list[str]:
    f = row["flow"]
    counts = [frame.figures().plain(f[name]) for name in ("entered", "passed", "left")]
    share = f["share"]
    if share["verdict"] != "fine":
        return [*counts, words.say("too_little"), DASH]
    return [*counts, words.percent(share["value"]), words.percents(share["low"], share["high"])]


def _hint(cell: Row) -> Row:
    """A hint: the step now, and each reference with what the difference costs."""
    plain = frame.figures().plain
    lines = [
        {
            "name": _("Now"),
            "cells": [
                plain(cell["n"]),
                words.percent(cell["share"]),
                words.days(cell["wait"]["median"]),
                "",
                "",
            ],
        }
    ]
    names = {"past": _("A year before"), "peers": _("The others now")}
    for against in cell["against"]:
        cost = words.money(against["cost"])
        cells = [
            plain(against["n"]), words.percent(against["share"]), words.days(against["wait"]["median"]),
            cost["cost"], f"{cost['low']} – {cost['high']}",
        ]  # fmt: skip
        lines.append({"name": names[against["reference"]], "cells": cells})
    return {"group": cell["group"]["name"], "stage": words.stage(cell), "lines": lines}


def _leak(leak: Row) -> Row:
    share, value = leak["share"], frame.figures().short(leak["value"], "currency")
    return {
        "stage": words.stage(leak) or words.say("outside"),
        "reason": leak["reason"] or words.say("no_reason"),
        "cells": [
            frame.figures().plain(share["hits"]), words.percent(share["value"]),
            words.percents(share["low"], share["high"]), value,
        ],
    }  # fmt: skip


def _handover(one: Row) -> Row:
    wait, never = one["wait"], one["never"]
    share = [words.say("too_little"), DASH]
    if never["verdict"] == "fine":
        share = [words.percent(never["value"]), words.percents(never["low"], never["high"])]
    plain = frame.figures().plain
    waits = [words.days(wait[name]) for name in ("median", "upper")]
    return {"name": words.say(one["name"]), "cells": [plain(wait["n"]), *waits, *share, plain(one["grace"])]}


def _silent(found: Mapping[str, Any]) -> Row:
    """The sentence on customers without a contact, and their list."""
    figures, calendar = frame.figures(), frame.calendar()
    counts = {"customers": figures.plain(found["customers"]), "days": figures.plain(found["quiet_days"])}
    number = found["silent_count"]
    text = (
        words.say("silent", count=figures.plain(number), **counts)
        if number
        else words.say("silent_none", **counts)
    )
    rows = [
        {
            "name": one["name"],
            "won": calendar.day(date.fromisoformat(one["won"])),
            "contact": calendar.day(date.fromisoformat(one["last_contact"])) if one["last_contact"] else DASH,
            "days": figures.plain(one["days"]),
            "value": figures.short(round(one["value"]), "currency"),
        }
        for one in found["silent"]
    ]
    return {"text": text, "rows": rows, "more": number - len(rows)}


def _call(by: str, how: str) -> dict[str, str]:
    options = (f" --by {by}" if by else "") + (f" --how {how}" if how != "cohort" else "")
    given = f', by="{by}"' if by else ""
    return {
        "command": f"leitstern -w DIR funnel{options}",
        "python": (
            "from leitstern.analyses.funnel import bottleneck, funnel\n"
            "from leitstern.analyses.handovers import handovers\n"
            f"funnel(ws{given})\nbottleneck(ws)\nhandovers(ws)"
        ),
    }
