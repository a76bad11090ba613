"""What counts and what does not, on the data page; what the CRM says beside our values."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

import leitstern
from leitstern.server.models import PrivacySetting
from leitstern.server.reader import Reader, _readers

from . import accounts
from .fake import FakeWorkspace

DEALS = """Deal,Owner,Amount,Currency,Status,Created,Closed
D1,Kim,1000,EUR,won,2026-01-05,2026-01-20
D2,Kim,500,CHF,won,2026-01-06,2026-01-21
D3,Lou,70,EUR,won,2026-01-07,
"""
MAPPING = """
name = "crm"
[[table]]
file = "deals*.csv"
fact = "deal"
key = "Deal"
[table.fields]
owner = "Owner"
amount = {column = "Amount", read = "plain"}
currency = "Currency"
status = {column = "Status", values = {won = "won"}}
created_at = {column = "Created", read = "YYYY-MM-DD"}
closed_at = {column = "Closed", read = "YYYY-MM-DD"}
"""


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def client(db, tmp_path, monkeypatch) -> Client:
    """An analyst's client on a workspace of three won deals, one in a currency without a rate."""
    (tmp_path / "crm.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "deals.csv").write_text(DEALS, encoding="utf-8")
    folder = tmp_path / "firm"
    made = leitstern.init(folder, language="de")
    made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "crm.toml")
    made.refresh()
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), Reader(folder, leitstern.open))
    PrivacySetting.objects.create(mode="full")
    found = accounts.client_of(accounts.make("analyst"))
    del found.cookies["language"]
    return found


def test_the_data_page_leads_from_counts_to_records(client):
    page = text_of(client.get("/data"))
    assert "3 Deals: 3 gewonnen" in page
    assert "1 in einer Währung ohne Wechselkurs (CHF): in keiner Kennzahl" in page
    assert "Es wurden noch keine Datensätze der Art „Rechnungen“ importiert." in page
    records = client.get("/data/records/deal/rate_missing?field=currency&choice=&counts=0")
    assert "D2" in text_of(records)
    assert "D1" not in text_of(records)
    assert client.get("/data/records/deal/rate_missing?counts=1").status_code == 404
    assert client.get("/data/records/nothing/at_all").status_code == 404


def test_an_empty_kpi_says_why_on_its_page(client):
    assert "Es wurden noch keine Datensätze der Art „Rechnungen“" in text_of(client.get("/kpi/revenue"))
    assert "Warum sie leer ist" not in text_of(client.get("/kpi/won_deals"))


def test_what_the_crm_says_is_compared(client):
    assert "Stimmt es mit dem überein, was das CRM sagt?" in text_of(client.get("/match"))
    same = text_of(client.get("/match?period=2026&value1=1&value2=1.000,00 €"))
    assert "Es stimmt überein" in same
    more = text_of(client.get("/match?period=2026&value1=2&value2=1500"))
    assert "Es stimmt nicht überein" in more
    assert "1 Deal hier nicht gezählt: hat eine Währung, zu der ein Wechselkurs fehlt" in more
    unread = client.get("/match?period=2026&value1=viele")
    assert unread.status_code == 422
    assert "viele" in text_of(unread)
    assert client.get("/match?period=unknown&value1=1").status_code == 422


def test_a_pasted_list_shows_which_records_differ(client):
    sent = {"period": "2026", "kpi1": "won_value", "list": "Deal\tBetrag\nD1\t1.000\nD2\t500\nD9\t1"}
    page = text_of(client.post("/match", sent))
    assert "2 von 3 Datensätzen weichen ab" in page
    assert "wurde nie importiert" in page
    ratio = client.post("/match", {**sent, "kpi1": "win_rate"})
    assert ratio.status_code == 422


def test_names_and_records_are_for_those_who_import(db, show):
    show(FakeWorkspace())
    PrivacySetting.objects.create(mode="full")
    rep = accounts.client_of(accounts.make("rep", person="P1"))
    page = text_of(rep.get("/data"))
    assert "12.480 Deals: 2.000 offen, 5.480 gewonnen, 5.000 verloren" in page
    assert "2 nicht in der Personalliste; Datensätze: 37" in page
    assert "Uken" not in page
    assert "/data/records/" not in page
    address = "/data/records/deal/owner_unknown?field=owner&choice=&counts=1"
    assert rep.get(address).status_code == 404
    analyst = accounts.client_of(accounts.make("analyst"))
    assert "Ida &lt;Uken&gt;" in analyst.get("/data").content.decode()
    assert "Anlage &lt;1&gt;" in analyst.get(address).content.decode()
