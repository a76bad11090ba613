"""Among whom a goal can be split: the teams right beneath, the people of the tree, the customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leitstern.server.sight import organisation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leitstern.engine.organisation import Organisation
    from leitstern.goals.goal import Goal
    from leitstern.server.reader import Reader
    from leitstern.workspace import Workspace


def candidates(ask: Reader, goal: Goal, kind: str) -> list[str]:
    """The ids of subjects of a ``kind`` that can take a part of a goal, each part of it once.

    A team counts with all teams beneath it, so a goal goes to the teams right beneath its own. A person's
    customers are those the person owns, or, where nobody owns one, has deals with.
    """
    people = organisation(ask)
    if kind == "team":
        return _teams(people, goal)
    if kind == "person":
        teams = (goal.whom.id,) if goal.whom.id else people.on_top()
        inside = {one for team in teams for one in people.members(team, goal.start, goal.end)}
        return sorted(inside, key=lambda one: (people.people[one].name, one))
    if goal.whom.type == "segment":
        return sorted(key for key, of in people.segments.items() if of == goal.whom.id)
    known = [key for key, _name in ask.workspace.subjects("customer")]
    if goal.whom.type != "person":
        return known
    own = customers_of(ask).get(goal.whom.id or "", frozenset())
    return [key for key in known if key in own]


def _teams(people: Organisation, goal: Goal) -> list[str]:
    """A team that alone holds all others is the whole under another name: those beneath it share."""

    def staffed(teams: Iterable[str]) -> list[str]:
        return [team for team in teams if people.members(team, goal.start, goal.end)]

    found = staffed(people.directly_below(goal.whom.id) if goal.whom.id else people.on_top())
    while len(found) == 1 and (beneath := staffed(people.directly_below(found[0]))):
        found = beneath
    return sorted(found, key=lambda team: people.teams[team].name)


def customers_of(ask: Reader) -> dict[str, frozenset[str]]:
    """The customers of each person."""
    found: dict[str, frozenset[str]] = ask.once("customers of people", _customers_of)
    return found


def _customers_of(workspace: Workspace) -> dict[str, frozenset[str]]:
    owners: dict[str, set[str]] = {}
    companies = workspace.facts("company", "owner")
    owned = dict(_pairs(companies, "key", "owner"))
    for company, owner in owned.items():
        owners.setdefault(owner, set()).add(company)
    for company, owner in _pairs(workspace.facts("deal", "company", "owner"), "company", "owner"):
        if company not in owned:
            owners.setdefault(owner, set()).add(company)
    return {owner: frozenset(companies) for owner, companies in owners.items()}


def _pairs(table: Any, first: str, second: str) -> list[tuple[str, str]]:
    rows = zip(table.column(first).to_pylist(), table.column(second).to_pylist(), strict=True)
    return [(one, other) for one, other in rows if one is not None and other is not None]
