"""What customers cost, who stays, what they are worth, how much hangs on few, and what they say."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leitstern.analyses.customers_words import Words
from leitstern.periods.grains import parse
from leitstern.server import frame
from leitstern.server.insight import Document
from leitstern.server.insight import customers as about
from leitstern.server.sight import Sight, sight
from leitstern.server.views.insight import common

#: Ages of cohorts, customers by name, and own words on the page; the API has all.
AGES, NAMED, WORDS = 8, 10, 20
_GROUPS = ("promoter", "passive", "detractor", "satisfied", "not_satisfied")


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """The document of the analysis as a page."""
    ask = sight(request)
    document = common.found(ask, "customers")
    if document is None:
        return common.waiting(request, ask, "customers", about.title())
    if not common.company_shown(ask, about.SHOWS):
        return common.protected(request, about.title())
    say = about.words()
    context = {
        "title": about.title(),
        "cost": _cost(ask, say, document),
        "payback": say.payback(document),
        "cohorts": _cohorts(ask, say, document),
        "value": _value(say, document),
        "shares": _shares(say, document),
        "surveys": _surveys(ask, say, document),
        "call": {
            "command": "leitstern -w DIR customers",
            "python": "from leitstern.analyses import customers\ncustomers.customers(ws)",
        },
    }
    return render(request, "leitstern/insight/customers.html", context)


def _cost(ask: Sight, say: Words, document: Document) -> dict[str, Any]:
    """Periods as rows, the newest last, with the kinds of cost that occur."""
    found = document["acquisition"]
    kinds = [
        kind
        for kind in found["year"]["parts"]
        if any((row["parts"][kind] or 0) > 0 for row in found["periods"])
    ]
    rows = [
        {
            "period": _period(ask, row["period"]),
            "complete": row["complete"],
            "spent": say.money(row["spent"]),
            "won": say.writes.plain(row["won"]),
            "cost": say.money(row["cost"]) if row["won"] else "–",
            "range": _range(say.money(row["low"]), say.money(row["high"])) if row["won"] else "",
            "parts": [say.money(row["parts"][kind]) if row["won"] else "" for kind in kinds],
        }
        for row in found["periods"]
    ]
    return {
        "said": say.cost(document),
        "rows": rows,
        "kinds": [say.say(f"kind_{kind}") for kind in kinds],
    }


def _cohorts(ask: Sight, say: Words, document: Document) -> dict[str, Any]:
    found = document["cohorts"]
    most = max((len(row["retained"]) - 1 for row in found["rows"]), default=0)
    ages = list(range(1, min(AGES, most) + 1))

    def cells(values: list[Any], write: Any) -> list[str]:
        told = [write(value) for value in values[1 : len(ages) + 1]]
        return told + [""] * (len(ages) - len(told))

    rows = [
        {
            "period": _period(ask, row["period"]),
            "size": say.writes.plain(row["size"]),
            "retained": cells(row["retained"], say.share),
            "first": say.money(row["per_customer"][0]),
            "revenue": cells(row["per_customer"], say.money),
        }
        for row in found["rows"]
    ]
    known = {row["age"]: row for row in found["retained"]}
    every = [
        (say.share(known[age]["share"]), _range(say.share(known[age]["low"]), say.share(known[age]["high"])))
        if age in known
        else ("", "")
        for age in ages
    ]
    return {
        "said": say.cohorts(document), "rows": rows, "ages": ages, "all": every,
        "n": say.writes.plain(found["n"]),
        "older": say.writes.plain(found["older"]) if found["older"] else "",
    }  # fmt: skip


def _value(say: Words, document: Document) -> dict[str, Any]:
    found = document["value"]
    rows = [
        {
            "name": row["name"],
            "so_far": say.money(row["so_far"]),
            "alive": say.share(row["alive"]),
            "purchases": say.writes.plain(row["purchases"], 1),
            "value": say.money(row["value"]),
            "range": _range(say.money(row["low"]), say.money(row["high"])),
        }
        for row in found["customers"][:NAMED]
    ]
    return {
        "said": say.value(document),
        "rows": rows,
        "mean": say.money(found["so_far"]["mean"]),
        "n": say.writes.plain(found["so_far"]["n"]),
        "margin": found["margin_share"] is not None,
    }


def _shares(say: Words, document: Document) -> dict[str, Any]:
    rows = [
        {
            "name": row["name"],
            "value": say.money(row["value"]),
            "share": say.share(row["share"]),
            "upto": say.share(row["upto"]),
        }
        for row in document["shares"]["customers"][:NAMED]
    ]
    return {"said": say.shares(document), "rows": rows}


def _surveys(ask: Sight, say: Words, document: Document) -> dict[str, Any]:
    found, calendar = document["surveys"], frame.calendar()
    scores = []
    for kind, name, write in (("nps", "NPS", say.points), ("csat", "CSAT", say.share)):
        rows = [
            {
                "period": _period(ask, row["period"]),
                "value": write(row["value"]),
                "range": _range(write(row["low"]), write(row["high"])),
                "n": say.writes.plain(row["n"]),
            }
            for row in found[kind]["periods"]
            if row["n"]
        ]
        scores.append({"name": name, "said": say.survey(document, kind), "rows": rows})
    groups = [group for group in _GROUPS if any(group in row for row in found["reasons"])]
    reasons = [
        {"reason": row["reason"], "n": row["n"], "counts": [row.get(group, 0) for group in groups]}
        for row in found["reasons"]
    ]
    told = [
        {
            **row,
            "day": calendar.day(date.fromisoformat(row["day"])),
            "group": say.say(row["group"]),
            "kind": row["kind"].upper(),
            "score": say.writes.plain(row["score"]),
        }
        for row in found["words"][:WORDS]
    ]
    return {
        "scores": scores, "reasons": reasons, "groups": [say.say(group) for group in groups], "words": told,
    }  # fmt: skip


def _period(ask: Sight, label: str) -> str:
    return frame.calendar().period(parse(label, ask.settings.fiscal_year_start))


def _range(low: str, high: str) -> str:
    return f"{low} – {high}"
