"""Excel workbooks (XLSX, XLSM): every visible sheet with something in it is a table.

Where the table is in a sheet `table` finds. Before the workbook is opened, the directory of its
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
from leitstern.sources.body import Body, Remarks, plan
from leitstern.sources.formats.cells import Cells
from leitstern.sources.formats.sheet_xml import Seen, look
from leitstern.sources.limits import Limits
from leitstern.sources.raw import Note, RawTable
from leitstern.sources.table import SAMPLE, Found

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
            seen = look(path)
            for meta in sheets:
                if meta.visible != SheetVisibleEnum.Visible:
                    hidden.append(Note("hidden_sheet", {"name": meta.name}))
                    continue
                sheet = book.get_sheet_by_name(meta.name)
                table = _sheet(sheet, staging / f"{len(tables)}.parquet", limits)
                if table is not None:
                    table.notes += _notes(seen.get(meta.name, Seen()))
                    tables.append(table)
    except CalamineError:
        raise Problem("sources.broken_workbook") from None
    if not tables:
        raise Problem("sources.empty_file")
    tables[0].notes.extend(hidden)
    return tables


def _notes(seen: Seen) -> list[Note]:
    """What is hidden in a sheet, and what its formulas lack."""
    found = []
    if seen.rows:
        found.append(Note("hidden_rows", {"count": seen.rows}))
    if seen.columns:
        found.append(Note("hidden_columns", {"columns": ", ".join(map(_letters, sorted(seen.columns)))}))
    if seen.uncalculated:
        found.append(Note("formulas_without_value", {"count": seen.uncalculated}))
    return found


def _letters(column: int) -> str:
    """``A``, ``B``, ... ``AA`` for 0, 1, ... 26."""
    letters = ""
    while column >= 0:
        letters, column = chr(ord("A") + column % 26) + letters, column // 26 - 1
    return letters


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
    cells = Cells(sheet)
    made = plan([cells.texts(n, row) for n, row in enumerate(islice(sheet.iter_rows(), SAMPLE))], sheet.name)
    if made is None:
        return None
    body = Body(path, made, limits, sheet=sheet.name)
    for place in cells.swapped:
        if made.found.first <= place < made.found.end:
            body.writer.note("days_swapped", column=body.columns[place - made.found.first])
    if count := cells.repeated(made.found.body):
        body.writer.note("merged_cells", count=count)
    _rows(enumerate(sheet.iter_rows()), made.found, body, cells, limits)
    return body.close()


def _rows(
    rows: Iterator[tuple[int, Sequence[object]]], found: Found, body: Body, cells: Cells, limits: Limits
) -> None:
    """Lands the rows under the header; cells beside it that are not empty set the row aside."""
    blank, columns, writer = 0, body.columns, body.writer
    remarks = Remarks(found, body)
    while chunk := list(islice(rows, _CHUNK)):
        for place, values in chunk:
            texts = cells.texts(place, values)
            if place < found.body:
                continue
            row, line = texts[found.first : found.end], place + 1
            if any((*texts[: found.first], *texts[found.end :])):
                writer.set_aside(line, "too_many_cells", " | ".join(texts), columns[-1])
            elif not any(row):
                blank += 1
            elif (unfit := _unfit(row, limits)) is not None:
                reason = "nul" if "\0" in row[unfit] else "cell_too_big"
                writer.set_aside(line, reason, row[unfit].replace("\0", "\ufffd"), columns[unfit])
            else:
                remarks.row(row, line)
        remarks.flush()
    remarks.close()
    if blank:
        writer.note("blank_rows", count=blank)


def _unfit(row: list[str], limits: Limits) -> int | None:
    for place, text in enumerate(row):
        if len(text) > limits.cell_characters or "\0" in text:
            return place
    return None
