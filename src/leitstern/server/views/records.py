"""The records behind a number: what was counted, row by row, and that it adds up."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.errors import Problem
from leitstern.facts.model import SUBJECTS
from leitstern.periods.grains import parse
from leitstern.server import frame, words
from leitstern.server.pages import Pages
from leitstern.server.reader import reader
from leitstern.server.views.kpi import known

_PER_PAGE = 50


def records(request: HttpRequest, name: str, period: str) -> HttpResponse:
    """One page of the records of a KPI in a period, for the company or one subject."""
    ask = reader()
    definition = known(ask, name)
    try:
        when = parse(period, ask.settings.fiscal_year_start)
    except Problem as problem:
        raise Http404(problem.text(frame.language())) from problem
    by = request.GET.get("by", "company")
    if by not in SUBJECTS:
        raise Http404(_("“%(by)s” is not something a KPI can be shown by.") % {"by": by})
    subject = request.GET.get("subject") or None
    found = ask.once(
        ("records", name, period, by, subject),
        lambda ws: ws.records(name, period=period, by=by, subject=subject),
    )
    observed = [
        o
        for o in ask.compute([name], by, str(when.grain), when.start, when.end)
        if o.subject.id == (subject if by != "company" else None)
    ]
    pages = Pages(request, len(found.rows), _PER_PAGE)
    shown = found.rows[(pages.page - 1) * _PER_PAGE : pages.page * _PER_PAGE]
    figures, calendar = frame.figures(), frame.calendar()
    full = words.text(definition.name, frame.language())
    query = {"grain": str(when.grain), "period": when.label}
    if by != "company":
        query |= {"by": by, "subject": subject or ""}
    value = observed[0] if observed else None
    context: dict[str, Any] = {
        "name": full,
        "period": calendar.period(when),
        "of_whom": _whom(by, subject, dict(ask.subjects(by)) if by != "company" else {}),
        "back": f"{reverse('kpi', args=[name])}?{urlencode(query)}",
        "columns": found.columns,
        "numeric": _numeric(found.rows),
        "rows": [[_cell(entry) for entry in row] for row in shown],
        "pages": pages,
        "value": figures.exact(value.value, definition.unit) if value else "–",
        "counted": value.rows if value else 0,
        "agrees": value is not None and value.rows == len(found.rows),
    }
    return render(request, "leitstern/records.html", context)


def _whom(by: str, subject: str | None, names: dict[str, str]) -> str:
    if by == "company":
        return ""
    return _("Not assigned") if subject is None else names.get(subject, subject)


def _numeric(rows: list[Any]) -> list[bool]:
    """Which columns hold numbers, and so are set flush right."""
    if not rows:
        return []
    return [
        any(isinstance(row[i], int | float | Decimal) and not isinstance(row[i], bool) for row in rows[:50])
        for i in range(len(rows[0]))
    ]


def _cell(value: object) -> str:
    """A record's value as a reader writes it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{frame.calendar().day(value.date())}, {value:%H:%M}"
    if isinstance(value, date):
        return frame.calendar().day(value)
    if isinstance(value, Decimal | float):
        return frame.figures().plain(value, 2)
    return str(value)
