"""The company's settings on a page: what was entered holds at once, for every server process."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

import leitstern
from leitstern.server.models import AuditEntry
from leitstern.server.reader import Reader, _readers
from leitstern.settings import FILE, Settings
from leitstern.workspace import Workspace

from . import accounts, company

ADDRESS = "/administration/company"
ENTERED = {"name": "Halvorsen AG", "place": "CH-ZH", "fiscal_year_start": "4"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("settings") / "halvorsen"
    company.build(folder)
    return folder


@pytest.fixture
def workspace(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    shutil.copytree(built, tmp_path / "halvorsen")
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), Reader(tmp_path / "halvorsen", leitstern.open))
    return leitstern.open(tmp_path / "halvorsen")


@pytest.fixture
def client(db: None) -> Client:
    return accounts.client_of(accounts.make_kind("administrator"))


def test_a_fiscal_year_that_is_entered_holds_for_values(workspace: Workspace, client: Client) -> None:
    other = Reader(workspace.folder, leitstern.open)  # as in another server process
    assert other.settings.fiscal_year_start == 1
    before = workspace.generation()
    answer = client.post(ADDRESS, ENTERED)
    assert (answer.status_code, answer["location"]) == (302, ADDRESS)
    now = Settings.read(workspace.folder)
    assert (now.name, now.country, now.region, now.fiscal_year_start) == ("Halvorsen AG", "CH", "ZH", 4)
    other.look()
    assert other.settings == now
    after = other.generation()
    assert before is not None
    assert after is not None
    assert after.number == before.number + 1
    [found] = other.compute(["won_deals"], "company", "fiscal_year", date(2026, 4, 1), date(2026, 4, 1))
    assert (found.start, found.end) == (date(2026, 4, 1), date(2027, 3, 31))
    entry = AuditEntry.objects.get(action="settings.changed")
    assert (entry.before["fiscal_year_start"], entry.after["fiscal_year_start"]) == (1, 4)


def test_what_was_agreed_or_closed_fixes_the_fiscal_year(workspace: Workspace, client: Client) -> None:
    german = {"headers": {"accept-language": "de"}}
    assert "deshalb bleibt" not in client.get(ADDRESS, **german).content.decode()
    workspace.close("2026-Q1", by="Ines")
    assert "Es sind Zeiträume abgeschlossen" in client.get(ADDRESS, **german).content.decode()
    client.post(ADDRESS, ENTERED)
    assert Settings.read(workspace.folder).fiscal_year_start == 1
    assert Settings.read(workspace.folder).country == "CH"


def test_what_is_not_known_is_refused(workspace: Workspace, client: Client) -> None:
    before = (workspace.folder / FILE).read_bytes()
    for wrong in ({"place": "DE-XX"}, {"fiscal_year_start": "13"}, {"name": ""}):
        assert client.post(ADDRESS, ENTERED | wrong).status_code == 200
    assert (workspace.folder / FILE).read_bytes() == before
