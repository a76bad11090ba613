"""The page and the API of KPI hygiene: in words, and cut to the goals that exist for the viewer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leitstern.server import insight
from leitstern.server.insight import hygiene as topic
from leitstern.server.models import Account, GoalRow, PrivacySetting
from leitstern.server.reader import reader

from . import accounts
from .fake import FakeWorkspace
from .goals import goal
from .test_pages import text_of


def row(kpi: str, whom: str, owner: Account | None, **more: Any) -> GoalRow:
    """A goal that was accepted."""
    made = GoalRow(created_by=accounts.make_kind("management"), state="accepted", owner=owner, **more)
    made.put(goal(kpi, whom, "100"))
    made.save()
    return made


def finding(code: str, **more: Any) -> dict[str, Any]:
    plain = {
        "code": code,
        "severity": "low",
        "kpis": ["won_value"],
        "fix": "goals",
        "owners": [],
        "goal": None,
    }
    return {**plain, "values": {}, **more}


def share(hits: float, n: float) -> dict[str, float]:
    return {"hits": hits, "n": n}


@pytest.fixture
def page(
    show: Callable[[Any], None], db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, GoalRow]:
    """A document about goals of the company and of two people."""
    show(FakeWorkspace())
    PrivacySetting.objects.create(mode="own")
    one, other = accounts.make_kind("person"), accounts.make_kind("colleague")
    boss = accounts.make_kind("management")
    rows = {
        "mine": row("won_value", "person:P1", one),
        "theirs": row("won_value", "person:P2", other),
        "leads": row("new_leads", "company", boss),
        "rate": row("lead_to_customer_rate", "company", None),
    }
    key = {name: str(made.pk) for name, made in rows.items()}
    late = {"fact": "survey_response", "newest": "2026-10-27", "days": 26, "usual": 9}
    reach = {"target": 900.0, "asked": 2.5, "base": 360.0, "n": 11, "whom": "person:P2"}
    findings = [
        finding("out_of_reach", severity="high", goal=key["theirs"], fix="goal", values=reach),
        finding("late_source", severity="high", kpis=["nps"], fix="sources", values=late),
        finding("no_review", severity="medium", goal=key["mine"], fix="goal", values={"whom": "person:P1"}),
        finding("lagging_only", owners=[str(one.pk), str(other.pk)], values={"n": 2}),
    ]
    evidence = {
        "verdict": "collided", "n": 2759, "growth": 1.04, "before": share(76, 1366), "after": share(35, 1393),
        "low": -0.0432, "high": -0.0183,
        "segment": {"key": "C", "name": "Weiß <papier>", "share_of_growth": 0.956, "rate": share(2, 637),
                    "others": share(11, 373)},
    }  # fmt: skip
    pair = {
        "kind": "denominator", "first": "new_leads", "second": "lead_to_customer_rate", "shared": "lead",
        "standing": "goals_of_two", "goals": [[key["leads"], key["rate"]]], "other_department": False,
        "watched": True, "weight": 15, "evidence": evidence, "within": 120,
        "proposals": [{"code": "share", "kpi": "cost_per_won_deal", "of": None}],
        "periods": [["2025-11-28", "2026-07-25"], ["2024-11-28", "2025-07-25"], ["2023-11-29", "2024-07-25"]],
    }  # fmt: skip
    document = {
        "hygiene": {
            "n": 90,
            "goals": 4,
            "used": ["new_leads", "won_value"],
            "counts": {},
            "findings": findings,
        },
        "conflicts": {"n": 90, "tried": 1, "conflicts": [pair]},
        "tradeoffs": {
            "from": "2023-12-04",
            "to": "2026-11-15",
            "weeks": 154,
            "tried": 3,
            "found": [
                {
                    "first": "new_leads",
                    "second": "win_rate",
                    "n": 150,
                    "lag": 2,
                    "effect": -0.41,
                    "low": -0.55,
                    "high": -0.2,
                    "p": 0.0001,
                    "q": 0.0003,
                },
            ],
        },
    }
    ask = reader()
    monkeypatch.setattr(ask, "folder", tmp_path)
    insight.keep(ask, ask.generation(), "hygiene", document)
    return rows


def _text(kind: str, address: str = "/insight/hygiene", language: str = "de") -> str:
    answer = accounts.client_of(accounts.make_kind(kind), language).get(address)
    assert answer.status_code == 200
    return text_of(answer).replace("\xa0", " ")


def test_management_sees_the_company(page: dict[str, GoalRow]) -> None:
    said = _text("management")
    assert "Die Quelle für Umfrageantworten schweigt seit 26 Tagen (neuester Eintrag 27. Okt. 2026" in said
    assert "„Neue Leads“ wuchs um 104,0 % im Jahr, „Lead-zu-Kunde-Quote“ fiel von 5,6 % auf 2,5 %" in said
    assert "(Spanne der Änderung −4,3 bis −1,8 Prozentpunkte, n = 2.759)" in said
    assert (
        "Am meisten wuchs „Weiß &lt;papier&gt;“: 95,6 % des Zuwachses; dort sind es 0,3 %, sonst 2,9 %."
        in said
    )
    assert (
        "28. Nov. 2025 – 25. Juli 2026 mit denselben Tagen der 2 Jahre davor, jeweils nach 120 Tagen" in said
    )
    assert "gemeinsam an „Kosten je gewonnenem Deal aus SQL“ messen" in said


def test_an_empirical_trade_off_is_a_hint(page: dict[str, GoalRow]) -> None:
    said = _text("management")
    assert (
        "Wurde „Neue Leads“ besser, wurde „Abschlussquote“ schlechter, 2 Wochen später (Zusammenhang −0,41, "
        "Spanne −0,55 bis −0,20, n = 150 Wochen)."
    ) in said
    assert "Das sind Hinweise" in said


def test_the_same_in_english(page: dict[str, GoalRow]) -> None:
    said = _text("management", language="en")
    assert "The source of survey responses has been silent for 26 days (newest record 27 Oct 2026" in said
    assert "“New leads” grew by 104.0% a year, “Lead-to-customer rate” fell from 5.6% to 2.5%" in said


def test_a_person_sees_nothing_of_a_colleague(page: dict[str, GoalRow]) -> None:
    said = _text("person")
    assert "Jasper Oldehus" in said
    assert "Das Soll von" not in said
    assert "Brüning" not in said
    assert "Colleague" not in said
    other = _text("colleague")
    assert "Das Soll von 900" in other
    assert "Oldehus" not in other


def test_pairs_of_goals_that_one_does_not_know_are_not_told(page: dict[str, GoalRow]) -> None:
    document = insight.document(reader(), "hygiene")
    assert document is not None
    pair = document["conflicts"]["conflicts"][0]
    seen = {str(page["leads"].pk)}
    assert topic._pair(pair, seen) == {**pair, "goals": [], "standing": "no_goal", "evidence": None}
    assert topic._pair(pair, seen | {str(page["rate"].pk)}) == pair


def test_each_finding_leads_to_its_fix(page: dict[str, GoalRow]) -> None:
    answer = accounts.client_of(accounts.make_kind("person")).get("/insight/hygiene")
    text = answer.content.decode()
    assert f'href="/goal/{page["mine"].pk}"' in text
    assert 'href="/data"' in text
    assert 'href="/goals"' in text


def test_the_api_answers_with_what_the_caller_may_see(page: dict[str, GoalRow]) -> None:
    found = accounts.client_of(accounts.make_kind("person"), "en").get("/api/v1/insight/hygiene").json()
    assert [one["code"] for one in found["findings"]] == ["late_source", "no_review", "lagging_only"]
    assert found["findings"][1]["goal"] == page["mine"].pk
    assert found["conflicts"][0]["proposals"] == [{"code": "share", "kpi": "cost_per_won_deal", "of": None}]


def test_a_finding_goes_with_its_goal(page: dict[str, GoalRow]) -> None:
    """What the job found may be gone when the page is read."""
    key = page["mine"].pk
    page["mine"].delete()
    answer = accounts.client_of(accounts.make_kind("management")).get("/insight/hygiene")
    assert f"/goal/{key}" not in answer.content.decode()


def test_goals_become_notes(page: dict[str, GoalRow]) -> None:
    made = page["mine"]
    made.review_on = date(2026, 11, 30)
    made.save()
    [note] = topic.notes(GoalRow.objects.filter(pk=made.pk))
    assert (note.key, note.owner, note.whom) == (str(made.pk), str(made.owner_id), "person:P1")
    assert (note.start, note.end, note.target) == (date(2026, 10, 1), date(2026, 12, 31), 100.0)
    assert note.review_on == date(2026, 11, 30)


@pytest.mark.parametrize(("kind", "may"), [("management", True), ("person", False)])
def test_a_selection_leads_to_goals_for_those_who_write_them(
    page: dict[str, GoalRow], kind: str, may: bool
) -> None:
    answer = accounts.client_of(accounts.make_kind(kind)).get("/insight/choice?for=Kunden+halten")
    text = answer.content.decode()
    assert "Kundenbindungsquote" in text
    assert ("/goal/new?kpi=csat" in text or "/goals/new?kpi=csat" in text) is may
    assert "Welche Kennzahlen?" in text


def test_words_that_are_no_business_goal_are_said_so(page: dict[str, GoalRow]) -> None:
    assert "In „blau“ ist kein Geschäftsziel zu erkennen." in _text("management", "/insight/choice?for=blau")
    answer = accounts.client_of(accounts.make_kind("management")).get("/api/v1/insight/choice?goal=blau")
    assert answer.status_code == 400


def test_a_new_goal_begins_with_the_kpi_that_was_chosen(page: dict[str, GoalRow]) -> None:
    answer = accounts.client_of(accounts.make_kind("management")).get("/goals/new?kpi=sales_cycle")
    text = answer.content.decode()
    assert "sales_cycle" in text
    assert answer.context["form"].values["direction"] == "at_most"
