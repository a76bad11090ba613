"""A goal's page, and what is done on it: the steps of its offer, notes, the review date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leitstern.errors import Problem
from leitstern.goals import offers
from leitstern.server import book, frame, goal_words, typed
from leitstern.server.book.splits import in_proportion
from leitstern.server.goal_page import GoalPage
from leitstern.server.sight import sight, viewer_of
from leitstern.server.views import errors

if TYPE_CHECKING:
    from leitstern.goals.goal import Levels
    from leitstern.server.models import GoalRow


def found(request: HttpRequest, id: int) -> GoalRow:  # noqa: A002 - what it is
    """The goal; what may not be seen is answered like what does not exist."""
    row = book.get(viewer_of(request), id)
    if row is None:
        raise Http404(_("There is no such goal."))
    return row


@require_GET
def goal(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - part of the address
    """One goal: where it stands, what it needs, what was agreed."""
    ask = sight(request)
    row = found(request, id)
    if ask.generation() is None:
        return errors.no_generation(request)
    return render(request, "leitstern/goal.html", GoalPage(ask, row).context())


@require_POST
def act(request: HttpRequest, id: int, action: str) -> HttpResponse:  # noqa: A002 - part of the address
    """One step of the offer, then back to the goal with what happened."""
    row = found(request, id)
    step = next((one for one in offers.ACTIONS if one == action), None)
    if step is None:
        raise Http404
    try:
        done = book.act(
            viewer_of(request),
            row,
            step,
            _levels(request, row),
            request.POST.get("reason", "").strip(),
            seen=request.POST.get("seen") or None,
            due_on=typed.day(request.POST.get("due_on", "")),
        )
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
        return _back(row)
    messages.success(request, goal_words.told(step, done.state))
    return _back(row)


@require_POST
def say(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - part of the address
    """Note something about a goal."""
    row = found(request, id)
    try:
        on = typed.day(request.POST.get("day", ""))
        book.say(viewer_of(request), row, request.POST.get("text", ""), on)
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
    return _back(row, "#talk")


@require_POST
def review(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - part of the address
    """Set the day on which both sides look at the goal."""
    row = found(request, id)
    try:
        book.set_review(viewer_of(request), row, typed.day(request.POST.get("review_on", "")))
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
    else:
        messages.success(request, _("The review date is set."))
    return _back(row)


@require_POST
def delete(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - part of the address
    """Delete a draft."""
    row = found(request, id)
    try:
        book.delete(viewer_of(request), row)
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
        return _back(row)
    messages.success(request, _("The draft is deleted."))
    return HttpResponseRedirect(reverse("offers"))


def _levels(request: HttpRequest, row: GoalRow) -> Levels | None:
    """The levels that were proposed: a new target, to which the others keep their proportion."""
    text = request.POST.get("target", "")
    if not text.strip():
        return None
    unit = sight(request).catalogue.get(row.kpi, row.version).unit
    return in_proportion(row.goal.levels, typed.number(text, unit, frame.language()), unit)


def _back(row: GoalRow, to: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("goal", args=[row.pk]) + to)
