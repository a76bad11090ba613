"""A team's page: its goals, those of its people and of teams beneath it, and who came and went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.goals.goal import Whom
from leitstern.server import verdicts
from leitstern.server.board import boards, of_subjects, within
from leitstern.server.book.defaults import may_set
from leitstern.server.book.rights import visible
from leitstern.server.book.standings import standings
from leitstern.server.goal_line import Lines, subject_name
from leitstern.server.moves import moves
from leitstern.server.pages import Pages
from leitstern.server.period_choice import PeriodChoice
from leitstern.server.sight import Sight, organisation, sight
from leitstern.server.views import errors

if TYPE_CHECKING:
    from leitstern.engine.organisation import Team
    from leitstern.server.models import GoalRow

#: Teams in the list of all, and boards of people, on one page.
PER_PAGE = 50
BOARDS = 12


def teams(request: HttpRequest) -> HttpResponse:
    """One's own team if there is exactly one, else the list of teams to choose from."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    own = _own(ask)
    if len(own) == 1 and not request.GET.get("all"):
        return HttpResponseRedirect(reverse("team_of", args=[own[0]]))
    return render(request, "leitstern/teams.html", _all(request, ask, own))


def team(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the word of the address
    """The goals of one team in one period."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    choice = PeriodChoice.of(request, ask)
    start, end = choice.period.start, choice.period.end
    found = organisation(ask.whole).teams.get(id)
    if found is None or not ask.policy.may_see(ask.viewer, Whom("team", id), start, end):
        raise Http404(_("There is no team with this address."))
    return render(request, "leitstern/team.html", _one(request, ask, found, choice))


def _own(ask: Sight) -> list[str]:
    """The teams one leads, those beneath them left out, else the team one is in today."""
    people, viewer = organisation(ask.whole), ask.viewer
    led = {t.id for t in people.teams.values() if viewer.person is not None and t.lead == viewer.person}
    led |= viewer.leads & set(people.teams)
    if led:
        beneath = {below for team in led for below in people.below(team)[1:]}
        return sorted(led - beneath, key=lambda t: people.teams[t].name.casefold())
    here = people.team_on(viewer.person, ask.today()) if viewer.person is not None else None
    return [here] if here is not None else []


def _one(request: HttpRequest, ask: Sight, of: Team, choice: PeriodChoice) -> dict[str, Any]:
    people, period = organisation(ask.whole), choice.period
    members = people.own_members(of.id, period.start, period.end)
    beneath = people.directly_below(of.id)
    subjects = of_subjects("team", [of.id, *beneath]) | of_subjects("person", members)
    asked = within(period).filter(subjects)
    rows = list(visible(ask, asked).order_by("kpi", "start", "pk"))
    lines = Lines.of(ask, standings(ask.viewer, rows, ask.surface))
    own = [row for row in rows if row.subject_type == "team" and row.subject_id == of.id]
    seen = {
        one
        for one in members
        if ask.policy.may_see(ask.viewer, Whom("person", one), period.start, period.end)
    }
    of_people = boards(
        lines,
        own,
        [(row, 0, True) for row in _ordered(lines, [r for r in rows if r.subject_type == "person"])],
        all_seen=seen == set(members),
    )
    of_teams = [(r, 0, True) for r in _ordered(lines, rows) if r.subject_type == "team" and r not in own]
    given = [lines.standings[row.pk].verdict for row in own if row.pk in lines.standings]
    pages = Pages(request, len(of_people), BOARDS)
    first = (pages.page - 1) * BOARDS
    return {
        "title": _title(of.name, choice.shown, verdicts.headline(given), bool(rows)),
        "team": of,
        "lead": people.people[of.lead].name if of.lead in people.people else "",
        "size": len(people.members(of.id, period.start, period.end)),
        "choice": choice,
        "boards": of_people[first : first + BOARDS],
        "pages": pages,
        "team_boards": boards(lines, own, of_teams, all_seen=True) if of_teams else [],
        "moves": moves(people, of.id, period, seen, lines.calendar),
        "part_name": _("Person"),
        "may_edit": ask.policy.may_edit_goals(ask.viewer, Whom("team", of.id), period.start, period.end),
        "may_set": may_set(ask, of.id),
        "hidden": len(members) - len(seen),
        "parent": people.teams.get(of.parent or ""),
        "beneath": sorted((people.teams[t] for t in beneath), key=lambda t: t.name.casefold()),
    }


def _title(name: str, period: str, said: str, some: bool) -> str:
    if said:
        return _("%(name)s, %(period)s: %(said)s") % {"name": name, "period": period, "said": said}
    if some:
        return _("%(name)s, %(period)s: no team goal to judge yet") % {"name": name, "period": period}
    return _("%(name)s, %(period)s: no goals") % {"name": name, "period": period}


def _ordered(lines: Lines, rows: Iterable[GoalRow]) -> list[GoalRow]:
    """By name; by attainment only where rankings were agreed on."""

    def attainment(row: GoalRow) -> Decimal:
        found = lines.standings.get(row.pk)
        return found.attainment if found is not None and found.attainment is not None else Decimal(-1)

    by_name = sorted(rows, key=lambda row: (subject_name(lines.sight, row.whom).casefold(), row.pk))
    if not lines.sight.privacy.rankings:
        return by_name
    return sorted(by_name, key=attainment, reverse=True)


def _all(request: HttpRequest, ask: Sight, own: Sequence[str]) -> dict[str, Any]:
    choice = PeriodChoice.of(request, ask)
    start, end = choice.period.start, choice.period.end
    people = organisation(ask.whole)
    seen = [
        t for t in people.teams.values() if ask.policy.may_see(ask.viewer, Whom("team", t.id), start, end)
    ]
    seen.sort(key=lambda t: (t.id not in own, t.name.casefold()))
    pages = Pages(request, len(seen), PER_PAGE)
    shown = seen[(pages.page - 1) * PER_PAGE : pages.page * PER_PAGE]
    rows = list(visible(ask, within(choice.period).filter(of_subjects("team", [t.id for t in shown]))))
    known = standings(ask.viewer, rows, ask.surface)
    given: dict[str | None, list[Any]] = {}
    for row in rows:
        if row.pk in known:
            given.setdefault(row.subject_id, []).append(known[row.pk].verdict)
    title = ngettext("%(count)s team, %(period)s", "%(count)s teams, %(period)s", len(seen))
    return {
        "title": title % {"count": len(seen), "period": choice.shown},
        "choice": choice,
        "pages": pages,
        "teams": [
            {
                "href": f"{reverse('team_of', args=[t.id])}?period={choice.period.label}",
                "name": t.name,
                "lead": people.people[t.lead].name if t.lead in people.people else "",
                "size": len(people.members(t.id, start, end)),
                "counts": verdicts.counts(given.get(t.id, [])),
                "own": t.id in own,
            }
            for t in shown
        ],
    }
