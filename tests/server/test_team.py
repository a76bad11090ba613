"""A team's page: its goals beside those of its people, and who came and went."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leitstern.server.models import AuditEntry, Default, GoalRow, PrivacySetting

from . import accounts
from .goals import goal, in_force
from .known import KnownWorkspace
from .test_today import page


@pytest.fixture
def people(show, db, at):
    show(KnownWorkspace())
    at(datetime(2026, 11, 22, 9, tzinfo=UTC))
    return {kind: accounts.make_kind(kind) for kind in accounts.KINDS}


@pytest.fixture
def goals(people):
    in_force(people["management"], people["lead"], goal("won_value", "team:T1", "128000"))
    in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "54000"))


def test_a_lead_comes_to_the_own_team_at_once(people):
    assert accounts.client_of(people["lead"]).get("/team")["Location"] == "/team/T1"
    assert accounts.client_of(people["person"]).get("/team")["Location"] == "/team/T1"


def test_the_team_its_people_and_what_is_left(people, goals):
    text = page(people["lead"], address="/team/T1")
    assert "10.000 € noch nicht verteilt" in text
    assert "Summe 118.000 €" in text
    # P1 needs 27,000 in 27 days, P2 35,500.
    assert "Jasper Oldehus 37,0 Tsd. € 64.000 € 57,8 % 1.000 € auf Kurs" in text
    assert "Anneke Brüning 18,5 Tsd. € 54.000 € 34,3 % 1.315 € hinter Plan" in text
    assert "geleitet von Frauke Dirks" in text


def test_people_stand_by_name_and_not_by_rank(people, goals):
    text = page(people["lead"], address="/team/T1")
    assert text.index("Anneke Brüning") < text.index("Jasper Oldehus")


def test_only_where_rankings_were_agreed_on_the_best_stands_first(people, goals):
    PrivacySetting.objects.create(mode="own_team", rankings=True)
    text = page(people["lead"], address="/team/T1")
    assert text.index("Jasper Oldehus") < text.index("Anneke Brüning")


def test_a_person_sees_the_own_goal_and_no_sum_that_gives_the_others_away(people, goals):
    text = page(people["person"], address="/team/T1")
    assert "Jasper Oldehus" in text
    assert "Anneke Brüning" not in text
    assert "noch nicht verteilt" not in text
    assert "118.000" not in text
    assert "54.000" not in text
    assert "Die Ziele von 2 Personen sind nicht zu sehen" in text


def test_another_lead_sees_no_person_of_the_team(people, goals):
    response = accounts.client_of(people["other_lead"]).get("/team/T1")
    text = response.content.decode()
    assert "Anneke" not in text
    assert "Oldehus" not in text
    assert "118.000" not in text


def test_who_came_and_went(people):
    # P4 moved from T1 to T3 in July 2026.
    text = page(people["other_lead"], address="/team/T3?period=2026-Q3")
    assert "Wer kam und ging 1.7. Wencke Harms kam aus Vertrieb Nord" in text
    assert "Wer kam und ging" not in page(people["other_lead"], address="/team/T3?period=2026-Q4")


def test_a_move_away_is_told_to_whoever_led_then(people):
    text = page(people["lead"], address="/team/T1?period=2026-Q2")
    assert "30.6. Wencke Harms wechselte zu Vertrieb West" in text


def test_the_teams_beneath_have_their_own_boards(people, goals):
    in_force(people["management"], people["lead"], goal("won_value", "team:T2", "28000"))
    text = page(people["management"], address="/team/T1")
    assert "Teams darunter" in text
    assert "100.000 € noch nicht verteilt" in text


def test_all_teams_by_name(people, goals):
    text = page(people["management"], address="/team?all=1")
    assert "4 Teams, Q4 2026" in text
    assert text.index("Großkunden") < text.index("Vertrieb Nord") < text.index("Vertrieb West")


@pytest.mark.parametrize("team", ["T9", "T1%20", "'; DROP TABLE x", "0"])
def test_an_unknown_team_is_not_there(people, team):
    assert accounts.client_of(people["management"]).get(f"/team/{team}").status_code == 404


def test_a_team_without_goals_says_who_writes_them(people):
    assert "Zur Tabelle der Ziele" in page(people["lead"], address="/team/T1")
    assert "Geschrieben werden sie von der Teamleitung" in page(people["person"], address="/team/T1")


def test_first_goals_for_new_people_are_set_and_become_drafts(people):
    client = accounts.client_of(people["other_lead"])
    address = "/team/T3/defaults?period=2026-Q3"
    assert 'href="/team/T3/defaults?period=2026-Q3"' in client.get("/team/T3?period=2026-Q3").content.decode()
    assert "noch keine ersten Ziele" in client.get(address).content.decode()
    client.post(address, {"action": "set", "kpi": "won_value", "per_year": "90.000"})
    client.post(address, {"action": "set", "kpi": "won_value", "per_year": "100.000,50"})
    assert [(d.team, d.kpi, str(d.per_year.normalize())) for d in Default.objects.all()] == [
        ("T3", "won_value", "100000.5")
    ]
    # P4 came to T3 on 1 July; nobody in the quarter after.
    text = client.get(address).content.decode()
    assert "1 Entwurf anlegen" in text
    assert "100.000,5 €" in text
    assert "Entwurf anlegen" not in client.get("/team/T3/defaults?period=2026-Q4").content.decode()
    client.post(address, {"action": "draft"})
    row = GoalRow.objects.get()
    # That quarter has 66 of the 253 working days of 2026: 26,087.09, in whole euros.
    assert (row.subject_id, row.state, row.target) == ("P4", "draft", 26087)
    assert "Entwurf anlegen" not in client.get(address).content.decode()
    client.post(address, {"action": "remove", "kpi": "won_value"})
    assert not Default.objects.exists()
    noted = [e.action for e in AuditEntry.objects.order_by("pk")]
    assert noted == ["default.set", "default.set", "goal.drafted", "default.removed"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kpi": "win_rate", "per_year": "30"}, "lässt sich nicht auf ein Jahr vorgeben"),
        ({"kpi": "won_value", "per_year": "0"}, "größer als 0"),
        ({"kpi": "won_value", "per_year": "1e30"}, "1e30"),
        ({"kpi": "won_value", "per_year": "9" * 13}, "größer als 0"),
    ],
)
def test_a_first_goal_that_cannot_be_is_refused(people, sent, said):
    client = accounts.client_of(people["other_lead"])
    response = client.post("/team/T3/defaults", {"action": "set", **sent}, follow=True)
    assert said in response.content.decode()
    assert not Default.objects.exists()


def test_first_goals_are_set_by_whoever_writes_the_teams_goals(people):
    for kind, status in {"person": 404, "lead": 404, "other_lead": 200, "council": 404}.items():
        assert accounts.client_of(people[kind]).get("/team/T3/defaults").status_code == status, kind
