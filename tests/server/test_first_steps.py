"""The path of the first days: what is done is seen, what is open comes next, and what privacy rules hide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from leitstern.access.effect import effects
from leitstern.access.modes import Privacy
from leitstern.engine.organisation import Organisation, Person, Stay, Team
from leitstern.goals.offers import IN_FORCE
from leitstern.server.models import Account, GoalRow, PrivacySetting

from . import accounts
from .fake import FakeWorkspace
from .goals import goal, in_force
from .known import KnownWorkspace

DAY = date(2026, 11, 20)


def company_of(*sizes: int) -> Organisation:
    """Teams A, B, ... of so many people, in the order of their names."""
    people, teams, stays = {}, {}, []
    for name, size in zip("ABCDEF", sizes, strict=False):
        teams[name] = Team(name, f"Team {name}")
        for n in range(size):
            people[f"{name}{n}"] = Person(f"{name}{n}", f"{name}{n}")
            stays.append(Stay(f"{name}{n}", name, date.min, date.max))
    return Organisation(people, teams, tuple(stays), {})


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ((4, 2), {3: "AB", 5: "AB", 7: "AB"}),  # the rest of A would be B, which is too small
        ((4, 3), {3: "", 5: "AB", 7: "AB"}),
        ((8, 9, 4, 4), {3: "", 5: "CD", 7: "CD"}),  # C and D together are 8
        ((8, 9, 4), {3: "", 5: "AC", 7: "AC"}),  # C alone would be the total without A and B
    ],
)
def test_what_a_smallest_group_hides_of_a_company(sizes: tuple[int, ...], hidden: dict[int, str]) -> None:
    found = effects(Privacy(), company_of(*sizes), DAY)
    assert {e.floor: "".join(team.id for team in e.hidden) for e in found} == hidden
    assert all(len(e.shown) + len(e.hidden) == len(sizes) for e in found)


def test_where_everybody_is_shown_no_group_is_too_small() -> None:
    assert [e.hidden for e in effects(Privacy("full", 4), company_of(2, 1), DAY)] == [(), (), (), ()]


@pytest.fixture
def management(db: None) -> Account:
    return accounts.make_kind("management")


def page(account: Account, address: str = "/first-steps") -> str:
    client = accounts.client_of(account)
    response = client.get(address, headers={"accept-language": "de"})
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_workspace_opens_with_the_path(
    show: Callable[[FakeWorkspace], None], management: Account
) -> None:
    show(FakeWorkspace(empty=True))
    found = page(management, "/")
    assert "In sechs Schritten von Ihren Daten zum ersten Ziel" in found
    assert found.count('<li class="first-step') == 6
    assert "noch nichts importiert" in found
    assert "Ihr Geschäftsjahr ist das Kalenderjahr." in found
    assert 'href="/administration/' not in found  # where management may not go
    assert page(accounts.make_kind("administrator"), "/").count('href="/administration/') == 2


def test_who_can_take_no_step_is_not_led_there(show: Callable[[FakeWorkspace], None], db: None) -> None:
    show(FakeWorkspace(empty=True))
    client = accounts.client_of(accounts.make_kind("person"))
    assert client.get("/first-steps").status_code == 404
    assert "holt sie herein" in client.get("/", headers={"accept-language": "de"}).content.decode()


def test_each_step_says_what_is_done(show: Callable[[FakeWorkspace], None], management: Account) -> None:
    """Nine people in four teams, all too small for a smallest group of 7; one goal, then with a date."""
    show(KnownWorkspace())
    lead = accounts.make_kind("lead")
    row = in_force(management, lead, goal("won_value", "team:T1", "105000"))
    assert row.state in IN_FORCE
    before = page(management)
    assert "9 Personen in 4 Teams" in before
    assert "Die kleinste Gruppe ist 7: Die Geschäftsführung sieht keine Werte der Teams" in before
    assert "Ziele für 1 von 3 Kennzahlen" in before
    assert "1 Ziel ist in Kraft" in before
    assert "noch kein Termin gesetzt" in before
    GoalRow.objects.update(review_on=date(2026, 12, 1))
    assert "1 Ziel hat einen Termin" in page(management)
    PrivacySetting.objects.create(mode="full")
    assert "sieht die Geschäftsführung den Wert jedes Teams" in page(management)
