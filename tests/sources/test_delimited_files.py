"""CSV files with everything that goes wrong in them: every row lands or is set aside, with its line."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leitstern.errors import Problem
from leitstern.sources.formats import pick
from leitstern.sources.limits import Limits
from leitstern.sources.raw import RawTable

SMALL = Limits(cell_characters=2_000, broken_quotes=50, set_aside=100)


def _read(
    content: bytes | str, limits: Limits = SMALL, name: str = "datei.csv"
) -> tuple[RawTable, list[dict]]:
    folder = Path(tempfile.mkdtemp())
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    [table] = pick.read(path, folder, limits)
    return table, pq.read_table(table.parquet).to_pylist()


def test_the_line_is_where_the_record_starts() -> None:
    table, rows = _read('a;b\r\n1;"x\r\ny\nz"\r\n\r\n2;w\r\n3;"v\n"\r\n4;u')
    assert [(row["a"], row["_line"]) for row in rows] == [("1", 2), ("2", 6), ("3", 7), ("4", 9)]
    assert rows[0]["b"] == "x\r\ny\nz"
    assert table.notes[0].text("de") == "leere Zeilen übergangen: 1"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(line_end: str) -> None:
    _, rows = _read(line_end.join(["a;b", "1;2", "3;4", ""]))
    assert [row["_line"] for row in rows] == [2, 3]


def test_rows_of_the_wrong_length_are_set_aside_with_line_and_column() -> None:
    table, rows = _read("a;b;c\n1;2;3\n1;2\n1;2;3;4\n1;2;3;;\n;;\n5;;6\n")
    assert [(row["a"], row["b"], row["c"], row["_line"]) for row in rows] == [
        ("1", "2", "3", 2),
        ("1", "2", "3", 5),
        ("5", None, "6", 7),
    ]
    assert [(r.line, r.column, r.reason_code, r.value) for r in table.set_aside] == [
        (3, "c", "too_few_cells", "1;2"),
        (4, "c", "too_many_cells", "1;2;3;4"),
    ]


def test_a_stray_quote_costs_one_row_not_the_rest_of_the_file() -> None:
    lines = ["id;text", '1;"never closed', *(f"{i};ok" for i in range(2, 50)), '50;"fine ""too"""', "51;end"]
    table, rows = _read("\n".join(lines))
    assert [r.line for r in table.set_aside] == [2]
    assert table.set_aside[0].reason_code == "broken_quotes"
    assert table.set_aside[0].value == '1;"never closed'
    assert [row["id"] for row in rows] == [str(i) for i in range(2, 52)]
    assert [row["_line"] for row in rows] == list(range(3, 53))


def test_a_quote_inside_an_unquoted_cell_is_just_a_quote() -> None:
    _, rows = _read('a;b\n1;Rohr 5" lang\n')
    assert rows[0]["b"] == 'Rohr 5" lang'


def test_a_cell_over_the_limit_is_set_aside() -> None:
    table, rows = _read("a;b\n1;" + "x" * 5_000 + "\n2;y\n")
    assert [(r.line, r.reason_code) for r in table.set_aside] == [(2, "cell_too_big")]
    assert len(table.set_aside[0].value) <= 200
    assert [row["a"] for row in rows] == ["2"]


def test_nul_characters_are_set_aside() -> None:
    table, rows = _read(b"a;b\n1;x\x00y\n2;z\n")
    assert [(r.line, r.column, r.reason_code) for r in table.set_aside] == [(2, "b", "nul")]
    assert [row["a"] for row in rows] == ["2"]


def test_a_few_broken_bytes_do_not_turn_a_utf8_file_into_another_encoding() -> None:
    table, rows = _read("a;b\n1;Müller\n2;Größe\n".encode() + b"3;M\xfcller\n" + "4;Öl\n".encode())
    assert table.encoding == "utf-8"
    assert [(r.line, r.column, r.reason_code) for r in table.set_aside] == [(4, "b", "broken_bytes")]
    assert [row["b"] for row in rows] == ["Müller", "Größe", "Öl"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings(encoding: str, name: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    table, rows = _read((mark + "Größe;Preis\nMüller – „Öl“;5 €\n").encode(encoding))
    assert table.encoding == name
    assert table.columns == ("Größe", "Preis")
    assert rows[0]["Größe"] == "Müller – „Öl“"


def test_ascii_throughout_and_one_umlaut_at_the_very_end() -> None:
    lines = "a;b\n" + "1;x\n" * 400_000
    table, rows = _read(lines.encode() + b"2;M\xfcller\n")
    assert (table.encoding, rows[-1]["b"], len(rows)) == ("cp1252", "Müller", 400_001)


@pytest.mark.parametrize(
    ("content", "delimiter", "columns"),
    [
        ("a;b\n1,5;2,5\n", ";", ("a", "b")),
        ("Name, Vorname;Betrag, EUR\nA, B;1,50\nC, D;2,50\n", ";", ("Name, Vorname", "Betrag, EUR")),
        ("a,b\nx;y,1\nz,2\n", ",", ("a", "b")),
        ("a\tb\n1,5\t2;5\n", "\t", ("a", "b")),
        ("a|b\n1|2\n", "|", ("a", "b")),
        ("sep=,\r\na,b;c\r\n1,2\r\n", ",", ("a", "b;c")),
        ('"a";"b"\n"1;2";"3"\n', ";", ("a", "b")),
        ("Betrag\n1,5\n2,5\n", ";", ("Betrag",)),
        ("Name\nMüller; Max\nMeier\n", "\t", ("Name",)),
        ("a;b;\n1;2;\n", ";", ("a", "b", "column_3")),
    ],
)
def test_delimiters_are_found(content: str, delimiter: str, columns: tuple[str, ...]) -> None:
    table, rows = _read(content)
    assert (table.delimiter, table.columns) == (delimiter, columns)
    assert table.set_aside == []
    assert rows


def test_the_line_above_the_header_of_a_datev_file() -> None:
    table, rows = _read('"EXTF";700;21;"Buchungsstapel"\r\nUmsatz;Konto\r\n1,50;8400\r\n')
    assert table.columns == ("Umsatz", "Konto")
    assert (rows[0]["Umsatz"], rows[0]["_line"]) == ("1,50", 3)
    assert table.notes[0].code == "datev"


def test_header_names_are_made_usable_and_said_so() -> None:
    table, rows = _read('Name;name;;"Betrag\nnetto"; Ort ;NAME_2;_line\n1;2;3;4;5;6;7\n')
    assert table.columns == ("Name", "name_2", "column_3", "Betrag netto", "Ort", "NAME_2_2", "_line_2")
    assert [note.code for note in table.notes] == [
        "column_twice",
        "column_without_name",
        "column_twice",
        "column_twice",
    ]
    assert rows[0]["_line_2"] == "7"
    assert rows[0]["_line"] == 3


def test_a_header_alone_is_a_table_without_rows() -> None:
    for content in ("a;b", "a;b\r\n", "\ufeffa;b\n\n"):
        table, rows = _read(content)
        assert (table.columns, table.rows_landed, rows) == (("a", "b"), 0, [])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"\n\r\n  \n;;;\n", "empty_file"),
        ("\ufeff".encode("utf-16"), "empty_file"),
        (b"a;b\n1;\x81\n", "unknown_encoding"),
        (b"\xff\xfea\x00;\x00\xd8", "unknown_encoding"),
        (b"\x7fELF" + bytes(200), "not_text"),
        (b'"a;b\n1;2\n', "header_unreadable"),
        (b"a;" * 3000 + b"\n1\n", "too_many_columns"),
        (b"a;b\n" + b"1\n2;3\n" * 101, "too_many_set_aside"),
        (b"a;b\n" + b'1;"x"y\n' * 51, "too_many_quotes"),
    ],
)
def test_files_that_cannot_be_read_say_why(content: bytes, code: str) -> None:
    with pytest.raises(Problem) as refused:
        _read(content)
    assert refused.value.code == f"sources.{code}"
    for language in ("de", "en"):
        assert "datei.csv" in refused.value.text(language)


def test_the_place_of_a_byte_in_no_encoding() -> None:
    with pytest.raises(Problem, match=r"line 3 \(byte 10\)"):
        _read(b"a;b\n\xfc;2\n1;\x81\n")


CELL = st.text(st.sampled_from("ab1,.;|\t\"'\r\n äß€"), max_size=6)


@settings(deadline=None)
@given(
    st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=12),
    st.sampled_from([";", ",", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_rows_written_by_python_are_all_accounted_for(
    rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    """Ragged rows with anything in them: read = landed + set aside, and what landed is what was written."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["eins", "zwei", "drei"])
    writer.writerows([["x", "y", "z"]] * 20)
    writer.writerows(rows)
    table, landed = _read(text.getvalue().encode(encoding))
    written = [row for row in rows if any(row)]
    fits = [row for row in written if len(row) >= 3 and not any(row[3:])]
    assert table.delimiter == delimiter
    assert table.rows_landed + len(table.set_aside) == 20 + len(written)
    found = [[row["eins"], row["zwei"], row["drei"]] for row in landed[20:]]
    assert found == [[cell or None for cell in row[:3]] for row in fits]


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from('a1;"x'), max_size=8), min_size=1, max_size=12))
def test_whatever_the_quotes_no_line_disappears(lines: list[str]) -> None:
    """Each line starts a row that landed or was set aside, is inside a quoted cell of one, or is blank."""
    table, landed = _read("\n".join(["k;v", "x;1", *lines]), Limits())
    inside = {
        row["_line"] + extra
        for row in landed
        for extra in range(sum((row[c] or "").count("\n") for c in ("k", "v")) + 1)
    }
    aside = {row.line + extra for row in table.set_aside for extra in range(row.value.count("\n") + 1)}
    for number, line in enumerate(["x;1", *lines], start=2):
        blank = not line.replace('"', "").strip(";")
        assert number in inside or number in aside or blank, (number, line)
