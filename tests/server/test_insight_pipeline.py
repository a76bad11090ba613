"""The page and the API of the pipeline forecast: the sentence, the columns, the plan, what is not shown."""

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
from .goals import goal, in_force
from .known import KnownWorkspace
from .test_pages import text_of

PAGE, API = "/insight/pipeline", "/api/v1/insight/pipeline"


def line(
    start: str, end: str, so_far: float, known: float, new: float, spread: float | None
) -> dict[str, Any]:
    total = so_far + known + new
    low, high = (None, None) if spread is None else (total - spread, total + spread)
    return {
        "start": start, "end": end, "so_far": so_far, "open": known, "new": new, "total": total,
        "low": low, "high": high, "deals_so_far": 3, "deals_open": 4.0, "deals_new": 1.0, "deals": 8.0,
        "deals_low": None, "deals_high": None, "n": 40 if spread else 0,
    }  # fmt: skip


def deal(key: str) -> dict[str, Any]:
    return {
        "deal": key, "stage": "Verhandlung", "days_in_stage": 12, "worth": 50_000.0, "chances": [0.25, 0.5],
        "expected": 25_000.0,
    }  # fmt: skip


def document(**changed: Any) -> dict[str, Any]:
    teams = [("T1", "Vertrieb Nord"), ("T3", "Vertrieb West"), (None, None)]
    return {
        "verdict": "ok", "n": 120, "day": "2026-11-21", "open_deals": 30, "left_out": 5,
        "amount_at_close": True, "boosted": False, "tools": 900_000.0, "bias": 0.02, "wape": 0.12,
        "coverage": 0.81,
        "weeks": [line("2026-11-23", "2026-11-29", 0, 20_000, 0.2, 9_000)],
        "months": [
            line("2026-11-01", "2026-11-30", 80_000, 20_000, 0.2, 10_000),
            line("2026-12-01", "2026-12-31", 0, 60_000, 30_000, None),
        ],
        "told": [{
            "day": "2026-10-18", "days": 28, "forecast": 100_000.0, "happened": 120_000.0, "low": 80_000.0,
            "high": 130_000.0,
        }],
        "teams": [{"team": i, "name": n, "deals": 10, "expected": [5_000.0, 9_000.0]} for i, n in teams],
        "deals": [deal("D-00000"), deal("X-1")],
        **changed,
    }  # fmt: skip


@pytest.fixture
def keep(
    show: Callable[[Any], None], db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Lets the analysis be there, with changes."""
    show(KnownWorkspace())
    ask = reader()
    monkeypatch.setattr(ask, "folder", tmp_path)
    return lambda **changed: insight.keep(ask, ask.generation(), "pipeline", document(**changed))


def of(kind: str, language: str = "en") -> Client:
    return accounts.client_of(accounts.make_kind(kind), language)


def test_what_is_expected_is_said_first(keep: Callable[..., None]) -> None:
    keep()
    text = text_of(of("management").get(PAGE))
    assert "November 2026: €100k are expected to be won (€90.0k to €110k in 8 of 10 cases)." in text
    assert "December 2026: €90.0k are expected to be won." in text
    german = text_of(of("management", "de").get(PAGE)).replace("\xa0", " ")
    assert "November 2026: 100 Tsd. € gewonnener Wert erwartet" in german


def test_the_tools_number_stands_beside_ours(keep: Callable[..., None]) -> None:
    keep()
    text = text_of(of("management").get(PAGE))
    assert "gives €900k for the open deals" in text
    assert "expects €80.0k of them by 31 Dec 2026" in text


def test_past_forecasts_are_shown_with_what_happened(keep: Callable[..., None]) -> None:
    keep()
    text = text_of(of("management").get(PAGE))
    assert "1 forecast of 28 days was made again" in text
    assert "off by 12.0%" in text
    assert "+20.0%" in text


def test_weeks_are_one_click_away(keep: Callable[..., None]) -> None:
    keep()
    client = of("management")
    assert f'href="{PAGE}?grain=week"' in client.get(PAGE).content.decode()
    assert "Week 48, 2026" in text_of(client.get(f"{PAGE}?grain=week"))


def test_the_plan_is_that_of_the_companys_goal(keep: Callable[..., None]) -> None:
    keep()
    boss = accounts.make_kind("management")
    in_force(boss, boss, goal("won_value", "company", "120000", period="2026-12"))
    page = accounts.client_of(boss, "en").get(PAGE).content.decode()
    assert "plan €120k" in page
    assert page.count('class="pl"') == 3  # one column, drawn for three widths


def test_deals_are_the_records_that_may_be_seen(keep: Callable[..., None]) -> None:
    keep()
    text = of("management").get(PAGE).content.decode()
    assert "Anlage &lt;0&gt;" in text
    assert "X-1" not in text  # no record of the open pipeline
    found = of("management").get(API).json()
    assert [one["deal"] for one in found["deals"]] == ["D-00000"]


def test_people_are_never_named(keep: Callable[..., None]) -> None:
    keep()
    for kind in ("person", "management", "analyst"):
        assert "Anneke Brüning" not in of(kind).get(PAGE).content.decode()


def test_teams_are_cut_by_the_policy(keep: Callable[..., None]) -> None:
    PrivacySetting.objects.create(mode="own_team")
    keep()
    seen = {kind: [team["team"] for team in of(kind).get(API).json()["teams"]] for kind in accounts.KINDS}
    assert seen == {
        "person": [], "colleague": [], "lead": ["T1"], "other_lead": ["T3"], "management": ["T1", "T3", None],
        "council": [], "administrator": [], "analyst": [],
    }  # fmt: skip
    assert "Vertrieb West" not in of("lead").get(PAGE).content.decode()


def test_too_little_data_is_the_answer(keep: Callable[..., None]) -> None:
    keep(verdict="too_little", n=12, weeks=[], months=[], deals=[], teams=[], told=[], bias=None, wape=None)
    assert "Too little data: 12 deals were won" in text_of(of("management").get(PAGE))
    assert of("management").get(API).json()["verdict"] == "too_little"


def test_notes_say_what_is_left_out(keep: Callable[..., None]) -> None:
    keep()
    text = text_of(of("management").get(PAGE))
    assert "5 open deals have no beginning" in text
    assert "Amounts are written at the closing" in text
    assert "boosting needs scikit-learn" in text


def test_the_call_stands_beside(keep: Callable[..., None]) -> None:
    keep()
    assert "leitstern -w DIR pipeline" in text_of(of("management").get(PAGE))


def test_the_index_says_the_sentence(keep: Callable[..., None]) -> None:
    keep()
    assert "€100k are expected to be won" in text_of(of("management").get("/insight"))


def test_before_the_analysis_the_page_waits_and_the_api_has_nothing(
    show: Callable[[Any], None], db: None
) -> None:
    show(KnownWorkspace())
    client = of("management")
    assert "This is being analysed" in text_of(client.get(PAGE))
    assert client.get(API).status_code == 404
