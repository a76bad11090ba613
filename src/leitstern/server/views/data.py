"""The data page: which records there are, how new they are, what was set aside, and what looks wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.errors import Problem
from leitstern.server import accounts_of_data, frame, words
from leitstern.server.quality import findings, receipts, set_aside
from leitstern.server.sight import Sight, sight
from leitstern.server.views import errors


def data(request: HttpRequest) -> HttpResponse:
    """Facts with rows and age, imports with what was set aside, quality findings with the KPIs they touch."""
    ask = sight(request)
    generation = ask.generation()
    if generation is None:
        return errors.no_generation(request)
    calendar, figures, today = frame.calendar(), frame.figures(), ask.today()
    facts = [
        {
            "name": words.fact_name(name, frame.language()),
            "rows": figures.plain(fact.rows),
            "newest": calendar.day(fact.newest) if fact.newest else "–",
            "age": calendar.age(fact.newest, today) if fact.newest else "",
        }
        for name, fact in generation.facts.items()
        if fact.rows
    ]
    context = {
        **_stored(ask, len(facts)),
        "facts": facts,
        "may_import": ask.policy.may(ask.viewer, "import"),
        "may_close": ask.policy.may(ask.viewer, "close"),
        "generation": generation,
        "built": calendar.day(generation.built_at.date()),
        "built_time": f"{generation.built_at:%H:%M}",
        "as_of": calendar.day(generation.as_of),
    }
    return render(request, "leitstern/data.html", context)


def _stored(ask: Sight, facts: int) -> dict[str, Any]:
    """What the store of imports says; while an import is writing, that it does.

    Single records can name people, so they are for those who look after the imports.
    """
    records = ask.policy.may(ask.viewer, "import")
    try:
        wrong, gaps = findings(ask)
        counted = accounts_of_data.facts(accounts_of_data.account(ask), records=records)
        return {
            "title": _title(facts, len(wrong)),
            "wrong": wrong if records else [replace(found, examples="") for found in wrong],
            "gaps": gaps,
            "set_aside": set_aside(ask) if records else [],
            "receipts": receipts(ask),
            "counted": counted,
            "whole": "; ".join(one.text for one in counted if not one.remarks),
            "empty": accounts_of_data.empty(ask),
        }
    except Problem as problem:
        if problem.code != "facts.store_busy":
            raise
        return {"title": _("Data: an import is running"), "busy": True}


def _title(facts: int, found: int) -> str:
    return ngettext(
        "%(facts)s kinds of records, %(found)s thing to look at",
        "%(facts)s kinds of records, %(found)s things to look at",
        found,
    ) % {"facts": facts, "found": found}
