"""A goal said as a change of a period that is not complete: what to compare with is asked, shown and kept."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

import leitstern
from leitstern.server.models import Account, GoalRow, PrivacySetting
from leitstern.server.reader import Reader, _readers
from leitstern.workspace import Workspace

from . import accounts
from .invented import build


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small invented company whose data end yesterday."""
    return build(tmp_path_factory.mktemp("invented"), seed=3)


@pytest.fixture
def account(ws: Workspace, db: None, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Somebody of the management."""
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), Reader(ws.folder, leitstern.open))
    PrivacySetting.objects.create(mode="full")
    return accounts.make("management", email="head@example.org")


def asked(client: Client, **more: str) -> tuple[str, GoalRow | None]:
    """What the form answers, and the draft if one was kept."""
    fields = {"whom": "company:", "direction": "at_least", "spread": "working_days", "kind": "agreed"}
    fields |= {"change_in": "percent", "change": "10", "weight": "1", "corridor": "5"}
    count = GoalRow.objects.count()
    answer = client.post("/goals/new", fields | more, follow=True)
    kept = GoalRow.objects.order_by("-pk").first() if GoalRow.objects.count() > count else None
    return html.unescape(answer.content.decode()), kept


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    ("kpi", "period", "against"),
    [
        ("revenue", "2027", "previous_year"),
        ("won_value", "2027-Q1", "previous_period"),
        ("won_deals", "2027-H1", "previous_period"),
        ("new_leads", "2026-12", "previous_period"),
        ("contacted_companies", "2027-Q4", "previous_year"),
        ("lead_to_customer_rate", "2026-Q4", "previous_year"),  # over, and not ripe
    ],
)
def test_a_change_of_what_is_not_complete_asks_with_what_to_compare(
    account: Account, language: str, kpi: str, period: str, against: str
) -> None:
    client = accounts.client_of(account, language)
    page, kept = asked(client, kpi=kpi, period=period, against=against)
    assert kept is None
    told = "noch nicht vollständig" if language == "de" else "not complete yet"
    assert told in page
    offered = re.findall(r'<option value="((?:year|period)_complete|trailing)"[^>]*>[^<]*\d', page)
    assert offered


def test_the_base_that_was_chosen_is_the_one_shown_and_kept(ws: Workspace, account: Account) -> None:
    client = accounts.client_of(account, "en")
    page, kept = asked(client, kpi="revenue", period="2027", against="year_complete")
    [whole] = ws.compute(["revenue"], grain="year", start=date(2025, 1, 1), end=date(2025, 12, 31))
    assert kept is not None
    assert kept.base == round(whole.value, 6)
    assert kept.target >= kept.base * 11 / 10
    assert "last complete one of earlier years" in page


def test_the_forecast_of_a_running_year_is_a_whole_year(ws: Workspace, account: Account) -> None:
    client = accounts.client_of(account)
    _page, kept = asked(client, kpi="won_value", period="2027-Q4", against="year_forecast")
    [so_far] = ws.compute(["won_value"], grain="quarter", start=date(2026, 10, 1), end=date(2026, 12, 31))
    assert kept is not None
    assert kept.base > so_far.value
    assert kept.against == "year_forecast"


def test_months_up_to_now_are_as_many_as_the_goal_has(ws: Workspace, account: Account) -> None:
    client = accounts.client_of(account)
    _page, kept = asked(client, kpi="revenue", period="2027", against="trailing")
    months = ws.compute(["revenue"], grain="month", start=date(2025, 11, 1), end=date(2026, 10, 31))
    assert kept is not None
    assert kept.base == round(sum(o.value for o in months), 6)


def test_a_complete_period_is_taken_as_before(account: Account) -> None:
    client = accounts.client_of(account)
    _page, kept = asked(client, kpi="revenue", period="2026-Q4", against="previous_period")
    assert kept is not None
    assert kept.against == "previous_period"


@pytest.mark.parametrize(
    ("language", "sentence", "told"),
    [
        ("de", "Das Unternehmen steigert den Umsatz 2027 um 10 %", "noch nicht vollständig"),
        ("en", "The company increases revenue in 2027 by 10 percent", "not complete yet"),
    ],
)
def test_a_sentence_says_it_before_anything_is_kept(
    account: Account, language: str, sentence: str, told: str
) -> None:
    client = accounts.client_of(account, language)
    page = html.unescape(client.get("/goals/new", {"say": sentence}).content.decode())
    assert dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', page))["change"] == "10"
    assert told in page
