"""Claim against finding: the page, a KPI's sheet, the catalogue and the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from leitstern.server import insight


def finding(kpi: str, outcome: str, verdict: str, **more: Any) -> dict[str, Any]:
    return {
        "kpi": kpi, "outcome": outcome, "sign": 1, "verdict": verdict, "n": 156, "first": 2, "last": 4,
        "peak": 3, "effect": 0.4, "low": 0.21, "high": 0.55, "ceiling": 0.5, "p": 0.0005, "q": 0.02,
        "reason": None,
    } | more  # fmt: skip


def entry(kpi: str, timing: str, *findings: dict[str, Any]) -> dict[str, Any]:
    return {"kpi": kpi, "timing": timing, "main": findings[0], "claimed": list(findings), "ends": []}


UNTESTED = dict.fromkeys(("first", "last", "peak", "effect", "low", "high", "ceiling", "p", "q")) | {"n": 0}
DOCUMENT = {
    "from": "2023-11-20", "to": "2026-11-09", "weeks": 156, "useful": 0.35,
    "kpis": [
        entry("new_leads", "leading", finding("new_leads", "won_deals", "leads")),
        entry(
            "booked_meetings", "leading",
            finding("booked_meetings", "won_deals", "no_lead", effect=0.1, low=-0.15, high=0.3, ceiling=0.3),
        ),
        entry("win_rate", "lagging", finding("win_rate", "won_value", "no_lead")),
        entry(
            "quotes_sent", "leading",
            finding("quotes_sent", "won_deals", "too_little", reason="known_late", **UNTESTED),
        ),
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def documents(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The documents there are; a test may take one away."""
    found: dict[str, Any] = {"leads": DOCUMENT}
    monkeypatch.setattr(insight, "document", lambda _ask, name: found.get(name))
    return found


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_puts_findings_beside_claims(client: Client) -> None:
    page = text(client, "/insight/leads")
    assert "Von 3 Kennzahlen, die als vorlaufend gelten, gehen 1 einem Ergebnis" in page
    assert "Vorlauf um 2 bis 4 Wochen" in page
    assert "0,21 – 0,55" in page
    assert "nicht prüfbar" in page
    leads, none, little, lagging = (
        page.index(f'<h2 id="{key}">') for key in ("leads", "no_lead", "too_little", "lagging")
    )
    assert leads < page.index('id="new_leads"') < none < page.index('id="booked_meetings"') < little
    assert little < page.index('id="quotes_sent"') < lagging < page.index('id="win_rate"')
    assert "leitstern -w DIR leads" in page
    client.cookies["language"] = "en"
    page = text(client, "/insight/leads")
    assert "Of 3 KPIs that are said to lead, 1 do within 12 weeks" in page
    assert "leads 2 to 4 weeks" in page


def test_the_sheet_of_a_kpi_says_what_was_found(client: Client) -> None:
    page = text(client, "/kpi/new_leads")
    assert "Behauptung und Befund" in page
    assert "um 2 bis 4 Wochen voraus (156 Wochen, 16 % der wöchentlichen Schwankung erklärt)" in page.replace(
        "\xa0", " "
    )
    assert "/insight/leads#new_leads" in page


def test_the_catalogue_says_it_of_kpis_that_are_said_to_lead(client: Client) -> None:
    page = text(client, "/kpis")
    assert "Gewonnene Deals: Vorlauf um 2 bis 4 Wochen" in page
    assert "Gewonnene Deals: kein nützlicher Vorlauf gezeigt" in page
    assert "Gewonnener Auftragswert: kein nützlicher" not in page


def test_without_a_document_nothing_is_claimed(client: Client, documents: dict[str, Any]) -> None:
    documents.clear()
    assert "Das wird gerade ausgewertet" in text(client, "/insight/leads")
    assert "Behauptung und Befund" not in text(client, "/kpi/new_leads")
    assert "Vorlauf" not in text(client, "/kpis")
    assert client.get("/api/v1/insight/leads").status_code == 503


def test_the_api_gives_the_same_findings(client: Client) -> None:
    answer = client.get("/api/v1/insight/leads").json()
    assert (answer["weeks"], answer["useful"]) == (156, 0.35)
    assert [one["kpi"] for one in answer["kpis"]] == [one["kpi"] for one in DOCUMENT["kpis"]]
    assert answer["kpis"][0]["main"] == DOCUMENT["kpis"][0]["main"]
    assert answer["kpis"][3]["main"]["reason"] == "known_late"


def test_only_who_is_logged_in_sees_it(clients: dict[str, Client]) -> None:
    assert clients["anonymous"].get("/insight/leads").status_code == 302
    assert clients["anonymous"].get("/api/v1/insight/leads").status_code == 401
