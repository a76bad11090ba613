"""Tables as people keep them: titles, totals, merged cells, months as columns, numbers of two kinds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from leitstern.sources.columns import decide
from leitstern.sources.files import Landed, land
from leitstern.sources.typed import to_kind


def rows_of(landed: Landed) -> list[dict[str, Any]]:
    return pq.read_table(landed.parquet).to_pylist()


def aside(landed: Landed) -> list[tuple[int, str]]:
    return [(row.line, row.reason_code) for row in landed.set_aside]


def text(folder: Path, content: str, name: str = "Liste.csv", encoding: str = "utf-8") -> Landed:
    (folder / name).write_bytes(content.encode(encoding))
    [landed] = land(folder / name, folder / "raw")
    return landed


def workbook(folder: Path, rows: list[list[object]], name: str = "Liste.xlsx", *merged: str) -> Landed:
    """A sheet with these rows; ``merged`` are areas (A2:A3) that become one cell."""
    book = xlsxwriter.Workbook(str(folder / name))
    sheet, day = book.add_worksheet("Blatt"), book.add_format({"num_format": "dd.mm.yyyy"})
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a cell has no zone
                sheet.write_datetime(line, column, moment, day)
            elif isinstance(value, str) and value:
                sheet.write_string(line, column, value)
            elif value != "":
                sheet.write(line, column, value)
    for area in merged:
        place = int(area[1]) - 1, ord(area[0]) - ord("A")
        sheet.merge_range(area, str(rows[place[0]][place[1]]))
    book.close()
    [landed] = land(folder / name, folder / "raw")
    return landed


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_lines_above_and_totals_below_are_told_and_set_aside(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    report = [
        "Anzeigenbericht Süd", "1. Januar 2026 - 31. März 2026", "Tag|Kampagne|Klicks|Kosten",
        '2026-01-15|Küche|321|"1234,56"', '2026-02-15|Bad|88|"765,44"', '|Gesamt: Konto|409|"2000,00"',
    ]  # fmt: skip
    landed = text(tmp_path, "\n".join(report).replace("|", delimiter) + "\n", encoding=encoding)
    assert landed.columns == ("Tag", "Kampagne", "Klicks", "Kosten")
    assert [(row["_line"], row["Kosten"]) for row in rows_of(landed)] == [(4, "1234,56"), (5, "765,44")]
    assert aside(landed) == [(6, "total_row")]
    told = next(note for note in landed.notes if note.code == "above_header")
    lines = "Anzeigenbericht Süd\n1. Januar 2026 - 31. März 2026"
    assert told.values == {"count": 2, "text": "Anzeigenbericht Süd", "lines": lines}


def test_each_page_may_repeat_the_header(tmp_path: Path) -> None:
    landed = text(tmp_path, "Nr;Kunde;Wert\n1;A;5\n2;B;6\nNr;Kunde;Wert\n3;C;7\n")
    assert [row["Nr"] for row in rows_of(landed)] == ["1", "2", "3"]
    assert aside(landed) == [(4, "header_again")]


def test_a_workbook_with_titles_subtotals_and_remarks(tmp_path: Path) -> None:
    january, february = date(2026, 1, 15), date(2026, 2, 10)
    landed = workbook(
        tmp_path,
        [
            ["Rechnungen 2026"], [], ["", "Nr", "Kunde", "Am", "Betrag"], ["", "R1", "A", january, 10.5],
            ["", "Zwischensumme Januar", "", january, 10.5], ["", "R2", "B", february, 20],
            ["", "Gesamt", "", february, 30.5], [], ["", "Vertraulich, nur intern"],
        ],
    )  # fmt: skip
    assert [(row["Nr"], row["Betrag"], row["_line"]) for row in rows_of(landed)] == [
        ("R1", "10.5", 4), ("R2", "20", 6),
    ]  # fmt: skip
    assert aside(landed) == [(5, "total_row"), (7, "total_row"), (9, "remark")]
    assert landed.rows_read == landed.rows_landed + len(landed.set_aside)


def test_merged_cells_count_for_each_of_their_rows(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Kunde", "Nr", "Betrag"],
        ["A", "R1", 1.5],
        ["", "R2", 2.5],
        ["B", "R3", 3.5],
    ]
    landed = workbook(tmp_path, rows, "Liste.xlsx", "A2:A3")
    assert [(row["Kunde"], row["Nr"]) for row in rows_of(landed)] == [("A", "R1"), ("A", "R2"), ("B", "R3")]
    assert [note.values for note in landed.notes if note.code == "merged_cells"] == [{"count": 1}]


def test_a_group_is_named_in_its_first_row_only(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Deals nach Inhaber"], ["Inhaber", "Kunde", "Deal", "Wert"], ["Anna", "A", "D1", 1.5],
        ["", "B", "D2", 2.5], ["Subtotal", "", "Count", 4], ["Bert", "C", "D3", 3.5], ["", "", "D4", 1],
        ["Subtotal", "", "Count", 4.5], ["Total", "", "Count", 8.5],
    ]  # fmt: skip
    landed = workbook(tmp_path, rows)
    found = [(row["Inhaber"], row["Kunde"], row["Deal"]) for row in rows_of(landed)]
    assert found == [("Anna", "A", "D1"), ("Anna", "B", "D2"), ("Bert", "C", "D3"), ("Bert", None, "D4")]
    assert [note.values["count"] for note in landed.notes if note.code == "filled_down"] == [2]


def test_months_as_columns_become_rows(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Kunde", "Jan 26", "Feb 26", "März 26", "Summe"], ["A", 10.5, 20, "", 30.5], ["B", 5, "", 2.5, 7.5],
        ["Summe", 15.5, 20, 2.5, 38],
    ]  # fmt: skip
    landed = workbook(tmp_path, rows)
    assert [(row["Kunde"], row["Monat"], row["Betrag"]) for row in rows_of(landed)] == [
        ("A", "2026-01-01", "10.5"), ("A", "2026-02-01", "20"),
        ("B", "2026-01-01", "5"), ("B", "2026-03-01", "2.5"),
    ]  # fmt: skip
    assert aside(landed) == [(4, "total_row")]
    assert "months_as_columns" in {note.code for note in landed.notes}


@pytest.mark.parametrize(("name", "told"), [("Umsatz 2025.xlsx", "2025-05-01"), ("Umsatz.xlsx", None)])
def test_the_year_of_months_may_stand_in_the_name(tmp_path: Path, name: str, told: str | None) -> None:
    landed = text(tmp_path, "Kunde;April;Mai\nA;1,5;2,5\nB;3,5;4,5\n", name.replace("xlsx", "csv"))
    if told is None:
        assert landed.columns == ("Kunde", "April", "Mai")
        assert "months_without_year" in {note.code for note in landed.notes}
    else:
        assert [row["Monat"] for row in rows_of(landed)][1] == told


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        (["1.234,50", "(100,00)"], ["1234.50", "-100.00", "2000.25"]),
        (["1,234.50", "100.00-"], ["1234.50", "-100.00", "2000.25"]),
    ],
)
def test_a_true_number_is_itself_beside_numbers_typed_as_text(
    tmp_path: Path, typed: list[str], values: list[str]
) -> None:
    rows: list[list[object]] = [["Nr", "Betrag"], *(["R", one] for one in typed), ["R", 2000.25]]
    cells = [row["Betrag"] for row in rows_of(workbook(tmp_path, rows))]
    reading = decide(cells, kind="money")
    assert not reading.is_question
    assert to_kind(cells, "money", reading, "UTC").values.to_pylist() == [Decimal(v) for v in values]


def test_a_true_number_does_not_settle_how_texts_are_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Nr", "Betrag"], ["R1", "1.234"], ["R2", "5.678"], ["R3", 20.25]]
    reading = decide([row["Betrag"] for row in rows_of(workbook(tmp_path, rows))], kind="money")
    assert [choice.code for choice in reading.choices] == ["de", "plain"]


DATEV = (
    '"EXTF";700;21;"Buchungsstapel";9;2026;;"XY";"B";"";1001;456;{year};4;{first};{last};"";"";1;;0;"EUR"\n'
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;Konto;Belegdatum;Belegfeld 1;Buchungstext"
    ";Leistungsdatum\n"
    '1190,00;"S";10001;0502;"R1";"Summe A";05022026\n2380,50;"S";10002;{day};"R2";"B";\n'
)


@pytest.mark.parametrize(
    ("year", "first", "last", "day", "read"),
    [
        ("20260101", "20260201", "20260228", "1702", "2026-02-17"),
        ("20250701", "20251201", "20260228", "2412", "2025-12-24"),
        ("20260101", "20260201", "20260228", "3103", "3103"),
        ("20260101", "20260201", "20260228", "902", "2026-02-09"),
    ],
)
def test_datev_days_get_their_year_from_the_first_line(
    tmp_path: Path, year: str, first: str, last: str, day: str, read: str
) -> None:
    landed = text(tmp_path, DATEV.format(year=year, first=first, last=last, day=day), encoding="cp1252")
    one, two = rows_of(landed)
    assert (one["Belegdatum"], one["Leistungsdatum"], two["Belegdatum"]) == ("2026-02-05", "2026-02-05", read)
