"""All shipped KPIs: the goal's curve ends where the goal stands, and no forecast is impossible."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

import leitstern
from leitstern.analyses import shape
from leitstern.analyses.forecast import Question, answers
from leitstern.goals.plan import ripens
from leitstern.server import book, insight
from leitstern.server.insight import forecast
from leitstern.server.models import Account, PrivacySetting
from leitstern.server.reader import Reader, _readers, reader
from leitstern.workspace import Workspace

from . import accounts
from .goals import goal
from .invented import TODAY, build


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small invented company whose data end yesterday."""
    return build(tmp_path_factory.mktemp("invented"), seed=3)


@pytest.fixture
def head(ws: Workspace, db: None, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Somebody of the management, who sees everything of it."""
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), Reader(ws.folder, leitstern.open))
    PrivacySetting.objects.create(mode="full")
    return accounts.make("management", email="head@example.org")


@pytest.mark.parametrize("period", ["2026-Q4", "2026"])
def test_every_curve_ends_where_the_goal_stands(ws: Workspace, head: Account, period: str) -> None:
    apart, seen = [], 0
    for definition in ws.catalogue:
        row = book.create(head.viewer, goal(definition.kpi, "company:", "1", period=period), book.About())
        standing = book.standings(head.viewer, [row])[row.pk]
        curve = book.curve(head.viewer, row)
        known = [value for value in curve.actual if value is not None]
        seen += bool(known)
        if (
            standing.value is not None
            and curve.through >= row.start
            and (not known or known[-1] != standing.value)
        ):
            apart.append((definition.kpi, known[-1:], standing.value))
        if curve.cumulative and shape.grows(ws.catalogue.resolved(definition.kpi)) and known != sorted(known):
            apart.append((definition.kpi, known, "falls"))
    assert not apart
    assert seen > 70


@pytest.mark.parametrize("period", ["2026-11", "2026-Q4"])
def test_no_forecast_is_impossible(ws: Workspace, period: str) -> None:
    when = goal("won_deals", "company:", "1", period=period)
    wrong, told = [], 0
    for definition in ws.catalogue:
        question = Question(definition.kpi, "company", when.start, when.end, when.grain)
        for one in answers(ws, [question])[question].ones:
            made = one.forecast
            if made.verdict != "ok":
                continue
            told += 1
            values = [made.point, *made.quantiles]
            resolved = ws.catalogue.resolved(definition.kpi)
            if not all(map(math.isfinite, values)) or list(made.quantiles) != sorted(made.quantiles):
                wrong.append((definition.kpi, values))
            if shape.grows(resolved) and min(values) < made.done:
                wrong.append((definition.kpi, "below what is counted", min(values), made.done))
            if ripens(resolved) and not 0 <= min(values) <= max(values) <= 1:
                wrong.append((definition.kpi, "no share", min(values), max(values)))
    assert not wrong
    assert told > 40


@pytest.mark.parametrize(
    ("kpi", "period"),
    [
        ("lead_to_customer_rate", "2026-Q4"),  # runs
        ("lead_to_customer_rate", "2026-Q1"),  # over, ripe in 2027
        ("deal_to_win_rate", "2026-Q3"),
        ("mql_to_sql_rate", "2026-H2"),
        ("disqualified_share", "2026-11"),
    ],
)
def test_a_cohort_is_grey_until_something_tells_and_never_red_for_being_young(
    ws: Workspace, head: Account, kpi: str, period: str
) -> None:
    usual = [o.value for o in ws.compute([kpi], grain="quarter", end=date(2025, 9, 30)) if o.value]
    low = f"{float(min(usual)) / 2:.4f}"
    better = "at_most" if ws.catalogue.get(kpi).good == "down" else "at_least"
    target = low if better == "at_least" else "0.99"
    row = book.create(
        head.viewer, goal(kpi, "company:", target, period=period, direction=better), book.About()
    )
    before = book.standings(head.viewer, [row])[row.pk]
    assert before.verdict not in ("behind", "missed", "exceeded_limit")
    assert before.ripe is not None
    assert before.ripe.on > TODAY
    assert before.ripe.open is not None
    assert 0 < before.ripe.open <= 1
    ask = reader()
    insight.keep(ask, ask.generation(), "forecasts", forecast.ANALYSIS.run(ask, lambda *_: None))
    after = book.standings(head.viewer, [row])[row.pk]
    assert after.outlook.chance is not None
    assert after.verdict in ("on_course", "reached")


def test_a_company_met_on_two_days_counts_once_in_the_curve(ws: Workspace, head: Account) -> None:
    row = book.create(head.viewer, goal("contacted_companies", "company:", "900"), book.About())
    curve = book.curve(head.viewer, row)
    at = curve.days.index(curve.through)
    daily = ws.compute(["contacted_companies"], grain="day", start=row.start, end=curve.through)
    added = sum(Decimal(str(o.value or 0)) for o in daily)
    assert curve.actual[at] is not None
    assert curve.actual[at] < added  # who is met on two days is one company
