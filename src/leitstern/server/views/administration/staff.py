"""Who is in which team since when: moves, joiners, leavers and teams, each kept with its date."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leitstern.errors import Problem
from leitstern.server import frame, typed
from leitstern.server.entries import people
from leitstern.server.pages import Pages
from leitstern.server.reader import reader
from leitstern.server.views.administration import actor, needs, page

if TYPE_CHECKING:
    from leitstern.facts.staff import Staff

PER_PAGE = 50


@needs("import_people")
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show people and teams on a day, or take a change."""
    try:
        if request.method == "POST":
            return _change(request)
        return _page(request)
    except Problem as problem:
        if problem.code != "facts.store_busy":
            raise
        context = page(request, _title(), busy=True)
        return render(request, "leitstern/administration/staff.html", context, status=503)


def _change(request: HttpRequest) -> HttpResponse:
    form = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    try:
        people.change(reader(), actor(request), form)
    except KeyError:
        raise Http404 from None
    except Problem as problem:
        if problem.code == "facts.store_busy":
            raise
        return _page(request, form, problem.text(frame.language()))
    messages.success(request, _("The change is being saved, and the KPIs built anew."))
    return redirect(request.get_full_path())


def _page(request: HttpRequest, form: people.Form | None = None, problem: str = "") -> HttpResponse:
    staff, today = reader().workspace.staff(), reader().today()
    day, find = _day(request, today), request.GET.get("find", "").strip()
    found = people.people(staff, day, find)
    pages = Pages(request, len(found), PER_PAGE)
    form = form or _form(request, staff, today)
    context = page(
        request,
        _title(),
        day=day.isoformat(),
        shown_day=frame.calendar().day(day),
        find=find,
        people=found[(pages.page - 1) * PER_PAGE : pages.page * PER_PAGE],
        count=len(found),
        pages=pages,
        teams=people.teams(staff, day),
        past=people.past(reader()),
        form=form,
        editing=staff.teams[form["team"]].name if _edits(form, staff) else "",
        problem=problem,
        **_choices(staff, today),
    )
    status = 422 if problem else 200
    return render(request, "leitstern/administration/staff.html", context, status=status)


def _form(request: HttpRequest, staff: Staff, today: date) -> people.Form:
    """What the forms show at first: today, and the team that the address wants changed."""
    team = staff.teams.get(request.GET.get("change", ""))
    if team is None:
        return {"day": today.isoformat()}
    known = {"name": team.name, "lead": team.lead or "", "parent": team.parent or ""}
    return {"day": today.isoformat(), "action": "team", "team": team.key, **known}


def _edits(form: people.Form, staff: Staff) -> bool:
    return form.get("action") == "team" and form.get("team", "") in staff.teams


def _title() -> str:
    return _("Who is in which team")


def _day(request: HttpRequest, today: date) -> date:
    try:
        return typed.day(request.GET.get("day", "")) or today
    except Problem:
        return today


def _choices(staff: Staff, today: date) -> dict[str, Any]:
    """Whom and what a form can name: who has not left, and all teams."""
    here = [one for one in staff.people.values() if one.left is None or one.left >= today]
    return {
        "all_people": sorted(((one.key, one.name) for one in here), key=lambda pair: pair[1].casefold()),
        "all_teams": sorted(
            ((one.key, one.name) for one in staff.teams.values()), key=lambda pair: pair[1].casefold()
        ),
    }
