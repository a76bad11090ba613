"""The page and the API of the funnel: the hint in words, and no team that the viewer may not see."""

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

TIMES = {
    "from": "2025-11-22", "to": "2026-11-21", "earlier": ["2024-11-22", "2025-11-21"],
    "as_of": "2026-11-21", "since": "2023-12-02",
}  # fmt: skip


def share(hits: int, n: int) -> dict[str, Any]:
    verdict = "fine" if n >= 10 else "too_little"
    return {"n": n, "hits": hits, "value": hits / n, "low": 0.2, "high": 0.4, "verdict": verdict}


def wait(median: int | None, n: int = 120) -> dict[str, Any]:
    found = {"days": median, "low": None, "high": None}
    verdict = "too_little" if n < 10 else "fine" if median else "too_young"
    return {
        "n": n,
        "ended": n,
        "open": 0,
        "median": found,
        "upper": {**found, "days": None},
        "verdict": verdict,
    }


def row(step: str, to: str, group: tuple[str | None, str | None] | None, entered: int) -> dict[str, Any]:
    cohort = {
        "entered": entered, "passed": 31, "left": 40, "open": 9, "horizon": 45, "value": 0.31, "low": 0.2,
        "high": 0.4, "within": share(31, 100), "so_far": 0.31, "verdict": "fine",
    }  # fmt: skip
    return {
        "step": step, "to": to, "name": None if step == "lead" else step, "to_name": None,
        "group": group and {"id": group[0], "name": group[1]}, "cohort": cohort,
        "flow": {"entered": entered, "passed": 4, "left": 3, "share": share(4, 7)}, "wait": wait(12),
    }  # fmt: skip


def cell(team: str, name: str, entered: int, hint: bool) -> dict[str, Any]:
    cost = {"value": 112_648.2, "low": 30_121.7, "high": 197_066.9}
    against = [
        {
            "reference": reference, "n": 133, "share": 0.866, "wait": wait(28), "loss": 0.001, "delay": 0.0,
            "worse": hint, "cost": cost,
        }
        for reference in ("past", "peers")
    ]  # fmt: skip
    return {
        "stage": "Angebot", "name": "Angebot", "group": {"id": team, "name": name}, "entered": entered,
        "n": 124, "share": 0.675, "wait": wait(64), "mean_amount": 5000.0, "p": 0.001,
        "verdict": "hint" if hint else "none", "cost": cost if hint else None, "against": against,
    }  # fmt: skip


def document() -> dict[str, Any]:
    teams = [("T1", "Vertrieb Nord", 417), ("T3", "Vertrieb West", 433), (None, None, 5)]
    by = {
        **TIMES, "by": "team",
        "steps": [row("lead", "mql", None, 855), *(row("lead", "mql", (i, n), k) for i, n, k in teams)],
        "whole": [row("lead", "won", None, 855)],
        "stages": [row("Angebot", "won", None, 300)],
        "leaks": [{
            "stage": "Angebot", "name": "Angebot", "reason": "Preis <hoch>", "value": 1_302_906.0,
            "share": share(52, 481),
        }],
    }  # fmt: skip
    cells = [cell("T3", "Vertrieb West", 152, hint=True), cell("T1", "Vertrieb Nord", 174, hint=False)]
    handover = {"wait": wait(8), "grace": 14, "never": share(36, 313)}
    silent = {
        "id": "C1", "name": "Kunde 001", "won": "2026-04-10", "last_contact": None, "days": 225,
        "value": 9000.0,
    }  # fmt: skip
    return {
        "by": {"team": by, "campaign": {**by, "steps": [row("lead", "mql", None, 855)]}},
        "bottleneck": {
            **TIMES, "by": "team", "currency": "EUR", "verdict": "hint", "tests": 8, "hints": cells[:1],
            "cells": cells,
        },
        "handovers": {
            **TIMES, "quiet_days": 90, "customers": 541, "recorded": True,
            "silent_count": 157, "silent": [silent],
            "handovers": [{"name": "qualified_to_sales", **handover}], "currency": "EUR",
        },
    }  # fmt: skip


@pytest.fixture
def kept(
    show: Callable[[FakeWorkspace], None], db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The analysis is there."""
    show(FakeWorkspace())
    ask = reader()
    monkeypatch.setattr(ask, "folder", tmp_path)
    insight.keep(ask, ask.generation(), "funnel", document())


@pytest.fixture
def everybody(kept: None) -> Client:
    """A client who may see everything."""
    PrivacySetting.objects.create(mode="full")
    return accounts.client_of(accounts.make("analyst", "management", email="all@example.org"))


def test_the_page_begins_with_the_hint_and_its_cost(everybody: Client) -> None:
    text = text_of(everybody.get("/insight/funnel"))
    assert "Hinweis auf einen Engpass: Vertrieb West, Phase Angebot. Er kostet etwa 113" in text
    assert "Ein Jahr zuvor" in text
    assert "86,6" in text
    assert "157 von 541 Kunden" in text
    assert "Preis &lt;hoch&gt;" in text
    assert "leitstern -w DIR funnel" in text
    assert "verraten würden" not in text


def test_groups_are_told_only_where_asked_for(everybody: Client) -> None:
    assert ">433<" not in text_of(everybody.get("/insight/funnel"))
    by_team = text_of(everybody.get("/insight/funnel?by=team"))
    assert "Vertrieb Nord" in by_team
    assert ">433<" in by_team
    assert "nicht zugeordnet" in by_team
    assert "--by team" in by_team


def test_the_flow_of_few_says_so(everybody: Client) -> None:
    text = text_of(everybody.get("/insight/funnel?how=period"))
    assert "zu wenig Daten" in text
    assert "binnen Tagen" not in text


def test_the_page_is_there_in_english(kept: None) -> None:
    PrivacySetting.objects.create(mode="full")
    client = accounts.client_of(accounts.make("analyst", "management"), "en")
    text = text_of(client.get("/insight/funnel?by=unknown"))
    assert "Hint of a bottleneck: Vertrieb West, stage Angebot. It costs about €113k" in text


def test_nobody_reads_of_a_team_one_may_not_see(kept: None) -> None:
    other = accounts.client_of(accounts.make_kind("lead"))
    text = text_of(other.get("/insight/funnel?by=team"))
    assert "Vertrieb West" not in text
    assert ">433<" not in text
    assert "verraten würden" in text
    assert "Kein Engpass gezeigt" in text or "Zu wenig Daten" in text
    answer = other.get("/api/v1/insight/funnel?by=team").json()
    assert "Vertrieb West" not in str(answer)
    assert answer["hidden"] is True
    assert answer["bottleneck"]["hints"] == []


def test_the_index_says_the_sentence(everybody: Client) -> None:
    assert "Hinweis auf einen Engpass: Vertrieb West" in text_of(everybody.get("/insight"))


def test_the_api_answers_what_the_page_shows(everybody: Client) -> None:
    answer = everybody.get("/api/v1/insight/funnel").json()
    assert (answer["from"], answer["by"], answer["hidden"]) == ("2025-11-22", "team", False)
    assert answer["steps"] == document()["by"]["team"]["steps"]
    assert answer["bottleneck"]["hints"][0]["group"]["id"] == "T3"
    assert "Vertrieb West" in answer["text"]
    assert everybody.get("/api/v1/insight/funnel?by=person").status_code == 422


def test_before_the_analysis_the_page_says_so(
    show: Callable[[FakeWorkspace], None], db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(FakeWorkspace())
    monkeypatch.setattr(reader(), "folder", tmp_path)
    PrivacySetting.objects.create(mode="full")
    client = accounts.client_of(accounts.make("analyst"))
    assert "Trichter und Engpass" in text_of(client.get("/insight/funnel"))
    assert client.get("/api/v1/insight/funnel").status_code == 503
