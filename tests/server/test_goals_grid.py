"""The table of goals: what is typed is saved cell by cell, named where it cannot be, and taken back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from leitstern.engine.organisation import Team
from leitstern.server.grid import choice
from leitstern.server.models import AuditEntry, GoalRow

from . import accounts
from .fake import ORGANISATION
from .goals import goal, in_force
from .known import KnownWorkspace
from .test_pages import text_of
from .test_today import page

TEAM = "/goals?by=person&team=T1&kpi=won_value&grain=quarter&period=2027"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def cell(person, period="2027-Q1", kpi="won_value"):
    return f"{kpi}~{period}~{person}"


@pytest.fixture
def people(show, db, at):
    show(KnownWorkspace())
    at(NOW)
    return {kind: accounts.make_kind(kind) for kind in accounts.KINDS}


@pytest.fixture
def lead(people):
    return accounts.client_of(people["lead"])


def save(client, cells, address=TEAM, loaded=NOW):
    return client.post(address, {"loaded": loaded.isoformat(), **cells})


def targets():
    return {(r.subject_id, r.period): r.target for r in GoalRow.objects.filter(state="draft")}


def test_a_table_has_a_field_for_each_person_and_period(lead):
    text = text_of(lead.get(TEAM))
    for person in ("P1", "P2"):
        for quarter in ("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4"):
            assert f'name="{cell(person, quarter)}"' in text
    assert 'aria-label="Anneke Brüning, Q1 2027"' in text
    # A goal for oneself is somebody else's to write.
    assert f'name="{cell("P8")}"' not in text


def test_whoever_leads_leads_begins_with_teams(people, monkeypatch):
    above = Team("T9", "Vertrieb", "P7")
    teams = {**ORGANISATION.teams, "T9": above, "T1": replace(ORGANISATION.teams["T1"], parent="T9")}
    monkeypatch.setattr(choice, "organisation", lambda _ask: replace(ORGANISATION, teams=teams))
    head = accounts.client_of(accounts.make(person="P7", email="head@example.org"))
    assert '<option value="team" selected>' in text_of(head.get("/goals"))
    assert '<option value="person" selected>' in text_of(accounts.client_of(people["lead"]).get("/goals"))


def test_numbers_are_saved_as_drafts_as_people_write_them(lead, people):
    sent = {
        cell("P1"): "64.000",
        cell("P1", "2027-Q2"): "64.000,50",
        cell("P2"): "1,2 Mio.",
        cell("P2", "2027-Q2"): "70.000 €",
        cell("P2", "2027-Q3"): "  ",
    }
    response = save(lead, sent)
    assert response.status_code == 302
    assert response["Location"] == TEAM
    assert targets() == {
        ("P1", "2027-Q1"): Decimal(64000),
        ("P1", "2027-Q2"): Decimal("64000.5"),
        ("P2", "2027-Q1"): Decimal(1_200_000),
        ("P2", "2027-Q2"): Decimal(70000),
    }
    row = GoalRow.objects.get(subject_id="P1", period="2027-Q1")
    assert (row.start, row.end, row.grain, row.direction) == (
        date(2027, 1, 1), date(2027, 3, 31), "quarter", "at_least",
    )  # fmt: skip
    assert row.owner == people["person"]
    assert row.created_by == people["lead"]
    assert AuditEntry.objects.filter(action="goal.drafted").count() == 4
    assert "4 Ziele als Entwürfe gespeichert." in text_of(lead.get(TEAM))


def test_english_pages_read_english_numbers(people):
    client = accounts.client_of(people["lead"], "en")
    save(client, {cell("P1"): "64,000.50", cell("P2"): "64.5"})
    assert targets() == {("P1", "2027-Q1"): Decimal("64000.5"), ("P2", "2027-Q1"): Decimal("64.5")}


def test_percentages_are_typed_as_people_say_them(lead):
    address = TEAM.replace("won_value", "win_rate")
    save(lead, {cell("P1", kpi="win_rate"): "35", cell("P2", kpi="win_rate"): "32,5 %"}, address)
    assert targets() == {("P1", "2027-Q1"): Decimal("0.35"), ("P2", "2027-Q1"): Decimal("0.325")}
    assert 'value="32,5"' in text_of(lead.get(address))


def test_a_kpi_that_should_be_low_gets_a_limit(lead):
    address = TEAM.replace("won_value", "sales_cycle")
    save(lead, {cell("P1", kpi="sales_cycle"): "60"}, address)
    assert GoalRow.objects.get().direction == "at_most"


def test_what_cannot_be_read_stays_as_typed_and_the_rest_is_saved(lead):
    response = save(lead, {cell("P1"): "64.000", cell("P2"): "viel", cell("P2", "2027-Q2"): "1,234"})
    assert response.status_code == 422
    assert targets() == {("P1", "2027-Q1"): Decimal(64000)}
    text = text_of(response)
    assert 'value="viel" aria-label="Anneke Brüning, Q1 2027"' in text
    assert 'aria-invalid="true" aria-describedby="why-won_value~2027-Q1~P2"' in text
    assert '<a href="#cell-won_value~2027-Q1~P2">Anneke Brüning, Q1 2027</a>' in text
    assert "auf zwei Arten lesen: 1.234, 1234" in text
    assert "2 Felder wurden nicht gespeichert." in text


def test_changed_and_emptied_fields(lead):
    save(lead, {cell("P1"): "64.000", cell("P2"): "50.000"})
    save(lead, {cell("P1"): "65.000", cell("P2"): ""})
    assert targets() == {("P1", "2027-Q1"): Decimal(65000)}
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    written = [a for a in actions if a.startswith("goal.")]
    # By name: Anneke (P2) before Jasper (P1).
    assert written == ["goal.drafted", "goal.drafted", "goal.deleted", "goal.changed"]


def test_what_did_not_change_is_not_written(lead):
    save(lead, {cell("P1"): "64.000"})
    before = GoalRow.objects.get().changed_at, AuditEntry.objects.count()
    save(lead, {cell("P1"): "64.000,00"})
    assert (GoalRow.objects.get().changed_at, AuditEntry.objects.count()) == before
    assert "Es hat sich nichts geändert." in text_of(lead.get(TEAM))


def test_a_minimum_that_does_not_fit_the_new_target_is_named(lead, people):
    row = GoalRow(created_by=people["lead"])
    row.put(goal("won_value", "person:P1", "64000", minimum="60000", period="2027-Q1"))
    row.changed_at = NOW
    row.save()
    assert save(lead, {cell("P1"): "50.000"}).status_code == 422
    save(lead, {cell("P1"): "70.000"})
    row.refresh_from_db()
    assert (row.target, row.minimum) == (Decimal(70000), Decimal(60000))


def test_taking_the_last_save_back(lead):
    save(lead, {cell("P1"): "64.000", cell("P2"): "50.000"})
    save(lead, {cell("P1"): "65.000", cell("P2"): "", cell("P2", "2027-Q2"): "51.000"})
    assert "Letztes Speichern zurücknehmen" in text_of(lead.get(TEAM))
    response = lead.post("/goals/undo", {"next": TEAM})
    assert response["Location"] == TEAM
    assert targets() == {("P1", "2027-Q1"): Decimal(64000), ("P2", "2027-Q1"): Decimal(50000)}
    text = text_of(lead.get(TEAM))
    assert "3 Ziele sind wieder wie zuvor." in text
    assert "Letztes Speichern zurücknehmen" not in text


def test_what_was_changed_since_is_not_taken_back(lead, at):
    save(lead, {cell("P1"): "64.000", cell("P2"): "50.000"})
    GoalRow.objects.filter(subject_id="P1").update(changed_at=NOW + timedelta(minutes=1))
    lead.post("/goals/undo", {"next": "https://example.org/"})
    assert targets() == {("P1", "2027-Q1"): Decimal(64000)}
    assert "1 Ziel wurde seither geändert oder angeboten und bleibt." in text_of(lead.get(TEAM))


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(lead):
    save(lead, {cell("P1"): "64.000"})
    GoalRow.objects.update(target=Decimal(70000), changed_at=NOW + timedelta(minutes=5))
    response = save(lead, {cell("P1"): "66.000"})
    assert response.status_code == 422
    assert "inzwischen jemand auf 70000" in text_of(response)
    assert targets() == {("P1", "2027-Q1"): Decimal(70000)}
    save(lead, {cell("P1"): "66.000"}, loaded=NOW + timedelta(minutes=6))
    assert targets() == {("P1", "2027-Q1"): Decimal(66000)}


def test_goals_in_force_are_locked_and_lead_to_an_offer_of_a_change(lead, people):
    row = in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    address = TEAM.replace("2027", "2026")
    text = text_of(lead.get(address))
    assert f'name="{cell("P1", "2026-Q4")}"' not in text
    assert f'href="/goals/new?replaces={row.pk}"' in text
    response = save(lead, {cell("P1", "2026-Q4"): "1"}, address)
    assert response.status_code == 422
    assert "ist kein Entwurf mehr" in text_of(response)
    row.refresh_from_db()
    assert row.target == Decimal(64000)
    assert GoalRow.objects.count() == 1


def test_the_sum_and_what_is_left_of_the_teams_goal(lead, people):
    in_force(people["management"], people["lead"], goal("won_value", "team:T1", "128000", period="2027-Q1"))
    save(lead, {cell("P1"): "64.000", cell("P2"): "50.000"})
    text = page(people["lead"], address=TEAM)
    assert "Summe 114.000 €" in text
    assert "Ziel des Teams 128.000 €" in text
    assert "Offen 14.000 € offen" in text
    assert "Gewonnener Auftragswert, 2027 je Person: 2 Entwürfe" in text


def test_kpis_side_by_side(lead):
    address = "/goals?layout=kpis&by=person&team=T1&kpi=won_value&kpi=win_rate&period=2027-Q1"
    save(lead, {cell("P1"): "64.000", cell("P1", kpi="win_rate"): "30"}, address)
    assert {(r.kpi, r.target) for r in GoalRow.objects.all()} == {
        ("won_value", Decimal(64000)),
        ("win_rate", Decimal("0.3")),
    }


def test_months_and_teams_and_customers(people):
    boss = accounts.client_of(people["management"])
    save(boss, {cell("T3", "2027-02"): "9.000"}, "/goals?by=team&kpi=won_value&grain=month&period=2027")
    assert targets() == {("T3", "2027-02"): Decimal(9000)}
    assert "1 bis 50 von 120" in page(people["management"], address="/goals?by=customer&period=2027")
    found = page(people["management"], address="/goals?by=customer&period=2027&find=kunde+011")
    assert "Kunde 011" in found
    assert "Kunde 012" not in found


@pytest.mark.parametrize("kind", ["person", "colleague", "other_lead", "council", "administrator"])
def test_nobody_writes_goals_of_others(people, kind):
    client = accounts.client_of(people[kind])
    assert f'name="{cell("P2")}"' not in text_of(client.get(TEAM))
    save(client, {cell("P2"): "1.000", cell("P1"): "1.000"})
    assert targets() == {}


def test_a_person_sees_the_own_goals_only(people):
    in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "54321"))
    text = text_of(accounts.client_of(people["person"]).get("/goals"))
    assert "64.000" in text
    assert "54.321" not in text
    assert "<script" not in text


def test_offering_all_drafts(lead, people):
    save(lead, {cell("P1"): "64.000", cell("P2"): "50.000"})
    query = TEAM.partition("?")[2]
    response = lead.post(f"/goals/offer?{query}", {"due_on": "2026-12-10"})
    assert response["Location"] == TEAM
    rows = GoalRow.objects.order_by("subject_id")
    assert [(r.state, r.due_on) for r in rows] == [("offered", date(2026, 12, 10))] * 2
    assert "2 Ziele angeboten." in text_of(lead.get(TEAM))


# --- a whole table ---

PASTE = TEAM.replace("/goals?", "/goals/paste?")
TABLE = "Name\tQ1 2027\tQ2 2027\nJasper Oldehus\t64.000\t65.000,50\nAnneke Brüning\tviel\t\n"


def test_a_pasted_table_is_shown_before_it_is_saved(lead):
    text = text_of(lead.post(PASTE, {"table": TABLE}))
    assert "<h1>2 Ziele gelesen, 1 Zelle ist unklar</h1>" in text
    assert "65.000,50\u00a0€" in text
    assert "viel" in text
    assert targets() == {}
    response = lead.post(PASTE.replace("paste?", "paste/take?"))
    assert response["Location"] == TEAM
    assert targets() == {("P1", "2027-Q1"): Decimal(64000), ("P1", "2027-Q2"): Decimal("65000.5")}
    lead.post("/goals/undo")
    assert targets() == {}


def test_a_pasted_table_changes_the_drafts_there_are(lead):
    save(lead, {cell("P1"): "60.000"})
    lead.post(PASTE, {"table": TABLE})
    lead.post(PASTE.replace("paste?", "paste/take?"))
    assert targets() == {("P1", "2027-Q1"): Decimal(64000), ("P1", "2027-Q2"): Decimal("65000.5")}
    lead.post("/goals/undo")
    assert targets() == {("P1", "2027-Q1"): Decimal(60000)}


def test_goals_somebody_may_not_write_are_marked_and_refused(people):
    client = accounts.client_of(people["other_lead"])
    text = text_of(client.post(PASTE, {"table": "Name\tQ1 2027\nWencke Harms\t9000\nGroßkunden\t9000\n"}))
    assert "dürfen Sie nicht schreiben" in text
    response = client.post(PASTE.replace("paste?", "paste/take?"), follow=True)
    assert targets() == {("P4", "2027-Q1"): Decimal(9000)}
    assert "dürfen Sie keine Ziele schreiben" in text_of(response)


def workbook(rows):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return target.getvalue()


def test_a_workbook_and_a_csv_are_read_like_a_pasted_table(lead):
    xlsx = workbook([("Name", "Q1 2027"), ("Jasper Oldehus", 64000.5), ("Anneke Brüning", 50000)])
    upload = SimpleUploadedFile("Ziele.xlsx", xlsx)
    assert "<h1>2 Ziele gelesen</h1>" in text_of(lead.post(PASTE, {"file": upload}))
    lead.post(PASTE.replace("paste?", "paste/take?"))
    assert targets() == {("P1", "2027-Q1"): Decimal("64000.5"), ("P2", "2027-Q1"): Decimal(50000)}
    csv = SimpleUploadedFile("ziele.csv", "Name;Q1 2027\nJasper Oldehus;70.000,00\n".encode("cp1252"))
    assert "<h1>1 Ziel gelesen</h1>" in text_of(lead.post(PASTE, {"file": csv}))


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"table": "  "}, "Da ist noch keine Tabelle"),
        ({"table": "nur\tText\nohne\tKopf"}, "Kopf"),
        ({"file": ("x.xlsx", b"PK\x03\x04 broken")}, "x.xlsx"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(lead, sent, text):
    if "file" in sent:
        sent = {"file": SimpleUploadedFile(*sent["file"])}
    response = lead.post(PASTE, sent)
    assert response.status_code == 422
    assert text in text_of(response)


def test_only_this_page_may_run_our_own_script(lead):
    response = lead.get(TEAM)
    assert response["Content-Security-Policy"].endswith("; script-src 'self'")
    text = text_of(response)
    assert text.count("<script") == 1
    assert '<script type="module" src="/static/js/grid.js?v=' in text
    assert "script-src" not in lead.get("/")["Content-Security-Policy"]
