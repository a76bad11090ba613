"""Who answers an offer: the account of the person, of a team's lead, or whoever was chosen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from leitstern.server.book.candidates import customers_of
from leitstern.server.models import Account
from leitstern.server.sight import organisation

if TYPE_CHECKING:
    from leitstern.engine.organisation import Organisation
    from leitstern.goals.goal import Goal
    from leitstern.server.reader import Reader


def owner_of(ask: Reader, goal: Goal, author: Account | None) -> Account | None:
    """The account that answers an offer of ``goal``; None where it has to be chosen.

    A person's goal is answered by the person, a team's by its lead, a customer's by the person it belongs
    to. What stands for itself (the company, campaigns ...) is answered by management: by the one account
    beside its ``author``, as nobody makes an offer to oneself unless they choose to.
    """
    accounts = Account.objects.filter(is_active=True)
    if goal.whom.type == "person":
        return accounts.filter(person=goal.whom.id).first()
    if goal.whom.type == "customer":
        persons = [one for one, own in customers_of(ask).items() if goal.whom.id in own]
        return accounts.filter(person=persons[0]).first() if len(persons) == 1 else None
    if goal.whom.type != "team" or goal.whom.id is None:
        others = [one for one in accounts.order_by("pk") if "management" in one.roles and one != author]
        return others[0] if len(others) == 1 else None
    lead = lead_of(organisation(ask), goal)
    found = accounts.filter(person=lead).first() if lead else None
    return found or next((one for one in accounts.order_by("pk") if goal.whom.id in one.leads), None)


def lead_of(people: Organisation, goal: Goal) -> str | None:
    """The person who leads a goal's team: as the data say, else whom most of its members report to."""
    team = people.teams.get(goal.whom.id or "")
    if team is None:
        return None
    if team.lead is not None:
        return team.lead
    members = people.own_members(team.id, goal.start, goal.end)
    managers = Counter(people.people[one].manager for one in members)
    del managers[None]
    inside = {person: count for person, count in managers.items() if person in members}
    if inside:
        return max(sorted(inside), key=lambda person: inside[person])
    return members[0] if len(members) == 1 else None
