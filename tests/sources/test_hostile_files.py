"""Files made to break their reader: the child ends or refuses, the parent says why and goes on."""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from leitstern.errors import Problem
from leitstern.sources import files
from leitstern.sources.files import Limits, land

MB = 1024 * 1024
TIGHT = Limits(seconds=20, cpu_seconds=15, memory=640 * MB, workbook_bytes=32 * MB)
SHEET = "xl/worksheets/sheet1.xml"


def _workbook() -> dict[str, bytes]:
    """The parts of a small workbook."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.add_worksheet().write_row(0, 0, ["a", "b"])
    book.close()
    with zipfile.ZipFile(content) as archive:
        return {entry: archive.read(entry) for entry in archive.namelist()}


def _write(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _sheet(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    )


def _inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def zip_bomb(path: Path) -> None:
    _write(path, _workbook() | {SHEET: _sheet(f"<row r='1'>{_inline('A1', 'x' * 40 * MB)}</row>")})


def tight_bomb(path: Path) -> None:
    _write(path, _workbook() | {SHEET: _sheet(f"<row r='1'>{_inline('A1', 'x' * 20 * MB)}</row>")})


def many_entries(path: Path) -> None:
    _write(path, _workbook() | {f"xl/media/{i}.bin": b"x" for i in range(10_001)})


def lying_directory(path: Path) -> None:
    """Says it is small and unpacks to 250 MB."""
    _write(path, _workbook() | {SHEET: _sheet(f"<row r='1'>{_inline('A1', 'x' * 250 * MB)}</row>")})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    real, small = size.to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert real in content
    path.write_bytes(bytes(content).replace(real, small))


def far_corner(path: Path) -> None:
    rows = f"<row r='1'>{_inline('A1', 'a')}</row><row r='1048576'>{_inline('XFD1048576', 'z')}</row>"
    _write(path, _workbook() | {SHEET: _sheet(rows)})


def billion_laughs(path: Path) -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    sheet = _sheet(f"<row r='1'>{_inline('A1', '&a9;')}</row>").split(b"?>", 1)[1]
    _write(path, _workbook() | {SHEET: f"<!DOCTYPE x [{entities}]>".encode() + sheet})


def truncated(path: Path) -> None:
    _write(path, _workbook())
    path.write_bytes(path.read_bytes()[:-300])


def missing_parts(path: Path) -> None:
    _write(path, {"[Content_Types].xml": b"<Types/>"})


def noise_in_a_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + os.urandom(5000))


WORKBOOKS = {
    zip_bomb: {"workbook_bomb"},
    tight_bomb: {"workbook_bomb"},
    many_entries: {"workbook_bomb"},
    lying_directory: {"too_much_memory", "broken_workbook", "too_slow"},
    far_corner: {"too_much_memory"},
    truncated: {"broken_workbook"},
    missing_parts: {"broken_workbook"},
    noise_in_a_zip: {"broken_workbook"},
}


@pytest.mark.parametrize("make", WORKBOOKS, ids=lambda make: make.__name__)
def test_hostile_workbooks_are_refused_and_leave_nothing(tmp_path: Path, make: object) -> None:
    path = tmp_path / "boese.xlsx"
    make(path)  # type: ignore[operator]
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(Problem) as refused:
        land(path, tmp_path / "raw", TIGHT)
    assert refused.value.code.removeprefix("sources.") in WORKBOOKS[make]  # type: ignore[index]
    assert "boese.xlsx" in refused.value.text("de")
    assert list((tmp_path / "raw").iterdir()) == []
    assert time.monotonic() - start < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # kilobytes


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    path = tmp_path / "lachen.xlsx"
    billion_laughs(path)
    with pytest.raises(Problem) as refused:
        land(path, tmp_path / "raw", TIGHT)
    assert refused.value.code in ("sources.broken_workbook", "sources.empty_file")


def test_a_huge_cell_and_a_line_without_end(tmp_path: Path) -> None:
    path = tmp_path / "lang.csv"
    path.write_bytes(b"a;b\n1;" + b"x" * (5 * MB) + b"\n2;y\n")
    [table] = land(path, tmp_path / "raw", TIGHT)
    assert [(row.line, row.reason_code) for row in table.set_aside] == [(2, "cell_too_big")]
    path.write_bytes(b"a;b\n" + b"x" * (250 * MB))
    with pytest.raises(Problem) as refused:
        land(path, tmp_path / "raw", TIGHT)
    assert refused.value.code == "sources.too_much_memory"


def test_quotes_without_end(tmp_path: Path) -> None:
    path = tmp_path / "tief.csv"
    path.write_bytes(b'a;b\n1;"' + b'""' * 400_000 + b'"\n' + b'2;"' + b'""' * 2_000_000 + b"\n3;x\n")
    [table] = land(path, tmp_path / "raw", TIGHT)
    assert table.rows_landed == 2
    assert [(row.line, row.reason_code) for row in table.set_aside] == [(3, "cell_too_big")]


def test_quotes_opened_on_every_line_do_not_take_square_time(tmp_path: Path) -> None:
    path = tmp_path / "offen.csv"
    path.write_bytes(b"a;b\n" + b'1;"x\n;' * 400_000)
    start = time.monotonic()
    with pytest.raises(Problem) as refused:
        land(path, tmp_path / "raw", Limits(cpu_seconds=60))
    assert refused.value.code in ("sources.too_many_quotes", "sources.too_many_set_aside")
    assert time.monotonic() - start < 30


def test_json_nested_without_end(tmp_path: Path) -> None:
    path = tmp_path / "tief.jsonl"
    path.write_text('{"a": 1}\n' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "\n" + '{"a": 1E+999999999}\n')
    [table] = land(path, tmp_path / "raw", TIGHT)
    assert [(row.line, row.reason_code) for row in table.set_aside] == [(2, "not_json")]
    assert table.rows_landed == 2


def test_parquet_cut_short_and_scrambled(tmp_path: Path) -> None:
    path = tmp_path / "kaputt.parquet"
    pq.write_table(pa.table({"a": ["x" * 50] * 5000}), path, compression="none", use_dictionary=False)
    whole = path.read_bytes()
    for content in (whole[:-100], whole[:8], b"PAR1" + os.urandom(500) + b"PAR1", whole[:50] + whole[2000:]):
        path.write_bytes(content)
        with pytest.raises(Problem) as refused:
            land(path, tmp_path / "raw", TIGHT)
        assert refused.value.code in (
            "sources.broken_parquet",
            "sources.reader_failed",
            "sources.too_much_memory",
        )
    assert list((tmp_path / "raw").iterdir()) == []


def test_old_excel_files_are_told_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "alt.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with pytest.raises(Problem, match=r"Save it as \.xlsx"):
        land(path, tmp_path / "raw")


def test_a_child_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fifo = tmp_path / "a.csv"
    fifo.write_text("a;b\n1;2\n")
    with pytest.raises(Problem) as refused:
        land(fifo, tmp_path / "raw", Limits(seconds=0.01))
    assert refused.value.code == "sources.too_slow"
    assert list((tmp_path / "raw").iterdir()) == []


def test_a_child_over_its_processor_time_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "gross.csv"
    path.write_bytes(b"a;b\n" + b"1;2\n" * 4_000_000)
    with pytest.raises(Problem) as refused:
        land(path, tmp_path / "raw", Limits(cpu_seconds=1))
    assert refused.value.code == "sources.too_slow"
    assert list((tmp_path / "raw").iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGKILL, "too_slow"), (signal.SIGSEGV, "too_much_memory"), (signal.SIGTERM, "reader_failed")],
)
def test_a_child_that_is_killed_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n")

    def killed(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        (next((tmp_path / "raw").iterdir()) / "0.parquet").write_bytes(b"half")
        return subprocess.CompletedProcess(command, -number)

    monkeypatch.setattr(files.subprocess, "run", killed)
    with pytest.raises(Problem) as refused:
        land(path, tmp_path / "raw")
    assert refused.value.code == f"sources.{code}"
    assert list((tmp_path / "raw").iterdir()) == []
    monkeypatch.undo()
    assert land(path, tmp_path / "raw")[0].rows_read == 1


def test_the_child_sees_no_secrets_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "geheim")
    seen: dict[str, object] = {}
    real = subprocess.run

    def watched(command: list[str], **options: object) -> object:
        seen.update(options)
        return real(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(files.subprocess, "run", watched)
    (tmp_path / "a.csv").write_text("a;b\n1;2\n")
    land(tmp_path / "a.csv", tmp_path / "raw")
    assert "geheim" not in str(seen)


def test_too_many_cells_and_files_too_big(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n" + "1;2\n" * 100)
    for limits, code in ((Limits(cells=100), "too_many_cells"), (Limits(file_bytes=100), "file_too_big")):
        with pytest.raises(Problem) as refused:
            land(path, tmp_path / "raw", limits)
        assert refused.value.code == f"sources.{code}"
