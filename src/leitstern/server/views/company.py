"""The company's page: its goals, the teams' beneath them, and what is not assigned to anybody yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from leitstern.goals.goal import Whom
from leitstern.server import verdicts
from leitstern.server.board import boards, of_subjects, within
from leitstern.server.book.rights import visible
from leitstern.server.book.standings import standings
from leitstern.server.goal_line import Lines
from leitstern.server.period_choice import PeriodChoice
from leitstern.server.sight import organisation, sight
from leitstern.server.views import errors

if TYPE_CHECKING:
    from leitstern.engine.organisation import Organisation
    from leitstern.server.models import GoalRow

_COMPANY = Whom("company")


def company(request: HttpRequest) -> HttpResponse:
    """Goals of the company and its teams in one period."""
    ask = sight(request)
    if ask.generation() is None:
        return errors.no_generation(request)
    choice = PeriodChoice.of(request, ask)
    asked = within(choice.period).filter(of_subjects("company", [None]) | of_subjects("team", [None]))
    rows = list(visible(ask, asked).order_by("kpi", "start", "pk"))
    lines = Lines.of(ask, standings(ask.viewer, rows, ask.surface))
    wholes = [row for row in rows if row.subject_type == "company"]
    teams = [row for row in rows if row.subject_type == "team"]
    all_seen = len(rows) == asked.count()
    found = boards(lines, wholes, list(_as_tree(organisation(ask.whole), teams)), all_seen=all_seen)
    given = [s.verdict for s in lines.standings.values()]
    context = {
        "title": _title(choice.shown, verdicts.headline(given), bool(rows)),
        "choice": choice,
        "boards": found,
        "counts": verdicts.counts(given),
        "part_name": _("Team"),
        "may_edit": ask.policy.may_edit_goals(ask.viewer, _COMPANY, choice.period.start, choice.period.end),
    }
    return render(request, "leitstern/company.html", context)


def _title(period: str, said: str, some: bool) -> str:
    if said:
        return _("%(period)s: %(said)s") % {"period": period, "said": said}
    if some:
        return _("%(period)s: no goal can be judged yet") % {"period": period}
    return _("%(period)s: no goals for the company or its teams") % {"period": period}


def _as_tree(people: Organisation, rows: list[GoalRow]) -> Iterator[tuple[GoalRow, int, bool]]:
    """Teams by name, each before those beneath it. A team beneath one with the same goal is not counted."""
    order = list(_walk(people, None, frozenset()))
    depths = dict(order)
    places = {team: at for at, (team, _depth) in enumerate(order)}
    with_goal = {(row.kpi, row.start, row.end, row.subject_id) for row in rows}

    def above(row: GoalRow) -> Iterator[str]:
        team = people.teams.get(row.subject_id or "")
        seen = {row.subject_id}
        while team is not None and team.parent is not None and team.parent not in seen:
            seen.add(team.parent)
            yield team.parent
            team = people.teams.get(team.parent)

    for row in sorted(rows, key=lambda r: (places.get(r.subject_id or "", len(places)), r.pk)):
        inside = [t for t in above(row) if (row.kpi, row.start, row.end, t) in with_goal]
        yield row, min(len(inside), depths.get(row.subject_id or "", 0)), not inside


def _walk(people: Organisation, parent: str | None, seen: frozenset[str]) -> Iterator[tuple[str, int]]:
    beneath = [t for t in people.teams.values() if t.parent == parent and t.id not in seen]
    for team in sorted(beneath, key=lambda t: t.name.casefold()):
        yield team.id, len(seen)
        yield from _walk(people, team.id, seen | {team.id})
