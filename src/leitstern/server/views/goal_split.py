"""Splitting a goal: propose shares, change them by hand, make drafts of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.errors import Problem
from leitstern.server import book, frame, goal_words, typed
from leitstern.server.book.rights import may_edit
from leitstern.server.book.splits import BYS, COUNTS, By, Split, kinds
from leitstern.server.figures import Figures
from leitstern.server.goal_line import Lines
from leitstern.server.links import Option, with_query
from leitstern.server.models import GoalRow
from leitstern.server.sight import Sight, sight
from leitstern.server.views.goal import found


def split(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - part of the address
    """The proposal for ``?to=team&by=last_year``; what is sent makes drafts, by the amounts as typed."""
    ask = sight(request)
    row = found(request, id)
    possible = kinds(ask.whole, row.goal)
    if not possible or not may_edit(ask, row):
        raise Http404
    kind = request.GET.get("to", "")
    kind = kind if kind in possible else possible[0]
    by = _by(request.GET.get("by", "last_year"))
    unit = ask.catalogue.get(row.kpi, row.version).unit
    if request.method == "POST":
        try:
            made = book.split(ask.viewer, row, kind, "by_hand", hand=_amounts(request, unit))
        except Problem as wrong:
            messages.error(request, wrong.text(frame.language()))
            return HttpResponseRedirect(request.get_full_path())
        text = ngettext("%(count)s draft was made.", "%(count)s drafts were made.", len(made))
        messages.success(request, text % {"count": len(made)})
        return HttpResponseRedirect(reverse("goal", args=[row.pk]) + "#children")
    problem = ""
    try:
        proposal = book.proposed(ask.viewer, row, kind, by)
    except Problem as wrong:
        problem = wrong.text(frame.language())
        by = "even"
        proposal = book.proposed(ask.viewer, row, kind, by)
    return render(
        request,
        "leitstern/goal_split.html",
        _context(request, ask, row, (kind, by, possible), proposal, problem),
    )


def _others(proposal: Split, unit: str, figures: Figures) -> dict[str, str] | None:
    """The line of all customers that have none of their own."""
    others = proposal.others
    if others is None:
        return None
    text = ngettext("%(count)s other customer", "All %(count)s other customers", others.count)
    return {
        "name": text % {"count": figures.plain(others.count, 0)},
        "last_year": figures.exact_bare(others.last_year, unit),
        "part": figures.exact(others.levels.target, unit) if others.levels else "",
    }


def _by(text: str) -> By:
    return next((by for by in BYS if by == text and by != "by_hand"), "last_year")


def _amounts(request: HttpRequest, unit: str) -> dict[str, Decimal]:
    """The targets typed beside the children; an empty field is no part."""
    found: dict[str, Decimal] = {}
    for name, text in request.POST.items():
        if name.startswith("amount-"):
            value = typed.number_or_none(str(text), unit, frame.language())
            if value is not None:
                found[name.removeprefix("amount-")] = value
    return found


def _context(
    request: HttpRequest,
    ask: Sight,
    row: GoalRow,
    choice: tuple[str, By, tuple[str, ...]],
    proposal: Split,
    problem: str,
) -> dict[str, Any]:
    kind, by, possible = choice
    lines = Lines.of(ask, {})
    line, unit, figures = lines.line(row), lines.definition(row).unit, lines.figures
    names = {
        "even": _("evenly"),
        "last_year": _("by last year's share"),
        "working_share": _("by working time"),
    }
    there = {
        child.subject_id: figures.exact(child.target, unit)
        for child in row.children.filter(subject_type=kind, state__in=COUNTS)
    }
    return {
        "title": _("Split %(goal)s, %(period)s: %(target)s")
        % {"goal": line.name, "period": line.period, "target": line.target},
        "row": row,
        "line": line,
        "problem": problem,
        "kinds": [Option(goal_words.subject_word(k), with_query(request, to=k), k == kind) for k in possible],
        "ways": [Option(text, with_query(request, by=way), way == by) for way, text in names.items()],
        "divisible": proposal.divisible,
        "unit_name": figures.unit_name(unit),
        "shares": [
            {
                "id": share.whom.id,
                "name": share.name,
                "there": there.get(share.whom.id, ""),
                "last_year": figures.exact_bare(share.last_year, unit),
                "amount": typed.shown(share.levels.target if share.levels else None, unit, figures),
                "part": figures.exact(share.levels.target, unit) if share.levels else "",
                "writable": share.writable,
            }
            for share in proposal.shares
        ],
        "others": _others(proposal, unit, figures),
        "assigned": figures.exact(proposal.gap.assigned, unit),
        "open": figures.exact(proposal.gap.open, unit) if proposal.gap.open else "",
        "over": figures.exact(proposal.gap.over, unit) if proposal.gap.over else "",
        "existing": bool(there),
    }
