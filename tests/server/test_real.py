"""Pages over a real workspace: files in, numbers out, newer generations seen at once; the server itself."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.test import Client

import leitstern
from leitstern import clock
from leitstern.server.models import PrivacySetting
from leitstern.server.reader import Reader, _readers

from . import accounts

MAPPING = """
name = "Deals"
[[table]]
file = "deals*.csv"
fact = "deal"
key = "id"
[table.fields]
name = "name"
status = {column = "status", values = {won = "won", lost = "lost", open = "open"}}
created_at = {column = "created", read = "YYYY-MM-DD"}
closed_at = {column = "closed", read = "YYYY-MM-DD"}
amount = {column = "amount", read = "plain"}
"""
TODAY = clock.today("Europe/Berlin")


def write_deals(file: Path, count: int) -> Counter[str]:
    """Deals over the last two years; returns the won ones by month."""
    won: Counter[str] = Counter()
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(["id", "name", "status", "created", "closed", "amount"])
        for number in range(count):
            closed = TODAY - timedelta(days=number * 5 % 720)
            status = ("won", "lost", "won")[number % 3]
            created = closed - timedelta(days=20)
            writer.writerow([f"D{number}", f"Deal {number}", status, created, closed, f"{1000 + number}.50"])
            if status == "won":
                won[f"{closed:%Y-%m}"] += 1
    return won


@pytest.fixture
def client(db) -> Client:
    PrivacySetting.objects.create(mode="full")
    client = accounts.client_of(accounts.make("analyst"))
    del client.cookies["language"]
    return client


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    folder = tmp_path / "acme"
    workspace = leitstern.init(folder, name="Acme", language="en", timezone="Europe/Berlin")
    (folder / "mappings" / "deals.toml").write_text(MAPPING)
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), Reader(folder, leitstern.open))
    return workspace


def last_month() -> str:
    return f"{TODAY.replace(day=1) - timedelta(days=1):%Y-%m}"


@pytest.mark.calendar
def test_what_was_imported_is_what_is_shown(workspace, client, tmp_path):
    assert "No numbers yet" in client.get("/overview").content.decode()
    won = write_deals(tmp_path / "deals.csv", 300)
    workspace.import_files([tmp_path / "deals.csv"])
    workspace.refresh()
    month = last_month()
    page = client.get("/kpi/won_deals").content.decode()
    assert f'<a href="/kpi/won_deals/records/{month}">{won[month]}</a>' in page
    records = client.get(f"/kpi/won_deals/records/{month}").content.decode()
    assert f"{won[month]} records stand behind this number." in records
    assert "The list and the number agree." in records
    start = client.get("/overview").content.decode()
    assert "Won deals" in start
    assert "more KPIs of this level wait for data" in start
    data = client.get("/data").content.decode()
    assert "deals.csv" in data
    for address in ("/kpi/revenue", "/kpi/win_rate?by=team", "/kpi/sales_cycle?grain=week", "/wall"):
        assert client.get(address).status_code == 200


def test_a_newer_generation_is_seen_at_once(workspace, client, tmp_path):
    month = last_month()
    for name, count in (("deals.csv", 300), ("deals_2.csv", 900)):
        won = write_deals(tmp_path / name, count)
        workspace.import_files([tmp_path / name])
        workspace.refresh()
        assert f">{won[month]}</a>" in client.get("/kpi/won_deals").content.decode()


def test_a_page_is_made_again_when_a_generation_was_published_meanwhile(
    workspace, client, tmp_path, monkeypatch
):
    write_deals(tmp_path / "deals.csv", 300)
    workspace.import_files([tmp_path / "deals.csv"])
    workspace.refresh()
    won = write_deals(tmp_path / "deals_2.csv", 900)
    workspace.import_files([tmp_path / "deals_2.csv"])
    asked = []

    def subjects_then_refresh(self, kind):
        asked.append(kind)
        if len(asked) == 1:
            workspace.refresh()
        return []

    monkeypatch.setattr(Reader, "subjects", subjects_then_refresh)
    month = last_month()
    page = client.get(f"/kpi/won_deals/records/{month}?by=team&subject=").content.decode()
    assert len(asked) == 2
    assert f"{won[month]} records stand behind this number." in page
    assert "The list and the number agree." in page


@pytest.mark.calendar
def test_a_late_change_in_a_closed_month_is_told_of_customers_too(workspace, client, tmp_path):
    mapping = MAPPING + 'company = "customer"\n'
    (workspace.folder / "mappings" / "deals.toml").write_text(mapping)
    day = TODAY.replace(day=1) - timedelta(days=5)
    head = "id,name,status,created,closed,amount,customer\n"
    text = head + "D1,One,won,{0},{0},{1},Birch\nD2,Two,won,{0},{0},7,Oak\n"
    (tmp_path / "deals.csv").write_text(text.format(day, 100))
    workspace.import_files([tmp_path / "deals.csv"])
    workspace.refresh()
    client.post("/closing", {"close": last_month()})
    (tmp_path / "deals_2.csv").write_text(text.format(day, 400))
    workspace.import_files([tmp_path / "deals_2.csv"])
    workspace.refresh()
    listed = client.get("/api/v1/restatements?limit=200").json()["items"]
    won = {(one["subject"]["type"], one["subject"]["id"]): (one["was"], one["now"])
           for one in listed if one["kpi"] == "won_value" and one["grain"] == "month"}  # fmt: skip
    assert won == {
        ("company", None): (107, 407), ("team", None): (107, 407), ("customer", "Birch"): (100, 400),
    }  # fmt: skip
    page = client.get("/closing").content.decode()
    assert "Birch · Customer" in page
    assert "Oak" not in page
    client.post("/closing", {"acknowledge": "1", "note": "A late order"})
    assert "the records agree, or it was noted" in client.get("/closing").content.decode()


def test_the_server_starts_on_loopback_and_answers(tmp_path):
    leitstern.init(tmp_path / "acme", name="Acme & Söhne", language="de")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = f"from leitstern.server import run; run({str(tmp_path / 'acme')!r}, port={port})"
    environment = {
        k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE", "LEITSTERN_WORKSPACE")
    }
    server = subprocess.Popen([sys.executable, "-c", program], env=environment)
    try:
        with _answer(f"http://127.0.0.1:{port}/", server) as response:
            page = response.read().decode()
            assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert response.url.endswith("/account/login/")
        assert "Anmelden" in page
        assert "Acme &amp; Söhne" in page
    finally:
        server.terminate()
        server.wait(20)


def _answer(address, server, seconds=30):
    """The first answer of a server that is starting."""
    until = time.monotonic() + seconds
    while True:
        try:
            return urlopen(Request(address, headers={"Accept-Language": "de"}), timeout=10)
        except OSError:
            if time.monotonic() > until or server.poll() is not None:
                raise
            time.sleep(0.1)
