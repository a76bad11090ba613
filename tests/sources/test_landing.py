"""Landing files of every kind through the real child process."""

from __future__ import annotations

import json
import os
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from leitstern.errors import Problem
from leitstern.sources.columns import decide
from leitstern.sources.files import Limits, discover, land
from leitstern.sources.formats import pick

_at = datetime.fromisoformat


def _rows(parquet: Path) -> list[dict[str, object]]:
    return pq.read_table(parquet).to_pylist()


def test_landing_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "Aufträge 2025.csv"
    path.write_bytes("Nr;Wert\r\n001;1,5\r\n002\r\n".encode("cp1252"))
    into = tmp_path / "raw"
    [landed] = land(path, into)
    assert (landed.file, landed.sheet, landed.encoding, landed.delimiter) == (path.name, None, "utf-8", ";")
    assert (landed.rows_read, landed.rows_landed, len(landed.set_aside)) == (2, 1, 1)
    assert landed.set_aside[0]._asdict() == {
        "line": 3,
        "column": "Wert",
        "reason_code": "too_few_cells",
        "value": "002",
    }
    assert landed.parquet == into / f"{landed.sha256}.parquet"
    assert _rows(landed.parquet) == [{"Nr": "001", "Wert": "1,5", "_line": 2}]
    schema = pq.read_schema(landed.parquet)
    assert [str(field.type) for field in schema] == ["string", "string", "int64"]
    assert sorted(p.name for p in into.iterdir()) == [f"{landed.sha256}.json", f"{landed.sha256}.parquet"]


def test_the_same_bytes_are_landed_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n3\n")
    [first] = land(path, tmp_path / "raw")
    made = first.parquet.stat().st_mtime_ns
    path.rename(tmp_path / "b.csv")
    [again] = land(tmp_path / "b.csv", tmp_path / "raw")
    assert again.file == "b.csv"
    assert (again.sha256, again.set_aside, again.rows_read) == (first.sha256, first.set_aside, 2)
    assert again.parquet.stat().st_mtime_ns == made
    again.parquet.unlink()  # a raw file that is gone is made anew
    assert land(tmp_path / "b.csv", tmp_path / "raw")[0].parquet.is_file()


def test_an_account_of_another_format_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n")
    [first] = land(path, tmp_path)
    account = tmp_path / f"{first.sha256}.json"
    for broken in ('{"format": 0, "tables": []}', "{", ""):
        account.write_text(broken)
        assert land(path, tmp_path)[0].rows_read == 1


def _workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("Aufträge")
    sheet.write_row(2, 1, ["Nr", "Wert", "Tag", "Zeitpunkt", "Text", "ja?", "Uhr"])
    sheet.write_string(3, 1, "00042")
    sheet.write_number(3, 2, 1.234)
    sheet.write_datetime(3, 3, _at("2025-04-03"), day)
    sheet.write_datetime(3, 4, _at("2025-04-03 17:30"), day)
    sheet.write_string(3, 5, "zwei\nZeilen")
    sheet.write_boolean(3, 6, True)
    sheet.write_datetime(3, 7, time(10, 30), book.add_format({"num_format": "hh:mm"}))
    sheet.write_number(5, 1, 42)
    sheet.write_number(5, 2, 0.1 + 0.2)
    sheet.write_number(6, 1, 43)
    sheet.write_string(6, 12, "neben der Tabelle")
    book.add_worksheet("leer")
    prices = book.add_worksheet("Preise")
    prices.write_row(0, 0, ["Produkt", "Preis"])
    prices.write_row(1, 0, ["A", 1234567.5])
    book.add_worksheet("geheim").hide()
    book.get_worksheet_by_name("geheim").write(0, 0, "x")
    book.close()


def test_every_visible_sheet_of_a_workbook_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "Bericht.xlsx"
    _workbook(path)
    orders, prices = land(path, tmp_path / "raw")
    assert (orders.sheet, prices.sheet) == ("Aufträge", "Preise")
    assert prices.parquet.name == f"{prices.sha256}-2.parquet"
    assert _rows(orders.parquet) == [
        {
            "Nr": "00042",
            "Wert": "1.2340",  # a real number: its point must not look like a thousands mark
            "Tag": "2025-04-03",
            "Zeitpunkt": "2025-04-03 17:30:00",
            "Text": "zwei\nZeilen",
            "ja?": "true",
            "Uhr": "10:30:00",
            "_line": 4,
        },
        {"Nr": "42", "Wert": "0.3", **dict.fromkeys(["Tag", "Zeitpunkt", "Text", "ja?", "Uhr"]), "_line": 6},
    ]
    assert [(row.line, row.reason_code) for row in orders.set_aside] == [(7, "too_many_cells")]
    assert {note.code for note in orders.notes} == {"blank_rows", "hidden_sheet"}
    assert _rows(prices.parquet) == [{"Produkt": "A", "Preis": "1234567.5", "_line": 2}]
    assert not decide(["1.2340"]).is_question


def test_parquet_becomes_text_that_reads_back_to_the_same_values(tmp_path: Path) -> None:
    path = tmp_path / "fakten.parquet"
    table = pa.table(
        {
            "nr": pa.array(["00042", None, "7"]),
            "ganz": pa.array([1, None, -3], pa.int32()),
            "zahl": pa.array([1.234, float("nan"), 1e21]),
            "geld": pa.array([Decimal("1.234"), None, Decimal("-5.000")], pa.decimal128(12, 3)),
            "tag": pa.array([date(2025, 4, 3), None, date(1999, 12, 31)]),
            "zeit": pa.array([_at("2025-04-03 17:30"), None, _at("2025-04-03")], pa.timestamp("ns")),
            "utc": pa.array([_at("2025-04-03 17:30")] * 3, pa.timestamp("ms", "Europe/Berlin")),
            "ja": pa.array([True, False, None]),
            "liste": pa.array([["ä"], None, []], pa.list_(pa.string())),
            "wort": pa.array(["a", "b", "a"]).dictionary_encode(),
        }
    )
    pq.write_table(table, path)
    [landed] = land(path, tmp_path / "raw")
    first, second, third = _rows(landed.parquet)
    assert first == {
        "nr": "00042",
        "ganz": "1",
        "zahl": "1.2340",
        "geld": "1.2340",
        "tag": "2025-04-03",
        "zeit": "2025-04-03 17:30:00",
        "utc": "2025-04-03 17:30:00Z",
        "ja": "true",
        "liste": '["ä"]',
        "wort": "a",
        "_line": 1,
    }
    assert [name for name, value in second.items() if value is not None] == ["utc", "ja", "wort", "_line"]
    assert (third["zahl"], third["geld"], third["zeit"]) == ("1" + "0" * 21, "-5.0000", "2025-04-03 00:00:00")


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "deals.jsonl"
    lines = [
        '{"id": "00042", "wert": 1.234, "kunde": {"name": "Müller", "ort": null}}',
        "",
        '{"id": 7, "neu": true, "tags": ["a", "b"], "groß": 1e3}',
        "[1, 2]",
        '{"id": 8',
        '{"id": "x\\u0000"}',
        '{"id": 9, "wert": NaN, "gross": 12345678901234567890.10}',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    [landed] = land(path, tmp_path / "raw")
    assert landed.columns == ("id", "wert", "kunde.name", "kunde.ort", "neu", "tags", "groß", "gross")
    rows = _rows(landed.parquet)
    assert [row["_line"] for row in rows] == [1, 3, 7]
    assert [row["wert"] for row in rows] == ["1.2340", None, None]
    assert (rows[0]["kunde.name"], rows[1]["neu"], rows[1]["tags"], rows[1]["groß"]) == (
        "Müller",
        "true",
        '["a", "b"]',
        "1000",
    )
    assert rows[2]["gross"] == "12345678901234567890.10"
    assert [(row.line, row.reason_code) for row in landed.set_aside] == [
        (4, "not_an_object"),
        (5, "not_json"),
        (6, "nul"),
    ]
    assert landed.rows_read == 6


@pytest.mark.parametrize("name", ["falsch.csv", "ohne_endung", "export.txt"])
def test_a_workbook_is_known_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    _workbook(tmp_path / name)
    assert [table.sheet for table in land(tmp_path / name, tmp_path / "raw")] == ["Aufträge", "Preise"]


def test_discovering_a_folder(tmp_path: Path) -> None:
    for name in ("b.csv", "a.XLSX", "deep/er/c.parquet", ".hidden.csv", ".git/d.csv", "~$a.xlsx", "bild.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    skipped: list[Path] = []
    found = discover([tmp_path, tmp_path / "b.csv"], skipped)
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a.XLSX", "b.csv", "deep/er/c.parquet"]
    assert [path.name for path in skipped] == ["bild.png"]
    assert discover([tmp_path / "bild.png"]) == [tmp_path / "bild.png"]  # named on purpose: try it


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    for call in (lambda: discover([tmp_path / "x.csv"]), lambda: land(tmp_path / "x.csv", tmp_path)):
        with pytest.raises(Problem, match=r"x\.csv does not exist"):
            call()
    with pytest.raises(Problem) as refused:
        discover([tmp_path])
    assert refused.value.code == "sources.nothing_found"


def test_a_folder_of_files_lands_file_by_file(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.csv").write_text(f"a;b\n{number};x\n")
    (tmp_path / "2.jsonl").write_text(json.dumps({"a": 2, "b": "x"}))
    landed = [table for path in discover([tmp_path]) for table in land(path, tmp_path / "raw")]
    assert [_rows(table.parquet)[0]["a"] for table in landed] == ["0", "1", "2"]


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leitstern.sources import files

    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n")
    real = files._read

    def slow(*arguments: object) -> object:
        result = real(*arguments)  # type: ignore[arg-type]
        path.write_text("a;b\n1;2\n3;4\n")
        return result

    monkeypatch.setattr(files, "_read", slow)
    with pytest.raises(Problem) as refused:
        land(path, tmp_path / "raw")
    assert refused.value.code == "sources.file_changed"
    assert list((tmp_path / "raw").iterdir()) == []


def test_another_landing_is_left_alone_whatever_the_clock_says(tmp_path: Path) -> None:
    """Two files of an import are read side by side; a clock that jumps does not end one of them."""
    other = tmp_path / ".landing-other"
    other.mkdir()
    os.utime(other, (0, 0))
    (tmp_path / "a.csv").write_text("a;b\n1;2\n")
    land(tmp_path / "a.csv", tmp_path)
    assert other.exists()


def test_rows_in_many_chunks_keep_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "lang.csv"
    path.write_text("nr;text\n" + "".join(f"{i};t{i}\n" for i in range(70_000)))
    [table] = pick.read(path, tmp_path, Limits())
    rows = pq.read_table(table.parquet)
    assert rows["_line"].to_pylist() == list(range(2, 70_002))
    assert rows["nr"].to_pylist() == [str(i) for i in range(70_000)]
