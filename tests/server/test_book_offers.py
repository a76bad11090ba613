"""The way of an offer through the goal book: each step once, by the right side, with everything kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from leitstern.errors import Problem
from leitstern.goals.goal import Levels
from leitstern.server import book
from leitstern.server.models import Account, AuditEntry, GoalRow, Step

from . import accounts
from .fake import FakeWorkspace
from .goals import goal, in_force
from .known import KnownWorkspace


@pytest.fixture
def people(show: Callable[[FakeWorkspace], None], db: None) -> dict[str, Account]:
    """One account of each kind, at the company whose numbers can be counted."""
    show(KnownWorkspace())
    return {kind: accounts.make_kind(kind) for kind in accounts.KINDS}


@pytest.fixture
def offered(people: dict[str, Account]) -> GoalRow:
    """A goal for the next quarter that waits for its owner's answer."""
    row = book.create(people["lead"].viewer, goal("won_value", "person:P1", "60000", period="2027-Q1"))
    return book.act(people["lead"].viewer, row, "offer")


def refused(code: str, *arguments: object, **more: object) -> None:
    """The action is refused with this problem, and nothing is written."""
    before = (GoalRow.objects.values_list().order_by("pk"), Step.objects.count(), AuditEntry.objects.count())
    kept = (list(before[0]), *before[1:])
    with pytest.raises(Problem) as problem:
        book.act(*arguments, **more)  # type: ignore[arg-type]
    assert problem.value.code == code
    after = list(GoalRow.objects.values_list().order_by("pk"))
    assert (after, Step.objects.count(), AuditEntry.objects.count()) == kept


def test_an_offer_is_accepted(
    people: dict[str, Account], offered: GoalRow, at: Callable[[datetime], None]
) -> None:
    assert (offered.state, offered.owner, offered.offered_by) == ("offered", people["person"], people["lead"])
    # Due in two weeks, as that is before the period begins.
    assert offered.due_on == date(2026, 12, 6)
    moment = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    at(moment)
    row = book.act(people["person"].viewer, offered, "accept", seen="offered")
    assert (row.state, row.decided_at) == ("accepted", moment)
    steps = list(row.steps.order_by("pk").values_list("account__email", "action", "state", "levels"))
    assert steps == [
        ("lead@example.org", "offer", "offered", {"target": "60000"}),
        ("person@example.org", "accept", "accepted", {"target": "60000"}),
    ]
    noted = list(AuditEntry.objects.order_by("pk").values_list("account__email", "action", "object"))
    assert noted == [
        ("lead@example.org", "goal.drafted", f"goal:{row.pk}"),
        ("lead@example.org", "goal.offer", f"goal:{row.pk}"),
        ("person@example.org", "goal.accept", f"goal:{row.pk}"),
    ]


def test_a_second_click_does_nothing(people: dict[str, Account], offered: GoalRow) -> None:
    viewer = people["person"].viewer
    book.act(viewer, offered, "accept", seen="offered")
    refused("leitstern.goal_meanwhile", viewer, offered, "accept", seen="offered")
    refused("goals.move_accepted", viewer, offered, "accept")
    with pytest.raises(Problem) as problem:
        book.act(viewer, offered, "decline", reason="doch nicht", seen="offered")
    assert "angenommen (Person)" in problem.value.text("de")
    assert "accepted (Person)" in problem.value.text("en")


def test_only_the_two_sides_act(people: dict[str, Account], offered: GoalRow) -> None:
    refused("leitstern.goal_gone", people["colleague"].viewer, offered, "accept")
    refused("leitstern.goal_gone", people["council"].viewer, offered, "withdraw")
    refused("goals.move_offered", people["lead"].viewer, offered, "accept")
    refused("goals.move_offered", people["person"].viewer, offered, "withdraw")
    refused("leitstern.goal_not_yours", people["lead"].viewer, offered, "replace")


def test_nobody_acts_for_the_other_side(people: dict[str, Account]) -> None:
    """A lead may write goals for the own team, but not withdraw one that was offered from above."""
    row = book.create(people["management"].viewer, goal("won_value", "team:T1", "90000", period="2027-Q1"))
    assert row.owner == people["lead"]
    row = book.act(people["management"].viewer, row, "offer")
    refused("goals.move_offered", people["lead"].viewer, row, "withdraw")
    row = book.act(people["lead"].viewer, row, "counter", Levels(Decimal(80000)), "Ein Kollege fehlt.")
    refused("goals.move_countered", people["lead"].viewer, row, "agree")
    assert book.act(people["management"].viewer, row, "agree").goal.levels == Levels(Decimal(80000))


def test_counter_and_agreement(people: dict[str, Account], offered: GoalRow) -> None:
    viewer = people["person"].viewer
    refused("goals.levels_missing", viewer, offered, "counter", reason="zu viel")
    refused("goals.reason_missing", viewer, offered, "counter", Levels(Decimal(50000)), " ")
    refused("leitstern.goal_levels", viewer, offered, "counter", Levels(Decimal(5), Decimal(6)), "falsch")
    row = book.act(viewer, offered, "counter", Levels(Decimal(50000), Decimal(45000)), "Urlaub im März")
    assert row.state == "countered"
    assert row.goal.levels == Levels(Decimal(60000))  # until the other side agrees
    row = book.act(people["lead"].viewer, row, "agree")
    assert (row.state, row.goal.levels) == ("accepted", Levels(Decimal(50000), Decimal(45000)))
    assert row.steps.get(action="counter").reason == "Urlaub im März"


def test_declined_and_offered_again(people: dict[str, Account], offered: GoalRow) -> None:
    row = book.act(people["person"].viewer, offered, "decline", reason="Mein Gebiet ist nicht klar.")
    assert row.state == "declined"
    due = date(2026, 12, 1)
    row = book.act(people["lead"].viewer, row, "offer_again", Levels(Decimal(40000)), due_on=due)
    assert (row.state, row.goal.levels.target, row.due_on) == ("offered", Decimal(40000), due)
    row = book.act(people["lead"].viewer, row, "withdraw")
    assert row.state == "withdrawn"
    refused("goals.move_withdrawn", people["person"].viewer, row, "accept")


def test_a_change_takes_the_place_of_the_older_goal(people: dict[str, Account]) -> None:
    lead, person = people["lead"], people["person"]
    older = in_force(lead, person, goal("won_value", "person:P1", "64000"))
    newer = book.create(lead.viewer, goal("won_value", "person:P1", "70000"))
    newer = book.act(lead.viewer, newer, "offer")
    older.refresh_from_db()
    assert (newer.replaces, older.state) == (older, "accepted")  # nothing has changed yet
    book.act(person.viewer, newer, "accept")
    older.refresh_from_db()
    assert older.state == "replaced"
    assert older.goal.levels.target == 64000
    assert older.steps.order_by("pk").last().action == "replace"
    assert set(book.visible(person.viewer, state=("accepted", "directed"))) == {newer}


def test_a_directive_is_in_force_at_once(people: dict[str, Account]) -> None:
    row = book.create(people["lead"].viewer, goal("won_value", "person:P1", "64000", kind="directive"))
    row = book.act(people["lead"].viewer, row, "offer")
    assert row.state == "directed"
    assert row.decided_at is not None
    refused("goals.move_directed", people["person"].viewer, row, "decline", reason="nein")


def test_somebody_has_to_answer(people: dict[str, Account]) -> None:
    row = book.create(people["lead"].viewer, goal("won_value", "person:P3", "64000"))
    assert row.owner is None  # P3 has no account
    refused("leitstern.goal_without_owner", people["lead"].viewer, row, "offer")


def test_the_answer_is_not_due_in_the_past(people: dict[str, Account]) -> None:
    row = book.create(people["lead"].viewer, goal("won_value", "person:P1", "64000"))
    refused("goals.due_passed", people["lead"].viewer, row, "offer", due_on=date(2026, 11, 21))


def test_evidence_is_frozen(people: dict[str, Account]) -> None:
    """Weekdays of the quarters before: Q3 2026 has 66, so P1 won 66,000 there."""
    row = book.create(people["lead"].viewer, goal("won_value", "person:P1", "70000"))
    row = book.act(people["lead"].viewer, row, "offer")
    kept = row.evidence
    assert kept["kpi"]["name"] == {"de": "Gewonnener Auftragswert", "en": "Won value"}
    assert kept["kpi"]["version"] == 1
    assert kept["generation"]["number"] == 7
    assert kept["history"][-1] == {"period": "2026-Q3", "value": "66000"}
    assert kept["realism"] == {"times": 0, "n": 11}
    # 70,000 over 22, 21 and 21 working days.
    assert [part["amount"] for part in kept["plan"]] == ["24062.50", "22968.75", "22968.75"]
    assert sum(Decimal(part["amount"]) for part in kept["plan"]) == 70000
    assert [letter["letter"] for letter in kept["smart"]] == list("SMART")
    accepted = kept["smart"][2]
    assert accepted["text"]["en"] == "The goal is offered, the answer is outstanding."
    again = book.act(people["person"].viewer, row, "accept")
    assert again.evidence == kept


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(show: Callable[[FakeWorkspace], None]) -> None:
    show(KnownWorkspace())
    lead, person = accounts.make_kind("lead"), accounts.make_kind("person")
    row = book.create(lead.viewer, goal("won_value", "person:P1", "60000", period="2027-Q1"))
    row = book.act(lead.viewer, row, "offer")
    gate, found = threading.Barrier(2), []

    def answer(viewer: object, action: str) -> None:
        try:
            gate.wait(timeout=20)
            book.act(viewer, row, action, seen="offered")  # type: ignore[arg-type]
            found.append(action)
        except Problem as problem:
            found.append(problem.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=answer, args=(lead.viewer, "withdraw")),
        threading.Thread(target=answer, args=(person.viewer, "accept")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row.refresh_from_db()
    assert "leitstern.goal_meanwhile" in found
    assert {"withdraw": "withdrawn", "accept": "accepted"}[
        found[0] if "." not in found[0] else found[1]
    ] == row.state
    assert row.steps.count() == 2
