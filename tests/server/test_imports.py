"""Files by the pages: brought, looked at, answered, taken by the worker; nothing lost, doubled or guessed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import leitstern
from leitstern.errors import Problem
from leitstern.lock import writing
from leitstern.server.imports import files, run
from leitstern.server.models import AuditEntry, Import, MappingVersion, PrivacySetting
from leitstern.server.reader import Reader, _readers
from leitstern.workspace import Workspace

from . import accounts

Work = Callable[[], None]

DEALS = (
    "Vorgang;Kunde;Phase;Betrag;Angelegt;Abschluss;Verantwortlich\n"
    "D1;Müller GmbH;Gewonnen;1.000,50;01.02.2026;03.03.2026;Ada\n"
    "D2;Ahrens AG;Verloren;20,00;01.02.2026;04.03.2026;Bo\n"
    "D3;Ahrens AG;Handschlag;500,00;02.02.2026;05.03.2026;Bo\n"
    "D4;Dorn KG;Gewonnen;zwölf;02.02.2026;06.03.2026;Ada\n"
)
STAFF = "Personalnummer;Name;E-Mail\n7;Ada Lang;ada@example.org\n8;Bo Kurz;bo@example.org\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Reader:
    leitstern.init(tmp_path / "acme", name="Acme", language="de", timezone="Europe/Berlin")
    ask = Reader(tmp_path / "acme", leitstern.open)
    monkeypatch.setitem(_readers, Path(settings.WORKSPACE), ask)
    PrivacySetting.objects.create(mode="full")
    return ask


@pytest.fixture
def analyst(place: Reader) -> Client:
    return accounts.client_of(accounts.make("analyst", email="analyst@example.org"))


@pytest.fixture
def boss(place: Reader) -> Client:
    return accounts.client_of(accounts.make("administrator", email="boss@example.org"))


@pytest.fixture
def work(place: Reader) -> Work:
    """What the worker does until nothing waits."""

    def until_done() -> None:
        place.look()
        while run.run_next(place):
            place.look()

    return until_done


def text(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def bring(client: Client, **named: str) -> str:
    """Send files by the form, as without the script; the address of the import."""
    sent = [SimpleUploadedFile(f"{name}.csv", content.encode("cp1252")) for name, content in named.items()]
    answer = client.post("/data/import", {"files": sent})
    assert answer.status_code == 302, answer
    return answer["Location"]


def answered(address: str, **more: str) -> dict[str, str]:
    """What the form of an import sends where its questions are answered and nothing else is changed."""
    one = Import.objects.get(pk=address.rpartition("/")[2])
    receipt = run.receipt_of(one)
    told = {"Phase: Handschlag": "won", "key": "Vorgang"}
    return {f"answer:{q.name}": told[q.column] for q in receipt.questions} | {"action": "check", **more}


def taken(client: Client, work: Work, **named: str) -> str:
    address = bring(client, **named)
    work()
    client.post(address, answered(address))
    work()
    client.post(address, {"action": "take"})
    work()
    return address


def test_from_a_file_of_deals_to_the_first_number(place: Reader, analyst: Client, work: Work) -> None:
    assert '<a href="/first-steps">' in analyst.get("/company").content.decode()
    assert "/data/import" in analyst.get("/first-steps").content.decode()
    address = bring(analyst, deals=DEALS)
    assert "Beginnt gleich" in text(analyst, address)
    work()
    page = text(analyst, address)
    assert "Was bedeutet „Handschlag“ in „Phase“?" in page
    assert "01.02.2026 = 2026-02-01" in page
    assert not place.workspace.receipts()
    analyst.post(address, answered(address))
    work()
    page = text(analyst, address)
    assert "Noch ist nichts importiert" in page
    assert "deals.csv Deals 4 3 0 0 1" in page
    assert "keine Zahl" in page
    assert not place.workspace.receipts()
    assert list((place.folder / "mappings").iterdir()) == []
    analyst.post(address, {"action": "take"})
    work()
    page = text(analyst, address)
    assert "3 Deals: 2 gewonnen, 1 verloren" in page
    assert "Gewonnener Auftragswert" in page
    [value] = place.workspace.compute(["won_value"], grain="year")
    assert value.value == pytest.approx(1500.5)
    assert "1.500,5" in text(analyst, "/kpi/won_value?grain=year")
    assert [e.action for e in AuditEntry.objects.order_by("pk")] == ["data.imported", "data.refreshed"]


def test_rows_set_aside_are_listed_and_come_as_a_workbook(place: Reader, analyst: Client, work: Work) -> None:
    address = bring(analyst, deals=DEALS)
    work()
    analyst.post(address, answered(address))
    work()
    assert "deals.csv 5 Betrag zwölf ist in der Lesart der Spalte keine Zahl" in text(analyst, address)
    analyst.post(address, {"action": "take"})
    work()
    assert "deals.csv 5 Betrag zwölf ist in der Lesart der Spalte keine Zahl" in text(analyst, address)
    content = b"".join(analyst.get(f"{address}/set-aside.xlsx"))
    [rows] = [sheet.to_python() for sheet in sheets(content)]
    assert rows[0] == ["Zeile", "Grund", "Spalte", *DEALS.splitlines()[0].split(";")]
    assert rows[1][:3] == [5, "ist in der Lesart der Spalte keine Zahl", "Betrag"]
    assert rows[1][3:6] == ["D4", "Dorn KG", "Gewonnen"]


def sheets(content: bytes) -> list[Any]:
    book = python_calamine.load_workbook(io.BytesIO(content))
    return [book.get_sheet_by_name(name) for name in book.sheet_names]


def test_the_next_export_asks_nothing(place: Reader, analyst: Client, work: Work) -> None:
    taken(analyst, work, deals=DEALS)
    address = bring(analyst, deals=DEALS.replace("20,00", "25,00"))
    work()
    page = text(analyst, address)
    assert "nach der Zuordnung" in page
    assert "deals.csv Deals 4 0 1 2 1" in page


def test_a_mapping_is_corrected_where_it_stands(place: Reader, analyst: Client, work: Work) -> None:
    """What was set by hand stays, there is still one mapping, and its older version can be taken again."""
    taken(analyst, work, deals=DEALS)
    mapping = place.folder / "mappings" / "deals.toml"
    by_hand = mapping.read_text().replace('name = "Vorgang"', 'name = {columns = ["Vorgang", "Kunde"]}')
    assert by_hand != mapping.read_text()
    answer = analyst.post("/data/mappings/deals.toml", {"action": "save", "text": by_hand})
    assert answer.status_code == 302
    again = analyst.post("/data/import/1", {"action": "again"})["Location"]
    work()
    assert "nach der Zuordnung" in text(analyst, again)
    analyst.post(again, {"action": "check", "fact:0": "deal", "field:0:6": ""})
    work()
    analyst.post(again, {"action": "take"})
    work()
    assert [file.name for file in mapping.parent.glob("*.toml")] == ["deals.toml"]
    rows = place.workspace.facts("deal", "name", "owner").to_pylist()
    assert {row["name"] for row in rows} == {"D1 Müller GmbH", "D2 Ahrens AG", "D3 Ahrens AG"}
    assert {row["owner"] for row in rows} == {None}
    assert "owner" not in mapping.read_text()
    assert "Nichts davon ist in den Daten" in text(analyst, "/data/import/1")
    assert len(place.workspace.receipts()) == 1
    page = text(analyst, "/data/mappings/deals.toml")
    assert page.count("gilt") == 1
    first = MappingVersion.objects.order_by("pk")[0]
    assert first.created_by is not None
    analyst.post("/data/mappings/deals.toml", {"action": "take", "version": str(first.pk)})
    assert mapping.read_text() == first.text


def test_a_mapping_with_a_mistake_is_not_saved(place: Reader, analyst: Client, work: Work) -> None:
    taken(analyst, work, deals=DEALS)
    mapping = place.folder / "mappings" / "deals.toml"
    before = mapping.read_text()
    answer = analyst.post(
        "/data/mappings/deals.toml", {"action": "save", "text": before.replace("deal", "dael")}
    )
    assert answer.status_code == 422
    assert "dael" in re.sub("<textarea.*</textarea>", "", answer.content.decode(), flags=re.S)
    assert mapping.read_text() == before
    assert analyst.post("/data/mappings/nothing.toml", {"action": "save", "text": before}).status_code == 404
    analyst.post("/data/mappings/deals.toml", {"action": "remove"})
    assert not mapping.exists()
    assert "entfernt" in text(analyst, "/data/mappings/deals.toml")


def test_an_import_is_taken_back(place: Reader, analyst: Client, work: Work) -> None:
    taken(analyst, work, deals=DEALS)
    address = taken(analyst, work, deals=DEALS.replace("1.000,50", "9.000,50"))
    assert "9.500,5" in text(analyst, "/kpi/won_value?grain=year")
    analyst.post(address, {"action": "undo"})
    work()
    assert "Nichts davon ist in den Daten" in text(analyst, address)
    assert "1.500,5" in text(analyst, "/kpi/won_value?grain=year")
    assert AuditEntry.objects.filter(action="data.undone").count() == 1
    first = "/data/import/1"
    analyst.post(first, {"action": "undo"})
    work()
    assert place.workspace.receipts() == []
    again = analyst.post(first, {"action": "again"})["Location"]
    work()
    assert "deals.csv Deals 4 3 0 0 1" in text(analyst, again)


def test_the_same_files_again_change_nothing(place: Reader, analyst: Client, work: Work) -> None:
    taken(analyst, work, deals=DEALS)
    address = taken(analyst, work, deals=DEALS)
    assert "schon importiert" in text(analyst, address)
    assert [r.rows_read for r in place.workspace.receipts()] == [4]


def test_a_field_word_and_reading_are_corrected_without_a_second_upload(
    place: Reader, analyst: Client, work: Work
) -> None:
    address = bring(analyst, deals=DEALS)
    work()
    assert not files.folder().joinpath(address.rpartition("/")[2]).exists()
    changed = answered(address, **{"fact:0": "deal", "field:0:6": "", "word:0:status:Verloren": "open"})
    analyst.post(address, changed)
    work()
    analyst.post(address, {"action": "take"})
    work()
    won = place.workspace.facts("deal", "status", "owner").to_pylist()
    assert sorted(str(row["status"]) for row in won) == ["open", "won", "won"]
    assert {row["owner"] for row in won} == {None}


def test_another_kind_of_records_can_be_chosen(place: Reader, analyst: Client, work: Work) -> None:
    address = bring(analyst, deals=DEALS)
    work()
    analyst.post(address, {"action": "check", "fact:0": "lead"})
    work()
    page = analyst.get(address).content.decode()
    assert '<option value="lead" selected>' in page
    analyst.post(address, {"action": "check", "fact:0": "-"})
    work()
    assert Import.objects.get().corrections["deals.csv"]["leave"]
    assert "Was aus den Zeilen wird" not in text(analyst, address)


def test_a_change_is_tried_before_it_is_taken(place: Reader, analyst: Client, work: Work) -> None:
    address = bring(analyst, deals=DEALS)
    work()
    analyst.post(address, answered(address))
    work()
    analyst.post(address, {"action": "take", "fact:0": "deal", "field:0:6": ""})
    work()
    assert "Das würde jetzt aus den Zeilen" in text(analyst, address)
    assert not place.workspace.receipts()


def test_a_killed_import_is_done_again_and_counts_once(
    place: Reader, analyst: Client, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = bring(analyst, deals=DEALS)
    work()
    analyst.post(address, answered(address))
    work()
    analyst.post(address, {"action": "take"})
    kept = Workspace.import_landed

    def killed(*args: object, **more: object) -> None:
        kept(*args, **more)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(Workspace, "import_landed", killed)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert Import.objects.get().state == "running"
    monkeypatch.setattr(Workspace, "import_landed", kept)
    work()
    page = text(analyst, address)
    assert "deals.csv Deals 4 3 0 0 1" in page
    assert "schon importiert" not in page
    assert len(place.workspace.receipts()) == 1
    assert place.workspace.facts("deal", "status").num_rows == 3


def test_what_ends_the_worker_twice_is_given_up(
    place: Reader, analyst: Client, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Workspace, "land", broken)
    address = bring(analyst, deals=DEALS)
    for _ in range(2):
        with pytest.raises(MemoryError):
            work()
    work()
    assert "zweimal unterbrochen" in text(analyst, address)


def test_a_second_import_waits_and_says_so(place: Reader, analyst: Client, work: Work) -> None:
    first, second = bring(analyst, deals=DEALS), bring(analyst, leads=DEALS)
    assert "Wartet auf einen anderen Import (deals.csv)" in text(analyst, second)
    with writing(place.folder, "import"):
        work()
    page = text(analyst, first)
    assert "Gerade schreibt ein anderer Import" in page
    assert str(place.folder) not in page
    work()
    assert "wartet auf Sie" in text(analyst, second)


def test_an_import_is_cancelled_and_put_away(place: Reader, analyst: Client, work: Work) -> None:
    address = bring(analyst, deals=DEALS)
    analyst.post(address, {"action": "cancel"})
    work()
    assert "Nichts davon ist in den Daten" in text(analyst, address)
    address = bring(analyst, deals=DEALS)
    work()
    analyst.post(address, answered(address))
    work()
    analyst.post(address, {"action": "take"})
    Import.objects.update(cancel=True, state="running")
    work()
    assert not place.workspace.receipts()
    assert "Importieren" in text(analyst, address)


def test_people_are_imported_by_the_administration_only(
    place: Reader, analyst: Client, boss: Client, work: Work
) -> None:
    address = bring(analyst, mitarbeiter=STAFF)
    work()
    page = text(analyst, address)
    assert "Die Administration importiert sie" in page
    assert "ada@example.org" not in page
    analyst.post(address, {"action": "take"})
    work()
    assert not place.workspace.receipts()
    assert "ada@example.org" in text(boss, address)
    boss.post(address, {"action": "take"})
    work()
    assert [r.fact for r in place.workspace.receipts()] == ["person"]


@pytest.mark.parametrize("kind", ["person", "lead", "management", "council"])
def test_others_find_nothing_there(place: Reader, analyst: Client, kind: str) -> None:
    address = bring(analyst, deals=DEALS)
    other = accounts.client_of(accounts.make_kind(kind))
    for there in ("/data/import", address, f"{address}/state", "/data/mappings", "/data/mappings/deals.toml"):
        assert other.get(there).status_code == 404


# --- in pieces ---


def begin(client: Client, *named: tuple[str, int], changed: str = "1") -> dict[str, Any]:
    content = json.dumps([{"name": name, "size": size, "changed": changed} for name, size in named])
    return client.post("/data/import/begin", content, content_type="application/json").json()


def send(client: Client, address: str, begins: int, content: bytes) -> tuple[int, int]:
    answer = client.post(f"{address}?from={begins}", content, content_type="application/octet-stream")
    return answer.status_code, answer.json()["received"]


def test_a_file_comes_in_pieces_and_goes_on_after_a_break(place: Reader, analyst: Client, work: Work) -> None:
    whole = DEALS.encode()
    begun = begin(analyst, ("deals.csv", len(whole)))
    [file] = begun["files"]
    assert file["received"] == 0
    assert send(analyst, file["address"], 0, whole[:100]) == (200, 100)
    assert send(analyst, file["address"], 0, whole[:100]) == (200, 100)
    assert send(analyst, file["address"], 0, whole[:60]) == (409, 100)
    analyst.post(begun["address"], {"action": "read"})
    assert "ist nicht ganz angekommen" in text(analyst, begun["address"])
    assert begin(analyst, ("deals.csv", len(whole)), changed="later")["address"] != begun["address"]
    again = begin(analyst, ("deals.csv", len(whole)))
    assert again["address"] == begun["address"]
    assert again["files"][0]["received"] == 100
    assert send(analyst, file["address"], 100, whole[100:]) == (200, len(whole))
    assert send(analyst, file["address"], len(whole), b"more")[0] == 422
    analyst.post(begun["address"], {"action": "read"})
    work()
    assert "wartet auf Sie" in text(analyst, begun["address"])


def test_nobody_adds_to_the_file_of_another(place: Reader, analyst: Client, boss: Client) -> None:
    [file] = begin(analyst, ("deals.csv", 10))["files"]
    answer = boss.post(f"{file['address']}?from=0", b"x", content_type="application/octet-stream")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("deals.xls", 10, "als .xlsx speichern"),
        ("deals.csv", 2 * 1024**3, "größer als"),
        ("deals.csv", 1024**3, "nicht genug Platz"),
    ],
)
def test_what_cannot_be_taken_is_said_before_it_is_sent(
    place: Reader, analyst: Client, monkeypatch: pytest.MonkeyPatch, name: str, size: int, said: str
) -> None:
    class Usage:
        free = 1024**3

    monkeypatch.setattr("shutil.disk_usage", lambda _path: Usage)
    assert said in str(begin(analyst, (name, size))["problem"])


def test_names_of_files_lead_nowhere(place: Reader, analyst: Client) -> None:
    named = ["../../leitstern.csv", "C:\\daten\\leitstern.csv", "\n" * 5 + "x" * 300 + ".csv"]
    begin(analyst, *((name, 1) for name in named))
    names = [file.name for file in Import.objects.get().files.order_by("pk")]
    assert names == ["leitstern.csv", "leitstern (2).csv", "x" * 116 + ".csv"]


def test_a_full_disk_is_said_and_leaves_all_as_it_was(
    place: Reader, analyst: Client, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = bring(analyst, deals=DEALS)
    work()
    analyst.post(address, answered(address))
    work()

    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("leitstern.facts.imports.import_tables", full)
    analyst.post(address, {"action": "take"})
    work()
    assert "nicht genug Platz" in text(analyst, address)
    assert not place.workspace.receipts()
    monkeypatch.undo()


def test_an_unreadable_file_does_not_stop_the_others(place: Reader, analyst: Client, work: Work) -> None:
    sent = [SimpleUploadedFile("leer.csv", b""), SimpleUploadedFile("deals.csv", DEALS.encode())]
    address = analyst.post("/data/import", {"files": sent})["Location"]
    work()
    page = text(analyst, address)
    assert "leer.csv:" in page
    assert "Handschlag" in page
    with pytest.raises(Problem):
        place.workspace.refresh()


def test_a_program_brings_people_only_for_the_administration(
    place: Reader, analyst: Client, boss: Client
) -> None:
    """The list decides who sees what, so it takes the same right as on the pages."""

    def send(client: Client, name: str, content: str, **more: str) -> int:
        file = SimpleUploadedFile(name, content.encode("cp1252"))
        return client.post("/api/v1/imports", {"file": file, **more}).status_code

    assert send(analyst, "staff.csv", STAFF, fact="person") == 403
    assert send(analyst, "staff.csv", STAFF) == 403
    assert not place.workspace.has_data()
    assert send(analyst, "deals.csv", DEALS.replace("Handschlag", "Verloren"), fact="deal") == 201
    assert send(boss, "staff.csv", STAFF, fact="person") == 201
    assert {receipt.fact for receipt in place.workspace.receipts()} == {"person"}
