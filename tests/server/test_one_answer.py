"""A question about a goal has one answer: pages, API and command say the same verdict, chance and value."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.utils import translation

import leitstern
from leitstern.cli import cli
from leitstern.cli.state import State
from leitstern.server import book, insight, verdicts
from leitstern.server.insight import forecast
from leitstern.server.models import Account, GoalRow, PrivacySetting
from leitstern.server.reader import Reader, _readers, reader
from leitstern.workspace import Workspace

from . import accounts
from .goals import goal
from .invented import build

#: Goals by KPI, for whom, and the target as a part of last year's value.
GOALS = [
    ("won_value", "company:", "2026-Q4", 1.3),
    ("won_deals", "company:", "2026-Q4", 0.9),
    ("win_rate", "company:", "2026-Q4", 1.1),
    ("contacted_companies", "company:", "2026-Q4", 1.2),
    ("sales_cycle", "company:", "2026-Q4", 0.9),
    ("pipeline_value", "company:", "2026-11", 1.0),
    ("lead_to_customer_rate", "company:", "2026-Q4", 1.5),
    ("revenue", "company:", "2026", 1.1),
]


@pytest.fixture(scope="module", params=[5, 8])
def ws(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small invented company whose data end yesterday."""
    return build(tmp_path_factory.mktemp("invented"), seed=request.param)


@pytest.fixture
def head(ws: Workspace, db: None, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Somebody of the management."""
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), Reader(ws.folder, leitstern.open))
    PrivacySetting.objects.create(mode="full")
    return accounts.make("management", email="head@example.org")


@pytest.fixture
def rows(ws: Workspace, head: Account) -> list[GoalRow]:
    """Directives in force, and the forecasts of them as the worker makes them."""
    found, owner = [], accounts.make(email="owner@example.org")
    for kpi, whom, period, part in GOALS:
        start = date(2025, int(period[-2:]) if "Q" not in period and "-" in period else 10, 1)
        grain = "year" if period == "2026" else "quarter" if "Q" in period else "month"
        [last] = ws.compute([kpi], grain=grain, start=start, end=start)
        wanted = goal(
            kpi, whom, f"{float(last.value or 1) * part:.4f}", period=period, kind="directive",
            direction="at_most" if ws.catalogue.get(kpi).good == "down" else "at_least",
        )  # fmt: skip
        row = book.create(head.viewer, wanted, book.About(owner=owner.pk))
        found.append(book.act(head.viewer, row, "offer"))
    ask = reader()
    insight.keep(ask, ask.generation(), "forecasts", forecast.ANALYSIS.run(ask, lambda *_: None))
    return found


def shown(text: str) -> str:
    plain = re.sub(r"(?s)<(script|style|svg).*?</\1>", " ", text)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", plain)))


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_surface_says_the_same_of_a_goal(
    ws: Workspace, head: Account, rows: list[GoalRow], language: str
) -> None:
    client = accounts.client_of(head, language)
    printed = CliRunner().invoke(
        cli, ["-w", str(ws.folder), "goals", "--format", "json"], obj=State(), catch_exceptions=False
    )
    by_command = {one["id"]: one for one in json.loads(printed.stdout)} if printed.exit_code == 0 else {}
    chances = 0
    for row in rows:
        standing = client.get(f"/api/v1/goals/{row.pk}/standing").json()
        made = client.get(f"/api/v1/goals/{row.pk}/forecast").json()
        curve = client.get(f"/api/v1/goals/{row.pk}/curve").json()
        page = shown(client.get(f"/goal/{row.pk}").content.decode())
        about = (row.kpi, row.period, language)
        assert standing["chance"] == made["chances"]["target"], about
        assert standing["expected"] == made["point"], about
        known = [point["actual"] for point in curve["points"] if point["actual"] is not None]
        assert known[-1] == standing["value"], about
        if standing["chance"] is not None and standing["verdict"] in ("on_course", "at_risk", "behind"):
            chances += 1
            assert (standing["verdict"] == "on_course") == (standing["chance"] >= 0.5), about
            assert (standing["verdict"] == "behind") == (standing["chance"] < 0.25), about
            percent = f"{round(standing['chance'] * 100)}"
            told = re.findall(r"(?:Chance|chance(?: of)?) (\d+)\s*%", page)
            assert told, about
            assert set(told) == {percent}, about
            smart = re.search(r"(?:Chance liegt heute bei(?: nur)?|chance today is(?: only)?) (\d+)", page)
            assert smart is None or smart[1] == percent, about
        with translation.override(language):
            mark = verdicts.mark_of(book.standings(head.viewer, [row])[row.pk]).text
        assert mark in page, about
        if row.pk in by_command:
            assert by_command[row.pk]["verdict"] == standing["verdict"], about
            assert by_command[row.pk]["chance"] == standing["chance"], about
    assert chances >= 4
