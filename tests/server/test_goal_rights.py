"""Writing, offering, directing, accepting and replacing goals are rights of different people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from leitstern.errors import Problem
from leitstern.goals.goal import Levels
from leitstern.server import book
from leitstern.server.book.rights import seeing
from leitstern.server.models import Account, GoalRow

from . import accounts
from .fake import FakeWorkspace
from .goals import goal, in_force
from .known import KnownWorkspace

TEAM = "team:T1"


@pytest.fixture
def people(show: Callable[[FakeWorkspace], None], db: None) -> dict[str, Account]:
    """One account of each kind, at the company whose numbers can be counted."""
    show(KnownWorkspace())
    return {kind: accounts.make_kind(kind) for kind in accounts.KINDS}


@pytest.fixture
def agreed(people: dict[str, Account]) -> GoalRow:
    """What management and the team's lead agreed on."""
    return in_force(people["management"], people["lead"], goal("won_value", TEAM, "100000"))


def refused(code: str, who: Account, row: GoalRow, action: str = "offer", *more: object) -> None:
    """The step is not possible, and says why."""
    with pytest.raises(Problem) as problem:
        book.act(who.viewer, row, action, *more)  # type: ignore[arg-type]
    assert problem.value.code == f"leitstern.{code}"
    assert GoalRow.objects.get(pk=row.pk).state == row.state


@pytest.mark.parametrize("kind", ["agreed", "directive"])
def test_a_lead_writes_for_the_own_team_but_does_not_offer(
    people: dict[str, Account], agreed: GoalRow, kind: str
) -> None:
    row = book.create(people["lead"].viewer, goal("won_value", TEAM, "1000", kind=kind))
    assert "offer" not in book.actions(seeing(people["lead"].viewer), row)
    refused("goal_own_offer" if row.owner else "goal_draft_only", people["lead"], row)
    assert GoalRow.objects.get(pk=agreed.pk).state == "accepted"


def test_whoever_leads_above_offers_and_the_lead_accepts(people: dict[str, Account], agreed: GoalRow) -> None:
    row = book.create(people["lead"].viewer, goal("won_value", TEAM, "90000"))
    row = book.act(people["management"].viewer, row, "offer")
    refused("goal_not_yours", people["colleague"], row, "accept")
    book.act(people["lead"].viewer, row, "accept")
    assert GoalRow.objects.get(pk=agreed.pk).state == "replaced"


def test_a_lead_above_offers_to_the_team_below(people: dict[str, Account]) -> None:
    below = accounts.make(person="P3", leads=("T2",), email="below@example.org")
    row = book.create(people["lead"].viewer, goal("won_value", "team:T2", "40000"), book.About(below.pk))
    assert book.act(people["lead"].viewer, row, "offer").state == "offered"


@pytest.mark.parametrize("whom", [TEAM, "company:", "customer:C1"])
@pytest.mark.parametrize("kind", ["agreed", "directive"])
def test_an_analyst_writes_drafts_only(people: dict[str, Account], whom: str, kind: str) -> None:
    about = book.About(people["lead"].pk)
    row = book.create(people["analyst"].viewer, goal("won_value", whom, "1000", kind=kind), about)
    refused("goal_draft_only", people["analyst"], row)


def test_an_analyst_does_not_agree_in_place_of_whoever_offered(people: dict[str, Account]) -> None:
    row = book.create(people["management"].viewer, goal("won_value", TEAM, "100000"))
    book.act(people["management"].viewer, row, "offer")
    row = book.act(people["lead"].viewer, row, "counter", Levels(Decimal(10)), "Weniger.")
    for action in ("agree", "withdraw"):
        refused("goal_not_yours", people["analyst"], row, action)


def test_nobody_answers_for_another_person(people: dict[str, Account]) -> None:
    with pytest.raises(Problem) as problem:
        book.create(
            people["lead"].viewer, goal("won_value", "person:P1", "1000"), book.About(people["lead"].pk)
        )
    assert problem.value.code == "leitstern.goal_owner_unknown"


def test_only_whoever_offered_it_replaces_a_goal(people: dict[str, Account], agreed: GoalRow) -> None:
    other = accounts.make("management", email="other@example.org")
    row = book.create(other.viewer, goal("won_value", TEAM, "1000"))
    refused("goal_in_force_of", other, row)
    people["management"].is_active = False
    people["management"].save()
    assert book.act(other.viewer, row, "offer").state == "offered"  # the offerer left: somebody has to


def test_a_directive_does_not_take_the_place_of_an_agreement(
    people: dict[str, Account], agreed: GoalRow
) -> None:
    row = book.create(people["management"].viewer, goal("won_value", TEAM, "1000", kind="directive"))
    refused("goal_in_force_agreed", people["management"], row)


def test_a_stranger_does_not_accept_what_the_lead_agreed_on(
    people: dict[str, Account], agreed: GoalRow
) -> None:
    friend = accounts.make("management", email="friend@example.org")
    row = book.create(people["management"].viewer, goal("won_value", TEAM, "1000"), book.About(friend.pk))
    refused("goal_in_force_owner", people["management"], row)


@pytest.mark.parametrize("what", [("won_value", "team:T3"), ("won_deals", TEAM)])
def test_a_goal_takes_the_place_of_its_like_only(
    people: dict[str, Account], agreed: GoalRow, what: tuple[str, str]
) -> None:
    row = book.create(people["management"].viewer, goal(*what, "1000"), book.About(replaces=agreed.pk))
    refused("goal_replaces_other", people["management"], row)


@pytest.mark.parametrize("kind", ["agreed", "directive"])
def test_what_is_over_is_not_agreed_any_more(people: dict[str, Account], kind: str) -> None:
    row = book.create(people["management"].viewer, goal("won_value", TEAM, "1", period="2026-Q3", kind=kind))
    refused("goal_period_over", people["management"], row)


def test_an_offer_lapses_with_its_period(people: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> None:
    row = book.create(people["management"].viewer, goal("won_value", TEAM, "1000"))
    row = book.act(people["management"].viewer, row, "offer")
    monkeypatch.setattr("leitstern.server.sight.Sight.today", lambda _self: date(2027, 1, 1))
    refused("goal_period_over", people["lead"], row, "accept")
    sight = seeing(people["lead"].viewer)
    assert book.actions(sight, row) == ("decline",)
