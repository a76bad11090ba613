"""Tables of numbers that are typed or pasted: values of KPIs without a source, and spending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from leitstern.errors import Problem
from leitstern.kpis.labels import choice_label
from leitstern.server import frame
from leitstern.server.assets import asset
from leitstern.server.entries import pasted, quantities, queue
from leitstern.server.entries.choice import SPEND, VALUES, Choice, grains
from leitstern.server.entries.history import past
from leitstern.server.entries.save import Read, read
from leitstern.server.entries.table import Table
from leitstern.server.goal_words import subject_word
from leitstern.server.links import Option, with_query
from leitstern.server.middleware import CONTENT_SECURITY_POLICY
from leitstern.server.pages import Pages
from leitstern.server.sight import Sight, sight
from leitstern.server.views.administration import actor, needs
from leitstern.server.when import grain_name

if TYPE_CHECKING:
    from leitstern.server.entries.choice import Line
    from leitstern.server.entries.table import Row

PER_PAGE = 50


@needs("import")
@require_http_methods(["GET", "POST"])
def values(request: HttpRequest) -> HttpResponse:
    """KPIs that are entered by hand, by period and whom they are about."""
    ask = sight(request)
    return _answer(request, ask, Choice.of_values(request, ask))


@needs("import")
@require_http_methods(["GET", "POST"])
def spend(request: HttpRequest) -> HttpResponse:
    """Spending by campaign and period."""
    ask = sight(request)
    return _answer(request, ask, Choice.of_spend(request, ask))


def _answer(request: HttpRequest, ask: Sight, choice: Choice) -> HttpResponse:
    try:
        if request.method == "POST":
            act = _paste if request.POST.get("action") == "paste" else _save
            return act(request, ask, choice)
        return _page(request, ask, choice)
    except Problem as problem:
        if problem.code != "facts.store_busy":
            raise
        context = {"title": _title(choice), "busy": True}
        return render(request, "leitstern/entries.html", context, status=503)


def _save(request: HttpRequest, ask: Sight, choice: Choice) -> HttpResponse:
    """Take what was typed where all of it is clear; otherwise show it again with what is wrong or asked."""
    form = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    done = read(Table(ask, choice), form, str(actor(request)))
    if not done.clear:
        return _page(request, ask, choice, done)
    if not done.rows:
        messages.info(request, _("Nothing was changed."))
        return HttpResponseRedirect(request.get_full_path())
    try:
        queue.take(actor(request), choice.kind, done.rows)
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
        return _page(request, ask, choice, done)
    said = ngettext(
        "%(count)s number is being saved, and the KPIs built anew.",
        "%(count)s numbers are being saved, and the KPIs built anew.",
        len(done.rows),
    )
    messages.success(request, said % {"count": len(done.rows)})
    return HttpResponseRedirect(request.get_full_path())


def _paste(request: HttpRequest, ask: Sight, choice: Choice) -> HttpResponse:
    """Put a whole table that was pasted into the fields of the page; nothing is saved by that."""
    table = Table(ask, choice)
    lines = _lines(table, Pages(request, len(table.lines), PER_PAGE))
    try:
        found = pasted.read(table, lines, request.POST.get("table", ""))
    except Problem as problem:
        if problem.code == "facts.store_busy":
            raise
        messages.error(request, problem.text(frame.language()))
        return _page(request, ask, choice)
    count = len(found.cells)
    said = ngettext(
        "%(count)s number was put into the table. Look at it and save.",
        "%(count)s numbers were put into the table. Look at them and save.",
        count,
    )
    if count:
        messages.info(request, said % {"count": count})
    else:
        messages.error(request, _("No number was found in what was pasted."))
    if found.unknown:
        messages.warning(request, _("Not in this table: %(names)s") % {"names": "; ".join(found.unknown)})
    return _page(request, ask, choice, Read(typed_in=found.cells))


def _lines(table: Table, pages: Pages) -> list[Line]:
    """The rows of the page that is shown."""
    return table.lines[(pages.page - 1) * PER_PAGE : pages.page * PER_PAGE]


def _page(request: HttpRequest, ask: Sight, choice: Choice, done: Read | None = None) -> HttpResponse:
    done = done or Read()
    table = Table(ask, choice, done.typed_in, done.problems, done.doubts)
    pages = Pages(request, len(table.lines), PER_PAGE)
    rows = table.rows(_lines(table, pages))
    figures, calendar = frame.figures(), frame.calendar()
    context = {
        "title": _title(choice),
        "kind": choice.kind,
        "choice": choice,
        "columns": [(calendar.axis(period)[0], calendar.period(period)) for period in table.columns],
        "rows": rows,
        "pages": pages,
        "marked": _marked(rows),
        "wrong": len(done.problems),
        "decimal": figures.plain(0, 1)[1],
        "group": figures.plain(1000)[1:-3],
        "past": past(ask, choice.kind),
        "script": asset("js/grid.js"),
        **_switches(request, ask, choice),
    }
    status = 422 if done.problems or done.doubts else 200
    response = render(request, "leitstern/entries.html", context, status=status)
    response["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; script-src 'self'"
    return response


def _marked(rows: list[Row]) -> list[tuple[str, str, str]]:
    """Cells with something wrong or asked: what they are called, their id, and the text."""
    return [
        (cell.label, cell.id, cell.problem or cell.doubt)
        for row in rows
        for cell in row.cells
        if cell.problem or cell.doubt
    ]


def _title(choice: Choice) -> str:
    if choice.kind == SPEND:
        return _("Type in spending")
    return _("Type in KPIs")


def _switches(request: HttpRequest, ask: Sight, choice: Choice) -> dict[str, Any]:
    """The choices above the table."""
    language = frame.language()
    found: dict[str, Any] = {
        "span": frame.calendar().period(choice.span),
        "earlier": with_query(request, period=choice.span.previous().label, page=None),
        "later": with_query(request, period=choice.span.next().label, page=None),
        "grains": [
            Option(grain_name(g), with_query(request, grain=str(g), page=None), g == choice.grain)
            for g in grains(ask.settings.fiscal_year_start)
        ],
        "finding": choice.by in ("team", "person", "region", "campaign"),
    }
    if choice.kind == VALUES:
        asked = choice.asked.id if choice.asked else ""
        found["whats"] = [("", _("All"), not asked)] + [(q.id, q.name, q.id == asked) for q in choice.all]
        bys = choice.asked.by if choice.asked else quantities.SUBJECTS
        found["bys"] = [(by, subject_word(by), by == choice.by) for by in bys]
    else:
        area, kind = choice.all[0].about
        found["areas"] = [
            (a, choice_label("spend", "area", a, language), a == area) for a in quantities.AREAS
        ]
        found["whats"] = [
            (k, choice_label("spend", "kind", k, language), k == kind) for k in quantities.KINDS
        ]
    return found
