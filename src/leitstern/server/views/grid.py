"""The table of goals: edit many at once, paste a whole table, take the last save back, offer drafts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from leitstern import clock
from leitstern.errors import Problem
from leitstern.server import book, frame, typed, words
from leitstern.server.assets import asset
from leitstern.server.goal_words import subject_word
from leitstern.server.grid.choice import Choice, grains_of
from leitstern.server.grid.save import save, take_back
from leitstern.server.grid.table import Grid, builder
from leitstern.server.links import Option, with_query
from leitstern.server.middleware import CONTENT_SECURITY_POLICY
from leitstern.server.pages import Pages
from leitstern.server.sight import Sight, organisation, sight
from leitstern.server.views import errors
from leitstern.server.when import grain_name

if TYPE_CHECKING:
    from leitstern.periods.grains import Period

PER_PAGE = 50
#: What takes the last save back is kept in the session under this name.
LAST = "goals_last_save"
_ROWS = ("company", "team", "person", "customer", "segment", "campaign", "product", "region")


@require_http_methods(["GET", "POST"])
def goals(request: HttpRequest) -> HttpResponse:
    """Show the table, or save what was typed into it."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    choice = Choice.of(request, ask)
    if request.method == "GET":
        return _page(request, ask, choice)
    loaded = parse_datetime(request.POST.get("loaded", "")) or clock.now()
    done = save(builder(ask, choice), request.POST, _aware(loaded), frame.language())
    if done.undo:
        remember(request, done.undo)
        said = ngettext("%(count)s goal saved as a draft.", "%(count)s goals saved as drafts.", done.changed)
        messages.success(request, said % {"count": done.changed})
    if not done.problems:
        if not done.undo:
            messages.info(request, _("Nothing was changed."))
        return HttpResponseRedirect(request.get_full_path())
    count = len(done.problems)
    said = ngettext("%(count)s field was not saved.", "%(count)s fields were not saved.", count)
    messages.error(request, said % {"count": count})
    return _page(request, ask, choice, done.typed_in, done.problems, status=422)


def remember(request: HttpRequest, changes: list[dict[str, Any]]) -> None:
    """Keep what takes a save back."""
    request.session[LAST] = changes


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last save back."""
    changes = request.session.pop(LAST, [])
    done, left = take_back(sight(request).viewer, changes)
    said = ngettext("%(count)s goal is as it was.", "%(count)s goals are as they were.", done)
    if done:
        messages.success(request, said % {"count": done})
    if left:
        said = ngettext(
            "%(count)s goal was changed or offered since and stays.",
            "%(count)s goals were changed or offered since and stay.",
            left,
        )
        messages.warning(request, said % {"count": left})
    return back(request)


@require_POST
def offer(request: HttpRequest) -> HttpResponse:
    """Offer all drafts the table shows."""
    ask = sight(request)
    choice = Choice.of(request, ask)
    build = builder(ask, choice)
    rows = [found[0] for found in build.goals(choice.columns(ask), choice.subjects(ask)).values()]
    offered, problems = 0, list[str]()
    try:
        due = typed.day(request.POST.get("due_on", ""))
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
        return HttpResponseRedirect(_table(request))
    for row in rows:
        if row.state != "draft":
            continue
        try:
            book.act(ask.viewer, row, "offer", due_on=due)
            offered += 1
        except Problem as problem:
            problems.append(problem.text(frame.language()))
    if offered:
        said = ngettext("%(count)s goal offered.", "%(count)s goals offered.", offered)
        messages.success(request, said % {"count": offered})
    for text in dict.fromkeys(problems):
        messages.error(request, text)
    return HttpResponseRedirect(_table(request))


def back(request: HttpRequest) -> HttpResponse:
    """To the table the form was sent from."""
    where = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(where, allowed_hosts={request.get_host()}):
        where = reverse("goals")
    return HttpResponseRedirect(where)


def _table(request: HttpRequest) -> str:
    """The address of the table that an action's address names in its query."""
    query = request.GET.urlencode()
    return f"{reverse('goals')}?{query}" if query else reverse("goals")


def _aware(moment: datetime) -> datetime:
    """A moment with a zone; one without is as good as none."""
    return moment if moment.tzinfo is not None else clock.now()


def _page(
    request: HttpRequest,
    ask: Sight,
    choice: Choice,
    typed_in: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    page = request.GET.get("page", "1")
    number = int(page) if page.isdecimal() and int(page) > 0 else 1
    build = builder(ask, choice, typed_in=typed_in or {}, problems=problems or {})
    grid = build.grid(number, PER_PAGE)
    pages = Pages(request, grid.count, PER_PAGE)
    if pages.page != number:
        grid = build.grid(pages.page, PER_PAGE)
    context = {
        "title": _title(choice, grid),
        "choice": choice,
        "grid": grid,
        "pages": pages,
        "loaded": clock.now().isoformat(),
        "problems": [
            (cell.label, cell.id, cell.problem) for line in grid.lines for cell in line.cells if cell.problem
        ],
        "row_name": subject_word(choice.by),
        "span": frame.calendar().period(choice.span),
        "earlier": with_query(request, period=choice.span.previous().label, page=None),
        "later": with_query(request, period=choice.span.next().label, page=None),
        "can_undo": bool(request.session.get(LAST)),
        "decimal": build.figures.plain(0, 1)[1],
        "group": build.figures.plain(1000)[1:-3],
        "address_query": request.GET.urlencode(),
        "due": book_due(ask, choice.span),
        "script": asset("js/grid.js"),
        **_switches(request, ask, choice),
    }
    response = render(request, "leitstern/grid.html", context, status=status)
    response["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; script-src 'self'"
    return response


def book_due(ask: Sight, span: Period) -> str:
    """The usual day until which offers are answered, as a date field takes it."""
    from leitstern.server.book.acts import usual_due

    return usual_due(ask.today(), span.start).isoformat()


def _switches(request: HttpRequest, ask: Sight, choice: Choice) -> dict[str, Any]:
    language = frame.language()
    names = sorted(
        ((d.kpi, words.text(d.name, language)) for d in ask.catalogue), key=lambda pair: pair[1].casefold()
    )
    teams = organisation(ask.whole).teams.values()
    grains = grains_of(ask.settings.fiscal_year_start)
    return {
        "kpis": names,
        "rows": [(by, subject_word(by)) for by in _ROWS],
        "teams": sorted(((t.id, t.name) for t in teams), key=lambda pair: pair[1].casefold()),
        "grains": [
            Option(grain_name(g), with_query(request, grain=str(g), page=None), g == choice.grain)
            for g in grains
        ],
        "layouts": [
            Option(
                _("Periods side by side"),
                with_query(request, layout=None, page=None, period=choice.span.label[:4]),
                choice.layout == "periods",
            ),
            Option(
                _("KPIs side by side"),
                with_query(request, layout="kpis", page=None, kpi=None, period=None),
                choice.layout == "kpis",
            ),
        ],
    }


def _title(choice: Choice, grid: Grid) -> str:
    """What the table says: whose goals, and what of them is still to be done."""
    about = grid.columns[0].definition if choice.layout == "periods" else None
    name = words.text(about.name, frame.language()) if about else _("Goals")
    parts = []
    if grid.drafts:
        said = ngettext("%(count)s draft", "%(count)s drafts", grid.drafts)
        parts.append(said % {"count": grid.drafts})
    if grid.waiting:
        said = ngettext("%(count)s waits for an answer", "%(count)s wait for an answer", grid.waiting)
        parts.append(said % {"count": grid.waiting})
    if grid.in_force:
        parts.append(_("%(count)s in force") % {"count": grid.in_force})
    where = _("%(name)s, %(period)s by %(subject)s") % {
        "name": name, "period": frame.calendar().period(choice.span), "subject": subject_word(choice.by),
    }  # fmt: skip
    return f"{where}: {', '.join(parts)}" if parts else _("%(where)s: no goals yet") % {"where": where}
