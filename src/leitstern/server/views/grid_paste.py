"""Goals from a whole table: pasted or uploaded, shown as they were read, and only then saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from leitstern.errors import Problem
from leitstern.periods.grains import parse
from leitstern.server import frame, words
from leitstern.server.book.names import label_of, name_of
from leitstern.server.grid import pasted
from leitstern.server.grid.choice import Choice
from leitstern.server.sight import Sight, sight
from leitstern.server.views import errors
from leitstern.server.views.grid import remember

if TYPE_CHECKING:
    from leitstern.goals.goal import Goal
    from leitstern.goals.table import GoalTable

#: What was read waits in the session under this name until it is saved.
READ = "goals_read"
#: Problems shown one by one.
_PROBLEMS = 100


@require_http_methods(["GET", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """The form; after it was sent, what was read of the table."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    choice = Choice.of(request, ask)
    text = request.POST.get("table", "")
    context: dict[str, Any] = {
        "title": _("Paste or load a whole table of goals"),
        "text": text,
        "address_query": request.GET.urlencode(),
    }
    status = 200
    if request.method == "POST":
        try:
            upload = request.FILES.get("file")
            if upload is None and not text.strip():
                raise Problem("leitstern.table_empty")
            table = pasted.read(ask, choice, text if upload is None else pasted.rows_of(upload))
        except Problem as problem:
            context["problem"], status = problem.text(frame.language()), 422
        else:
            context |= _preview(ask, table)
            request.session[READ] = [pasted.as_json(goal) for goal in table.goals]
    return render(request, "leitstern/grid_paste.html", context, status=status)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Save what was read as drafts."""
    ask = sight(request)
    goals = [pasted.from_json(kept) for kept in request.session.pop(READ, [])]
    done = pasted.take(ask, goals)
    if done.changes:
        remember(request, done.changes)
        count = len(done.changes)
        said = ngettext("%(count)s goal saved as a draft.", "%(count)s goals saved as drafts.", count)
        messages.success(request, said % {"count": count})
    elif not done.problems:
        messages.info(request, _("Nothing was changed."))
    for goal, problem in done.problems[:_PROBLEMS]:
        messages.error(request, f"{label_of(ask.whole, goal)}: {problem.text(frame.language())}")
    query = request.GET.urlencode()
    return HttpResponseRedirect(f"{reverse('goals')}?{query}" if query else reverse("goals"))


def _preview(ask: Sight, table: GoalTable) -> dict[str, Any]:
    count, wrong = len(table.goals), len(table.problems)
    said = ngettext("%(count)s goal read", "%(count)s goals read", count) % {"count": count}
    if wrong:
        unclear = ngettext("%(count)s cell is unclear", "%(count)s cells are unclear", wrong)
        said = f"{said}, {unclear % {'count': wrong}}"
    return {
        "title": said,
        "read": True,
        "goals": [_row(ask, draft.row, draft.goal) for draft in table.drafts if draft.goal is not None],
        "wrong": [
            {"row": p.row, "column": p.column, "value": p.value, "text": p.problem.text(frame.language())}
            for p in table.problems[:_PROBLEMS]
        ],
        "ignored": table.ignored,
    }


def _row(ask: Sight, row: int, goal: Goal) -> dict[str, Any]:
    definition = ask.catalogue.get(goal.kpi, goal.version)
    figures, calendar = frame.figures(), frame.calendar()
    fiscal = ask.settings.fiscal_year_start
    period = f"{calendar.day(goal.start)} – {calendar.day(goal.end)}"
    return {
        "row": row,
        "whom": name_of(ask.whole, goal.whom) or goal.whom.id,
        "kpi": words.text(definition.name, frame.language()),
        "period": calendar.period(parse(goal.period, fiscal)) if goal.period else period,
        "target": figures.amount(goal.levels.target, definition.unit),
        "minimum": figures.amount(goal.levels.minimum, definition.unit),
        "stretch": figures.amount(goal.levels.stretch, definition.unit),
        "may": ask.policy.may_edit_goals(ask.viewer, goal.whom, goal.start, goal.end),
    }
