"""Excel workbooks (XLSX, XLSM): every visible sheet with something in it is a table.

The header is the first row that is not empty. Before the workbook is opened, the directory of its
archive is checked, because a few kilobytes can unpack to gigabytes; what passes this check and still
grows too big ends the child process by its memory limit.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.sources.limits import Limits
from leitstern.sources.raw import Note, RawTable, RawWriter, header_names
from leitstern.sources.text import cell

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_CHUNK = 16_384
_RATIO_MATTERS_FROM = 10 * 1024 * 1024


def read(path: Path, staging: Path, limits: Limits) -> list[RawTable]:
    """Reads each visible, non-empty sheet into a raw table."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    check_archive(path, limits)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            sheets = [s for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
            hidden: list[Note] = []
            tables: list[RawTable] = []
            for meta in sheets:
                if meta.visible != SheetVisibleEnum.Visible:
                    hidden.append(Note("hidden_sheet", {"name": meta.name}))
                    continue
                sheet = book.get_sheet_by_name(meta.name)
                table = _sheet(sheet, staging / f"{len(tables)}.parquet", limits)
                tables += [table] if table else []
    except CalamineError:
        raise Problem("sources.broken_workbook") from None
    if not tables:
        raise Problem("sources.empty_file")
    tables[0].notes.extend(hidden)
    return tables


def check_archive(path: Path, limits: Limits) -> None:
    """Problem if the archive is damaged, or would unpack to more than the limits allow."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
        raise Problem("sources.broken_workbook") from None
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, path.stat().st_size)
    too_tight = unpacked > _RATIO_MATTERS_FROM and unpacked > packed * limits.workbook_ratio
    if unpacked > limits.workbook_bytes or too_tight or len(entries) > limits.workbook_entries:
        raise Problem("sources.workbook_bomb", megabytes=unpacked // (1024 * 1024), entries=len(entries))
    if any(entry.flag_bits & 1 for entry in entries):
        raise Problem("sources.workbook_encrypted")


def _sheet(sheet: CalamineSheet, path: Path, limits: Limits) -> RawTable | None:
    """Reads one sheet; None if it is empty. The line is the row number Excel shows."""
    if sheet.start is None:
        return None
    rows = enumerate(sheet.iter_rows(), start=1)
    header = next((row for _, row in rows if any(value != "" for value in row)), None)
    if header is None:
        return None
    first = next(place for place, value in enumerate(header) if value != "")
    last = max(place for place, value in enumerate(header) if value != "")
    names, notes = header_names([cell(value) for value in header[first : last + 1]])
    writer = RawWriter(path, names, limits, sheet=sheet.name)
    writer.table.notes.extend(notes)
    _rows(rows, first, last + 1, writer, limits)
    return writer.close()


def _rows(
    rows: Iterator[tuple[int, Sequence[object]]], first: int, end: int, writer: RawWriter, limits: Limits
) -> None:
    """Lands the rows under the header; cells beside it that are not empty set the row aside."""
    blank = 0
    columns = writer.table.columns
    while chunk := list(islice(rows, _CHUNK)):
        texts: list[list[str]] = []
        lines: list[int] = []
        for line, values in chunk:
            row = [cell(value) for value in values[first:end]]
            if any(value != "" for value in (*values[:first], *values[end:])):
                writer.set_aside(line, "too_many_cells", " | ".join(map(cell, values)), columns[-1])
            elif not any(row):
                blank += 1
            else:
                place = _unfit(row, limits)
                if place is None:
                    texts.append(row)
                    lines.append(line)
                else:
                    reason = "nul" if "\0" in row[place] else "cell_too_big"
                    writer.set_aside(line, reason, row[place].replace("\0", "\ufffd"), columns[place])
        writer.rows(texts, lines)
    if blank:
        writer.note("blank_rows", count=blank)


def _unfit(row: list[str], limits: Limits) -> int | None:
    for place, text in enumerate(row):
        if len(text) > limits.cell_characters or "\0" in text:
            return place
    return None
