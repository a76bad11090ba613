"""The day's page: where do I stand, what do I need per working day, what have I to do?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.goals.offers import IN_FORCE
from leitstern.server import verdicts
from leitstern.server.book.rights import visible
from leitstern.server.book.standings import standings
from leitstern.server.first_steps import for_whom, open_steps
from leitstern.server.goal_line import GoalLine, Lines
from leitstern.server.models import GoalRow
from leitstern.server.sight import Sight, organisation, sight
from leitstern.server.tasks import tasks
from leitstern.server.views import errors
from leitstern.server.views.first_steps import first_steps

if TYPE_CHECKING:
    from leitstern.server.models import Account

#: Own goals shown, and goals behind plan in one's circle.
_MINE, _BEHIND = 12, 6
#: Goals of the circle that are looked through for those behind plan.
_LOOKED_AT = 400


def today(request: HttpRequest) -> HttpResponse:
    """My goals and my next steps; for whoever leads, goals behind plan as well."""
    ask, account = sight(request), request.user
    assert account.is_authenticated
    if ask.generation() is None:
        return first_steps(request) if for_whom(ask.viewer) else errors.no_generation(request)
    day = ask.today()
    mine, circle = _mine(ask, account, day), _circle(ask, account, day)
    lines = Lines.of(ask, standings(ask.viewer, [*mine, *circle], ask.surface))
    own = sorted((lines.line(row) for row in mine), key=_worst_first)
    behind = [line for row in circle if _lags(line := lines.line(row))]
    steps = tasks(lines, account, day)
    context = {
        "title": _title(own, len(steps)),
        "me": ask.viewer.person,
        "own": own[:_MINE],
        "more": max(0, len(own) - _MINE),
        "day": lines.calendar.day(day),
        "tasks": steps,
        "has_circle": bool(circle),
        "behind": behind[:_BEHIND],
        "more_behind": max(0, len(behind) - _BEHIND),
        "watched": len(circle),
        "roles": _roles(ask),
        "first_steps": open_steps(ask) if for_whom(ask.viewer) else 0,
    }
    return render(request, "leitstern/today.html", context)


def _mine(ask: Sight, account: Account, day: date) -> list[GoalRow]:
    """The goals in force today that an account owns, or that are for its person."""
    own = Q(owner=account)
    if ask.viewer.person is not None:
        own |= Q(subject_type="person", subject_id=ask.viewer.person)
    rows = GoalRow.objects.filter(own, state__in=IN_FORCE, start__lte=day, end__gte=day)
    return list(visible(ask, rows).order_by("start", "kpi", "pk"))


def _circle(ask: Sight, account: Account, day: date) -> list[GoalRow]:
    """Goals of those one answers for: the teams for management, teams and their people for leads."""
    rows = GoalRow.objects.filter(state__in=IN_FORCE, start__lte=day, end__gte=day).exclude(owner=account)
    of = Q(pk__in=[])
    if ask.viewer.has("management"):
        of |= Q(subject_type__in=("company", "team"))
    led = _led(ask)
    if led:
        people = ask.policy.people(ask.viewer, day, day) - {ask.viewer.person}
        of |= Q(subject_type="team", subject_id__in=led) | Q(subject_type="person", subject_id__in=people)
    return list(visible(ask, rows.filter(of)).order_by("subject_type", "subject_id", "pk")[:_LOOKED_AT])


def _led(ask: Sight) -> set[str]:
    led = set(ask.viewer.leads)
    if ask.viewer.person is not None:
        led |= set(organisation(ask.whole).led_by(ask.viewer.person))
    return led


def _lags(line: GoalLine) -> bool:
    return line.standing is not None and line.standing.verdict in verdicts.LAGGING


def _worst_first(line: GoalLine) -> tuple[int, date, str]:
    order = verdicts.ORDER.index(line.standing.verdict) if line.standing else len(verdicts.ORDER)
    return order, line.row.end, line.name


def _title(own: Sequence[GoalLine], waiting: int) -> str:
    """The page's answer in one sentence."""
    parts = []
    if said := verdicts.headline(line.standing.verdict for line in own if line.standing):
        parts.append(said)
    elif own:
        parts.append(ngettext("%(count)s goal runs", "%(count)s goals run", len(own)) % {"count": len(own)})
    else:
        parts.append(_("No goal of yours runs today"))
    if waiting:
        said = ngettext("%(count)s thing waits for you", "%(count)s things wait for you", waiting)
        parts.append(said % {"count": waiting})
    return "; ".join(parts)


def _roles(ask: Sight) -> list[dict[str, Any]]:
    """What somebody without goals can do next, by what they are."""
    steps = []
    viewer = ask.viewer
    if viewer.has("management") or _led(ask):
        text = _("Write goals for your teams and people in one table, then offer them.")
        steps.append({"text": text, "href": reverse("goals"), "link": _("To the table of goals")})
    if viewer.has("analyst"):
        text = _("Draft goals for the company; management offers them.")
        steps.append({"text": text, "href": reverse("goal_new"), "link": _("Draft a goal")})
    if viewer.has("administrator"):
        text = _("Give people accounts, and connect each with a person in the data.")
        steps.append({"text": text, "href": reverse("administration"), "link": _("To the administration")})
    if viewer.has("council"):
        text = _("Look at who may see what, and who looked at whose values.")
        steps.append({"text": text, "href": reverse("administration"), "link": _("To the administration")})
    if viewer.person is not None:
        text = _("Whoever leads your team offers you goals. You accept, counter or decline them.")
        steps.append({"text": text, "href": reverse("offers"), "link": _("To the offers")})
    if not steps:
        text = _("Your account is connected with no person in the data. An administrator can change that.")
        steps.append({"text": text, "href": reverse("overview"), "link": _("To the KPIs of the company")})
    return steps
