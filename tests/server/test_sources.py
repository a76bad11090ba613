"""Files that come by themselves: taken once whole, imported where nothing is asked, missed when silent."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

import leitstern
from leitstern import clock
from leitstern.errors import Problem
from leitstern.server.imports import files, run, sources
from leitstern.server.models import Account, AuditEntry, Import, PrivacySetting, Source
from leitstern.server.reader import Reader, _readers

from . import accounts

MAPPING = """
name = "CRM"
[[table]]
file = "deals*.csv"
fact = "deal"
key = "id"
[table.fields]
name = "name"
status = {column = "status", values = {won = "won", lost = "lost", open = "open"}}
amount = {column = "amount", read = "en"}
created_at = {column = "created", read = "YYYY-MM-DD"}
closed_at = {column = "closed", read = "YYYY-MM-DD"}

[[table]]
file = "people*.csv"
fact = "person"
key = "id"
[table.fields]
name = "name"
"""
DEALS = "id,name,status,amount,created,closed\nD1,Crane,won,1000,2026-02-01,2026-03-03\n"
MORE = DEALS + "D2,Lift,won,500,2026-02-01,2026-03-04\n"
PEOPLE = "id,name\nP1,Ada Lang\n"
#: Nothing says what these rows are.
UNKNOWN = "a,b\n1,2\n3,4\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Reader:
    folder = tmp_path / "acme"
    leitstern.init(folder, name="Acme", language="de", timezone="Europe/Berlin")
    (folder / "mappings" / "crm.toml").write_text(MAPPING)
    ask = Reader(folder, leitstern.open)
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), ask)
    PrivacySetting.objects.create(mode="full")
    return ask


@pytest.fixture
def owner(place: Reader) -> Account:
    return accounts.make("analyst", email="analyst@example.org")


@pytest.fixture
def nightly(owner: Account) -> Source:
    return sources.make(owner, "Nächtlicher Export", every_days=1)


@pytest.fixture
def worker(place: Reader) -> Callable[[], None]:
    """What the worker does in one look."""
    watch = sources.Watch()

    def look() -> None:
        watch.look()
        place.look()
        while run.run_next(place):
            place.look()

    return look


def won(place: Reader) -> float | None:
    place.look()
    if place.generation() is None:
        return None
    [found] = place.workspace.compute(["won_value"], grain="year")
    return float(found.value or 0)


def test_what_is_put_into_the_folder_is_imported(
    place: Reader, nightly: Source, worker: Callable[[], None]
) -> None:
    folder = place.folder / "inbox" / "nachtlicher-export"
    assert sources.inbox(nightly) == folder
    (folder / "deals.csv").write_text(DEALS[:40])
    (folder / "notes.docx").write_bytes(b"nothing that is read")
    worker()
    (folder / "deals.csv").write_text(DEALS)  # it was still being written
    worker()
    assert Import.objects.count() == 0
    worker()
    assert won(place) == 1000
    assert [path.name for path in folder.iterdir()] == ["notes.docx"]
    (folder / "deals.csv").write_text(MORE)
    worker()
    worker()
    assert won(place) == 1500
    assert [(one.source, one.state) for one in Import.objects.all()] == [(nightly, "done")] * 2
    assert AuditEntry.objects.filter(action="data.imported").count() == 2


def test_what_a_program_sends_is_imported(
    place: Reader, nightly: Source, owner: Account, worker: Callable[[], None], client: Client
) -> None:
    key = sources.new_address(owner, nightly)
    assert key not in str(AuditEntry.objects.values_list("after", flat=True))
    sent = client.put(f"/deliver/{key}/deals.csv", MORE, content_type="text/csv")
    assert (sent.status_code, sent.json()) == (202, {"received": len(MORE)})
    worker()
    worker()
    assert won(place) == 1500
    for address, status in (
        (f"/deliver/{key}x/deals.csv", 404),
        (f"/deliver/{key}/deals.exe", 422),
        (f"/deliver/{key}/..%5C..%5Cleitstern.toml", 422),
    ):
        assert client.put(address, MORE, content_type="text/csv").status_code == status
    assert client.get(f"/deliver/{key}/deals.csv").status_code == 405
    newer = sources.new_address(owner, nightly)
    assert client.put(f"/deliver/{key}/deals.csv", MORE).status_code == 404
    Account.objects.filter(pk=owner.pk).update(is_active=False)
    assert client.put(f"/deliver/{newer}/deals.csv", MORE).status_code == 404


def test_a_file_is_taken_whole_or_not_at_all(
    nightly: Source, monkeypatch: pytest.MonkeyPatch, place: Reader
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    with pytest.raises(Problem) as large:
        sources.put(nightly, "deals.csv", BytesIO(b"x" * 101))
    assert large.value.code == "leitstern.upload_too_big"

    class Broken(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        sources.put(nightly, "deals.csv", Broken())
    assert list(sources.inbox(nightly).iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content"), [("odd.csv", UNKNOWN), ("people.csv", PEOPLE), ("deals.csv", "\x00\x01" * 50)]
)
def test_what_has_to_be_asked_waits_for_the_owner(
    place: Reader, nightly: Source, owner: Account, worker: Callable[[], None], name: str, content: str
) -> None:
    """What nobody knows, what cannot be read, and people, whom an analyst does not import."""
    (sources.inbox(nightly) / name).write_text(content)
    worker()
    worker()
    [one] = Import.objects.all()
    assert one.state in ("ready", "dropped")
    assert not place.workspace.has_data()
    if one.state == "ready":
        client = accounts.client_of(owner)
        page = client.get(f"/data/import/{one.pk}", headers={"accept-language": "de"}).content.decode()
        assert name in page


def test_files_are_not_lost_where_the_worker_is_ended_while_it_takes_them(
    place: Reader, nightly: Source, worker: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sources.inbox(nightly)
    (folder / "deals.csv").write_text(DEALS)
    (folder / "deals2.csv").write_text(MORE)
    moved = sources.shutil.move

    def ended(source: Path, target: Path) -> None:
        if source.name == "deals2.csv":
            raise KeyboardInterrupt
        moved(source, target)

    monkeypatch.setattr(sources.shutil, "move", ended)
    watch = sources.Watch()
    watch.look()
    with pytest.raises(KeyboardInterrupt):
        watch.look()
    monkeypatch.setattr(sources.shutil, "move", moved)
    worker()
    assert won(place) == 1500
    assert Import.objects.count() == 1
    assert list(folder.iterdir()) == []


def test_silence_is_told_to_the_owner_alone(place: Reader, nightly: Source, owner: Account) -> None:
    today = place.today()
    made = clock.now() - timedelta(days=1)
    Source.objects.update(made_at=made)
    assert sources.silent_since(Source.objects.get(), today) is None  # once a day is what is expected
    Source.objects.update(made_at=made - timedelta(days=1))
    assert sources.silent_since(Source.objects.get(), today) == today - timedelta(days=2)
    one = Import.objects.create(created_by=owner, source=nightly, state="done")
    assert sources.silent_since(Source.objects.get(), today) is None
    one.delete()
    (place.folder / "deals.csv").write_text(DEALS)
    place.workspace.import_files([place.folder / "deals.csv"])
    place.workspace.refresh()
    place.look()
    page = accounts.client_of(owner).get("/", headers={"accept-language": "de"}).content.decode()
    assert "Von der Quelle Nächtlicher Export kam nichts" in page
    other = accounts.make("analyst", email="other@example.org")
    assert "kam nichts" not in accounts.client_of(other).get("/").content.decode()
    sources.stop(owner, nightly)
    assert sources.silent_since(Source.objects.get(), today) is None


def test_once_a_day_from_an_hour_on(
    place: Reader, owner: Account, worker: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()  # ten in the morning in Berlin
    late = sources.make(owner, "Abends", at_hour=22)
    (sources.inbox(late) / "deals.csv").write_text(DEALS)
    worker()
    worker()
    assert Import.objects.count() == 0
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=12))
    worker()
    assert Import.objects.count() == 1
    (sources.inbox(late) / "deals.csv").write_text(MORE)
    worker()
    worker()
    assert Import.objects.count() == 1
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=36))
    worker()
    assert won(place) == 1500


def test_the_page_makes_and_stops_sources(place: Reader, owner: Account) -> None:
    client = accounts.client_of(owner)
    german = {"headers": {"accept-language": "de"}}
    assert client.post("/data/sources", {"action": "make", "name": "CRM"}).status_code == 302
    assert (
        "gibt es schon"
        in client.post("/data/sources", {"action": "make", "name": "crm"}, **german).content.decode()
    )
    [source] = Source.objects.all()
    page = client.post("/data/sources", {"action": "address", "source": source.pk}, **german).content.decode()
    [key] = re.findall(r"/deliver/(lq_[\w-]+)/deals\.csv", page)
    assert sources.of_address(key) == source
    assert key not in client.get("/data/sources").content.decode()
    assert client.post("/data/sources", {"action": "stop", "source": source.pk}).status_code == 302
    assert sources.of_address(key) is None
    assert client.post("/data/sources", {"action": "stop", "source": source.pk}).status_code == 404
    assert accounts.client_of(accounts.make_kind("person")).get("/data/sources").status_code == 404
    assert [path.name for path in (place.folder / "inbox").iterdir()] == ["crm"]
