"""Pages and API of customers and comparisons: what they say, and to whom persons and teams are shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

import numpy as np
import pytest
from django.test import Client

from leitstern.analyses.customers import customers
from leitstern.server import insight
from leitstern.server.models import AccessEntry, PrivacySetting
from leitstern.workspace import Workspace
from tests.analyses.test_customers import ROWS, Written, invoice

YEAR = ("2025-11-01", "2026-10-31")


def bought(seed: int = 1) -> list[tuple[Any, ...]]:
    """Purchases of 120 customers, of whom some leave."""
    random = np.random.default_rng(seed)
    rows = []
    for customer in range(120):
        day, number = int(random.integers(0, 500)), 0
        while day < 760:
            at = date(2024, 4, 1) + timedelta(days=day)
            rows.append(invoice(f"N{customer}-{number}", f"N{customer}", int(random.integers(80, 120)), at))
            number += 1
            if random.random() < 0.25:
                break
            day += int(random.integers(20, 70))
    return rows


def one(id_: str, name: str, side: int = 0) -> dict[str, Any]:
    return {
        "id": id_, "name": name, "n": 40, "raw": 0.5, "estimate": 0.45, "low": 0.3, "high": 0.6, "side": side,
    }  # fmt: skip


def compared(by: str, subjects: list[dict[str, Any]], verdict: str = "no_evidence") -> dict[str, Any]:
    return {
        "kpi": "win_rate", "version": 1, "unit": "percent", "by": by, "how": "rates", "from": YEAR[0],
        "to": YEAR[1], "subjects": subjects, "typical": 0.45, "seen": 0.05, "by_chance": 0.06, "n": 80,
        "verdict": verdict,
    }  # fmt: skip


COMPARED = {
    "by": {
        "campaign": {
            "win_rate": compared(
                "campaign", [one("M1", "Messe <Hannover>", 1), one("M2", "Netz")], "difference"
            )
        },
        "team": {"win_rate": compared("team", [one("T1", "Vertrieb Nord"), one("T3", "Vertrieb West")])},
        "person": {
            "win_rate": compared("person", [one("P1", "Jasper Oldehus"), one("P2", "Anneke Brüning")])
        },
        "product": {},
    }
}


@pytest.fixture(autouse=True)
def documents(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The documents of the made-up workspace; a test may take one away."""
    found: dict[str, Any] = {
        "customers": customers(cast(Workspace, Written(ROWS | {"invoice": bought()}))).as_json(),
        "compare": COMPARED,
    }
    monkeypatch.setattr(insight, "document", lambda _ask, name: found.get(name))
    return found


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_of_customers_says_each_part_with_its_numbers(client: Client) -> None:
    page = text(client, "/insight/customers")
    assert "Ein Neukunde kostete in den zwölf Monaten bis 30. Apr. 2026" in page
    assert "95-%-Bereich" in page
    assert "In den nächsten 12 Monaten lassen die heutigen Kunden rund" in page
    assert "Weiterempfehlung (NPS) 40" in page
    assert "zu wenig Antworten (2)" in page
    assert "Zu teuer" in page
    assert "Geheim" not in page
    assert "leitstern -w DIR customers" in page
    client.cookies["language"] = "en"
    assert "A new customer cost" in text(client, "/insight/customers")


def test_a_withdrawn_forecast_names_no_customers(client: Client, documents: dict[str, Any]) -> None:
    value = documents["customers"]["value"] | {"verdict": "withdrawn", "customers": [], "total": None}
    documents["customers"] = documents["customers"] | {"value": value}
    page = text(client, "/insight/customers")
    assert "zurückgezogen" in page
    assert "Käufe voraus" not in page


def test_without_a_document_the_pages_say_that_it_is_being_made(
    client: Client, documents: dict[str, Any]
) -> None:
    documents.clear()
    for address in ("/insight/customers", "/insight/compare"):
        assert "Das wird gerade ausgewertet" in text(client, address)
    assert client.get("/api/v1/insight/customers").status_code == 503
    assert client.get("/api/v1/insight/compare/win_rate").status_code == 503


def test_campaigns_are_compared_by_name_with_a_hint(client: Client) -> None:
    page = text(client, "/insight/compare")
    assert "Hinweis auf einen Unterschied. Über dem Mittel: Messe &lt;Hannover&gt;." in page
    assert page.index("Messe &lt;Hannover&gt;</th>") < page.index("Netz</th>")
    assert "keine Rangliste" in page
    assert "leitstern -w DIR compare win_rate --by campaign" in page
    assert "zu wenig Daten" in text(client, "/insight/compare?by=product")


def test_persons_are_compared_only_for_whom_may_see_each_of_them(clients: dict[str, Client]) -> None:
    address = "/insight/compare?by=person&kpi=win_rate"
    assert "Kein Hinweis auf einen Unterschied" in text(clients["lead"], address)
    for kind in ("person", "colleague", "other_lead", "council", "administrator", "analyst"):
        page = text(clients[kind], address)
        assert "Oldehus" not in page, kind
        assert "nur, wer alle Personen darin sehen darf" in page
        assert clients[kind].get("/api/v1/insight/compare/win_rate?by=person").status_code == 404
    found = clients["lead"].get("/api/v1/insight/compare/win_rate?by=person").json()
    assert [row["name"] for row in found["subjects"]] == ["Jasper Oldehus", "Anneke Brüning"]
    seen = AccessEntry.objects.filter(kpi="win_rate").values_list("person", flat=True)
    assert set(seen) == {"P1", "P2"}


def test_one_person_more_than_one_may_see_hides_the_comparison(
    clients: dict[str, Client], documents: dict[str, Any]
) -> None:
    subjects = [*COMPARED["by"]["person"]["win_rate"]["subjects"], one("P6", "Ilse Renken")]
    documents["compare"] = {"by": COMPARED["by"] | {"person": {"win_rate": compared("person", subjects)}}}
    assert "Oldehus" not in text(clients["lead"], "/insight/compare?by=person")


def test_teams_are_compared_only_where_no_value_is_protected(clients: dict[str, Client]) -> None:
    """T1 and T3 have too few people for whoever leads neither or only one of them."""
    address = "/insight/compare?by=team&kpi=win_rate"
    for kind in ("person", "lead", "other_lead", "council"):
        assert "nur, wer die Werte aller Teams darin sehen darf" in text(clients[kind], address), kind
    PrivacySetting.objects.update_or_create(defaults={"mode": "full"})
    assert "Vertrieb West</th>" in text(clients["person"], address)


def test_the_headlines_stand_on_the_page_of_all_analyses(client: Client) -> None:
    page = text(client, "/insight")
    assert "Ein Neukunde kostete" in page
    assert "Abschlussquote, nach Kampagne: Hinweis auf einen Unterschied" in page


def test_the_api_tells_the_documents(client: Client) -> None:
    found = client.get("/api/v1/insight/customers").json()
    assert found["acquisition"]["year"]["won"] == 6
    assert found["surveys"]["nps"]["year"]["n"] == 5
    answer = client.get("/api/v1/insight/compare/win_rate", headers={"Accept-Language": "de"}).json()
    assert answer["text"].startswith("Hinweis auf einen Unterschied. Über dem Mittel: Messe <Hannover>.")
    assert answer["from"] == YEAR[0]
    assert client.get("/api/v1/insight/compare/zodiac").status_code == 404
    assert client.get("/api/v1/insight/compare/win_rate?by=zodiac").status_code == 422
