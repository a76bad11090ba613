"""The matrix: every way a German export may be written gives the right values, or a question."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import germanfiles as german
import pyarrow.parquet as pq
import pytest

from leitstern.sources import files
from leitstern.sources.columns import decide
from leitstern.sources.formats import pick
from leitstern.sources.limits import Limits
from leitstern.sources.raw import RawTable
from leitstern.sources.typed import to_kind

HEADER = ["Kundennr.", "Name", "Betrag", "Angelegt am", "Zeitpunkt", "Bemerkung"]
VARIANTS = list(product(german.ENCODINGS, german.DELIMITERS, german.NUMBERS, german.DATES))
ROWS = german.rows()
BERLIN = ZoneInfo("Europe/Berlin")


def _file(path: Path, encoding: str, delimiter: str, number: str, day: str, variant: int) -> Path:
    moments = list(german.MOMENTS.values())
    table = [HEADER]
    table += [
        [
            row.key,
            row.name,
            german.NUMBERS[number](row.amount),
            german.DATES[day](row.day),
            moments[variant % len(moments)](row.moment),
            row.note,
        ]
        for row in ROWS
    ]
    line_end = "\n" if variant % 5 == 0 else "\r\n"
    content = german.delimited(table, delimiter, encoding, quote_all=variant % 2 == 1, line_end=line_end)
    path.write_bytes(content)
    return path


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=BERLIN).astimezone(UTC).replace(tzinfo=None)


def _check(table: RawTable | files.Landed, encoding: str, delimiter: str) -> None:
    """Every value of every row, against the rows the file was written from."""
    raw = pq.read_table(table.parquet)
    assert table.columns == tuple(HEADER)
    assert (table.encoding, table.delimiter) == (encoding, delimiter)
    assert len(table.set_aside) == 0
    expected = {
        "Kundennr.": ("ref", [row.key for row in ROWS]),
        "Name": ("text", [row.name for row in ROWS]),
        "Betrag": ("money", [row.amount for row in ROWS]),
        "Angelegt am": ("day", [row.day for row in ROWS]),
        "Zeitpunkt": ("time", [_utc(row.moment) for row in ROWS]),
        "Bemerkung": ("text", [row.note or None for row in ROWS]),
    }
    for name, (kind, values) in expected.items():
        reading = decide(raw[name], name=name)  # not told what the column is for: the values must do
        assert not reading.is_question, reading
        typed = to_kind(raw[name], kind, reading, "Europe/Berlin")
        assert len(typed.bad) == 0
        assert typed.values.to_pylist() == values, (name, reading)
        if kind in ("ref", "text"):
            assert reading.kind == "text"


def test_the_matrix_is_as_large_as_promised() -> None:
    assert len(VARIANTS) >= 480


@pytest.mark.parametrize("encoding", german.ENCODINGS)
@pytest.mark.parametrize("delimiter", german.DELIMITERS)
def test_no_wrong_value_and_no_lost_row(tmp_path: Path, encoding: str, delimiter: str) -> None:
    for variant, (number, day) in enumerate(product(german.NUMBERS, german.DATES)):
        path = _file(tmp_path / "export.csv", encoding, delimiter, number, day, variant)
        [table] = pick.read(path, tmp_path, Limits())
        assert table.rows_landed == len(ROWS), (number, day)
        _check(table, encoding, delimiter)


@pytest.mark.parametrize(
    ("encoding", "delimiter"), list(zip(german.ENCODINGS, german.DELIMITERS, strict=True))
)
def test_the_same_through_the_limited_process(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = _file(tmp_path / "export.csv", encoding, delimiter, "1.234,56 €", "DD-MM-YY", 3)
    [table] = files.land(path, tmp_path / "raw")
    assert table.rows_read == len(ROWS)
    _check(table, encoding, delimiter)


AMBIGUOUS = {
    "three digits after a point": (["1.234", "22.500", "999.001"], {"de", "plain"}, ("1.234", "1234")),
    "three digits after a comma": (["1,234 €", "2,500 €", "7"], {"de", "en"}, ("1.234", "1234")),
    "both styles in one column": (["1.234,50", "1,234.50", "2.345"], {"de", "en"}, ("2345", "2.345")),
    "slashes up to 12": (
        ["03/04/2025", "05/11/2024"],
        {"DD/MM/YYYY", "MM/DD/YYYY"},
        ("2025-04-03", "2025-03-04"),
    ),
    "dots up to 12": (
        ["03.04.2025", "05.11.2024"],
        {"DD.MM.YYYY", "MM.DD.YYYY"},
        ("2025-04-03", "2025-03-04"),
    ),
    "dashes up to 12": (["03-04-25", "05-11-24"], {"DD-MM-YY", "MM-DD-YY"}, ("2025-04-03", "2025-03-04")),
    "times up to 12": (
        ["03-04-2025 10:00", "01-02-2025 11:30"],
        {"DD-MM-YYYY HH:MM", "MM-DD-YYYY HH:MM"},
        ("2025-04-03 10:00:00", "2025-03-04 10:00:00"),
    ),
    "contradicting dates": (
        ["03/04/2025", "25/04/2025", "04/25/2025"],
        {"DD/MM/YYYY", "MM/DD/YYYY"},
        ("2025-04-03", "2025-03-04"),
    ),
}


@pytest.mark.parametrize("case", AMBIGUOUS)
@pytest.mark.parametrize("encoding", german.ENCODINGS)
@pytest.mark.parametrize("delimiter", german.DELIMITERS)
def test_a_question_wherever_it_is_ambiguous(
    tmp_path: Path, encoding: str, delimiter: str, case: str
) -> None:
    values, codes, shown = AMBIGUOUS[case]
    path = tmp_path / "export.csv"
    content = [["Nr", "Wert"], *([f"{i:03}", value] for i, value in enumerate(values))]
    path.write_bytes(german.delimited(content, delimiter, encoding, quote_all=False))
    [table] = pick.read(path, tmp_path, Limits())
    reading = decide(pq.read_table(table.parquet)["Wert"], name="Wert")
    assert {choice.code for choice in reading.choices} == codes
    results = {example.shown for choice in reading.choices for example in choice.examples}
    assert set(shown) <= results
    for language in ("de", "en"):
        question = reading.question(language)
        assert "Wert" in question
        assert all(code in question for code in codes)
