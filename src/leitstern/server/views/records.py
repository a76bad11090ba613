"""The records behind a number: what was counted, row by row, and that it adds up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.errors import Problem
from leitstern.facts.model import SUBJECTS
from leitstern.server import closings, frame, words
from leitstern.server.figures import DASH
from leitstern.server.pages import Pages
from leitstern.server.reader import Reader
from leitstern.server.sight import sight
from leitstern.server.views import errors
from leitstern.server.views.kpi import known

if TYPE_CHECKING:
    from leitstern.engine.observations import Observation
    from leitstern.engine.records import Record, Records
    from leitstern.kpis.definition import Definition
    from leitstern.periods.grains import Period

_PER_PAGE = 50
#: What is shown of a record that is set aside.
ASIDE = ("day", "fact", "key", "title", "person", "team", "customer")


def records(request: HttpRequest, name: str, period: str) -> HttpResponse:
    """One page of the records of a KPI in a period, for the company or one subject."""
    ask = sight(request)
    definition = known(ask, name)
    when = _period(ask, period)
    by = request.GET.get("by", "company")
    if by not in SUBJECTS:
        raise Http404(_("“%(by)s” is not something a KPI can be shown by.") % {"by": by})
    subject = request.GET.get("subject") or None
    if subject is not None and by != "company" and subject not in dict(ask.subjects(by)):
        raise Http404(_("Nothing and nobody here has the id “%(id)s”.") % {"id": subject})
    found = ask.records(name, when, by, subject)
    if found is None:
        return errors.protected(request)
    pages = Pages(request, len(found.rows), _PER_PAGE)
    shown = found.rows[(pages.page - 1) * _PER_PAGE : pages.page * _PER_PAGE]
    query = {"grain": str(when.grain), "period": when.label}
    if by != "company":
        query |= {"by": by, "subject": subject or ""}
    context = {
        "name": words.text(definition.name, frame.language()),
        "period": frame.calendar().period(when),
        "of_whom": _whom(by, subject, dict(ask.subjects(by)) if by != "company" else {}),
        "back": f"{reverse('kpi', args=[name])}?{urlencode(query)}",
        "pages": pages,
        "closed": closings.lines(ask, name, when, by),
        **_table(found, shown),
        **_aside(found),
        **_agreement(definition, _observed(ask, name, by, subject, when), found),
    }
    return render(request, "leitstern/records.html", context)


def _period(ask: Reader, label: str) -> Period:
    from leitstern.periods.grains import parse

    try:
        return parse(label, ask.settings.fiscal_year_start)
    except Problem as problem:
        raise Http404(problem.text(frame.language())) from problem


def _observed(ask: Reader, name: str, by: str, subject: str | None, when: Period) -> Observation | None:
    """The number itself, to stand beside its records."""
    found = ask.compute([name], by, str(when.grain), when.start, when.end)
    return next((o for o in found if o.subject.id == subject or by == "company"), None)


def _agreement(definition: Definition, value: Observation | None, found: Records) -> dict[str, Any]:
    """The number, and whether as many records were counted as are listed."""
    figures = frame.figures()
    return {
        "value": figures.exact(value.value, definition.unit) if value else DASH,
        "formula": definition.formula,
        "counted": figures.plain(value.rows) if value else DASH,
        "agrees": value is not None and value.rows == len(found.rows),
    }


def _table(found: Records, shown: tuple[Record, ...]) -> dict[str, Any]:
    """Columns, rows and totals; descriptive columns that are empty on the page are left out."""
    about = [
        ("day", _("Day")),
        ("fact", _("Kind")),
        ("title", _("Title")),
        ("key", _("Key")),
        ("customer", words.subject_name("customer")),
        ("person", words.subject_name("person")),
        ("team", words.subject_name("team")),
    ]
    several = len({record.fact for record in found.rows}) > 1
    kept = [
        (field, head)
        for field, head in about
        if (field != "fact" or several) and any(getattr(record, field) is not None for record in shown)
    ]
    return {
        "heads": [head for _field, head in kept],
        "parts": found.parts,
        "rows": [
            {
                "about": [_cell(getattr(record, field), field) for field, _head in kept],
                "adds": [_number(value) for value in record.adds],
            }
            for record in shown
        ],
        "totals": [_number(found.total(part)) for part in found.parts],
        "about_width": len(kept),
    }


def _aside(found: Records) -> dict[str, Any]:
    """The records that are missing in the number, each with its reason; at most a page of them."""
    from leitstern.engine.reasons import sentence_end

    language = frame.language()
    return {
        "aside": [
            {
                "about": [_cell(getattr(record, field), field) for field in ASIDE],
                "reason": sentence_end(record.reason, record.fact, record.field, language),
            }
            for record in found.aside[:_PER_PAGE]
        ],
        "aside_count": len(found.aside),
        "aside_more": max(0, len(found.aside) - _PER_PAGE),
    }


def _cell(value: Any, field: str) -> str:
    """A descriptive value as a reader writes it."""
    if value is None:
        return DASH
    if field == "day":
        return frame.calendar().day(value)
    return words.fact_name(value, frame.language()) if field == "fact" else str(value)


def _number(value: Decimal | float | int | str | None) -> str:
    """What a record adds; nothing where it adds nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return frame.figures().part(value, "currency" if isinstance(value, Decimal) else "count")


def _whom(by: str, subject: str | None, names: dict[str, str]) -> str:
    if by == "company":
        return ""
    return _("Not assigned") if subject is None else names.get(subject, subject)
