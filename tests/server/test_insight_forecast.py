"""The forecasts of goals: made by the worker, read by pages and API, frozen with an offer.

The made-up company brings 1,850 on every weekday, so its quarter ends at 66 times that: 122,100.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from leitstern.server import insight
from leitstern.server.insight import forecast
from leitstern.server.models import GoalRow, PrivacySetting
from leitstern.server.reader import Reader, reader

from . import accounts
from .goals import goal, in_force
from .known import KnownWorkspace

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def ask(
    show: Callable[[Any], None],
    db: None,
    at: Callable[[datetime], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Reader:
    show(KnownWorkspace())
    at(NOW)
    PrivacySetting.objects.create(mode="full")
    found = reader()
    monkeypatch.setattr(found, "folder", tmp_path)
    return found


@pytest.fixture
def client(ask: Reader) -> Client:
    return accounts.client_of(accounts.make("analyst", "management", email="m@example.org"))


def company(target: str = "120000", **more: object) -> GoalRow:
    """A goal of the company that is in force."""
    offerer = accounts.make("management", email="offerer@example.org")
    owner = accounts.make("management", email="owner@example.org")
    return in_force(offerer, owner, goal("won_value", "company", target, **more))


def seen(reply: Any) -> str:
    """The text of a page's forecast, without tags."""
    aside = reply.content.decode().split("Chance, es zu erreichen")[1].split("Was vereinbart ist")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(aside)).split())


def made(ask: Reader) -> dict[str, Any]:
    """Let the worker make the document."""
    found = dict(forecast.ANALYSIS.run(ask, lambda *_: None))
    info = ask.generation()
    insight.keep(ask, info, forecast.ANALYSIS.name, found)
    return found


def test_what_never_varies_is_foretold(ask: Reader) -> None:
    row = company(minimum="100000", stretch="130000")
    found = made(ask)["goals"][str(row.pk)]
    # 37 weekdays were known by Friday, 20 November.
    assert (found["through"], found["done"]) == ("2026-11-20", 37 * 1850)
    assert found["point"] == pytest.approx(122_100)
    assert found["chances"] == {"minimum": 0.99, "target": 0.99, "stretch": 0.01}
    # The 65th weekday brings it to 120,250: 30 December.
    assert found["arrivals"]["target"] == "2026-12-30"
    assert found["path"][-1][0] == "2026-12-31"
    assert found["path"][-1][1] == pytest.approx(122_100)
    assert found["elapsed"] == pytest.approx(51 / 92)


def test_the_page_shows_the_fan_and_the_chance_of_each_level(ask: Reader, client: Client) -> None:
    row = company(minimum="100000", stretch="130000")
    made(ask)
    page = client.get(f"/goal/{row.pk}")
    text = seen(page)
    assert "99 %" in text
    assert "122 Tsd. € bis 122 Tsd. € in 8 von 10 Fällen" in text
    assert "Spitzenwert 130 Tsd. € 1 %" in text
    assert "30. Dez. 2026" in text
    assert "leitstern -w DIR forecast won_value --by company --period 2026-Q4 --target 120000" in text
    assert "fan wide" in page.content.decode()


def test_while_it_is_being_made_the_page_says_so(ask: Reader, client: Client) -> None:
    row = company()
    text = seen(client.get(f"/goal/{row.pk}"))
    assert "Die Prognose zu diesem Stand wird noch berechnet." in text
    assert "%" not in text


def test_a_goal_that_was_changed_waits_for_its_own_forecast(ask: Reader) -> None:
    row = company()
    made(ask)
    assert forecast.told(ask, row) is not None
    before = forecast.ANALYSIS.inputs()
    GoalRow.objects.filter(pk=row.pk).update(target=90_000, changed_at=datetime(2026, 11, 22, 10, tzinfo=UTC))
    assert forecast.told(ask, GoalRow.objects.get(pk=row.pk)) is None
    assert forecast.ANALYSIS.inputs() != before


def test_an_offer_freezes_what_was_known_on_its_day(ask: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "today", lambda: date(2026, 10, 16))
    kept = company().evidence["forecast"]
    assert kept["through"] == "2026-10-15"
    assert kept["done"] == 11 * 1850
    assert kept["point"] == pytest.approx(122_100)


def test_withdrawn_forecasts_leave_the_pace(ask: Reader, client: Client) -> None:
    row = company()
    made(ask)
    record = {"families": {"won_value": "amount"}, "withdrawn": ["amount"], "replayed": [], "published": []}
    insight.keep(ask, ask.generation(), "track_record", record)  # type: ignore[arg-type]
    found = forecast.told(ask, row)
    assert found is not None
    assert found.chance.method == "withdrawn"
    assert found.chance.probability == found.kept["pace_chances"]["target"]
    page = client.get(f"/goal/{row.pk}")
    assert "sind zurückgezogen" in seen(page)
    assert "fan wide" not in page.content.decode()
    answer = client.get(f"/api/v1/goals/{row.pk}/forecast").json()
    assert (answer["verdict"], answer["point"], answer["ahead"]) == ("withdrawn", None, [])


def test_the_api_tells_the_same(ask: Reader, client: Client) -> None:
    row = company()
    assert client.get(f"/api/v1/goals/{row.pk}/forecast").json()["verdict"] == "waiting"
    made(ask)
    found = client.get(f"/api/v1/goals/{row.pk}/forecast").json()
    assert found["verdict"] == "ok"
    assert found["point"] == pytest.approx(122_100)
    assert found["quantiles"]["90"] == pytest.approx(122_100)
    assert found["ahead"][0]["day"] == "2026-11-21"
    assert client.get(f"/api/v1/goals/{row.pk}/smart").json()["probability"] == 0.99


def test_a_rate_is_forecast_without_a_fan(ask: Reader, client: Client) -> None:
    offerer = accounts.make("management", email="a@example.org")
    owner = accounts.make("management", email="b@example.org")
    row = in_force(offerer, owner, goal("win_rate", "company", "0.25"))
    found = made(ask)["goals"][str(row.pk)]
    assert (found["method"], found["path"]) == ("ratio", [])
    assert found["point"] == pytest.approx(0.3)
    assert "30,0 %" in seen(client.get(f"/goal/{row.pk}"))


def test_goals_that_are_over_are_left_out(ask: Reader) -> None:
    manager = accounts.make("management", email="over@example.org")
    row = GoalRow(created_by=manager, owner=manager, state="accepted")
    row.put(goal("won_value", "company:", "30000", period="2026-Q3"))
    row.save()
    assert str(row.pk) not in made(ask)["goals"]


def test_who_may_not_see_the_value_sees_no_forecast(ask: Reader) -> None:
    PrivacySetting.objects.all().update(mode="team_only")
    manager = accounts.make("management", email="a@example.org")
    row = GoalRow(created_by=manager, owner=manager, state="accepted")
    row.put(goal("won_value", "person:P2", "30000"))
    row.save()
    assert made(ask)["goals"][str(row.pk)]["verdict"] == "ok"
    assert accounts.client_of(manager).get(f"/api/v1/goals/{row.pk}/forecast").status_code == 404
