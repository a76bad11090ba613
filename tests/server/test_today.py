"""The day's page: where somebody stands, what each working day must bring, what waits."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from leitstern.server.models import GoalRow

from . import accounts
from .goals import goal, in_force
from .known import KnownWorkspace
from .test_pages import Outline, text_of

# As in test_book: 64 working days in the fourth quarter, 37 of them done, 27 left. P2 brings 500 a day.


@pytest.fixture
def people(show, db, at):
    show(KnownWorkspace())
    at(datetime(2026, 11, 22, 9, tzinfo=UTC))
    return {kind: accounts.make_kind(kind) for kind in accounts.KINDS}


def page(account, language="de", address="/"):
    response = accounts.client_of(account, language).get(address)
    assert response.status_code == 200
    text = text_of(response)
    assert Outline(text).headings.count("h1") == 1
    return " ".join(re.sub(r"<[^>]+>", " ", text.replace("\u00a0", " ").replace("\u202f", " ")).split())


def test_a_person_reads_where_they_stand_and_what_a_day_must_bring(people):
    in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "64000"))
    text = page(people["colleague"])
    assert "0 von 1 Ziel auf Kurs oder erreicht" in text
    assert "18,5 Tsd. € von 64,0 Tsd. € · 28,9 %" in text
    # (64000 - 18500) / 27
    assert "1.685 € je Arbeitstag, noch 27" in text
    assert "hinter Plan −18,5 Tsd. € zum Plan, 18,5 Arbeitstage zurück" in text


def test_in_english_too(people):
    in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    text = page(people["person"], "en")
    assert "1 of 1 goal on course or reached" in text
    assert "€37.0k of €64.0k · 57.8%" in text
    assert "€1,000 per working day, 27 left" in text


def test_the_goal_that_lags_most_stands_first(people):
    in_force(people["lead"], people["colleague"], goal("win_rate", "person:P2", "0.2"))
    in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "64000"))
    text = page(people["colleague"])
    assert text.index("hinter Plan") < text.index("auf Kurs +10,0 PP zum Plan")
    assert "1 von 2 Zielen auf Kurs oder erreicht" in text


def test_an_offer_to_answer_waits_with_its_due_day(people):
    row = GoalRow(owner=people["person"], offered_by=people["lead"], created_by=people["lead"])
    row.put(goal("won_value", "person:P1", "70000", period="2027-Q1"))
    row.state, row.due_on = "offered", date(2026, 11, 25)
    row.save()
    text = page(people["person"])
    assert "1 Sache wartet auf Sie" in text
    assert "Angebot beantworten: Gewonnener Auftragswert 70.000 €" in text
    assert "fällig am 25.11. (in 3 Tagen)" in text
    assert "Angebote 1" in text
    assert "Angebot beantworten" not in page(people["lead"])


@pytest.mark.parametrize(
    ("due", "text"),
    [
        (date(2026, 11, 20), "überfällig seit 20.11."),
        (date(2026, 11, 22), "heute fällig"),
        (date(2026, 11, 23), "fällig am 23.11. (in 1 Tag)"),
    ],
)
def test_due_days_in_words(people, due, text):
    row = GoalRow(owner=people["person"], offered_by=people["lead"], created_by=people["lead"])
    row.put(goal("won_value", "person:P1", "70000", period="2027-Q1"))
    row.state, row.due_on = "offered", due
    row.save()
    assert text in page(people["person"])


def test_a_counter_offer_waits_for_whoever_offered(people):
    row = GoalRow(owner=people["person"], offered_by=people["lead"], created_by=people["lead"])
    row.put(goal("won_value", "person:P1", "70000", period="2027-Q1"))
    row.state, row.countered = "countered", {"levels": {"target": "60000"}, "reason": "x"}
    row.save()
    assert "Über das Gegenangebot entscheiden: Gewonnener Auftragswert 70.000 €" in page(people["lead"])


def test_drafts_and_goals_without_a_review_are_counted(people):
    in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    for target in ("1", "2"):
        row = GoalRow(created_by=people["lead"])
        row.put(goal("won_deals", "person:P2", target, period="2027-Q1"))
        row.save()
    text = page(people["lead"])
    assert "2 Entwürfe sind noch nicht angeboten" in text
    assert "1 Ziel hat keinen Termin zur Überprüfung" in text


def test_a_review_is_announced_a_week_ahead(people):
    row = in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    GoalRow.objects.filter(pk=row.pk).update(review_on=date(2026, 11, 29))
    assert "Überprüfung: Gewonnener Auftragswert 64.000 €" in page(people["person"])
    GoalRow.objects.filter(pk=row.pk).update(review_on=date(2026, 11, 30))
    assert "Überprüfung: " not in page(people["person"])


def test_a_lead_sees_who_needs_help_and_a_colleague_does_not(people):
    in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "64000"))
    text = page(people["lead"])
    assert "Wer Hilfe braucht 1 Ziel in Ihrem Kreis" in text
    assert "Anneke Brüning · Q4 2026" in text
    for kind in ("person", "other_lead", "council", "administrator", "analyst"):
        assert "Anneke Brüning" not in page(people[kind]), kind


def test_a_circle_without_a_lagging_goal_is_said_to_be_on_course(people):
    in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    assert "Kein Ziel in Ihrem Kreis liegt hinter seinem Plan." in page(people["lead"])


def test_management_sees_lagging_teams(people):
    in_force(people["management"], people["lead"], goal("won_value", "team:T1", "999000"))
    text = page(people["management"])
    assert "Vertrieb Nord · Q4 2026" in text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("person", "Ihre Teamleitung bietet Ihnen Ziele an."),
        ("lead", "Schreiben Sie Ziele für Ihre Teams und Personen in einer Tabelle"),
        ("management", "Schreiben Sie Ziele für Ihre Teams und Personen in einer Tabelle"),
        ("analyst", "Entwerfen Sie Ziele für das Unternehmen"),
        ("administrator", "Legen Sie Konten an"),
        ("council", "wer wessen Werte angesehen hat"),
    ],
)
def test_without_goals_the_page_says_the_next_step(people, kind, text):
    shown = page(people[kind])
    assert "Für Sie läuft heute kein Ziel" in shown
    assert text in shown
    assert "Es wartet nichts auf Sie." in shown


def test_goals_of_other_days_are_left_out(people):
    in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    GoalRow.objects.update(start=date(2026, 11, 23), end=date(2026, 12, 31))
    assert "kein Ziel" in page(people["person"])
    GoalRow.objects.update(start=date(2026, 11, 1), end=date(2026, 11, 21))
    assert "kein Ziel" in page(people["person"])


def test_a_stale_source_says_so_in_the_place_of_a_verdict(people, show):
    show(KnownWorkspace(late=frozenset({"won_value"})))
    in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    text = page(people["person"])
    assert "Quelle verspätet" in text
    assert "1 Ziel läuft" in text


def test_the_page_asks_the_database_little_whatever_the_number_of_goals(
    people, django_assert_max_num_queries
):
    client = accounts.client_of(people["lead"])
    start = date(2026, 10, 1)
    for number in range(40):
        row = GoalRow(owner=people["colleague"], offered_by=people["lead"], created_by=people["lead"])
        row.put(goal("won_value", "person:P2", "64000", period=f"{start - timedelta(number)}..2026-12-31"))
        row.state = "accepted"
        row.save()
    client.get("/")
    with django_assert_max_num_queries(22):
        client.get("/")


def test_nobody_sees_the_page_before_the_log_in(people):
    response = accounts.client_of(None).get("/")
    assert response.status_code == 302
    assert "/account/login" in response["Location"]
