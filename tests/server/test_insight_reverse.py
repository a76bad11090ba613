"""The page and the API of reverse plans: numbers as people type them, scenarios, goals that add up."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client

from leitstern.access.policy import protected
from leitstern.analyses.reverse import Experience
from leitstern.insight.reverse.plan import Known
from leitstern.insight.reverse.stages import Stage
from leitstern.server import insight
from leitstern.server.models import AuditEntry, GoalRow, Scenario
from leitstern.server.sight import Sight

from . import accounts
from .fake import FakeWorkspace
from .goals import goal, in_force
from .test_pages import text_of

PAGE, API = "/insight/reverse", "/api/v1/insight/reverse"
NOW = 2026 * 12 + 10  # November 2026
#: The next quarter: half of its deals' wins come at once, the others after one month.
NEXT = f"{PAGE}?period=2027-Q1&target=300.000"


def stage(name: str, curve: list[float], usual: int) -> Stage:
    return Stage(
        name, np.array(curve), curve[-1] * 0.8, curve[-1] * 1.25, NOW - 12,
        np.full(12, usual, np.int64), 12 * usual, 100,
    )  # fmt: skip


MEASURED = Experience(
    date(2026, 11, 21), NOW, 0.7, "EUR",
    (
        stage("lead", [0.0, 0.1], 100), stage("mql", [0.1, 0.2], 50), stage("sql", [0.2, 0.4], 25),
        stage("deal", [0.25, 0.5], 20),
    ),
    {"lead": 70, "mql": 35, "sql": 18, "deal": 14},
    Known(1000, {"lead": 0.5, "mql": 0.5, "sql": 0.5, "deal": 1}, 50, 2, 4, 6),
)  # fmt: skip


@pytest.fixture(autouse=True)
def documents(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    found: dict[str, Any] = {"reverse": MEASURED.as_json()}
    monkeypatch.setattr(insight, "document", lambda _ask, name: found.get(name))
    return found


@pytest.fixture
def head(show: Callable[[FakeWorkspace], None], db: None) -> Client:
    """A member of the management, who may write goals of the company."""
    show(FakeWorkspace())
    return accounts.client_of(accounts.make_kind("management"))


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    words = re.sub(r"<[^>]*>", " ", text_of(answer)).replace("\xa0", " ").replace("\u202f", " ")
    return " ".join(html.unescape(words).split())


def test_the_plan_says_what_it_takes(head: Client) -> None:
    """300 wins in three months. None of what arrived before wins from January on, but in December:
    deals of December win .25 in January, those of January and February .5, of March .25; wanted evenly they
    arrive 1 : 2 : 2 : 1, so that 300 / (.25 + 1 + 1 + .25) = 120, 240, 240 and 120 come.
    """
    page = text(head, NEXT)
    assert "300 Tsd. € brauchen 300 gewonnene Deals zu je 1,00 Tsd. €." in page
    assert "nötig sind rechtzeitig 720 neue Deals" in page
    assert "120 96–150 240 192–300 240 192–300 120 96–150" in page
    assert "0 bisher 14 120" in page
    # 240 deals at four a head and month take 60, of whom there are 6.
    assert "Im stärksten Monat fehlen Vertriebskräfte in Vollzeit: 54,0." in page
    assert "leitstern -w DIR plan 300000 --from 2027-01-01 --to 2027-03-31" in page
    assert "November 2026 läuft noch" in page
    head.cookies["language"] = "en"
    assert "€300k takes 300 wins of €1.00k each." in text(head, f"{PAGE}?period=2027-Q1&target=300,000")


def test_numbers_are_typed_as_people_write_them(head: Client) -> None:
    page = text(head, f"{PAGE}?period=2027-Q1&target=0,3+Mio.&price=10+%25&conversion=-5&hires=2")
    assert "brauchen 273 gewonnene Deals zu je 1,10 Tsd. €" in page
    assert "--price 1.1 --conversion 0.95 --hires 2" in page
    assert "Assumptions(price=1.1, conversion=0.95, hires=2)" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("conversion=viel", "„viel“ lässt sich nicht als Zahl lesen"),
        ("conversion=-100", "„-100“ geht hier nicht: Erlaubt sind Werte von −90,00 % bis 900,00 %."),
        ("target=-5", "„-5“ geht hier nicht"),
        ("commission=101", "„101“ geht hier nicht"),
        ("hires=1001", "„1001“ geht hier nicht: Erlaubt sind Werte von 0 bis 1.000."),
        ("period=2020-Q1", "Für den Zeitraum „2020-Q1“ lässt sich nicht planen"),
    ],
)
def test_what_does_not_fit_is_said(head: Client, asked: str, said: str) -> None:
    page = text(head, f"{PAGE}?{asked}")
    assert said in page
    assert "Was in welchem Monat kommen muss" not in page


def test_the_goal_of_the_company_is_what_is_planned_for(head: Client) -> None:
    assert "Sagen Sie, was bis wann gewonnen werden soll" in text(head, f"{PAGE}?period=2027-Q1")
    boss = accounts.make_kind("management")
    in_force(boss, boss, goal("won_value", "company", "450000", period="2027-Q1"))
    page = text(head, f"{PAGE}?period=2027-Q1")
    assert "450 Tsd. € brauchen 450 gewonnene Deals" in page


def test_scenarios_are_kept_compared_and_removed(head: Client) -> None:
    kept = head.post(NEXT + "&conversion=25", {"action": "keep", "name": "Besser"})
    assert (kept.status_code, kept.headers["Location"]) == (302, NEXT + "&conversion=25")
    head.post(NEXT + "&hires=3&commission=5", {"action": "keep", "name": "Mehr <Leute>"})
    page = text(head, NEXT)
    assert "Abschlussrate +25,0" in page
    assert "Provision 5,0" in page
    better, more = Scenario.objects.order_by("pk")
    # A quarter more win: 576 deals instead of 720, and the leads accordingly.
    assert [sum(one.plan["stages"][-1]["arrive"]) for one in (better, more)] == pytest.approx([576, 720])
    assert (better.plan["hires"], more.plan["hires"]) == pytest.approx((42, 51))
    assert "576" in page
    head.post(PAGE, {"action": "forget", "scenario": better.pk})
    assert [one.name for one in Scenario.objects.all()] == ["Mehr <Leute>"]
    noted = AuditEntry.objects.filter(action__startswith="scenario.").order_by("pk")
    assert [one.action for one in noted] == ["scenario.kept", "scenario.kept", "scenario.removed"]
    assert noted[2].before is not None
    assert noted[2].before["name"] == "Besser"
    assert head.post(PAGE, {"action": "forget", "scenario": better.pk}).status_code == 404
    assert head.post(PAGE, {"action": "forget", "scenario": "x"}).status_code == 404


def test_a_scenario_has_a_name(head: Client) -> None:
    assert head.post(NEXT, {"action": "keep", "name": " "}).status_code == 302
    assert "Geben Sie dem Szenario einen Namen." in text(head, NEXT)
    assert not Scenario.objects.exists()


def test_goals_are_drafted_with_parts_that_add_up(head: Client) -> None:
    answer = head.post(f"{PAGE}?period=2027-Q1&target=1.000.001", {"action": "goals"})
    assert answer.headers["Location"] == "/goals?state=draft"
    rows = {row.kpi: row for row in GoalRow.objects.all()}
    wanted = {"new_leads", "mqls", "sqls", "new_deals", "booked_meetings", "marketing_spend"}
    assert set(rows) == wanted
    for row in rows.values():
        made = row.goal
        assert (row.state, made.whom.type, made.spread) == ("draft", "company", "by_hand")
        assert sum(part.amount for part in made.parts) == made.levels.target
        assert all(part.amount == part.amount.to_integral_value() for part in made.parts)
        assert (made.start, made.end) == (made.parts[0].start, made.parts[-1].end)
    deals = rows["new_deals"].goal
    # 1,000.001 wins take 2,400.0024 deals; a part more than that is a whole deal.
    assert deals.levels.target == Decimal(2401)
    assert [part.amount for part in deals.parts] == [400, 801, 800, 400]
    assert (deals.start, deals.end) == (date(2026, 12, 1), date(2027, 3, 31))
    assert rows["marketing_spend"].goal.direction == "at_most"


def test_a_plan_that_needs_nothing_makes_no_goals(head: Client) -> None:
    assert head.post(f"{PAGE}?period=2026-Q4&target=1", {"action": "goals"}).status_code == 302
    assert not GoalRow.objects.exists()


def test_only_who_writes_goals_of_the_company_keeps_anything(clients: dict[str, Client]) -> None:
    clients["management"].post(NEXT, {"action": "keep", "name": "Plan A"})
    for kind in ("person", "lead", "other_lead", "administrator", "council"):
        page = text(clients[kind], NEXT)
        assert "Plan A" in page, kind
        assert "Als Szenario speichern" not in page
        for action in ("keep", "goals", "forget"):
            given = {"action": action, "name": "Plan B", "scenario": Scenario.objects.get().pk}
            assert clients[kind].post(NEXT, given).status_code == 404
    assert not GoalRow.objects.exists()
    assert [one.name for one in Scenario.objects.all()] == ["Plan A"]
    assert clients["anonymous"].get(NEXT).status_code == 302


def test_without_a_document_it_is_being_made(head: Client, documents: dict[str, Any]) -> None:
    documents.clear()
    assert "Das wird gerade ausgewertet" in text(head, PAGE)
    assert head.get(API).status_code == 503


def test_what_is_protected_is_not_planned(
    clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    compute = Sight.compute
    monkeypatch.setattr(Sight, "compute", lambda *asked: tuple(map(protected, compute(*asked))))
    client = clients["person"]
    page = text(client, NEXT)
    assert "gewonnene Deals" not in page
    assert "so klein" in page
    assert client.get(API + "?target=300000").status_code == 404
    assert client.get(API + "/scenarios").status_code == 404
    monkeypatch.setattr(insight, "TOPICS", ("reverse",))
    assert "Rückwärtsplan" not in text(client, "/insight")


def test_the_overview_says_it_in_a_sentence(head: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(insight, "TOPICS", ("reverse",))
    assert "Vom Ziel für den gewonnenen Auftragswert zurück" in text(head, "/insight")
    boss = accounts.make_kind("management")
    in_force(boss, boss, goal("won_value", "company", "9000000"))
    assert "von 9,00 Mio. € sind gewonnen" in text(head, "/insight")


def test_the_api_gives_the_plan(head: Client) -> None:
    found = head.get(API, {"period": "2027-Q1", "target": 300_000, "conversion": 1.25}).json()
    assert found["stages"][-1]["arrive"] == pytest.approx([0, 96, 192, 192, 96])
    assert found["assumptions"]["conversion"] == 1.25
    assert found["months"] == ["2026-11", "2026-12", "2027-01", "2027-02", "2027-03"]
    assert head.get(API, {"period": "2027-Q1"}).json()["code"] == "reverse.no_target"
    assert head.get(API, {"period": "2020-Q1", "target": 1}).json()["code"] == "reverse.not_offered"
    assert head.get(API, {"conversion": "nan"}).status_code == 422


def test_the_api_keeps_scenarios_and_drafts_goals(clients: dict[str, Client]) -> None:
    head, person = clients["management"], clients["person"]
    asked = "?period=2027-Q1&target=300000"
    json = {"content_type": "application/json"}
    made = head.post(f"{API}/scenarios{asked}&price=2", {"name": "Teurer"}, **json)
    assert made.status_code == 201
    assert made.json()["plan"]["wins"] == 150
    assert person.get(f"{API}/scenarios").json()["items"] == [made.json()]
    goals = head.post(f"{API}/goals{asked}", **json)
    assert goals.status_code == 201
    assert {one["kpi"]: one["target"] for one in goals.json()}["new_deals"] == 720
    for address in (f"{API}/scenarios{asked}", f"{API}/goals{asked}"):
        assert person.post(address, {"name": "x"}, **json).status_code == 404
    key = made.json()["id"]
    assert person.delete(f"{API}/scenarios/{key}").status_code == 404
    assert head.delete(f"{API}/scenarios/{key}").status_code == 204
    assert head.delete(f"{API}/scenarios/{key}").status_code == 404
