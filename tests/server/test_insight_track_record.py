"""Forecasts are published once a day, settled when their period is over, scored, and withdrawn if worse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from leitstern.server import insight
from leitstern.server.insight import track_record as record
from leitstern.server.models import Account, GoalRow, PublishedForecast
from leitstern.server.reader import Reader, reader

from . import accounts
from .goals import goal
from .known import KnownWorkspace
from .test_pages import text_of

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def ask(
    show: Callable[[Any], None],
    db: None,
    at: Callable[[datetime], None],
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Reader:
    show(KnownWorkspace())
    at(NOW)
    found = reader()
    monkeypatch.setattr(found, "folder", tmp_path)
    return found


def running(period: str = "2026-Q4") -> GoalRow:
    """A goal of the company that was accepted."""
    author = Account.objects.filter(email="author@example.org").first()
    row = GoalRow(
        created_by=author or accounts.make("management", email="author@example.org"), state="accepted"
    )
    row.put(goal("won_value", "company", "100", period=period))
    row.save()
    return row


def forecasts(ask: Reader, rows: list[GoalRow], chance: float = 0.7, **more: Any) -> None:
    """Let the forecasts of goals be there."""
    info = ask.generation()
    one = {
        "elapsed": 0.5, "quantiles": {"10": 80.0, "50": 100.0, "90": 120.0}, "chances": {"target": chance},
        "pace_point": 90.0, "pace_chances": {"target": 0.5}, "method": "pooled", "n": 30, "verdict": "ok",
    }  # fmt: skip
    insight.keep(ask, info, "forecasts", {"goals": {str(row.pk): {**one, **more} for row in rows}})


def test_a_forecast_is_published_once_a_day(ask: Reader, at: Callable[[datetime], None]) -> None:
    row = running()
    forecasts(ask, [row])
    assert [record.publish(ask), record.publish(ask)] == [1, 0]
    kept = PublishedForecast.objects.get()
    assert (kept.goal, kept.chances, kept.levels["direction"]) == (row, {"target": 0.7}, "at_least")
    forecasts(ask, [row], chance=0.9)
    assert record.publish(ask) == 0
    assert PublishedForecast.objects.get().chances == {"target": 0.7}


def test_too_little_is_not_published(ask: Reader) -> None:
    forecasts(ask, [running()], verdict="too_little")
    assert record.publish(ask) == 0


def published(rows: int, *, hit: bool, chance: float) -> None:
    for place in range(rows):
        row = running("2026-01")
        PublishedForecast.objects.create(
            goal=row, made_on=date(2026, 1, 15), generation=1, elapsed=0.5,
            quantiles={"10": 80.0, "90": 120.0}, chances={"target": chance}, pace_point=90.0,
            pace_chances={"target": 0.5 + place / 1000}, levels={"direction": "at_least", "target": 100.0},
            method="pooled", n=30, outcome=110.0 if hit else 90.0,
        )  # fmt: skip


def test_a_period_that_is_over_is_settled_with_its_value(ask: Reader) -> None:
    over, runs = running("2026-Q3"), running("2026-Q4")
    forecasts(ask, [runs])
    record.publish(ask)
    for made_on in (date(2026, 8, 1), date(2026, 9, 1)):
        PublishedForecast.objects.create(
            goal=over, made_on=made_on, generation=1, elapsed=0.5, quantiles={}, chances={},
            pace_chances={}, levels={}, method="pooled", n=30,
        )  # fmt: skip
    [value] = ask.compute(["won_value"], "company", "quarter", over.start, over.end)
    assert [record.settle(ask), record.settle(ask)] == [2, 0]
    assert {one.outcome for one in PublishedForecast.objects.filter(goal=over)} == {float(value.value or 0)}
    assert PublishedForecast.objects.get(goal=runs).outcome is None


def test_what_is_worse_than_the_pace_is_withdrawn(ask: Reader) -> None:
    published(12, hit=False, chance=0.9)
    [found] = record._published(ask)
    assert found["verdict"] == "worse"
    assert found["brier"] == pytest.approx(0.81)
    assert record.withdrawn_by([found], []) == [found["family"]]
    better = {**found, "verdict": "better"}
    assert record.withdrawn_by([found], [better]) == [found["family"]]
    little = {**found, "verdict": "too_little"}
    assert record.withdrawn_by([little], [better]) == []
    assert record.withdrawn_by([little], [found]) == [found["family"]]


def test_goals_at_most_are_hit_below(ask: Reader) -> None:
    published(12, hit=False, chance=0.9)
    PublishedForecast.objects.update(levels={"direction": "at_most", "target": 100.0})
    [found] = record._published(ask)
    assert (found["verdict"], found["brier"]) == ("better", pytest.approx(0.01))


def test_the_page_says_what_came(ask: Reader) -> None:
    published(12, hit=True, chance=0.9)
    document = {
        "replayed": [], "published": record._published(ask), "families": {"won_value": "amount"},
        "withdrawn": ["amount"],
    }  # fmt: skip
    insight.keep(ask, ask.generation(), "track_record", document)  # type: ignore[arg-type]
    client: Client = accounts.client_of(accounts.make("management", email="m@example.org"))
    text = text_of(client.get("/insight/track-record"))
    assert "12 Prognosen zu 12 Zeiträumen: Brier-Wert 0,010, nach dem Soll bis heute 0,2" in text
    assert "Zurückgezogen: Beträge" in text
    assert record.withdrawn(ask, "won_value")


def test_without_a_document_the_page_waits(ask: Reader) -> None:
    client: Client = accounts.client_of(accounts.make("management", email="m@example.org"))
    assert "ausgewertet" in text_of(client.get("/insight/track-record"))
