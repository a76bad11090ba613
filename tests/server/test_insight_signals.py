"""The pages and the API of signals and of why a KPI changed, and the process-behaviour chart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from leitstern.server import insight
from leitstern.server.models import PrivacySetting
from leitstern.server.reader import reader

from . import accounts
from .fake import FakeWorkspace
from .test_pages import text_of


def signal(said: str, since: str, **more: Any) -> dict[str, Any]:
    found = {
        "kind": "shift", "direction": "down", "said": said, "since": since, "expected": 22.0, "seen": 4.0,
        "change": 4 / 22 - 1, "strength": 1.4, "beside": None,
    }  # fmt: skip
    return {**found, **more}


def row(kpi: str, unit: str, good: str, verdict: str, **more: Any) -> dict[str, Any]:
    found = {
        "kpi": kpi, "unit": unit, "good": good, "verdict": verdict, "step": "week", "n": 150,
        "until": "2026-11-20", "signals": [], "news": 0,
    }  # fmt: skip
    return {**found, **more}


def document() -> dict[str, Any]:
    """A shift that is news and goes with another one, an old spike, a silent source."""
    news = signal("2026-11-15", "2026-11-02")
    with_it = signal(
        "2026-11-10", "2026-11-02", direction="up", expected=0.5, seen=0.8, change=0.6, beside="response_time"
    )
    spike = signal(
        "2026-03-11", "2026-03-11", kind="spike", direction="up", expected=5.0, seen=19.0, change=2.8
    )
    return {
        "as_of": "2026-11-21",
        "watched": 70,
        "alarms": 12 / 70,
        "rows": [
            row("response_time", "hours", "down", "signals", signals=[news], news=1),
            row("leads_answered_in_a_day", "percent", "up", "signals", signals=[with_it], news=1),
            row("new_leads", "count", "up", "signals", step="day", signals=[spike]),
            row("csat", "percent", "up", "stale", until="2026-10-27"),
            row("marketing_spend", "currency", "between", "too_little", until=None, n=0),
        ],
    }  # fmt: skip


@pytest.fixture
def kept(
    show: Callable[[FakeWorkspace], None], db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The analysis is there."""
    show(FakeWorkspace())
    ask = reader()
    monkeypatch.setattr(ask, "folder", tmp_path)
    insight.keep(ask, ask.generation(), "signals", document())


@pytest.fixture
def everybody(kept: None) -> Client:
    """A client who may see everything."""
    PrivacySetting.objects.create(mode="full")
    return accounts.client_of(accounts.make("analyst", "management", email="all@example.org"))


def test_the_page_says_what_is_new_what_waits_and_what_was(everybody: Client) -> None:
    text = text_of(everybody.get("/insight/signals"))
    assert "2 von 70 beobachteten Kennzahlen haben sich" in text
    assert "Reaktionszeit auf Leads liegt seit etwa 2. Nov. 2026 niedriger: 4,0" in text
    assert "Zugleich: Binnen eines Tages beantwortete Leads" in text
    assert "Das ist kein Rückgang" in text
    assert "27. Okt. 2026" in text
    assert "Neue Leads war am 11. März 2026 ungewöhnlich hoch: 19 statt 5" in text
    assert "höchstens etwa 12 Fehlalarme im Jahr" in text
    assert "Zu wenig Daten für eine Aussage: Marketingausgaben." in text
    assert "leitstern -w DIR signals --all" in text
    assert text.index("Reaktionszeit") < text.index("Neue Leads war")
    assert "kpi=response_time&amp;period=2026-11" in text


def test_the_page_is_there_in_english(kept: None) -> None:
    PrivacySetting.objects.create(mode="full")
    client = accounts.client_of(accounts.make("analyst", "management"), "en")
    text = text_of(client.get("/insight/signals"))
    assert "Response time to leads has been lower since about 2 Nov 2026: 4.0" in text
    assert "This is no drop" in text


def test_the_api_answers_what_the_page_shows(everybody: Client) -> None:
    answer = everybody.get("/api/v1/insight/signals").json()
    assert answer["rows"] == document()["rows"]
    assert answer["text"].startswith("2 von 70")


def test_before_the_analysis_the_page_says_so(
    show: Callable[[FakeWorkspace], None], db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(FakeWorkspace())
    monkeypatch.setattr(reader(), "folder", tmp_path)
    PrivacySetting.objects.create(mode="full")
    client = accounts.client_of(accounts.make("analyst"))
    assert "Signale" in text_of(client.get("/insight/signals"))
    assert client.get("/api/v1/insight/signals").status_code == 503


def test_why_names_pieces_that_lead_to_records(everybody: Client) -> None:
    text = text_of(everybody.get("/insight/why?kpi=won_value&period=2026-10&against=previous_year"))
    assert "Gewonnener Auftragswert" in text
    assert "Oktober 2025" in text
    assert "Vertrieb Nord" in text
    assert "/kpi/won_value/records/2026-10?by=own_team&amp;subject=T1" in text
    assert "why won_value --period 2026-10 --against previous_year --over team" in text


def test_why_without_a_choice_takes_the_last_month(everybody: Client) -> None:
    text = text_of(everybody.get("/insight/why"))
    assert "--period 2026-10 --against previous_period --over team" in text
    assert everybody.get("/insight/why?kpi=nothing_like_it").status_code == 404
    assert everybody.get("/insight/why?period=nonsense&over=nobody").status_code == 200


def test_medians_stand_side_by_side(everybody: Client) -> None:
    text = text_of(everybody.get("/insight/why?kpi=response_time&period=2026-10"))
    assert "lässt sich nicht genau zerlegen" in text
    assert "Beitrag" not in text


def test_teams_one_may_not_see_are_one_group(kept: None) -> None:
    PrivacySetting.objects.create(mode="own_team")
    other = accounts.client_of(accounts.make_kind("lead"))
    answer = other.get("/api/v1/insight/why/won_value?period=2026-10").json()
    shown = {piece["id"] for piece in answer["pieces"]}
    assert "T3" not in shown
    assert "T4" not in shown
    assert answer["difference"] == pytest.approx(answer["after"] - answer["before"])
    if answer["verdict"] == "exact":
        assert sum(p["total"] for p in answer["pieces"]) == pytest.approx(answer["difference"])
    text = text_of(other.get("/insight/why?kpi=won_value&period=2026-10"))
    assert "Großkunden" not in text


def test_the_api_takes_a_change_apart(everybody: Client) -> None:
    answer = everybody.get("/api/v1/insight/why/win_rate?period=2026-10&over=product").json()
    assert (answer["kpi"], answer["period"], answer["then"]) == ("win_rate", "2026-10", "2026-09")
    assert answer["text"]
    assert everybody.get("/api/v1/insight/why/win_rate?period=2026-10&over=company").status_code == 422
    assert everybody.get("/api/v1/insight/why/nothing_like_it?period=2026-10").status_code == 404


def test_the_kpi_page_draws_natural_limits_in_shapes_and_words(everybody: Client) -> None:
    text = text_of(everybody.get("/kpi/won_value?grain=month"))
    assert "Übliche Streuung oder eine Änderung?" in text
    assert "limit upper" in text
    assert "gestrichelt: natürliche Grenzen" in text
    assert "/insight/why?kpi=won_value&amp;period=2026-10" in text
    assert "Übliche Streuung" not in text_of(everybody.get("/kpi/won_value?grain=day"))
