"""What a workbook hides, lacks or has swapped is said, and a second table is not read as the first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from leitstern.sources.body import Body, plan
from leitstern.sources.formats import workbook
from leitstern.sources.formats.sheet_xml import look
from leitstern.sources.limits import Limits
from leitstern.sources.raw import RawTable

ROWS: list[list[object]] = [
    ["Nr", "Kunde", "Datum", "Netto"],
    ["R1", "A", date(2026, 3, 1), 100.5],
    ["R2", "B", date(2026, 3, 2), 50.25],
]


def made(folder: Path, change: Callable[[Worksheet], None], rows: list[list[object]] = ROWS) -> RawTable:
    """The table of a workbook of one sheet, read in this process."""
    path = folder / "Liste.xlsx"
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("Rechnungen")
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(place, column, value)
            else:
                sheet.write(place, column, value)
    change(sheet)
    book.close()
    (table,) = workbook.read(path, folder, Limits())
    return table


def said(table: RawTable) -> dict[str, object]:
    return {note.code: next(iter(note.values.values())) for note in table.notes}


def formulas(value: object) -> Callable[[Worksheet], None]:
    def write(sheet: Worksheet) -> None:
        sheet.write_formula("D2", "=1+1", None, value)
        sheet.write_formula("D3", "=2+2", None, value)

    return write


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda sheet: sheet.set_row(2, None, None, {"hidden": True}), {"hidden_rows": 1}),
        (lambda sheet: sheet.set_column("B:C", None, None, {"hidden": True}), {"hidden_columns": "B, C"}),
        (formulas(""), {"formulas_without_value": 2}),
        (formulas(0), {"formulas_without_value": 2}),
        (formulas(4.5), {}),
        (lambda sheet: None, {}),
    ],
    ids=["rows", "columns", "empty formulas", "formulas never calculated", "formulas", "nothing"],
)
def test_what_is_hidden_or_not_calculated_is_said(
    tmp_path: Path, change: Callable[[Worksheet], None], told: dict[str, object]
) -> None:
    assert said(made(tmp_path, change)) == told


def test_what_is_no_workbook_inside_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 broken")
    assert look(tmp_path / "a.xlsx") == {}


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([date(2026, 4, 3), "03/25/2026"], {"days_swapped": "Datum"}),
        ([date(2026, 4, 3), "25.03.2026"], {"days_swapped": "Datum"}),
        ([date(2026, 4, 13), "03/25/2026"], {}),
        ([date(2026, 4, 3), "03/04/2026"], {}),
        ([date(2026, 4, 3), date(2026, 4, 5)], {}),
        (["03/25/2026", "03/26/2026"], {}),
    ],
)
def test_days_and_months_that_were_swapped_are_noticed(
    tmp_path: Path, days: list[object], told: dict[str, object]
) -> None:
    rows = [ROWS[0], *([f"R{n}", "A", day, 10.5] for n, day in enumerate(days))]
    assert said(made(tmp_path, lambda _: None, rows)) == told


def test_a_table_beneath_another_is_said_and_not_read(tmp_path: Path) -> None:
    more = [["Offene Posten"], ["Beleg", "Kunde", "Fällig", "Offen"], ["R1", "A", date(2026, 4, 1), 9.5]]
    table = made(tmp_path, lambda _: None, [*ROWS, [], *more])
    assert said(table)["second_table"] == 6
    assert [(row.line, row.reason_code) for row in table.set_aside] == [
        (6, "second_table"),
        (7, "second_table"),
    ]
    assert table.rows_landed == 3


@pytest.mark.parametrize(
    ("lines", "begins"),
    [
        (["N;K;3.3.2026;1,5", "", "Nr;Kunde;Datum;Betrag", "X;K;4.4.2026;2,5"], True),
        (["N;K;3.3.2026;1,5", "Nr;Kunde;Datum;Betrag", "X;K;4.4.2026;2,5"], False),
        (["N;K;3.3.2026;1,5", "", "X;K;offen;2,5", "Y;K;4.4.2026;2,5"], False),
        (["N;K;3.3.2026;1,5", "", "X;K;;n/a", "Y;K;4.4.2026;2,5"], False),
    ],
)
def test_a_row_of_words_after_a_gap_begins_another_table(
    tmp_path: Path, lines: list[str], begins: bool
) -> None:
    rows = [line.split(";") for line in ["Nr;Kunde;Tag;Netto", "M;K;1.3.2026;1,5", *lines]]
    found = plan(rows, "Liste", wide=True)
    assert found is not None
    body = Body(tmp_path / "0.parquet", found, Limits())
    places = [place for place, row in enumerate(rows, start=1) if place > 1 and len(row) > 1]
    body.rows([rows[place - 1] for place in places], places)
    assert ("second_table" in said(body.close())) == begins


@pytest.mark.parametrize(
    ("names", "told"),
    [("Kunde;Q1 2026;Q2 2026", True), ("Kunde;2024;2025", True), ("Kunde;Umsatz;2025", False)],
)
def test_quarters_and_years_as_columns_are_said(tmp_path: Path, names: str, told: bool) -> None:
    rows = [names.split(";"), ["A", "1,5", "2,5"]]
    found = plan(rows, "Umsatz", wide=True)
    assert found is not None
    assert ("periods_as_columns" in said(Body(tmp_path / "0.parquet", found, Limits()).close())) == told
