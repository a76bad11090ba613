"""People and teams on their page: what happened before a change still counts for the team of then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from leitstern.facts.typed import Row
from leitstern.server.models import AuditEntry, Import
from leitstern.server.reader import Reader

from . import accounts
from .test_entries import bring, place, text, work

__all__ = ["place", "work"]

Work = Callable[[], None]
PAGE = "/administration/people/staff"


@pytest.fixture
def boss(place: Reader) -> Client:
    return accounts.client_of(accounts.make("administrator", email="boss@example.org"))


def deal(key: str, day: str, owner: str = "P1") -> Row:
    fields = {"status": "won", "amount": "100", "owner": owner, "created_at": day, "closed_at": day}
    return Row("deal", key, fields, told={"by": "file"})


def company(place: Reader) -> None:
    told = {"by": "file"}
    member = {"person": "P1", "team": "T1", "valid_from": None, "valid_to": None}
    bring(
        place,
        Row("person", "P1", {"name": "Ada Lang"}, told=told),
        Row("team", "T1", {"name": "Nord"}, told=told),
        Row("team", "T2", {"name": "Süd"}, told=told),
        Row("membership", "M1", member, told=told),
        deal("D1", "2026-09-15"),
        deal("D2", "2026-10-15"),
    )


def won(place: Reader) -> dict[tuple[str | None, str], float]:
    found = place.workspace.compute(["won_value"], "team", "month")
    return {(o.subject.id, o.period): o.value for o in found if o.value}


def send(client: Client, **form: str) -> int:
    return client.post(PAGE, form).status_code


def test_a_move_leaves_earlier_periods_to_the_old_team_and_is_taken_back(
    place: Reader, boss: Client, work: Work
) -> None:
    company(place)
    before = {("T1", "2026-09"): 100, ("T1", "2026-10"): 100}
    assert won(place) == before
    assert send(boss, action="move", person="P1", team="T2", day="2026-10-01") == 302
    assert send(boss, action="leave", person="P1", day="2026-10-31") == 422  # the move is being saved
    work()
    assert won(place) == {("T1", "2026-09"): 100, ("T2", "2026-10"): 100}
    page = text(boss, PAGE)
    assert "Ada Lang: Nord → Süd ab 1. Okt. 2026" in page
    assert "Ada Lang Süd 1. Okt. 2026" in page
    assert "Ada Lang Nord –" in text(boss, f"{PAGE}?day=2026-09-30")
    [entry] = AuditEntry.objects.filter(action="data.people")
    assert "hat Personen und Teams geändert" in text(boss, "/administration/audit")
    assert entry.account is not None
    boss.post(f"/data/import/{Import.objects.get().pk}", {"action": "undo"})
    work()
    assert won(place) == before
    assert "zurückgenommen" in text(boss, PAGE)


def test_a_team_a_joiner_and_a_leaver(place: Reader, boss: Client, work: Work) -> None:
    """From nothing: a team, its lead, who joins with the name of the exports, and who leaves."""
    assert send(boss, action="team", name="Nord") == 302
    work()
    assert send(boss, action="join", name="Ada Lang", key="P1", team="Nord", day="2026-09-01") == 302
    work()
    assert send(boss, action="team", team="Nord", name="Norden", lead="P1") == 302
    work()
    assert send(boss, action="leave", person="P1", day="2026-10-31") == 302
    work()
    staff = place.workspace.staff()
    assert (staff.teams["Nord"].name, staff.teams["Nord"].lead) == ("Norden", "P1")
    assert [(m.person, m.team, str(m.first), str(m.last)) for m in staff.memberships] == [
        ("P1", "Nord", "2026-09-01", "2026-10-31")
    ]
    assert str(staff.people["P1"].left) == "2026-10-31"
    page = text(boss, f"{PAGE}?day=2026-11-01")
    assert "0 Personen am 1. Nov. 2026" in page
    assert "Ada Lang geht, letzter Tag 31. Okt. 2026" in page
    people = place.workspace.organisation()
    assert people.team_on("P1", staff.people["P1"].left or staff.memberships[0].first) == "Nord"


def test_a_change_that_cannot_be_says_why_and_keeps_the_form(place: Reader, boss: Client) -> None:
    company(place)
    answer = boss.post(PAGE, {"action": "move", "person": "P1", "team": "T1", "day": "2026-10-01"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Ada Lang ist am 2026-10-01 schon im Team Nord." in page
    assert '<option value="P1" selected>' in page
    assert boss.post(PAGE, {"action": "nothing"}).status_code == 404
    assert not Import.objects.exists()


@pytest.mark.parametrize("kind", ["person", "lead", "management", "council", "analyst"])
def test_only_who_may_import_people_changes_them(place: Reader, kind: str) -> None:
    other = accounts.client_of(accounts.make_kind(kind))
    assert other.get(PAGE).status_code == 404
    assert other.post(PAGE, {"action": "team", "name": "Ost"}).status_code == 404
    assert not Import.objects.exists()


def test_an_analyst_cannot_take_back_what_was_changed_of_people(
    place: Reader, boss: Client, work: Work
) -> None:
    send(boss, action="team", name="Nord")
    work()
    one = Import.objects.get()
    analyst = accounts.client_of(accounts.make("analyst", email="analyst@example.org"))
    analyst.post(f"/data/import/{one.pk}", {"action": "undo"})
    work()
    assert list(place.workspace.staff().teams) == ["Nord"]
    boss.post(f"/data/import/{one.pk}", {"action": "undo"})
    work()
    assert not place.workspace.staff().teams
    analyst.post(f"/data/import/{one.pk}", {"action": "again"})
    work()
    assert not place.workspace.staff().teams
