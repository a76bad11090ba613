"""People and teams as the page shows them, and changes of them as they are typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from leitstern import clock
from leitstern.errors import Problem
from leitstern.server import frame, typed
from leitstern.server.entries.history import LISTED, Past
from leitstern.server.entries.queue import WAITING, rows_of, take
from leitstern.server.imports import result
from leitstern.server.models import Import

if TYPE_CHECKING:
    from leitstern.facts.staff import Staff
    from leitstern.facts.typed import Row
    from leitstern.server.models import Account
    from leitstern.server.reader import Reader

#: The kind of imports that the page makes.
PEOPLE = "people"
Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody on a day: the team and since when, and the first and last day with the company."""

    name: str
    team: str
    since: str
    joined: str
    left: str


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team on a day: who leads it, the team above it, and how many people are in it itself."""

    key: str
    name: str
    lead: str
    parent: str
    members: str


def people(staff: Staff, day: date, find: str) -> list[PersonLine]:
    """Who is there on a day, by name."""
    calendar = frame.calendar()
    found = []
    for person in sorted(staff.people.values(), key=lambda one: (one.name.casefold(), one.key)):
        gone = person.left is not None and person.left < day
        if gone or find.casefold() not in person.name.casefold():
            continue
        here = staff.now(person.key, day)
        team = staff.teams.get(here.team) if here else None
        found.append(
            PersonLine(
                person.name,
                team.name if team else (here.team if here else "–"),
                calendar.day(here.first) if here and here.first else "–",
                calendar.day(person.joined) if person.joined else "–",
                calendar.day(person.left) if person.left else "–",
            )
        )
    return found


def teams(staff: Staff, day: date) -> list[TeamLine]:
    """The teams by name, with how many are in them on a day."""
    count: dict[str, int] = {}
    for person in staff.people:
        if here := staff.now(person, day):
            count[here.team] = count.get(here.team, 0) + 1
    return [
        TeamLine(
            team.key,
            team.name,
            _name(staff.people, team.lead),
            _name(staff.teams, team.parent),
            frame.figures().plain(count.get(team.key, 0)),
        )
        for team in sorted(staff.teams.values(), key=lambda one: (one.name.casefold(), one.key))
    ]


def _name(known: Mapping[str, object], key: str | None) -> str:
    one = known.get(key or "")
    return str(getattr(one, "name", key or "–"))


# --- changes ---


def change(ask: Reader, account: Account, form: Form) -> Import:
    """Hand a change that was typed to the worker. Raises ``Problem`` where it cannot be, while another one is
    being saved, and KeyError for an action there is not."""
    act = _ACTS[form.get("action", "")]
    if Import.objects.filter(kind=PEOPLE, state__in=WAITING).exists():
        raise Problem("leitstern.typed_waits")
    rows, told = act(ask.workspace.staff(), form)
    told |= {"what": form["action"], "by": str(account), "when": clock.now().isoformat()}
    return take(account, PEOPLE, [replace(row, told=told) for row in rows])


_Change = tuple[list["Row"], dict[str, str]]


def _move(staff: Staff, form: Form) -> _Change:
    person, team, day = form.get("person", ""), form.get("team", ""), _day(form)
    rows = staff.move(person, team, day)
    before = staff.now(person, day - timedelta(days=1))
    told = {
        "name": staff.people[person].name,
        "from": _name(staff.teams, before.team if before else None),
        "to": staff.teams[team].name,
        "day": day.isoformat(),
    }
    return rows, told


def _join(staff: Staff, form: Form) -> _Change:
    name, team, day = form.get("name", "").strip(), form.get("team", "") or None, _day(form)
    email = form.get("email", "").strip() or None
    rows = staff.join(form.get("key", "").strip(), name, email, team, day)
    return rows, {"name": name, "to": _name(staff.teams, team), "day": day.isoformat()}


def _leave(staff: Staff, form: Form) -> _Change:
    person, day = form.get("person", ""), _day(form)
    rows = staff.leave(person, day)
    return rows, {"name": staff.people[person].name, "day": day.isoformat()}


def _team(staff: Staff, form: Form) -> _Change:
    key, name = form.get("team", "") or None, form.get("name", "").strip()
    lead, parent = form.get("lead", "") or None, form.get("parent", "") or None
    rows = staff.team(key, name, lead, parent)
    told = {"name": name, "lead": _name(staff.people, lead), "parent": _name(staff.teams, parent)}
    return rows, told | {"new": "" if key else "yes"}


_ACTS: dict[str, Callable[[Staff, Form], _Change]] = {
    "move": _move,
    "join": _join,
    "leave": _leave,
    "team": _team,
}


def _day(form: Form) -> date:
    found = typed.day(form.get("day", ""))
    if found is None:
        raise Problem("leitstern.date_unread", text="")
    return found


# --- what was changed so far ---


def past(ask: Reader) -> list[Past]:
    """The last changes, newest first."""
    found = []
    for one in Import.objects.filter(kind=PEOPLE).select_related("created_by").order_by("-pk")[:LISTED]:
        told = next((row.told for row in rows_of(ask, one)), {})
        undoable = one.state == "done" and one.batch is not None
        found.append(Past(result.line(one), [_said(told)] if told else [], 0, undoable))
    return found


def _said(told: Mapping[str, str]) -> str:
    calendar = frame.calendar()
    values = {**told, "day": calendar.day(date.fromisoformat(told["day"])) if "day" in told else ""}
    texts = {
        "move": _("%(name)s: %(from)s → %(to)s from %(day)s on"),
        "join": _("%(name)s joins on %(day)s: %(to)s"),
        "leave": _("%(name)s leaves, last day %(day)s"),
        "team": _("Team %(name)s: led by %(lead)s, above it %(parent)s"),
    }
    return texts[told["what"]] % values
