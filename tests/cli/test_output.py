"""What is printed: JSON that other programs read, tables that people read."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from leitstern.cli import jsonout, tables
from leitstern.cli.figures import Cells
from leitstern.settings import Settings


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1200.0000"), "1200"),
        (Decimal("1.2E+3"), "1200"),
        (Decimal("0.1000"), "0.1"),
        (Decimal("-10005534.25"), "-10005534.25"),
        (Decimal("12345678901234567890.1234"), "12345678901234567890.1234"),
        (Decimal(0), "0"),
        (0.63, "0.63"),
        (None, "null"),
        (True, "true"),
        ('Müller "& Söhne"', '"Müller \\"& Söhne\\""'),
        (date(2026, 3, 31), '"2026-03-31"'),
        ({"a": [1, None]}, '{"a": [1, null]}'),
    ],
)
def test_values_as_json(value: object, text: str) -> None:
    assert jsonout.dumps(value) == text


@pytest.mark.parametrize("value", [Decimal("NaN"), float("inf"), float("nan")])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        jsonout.dumps(value)


@pytest.mark.parametrize("rows", [[], [{"a": 1}], [{"a": 1}, {"b": Decimal("2.50")}]])
def test_a_list_is_one_json_document(rows: list[dict[str, object]]) -> None:
    text = "".join(jsonout.lines(rows))
    expected = [{k: float(v) if isinstance(v, Decimal) else v for k, v in row.items()} for row in rows]
    assert json.loads(text) == expected
    assert text.count("\n") == max(1, len(rows))


def test_a_plain_table_lines_up() -> None:
    columns = [tables.Column("Team"), tables.Column("Wert", number=True)]
    text = tables.plain(columns, [("Süd", "1.200"), ("Norden", "7"), ("中文", "31")])
    assert text == "Team     Wert\n------  -----\nSüd     1.200\nNorden      7\n中文       31\n"


def test_markup_in_names_is_text(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    tables.show([tables.Column("Name")], [("[red]ACME[/red]",)])
    assert "[red]ACME[/red]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("language", "country", "expected"),
    [
        ("de", "DE", ["1.234,50\xa0€", "63,00\xa0%", "1.234", "–"]),
        ("en", "DE", ["€1,234.50", "63.00%", "1,234", "–"]),
        ("de", "CH", ["EUR\xa01’234.50", "63.00\xa0%", "1’234", "–"]),
    ],
)
def test_numbers_are_written_as_people_do(language: str, country: str, expected: list[str]) -> None:
    cells = Cells(language, Settings(name="acme", country=country))
    found = [
        cells.value(Decimal("1234.5"), "currency"),
        cells.value(0.63, "percent"),
        cells.value(1234, "count"),
        cells.value(None, "count"),
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234.5000"), "1.234,5"),
        (1234, "1.234"),
        (1.005, "1"),
        (0.25, "0,25"),
        (True, "true"),
        (None, "–"),
        (date(2026, 3, 1), "01.03.2026"),
        ("007", "007"),
    ],
)
def test_cells_of_records(value: object, text: str) -> None:
    assert Cells("de", Settings(name="acme")).cell(value) == text
