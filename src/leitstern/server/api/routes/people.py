"""Whom values can be about: subjects, and the teams and people the caller may see."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from leitstern.engine.organisation import Organisation, Person, Team
from leitstern.server.api.fields import Day, Out
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.sight import Sight, organisation, sight

router = Router()

Kind = Literal["team", "person", "customer", "campaign", "product", "region"]


class Subject(Out):
    """Something values and goals can be about."""

    id: str
    name: str


class TeamOut(Out):
    """A team as it is today."""

    id: str
    name: str
    parent: str | None = Field(description="Id of the team it belongs to.")
    lead: str | None = Field(description="Id of the person who leads it; null where that may not be seen.")
    members: list[str] = Field(description="Ids of today's members that the caller may see.")


class Stay(Out):
    """A time in a team, both days included."""

    team: str
    from_: Day = Field(alias="from")
    to: Day | None = Field(description="The last day; null: still there.")


class PersonOut(Out):
    """A person the caller may see."""

    id: str
    name: str
    team: str | None = Field(description="Id of today's team.")
    manager: str | None = Field(description="Id of the manager; null where that person may not be seen.")
    calendar: str | None = Field(description="Whose holidays count, such as DE-BY.")
    working_share: float | None = Field(description="1 is full time.")
    joined: Day | None
    left: Day | None
    stays: list[Stay]


@router.get(
    "/subjects/{type}", response=Page[Subject], operation_id="list_subjects", url_name="subjects",
    summary="Subjects",
)  # fmt: skip
def subjects(request: HttpRequest, response: HttpResponse, type: Kind, window: Paging) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """All teams, customers, campaigns, products or regions; of persons those the caller may see."""
    found = _ready(request).subjects(type)
    return paged(request, response, found, window, lambda pair: {"id": pair[0], "name": pair[1]})


@router.get("/teams", response=Page[TeamOut], operation_id="list_teams", url_name="teams", summary="Teams")
def teams(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """The teams of the company by name, each with those of today's members the caller may see."""
    ask = _ready(request)
    company, seen = organisation(ask.whole), _seen(ask)
    today = ask.as_of()
    found = sorted(company.teams.values(), key=lambda team: (team.name, team.id))
    return paged(request, response, found, window, lambda team: _team(company, team, seen, today))


@router.get(
    "/people", response=Page[PersonOut], by_alias=True, operation_id="list_people", url_name="people",
    summary="People",
)  # fmt: skip
def people(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """The people the caller may see, by name. Others do not exist for the caller."""
    ask = _ready(request)
    company, seen = organisation(ask.whole), _seen(ask)
    found = sorted((company.people[id_] for id_ in seen), key=lambda person: (person.name, person.id))
    return paged(request, response, found, window, lambda person: _person(ask, company, person, seen))


@router.get(
    "/people/{id}", response=PersonOut, by_alias=True, operation_id="get_person", url_name="person",
    summary="A person",
)  # fmt: skip
def person(request: HttpRequest, id: str) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """One person, where the caller may see it."""
    ask = _ready(request)
    company, seen = organisation(ask.whole), _seen(ask)
    if id not in seen:
        raise Hidden
    return _person(ask, company, company.people[id], seen)


def _ready(request: HttpRequest) -> Sight:
    ask = sight(request)
    if ask.generation() is None:
        raise Refused(503, "no_generation")
    return ask


def _seen(ask: Sight) -> frozenset[str]:
    known = organisation(ask.whole).people
    return ask.policy.people(ask.viewer, ask.as_of(), ask.as_of()) & known.keys()


def _team(company: Organisation, team: Team, seen: frozenset[str], day: date) -> dict[str, Any]:
    return {
        "id": team.id,
        "name": team.name,
        "parent": team.parent,
        "lead": team.lead if team.lead in seen else None,
        "members": [id_ for id_ in company.own_members(team.id, day, day) if id_ in seen],
    }


def _person(ask: Sight, company: Organisation, person: Person, seen: frozenset[str]) -> dict[str, Any]:
    day = ask.as_of()
    return {
        "id": person.id,
        "name": person.name,
        "team": company.team_on(person.id, day),
        "manager": person.manager if person.manager in seen else None,
        "calendar": person.calendar,
        "working_share": None if person.working_share is None else float(person.working_share),
        "joined": person.joined,
        "left": person.left,
        "stays": [
            {"team": s.team, "from": s.first, "to": None if s.last > day else s.last}
            for s in company.stays_of.get(person.id, ())
        ],
    }
