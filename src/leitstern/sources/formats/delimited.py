"""CSV and its relatives: any of ``;`` ``,`` tab ``|``, quoted line breaks, any line ends.

Rows are parsed strictly. A row that breaks the rules of quoting is set aside and reading goes on with
the line after its first one, so that a single stray quote cannot swallow the rest of a file. A row is
also set aside if it has too few cells, or more than the header with something in them.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import IO

from leitstern.errors import Problem
from leitstern.sources.body import Body
from leitstern.sources.encoding import Encoding, detect
from leitstern.sources.formats.layout import Layout, layout
from leitstern.sources.limits import Limits
from leitstern.sources.raw import RawTable, RawWriter, header_names

_CHUNK = 32_768


def read(path: Path, staging: Path, limits: Limits) -> list[RawTable]:
    """Reads a delimited text file into one raw table."""
    encoding = detect(path)
    limit = csv.field_size_limit(limits.cell_characters)
    try:
        with _open(path, encoding) as file:
            laid_out = layout(file, path.name)
            file.seek(0)
            return [_Reader(file, encoding, laid_out, limits).into(staging / "0.parquet")]
    finally:
        csv.field_size_limit(limit)


def _open(path: Path, encoding: Encoding) -> TextIOWrapper:
    errors = "surrogateescape" if encoding.broken else "strict"
    return path.open(encoding=encoding.name, errors=errors, newline="")


class _Lines:
    """The physical lines of the file, which can be given back to be read again."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self.record: list[str] = []

    def __iter__(self) -> Iterator[str]:
        record, again = self.record, self._again
        while again:
            line = again.popleft()
            record.append(line)
            yield line
        for line in self._file:
            record.append(line)
            yield line

    def give_back(self) -> int:
        """Takes back all lines of the current record but the first; how many."""
        rest = self.record[1:]
        self._again.extendleft(reversed(rest))
        self.record.clear()
        return len(rest)


class _Reader:
    """Reads the records of one file into a raw table."""

    def __init__(self, file: IO[str], encoding: Encoding, layout: Layout, limits: Limits) -> None:
        self._lines = _Lines(file)
        self._encoding = encoding
        self._layout = layout
        self._limits = limits
        self._columns: list[str] = []
        self._blank = 0
        self._broken = 0

    def into(self, path: Path) -> RawTable:
        layout, records = self._layout, self._records()
        for line, row, problem in records:
            if problem:
                raise Problem("sources.header_unreadable")
            if any(row):
                if layout.plan.found.header is None:
                    records = chain([(line, row, problem)], records)
                break
        self._columns, _ = header_names(layout.plan.found.names)
        body = Body(path, layout.plan, self._limits)
        writer = body.writer
        writer.table.encoding = self._encoding.name
        writer.table.delimiter = layout.delimiter
        if layout.days is not None:
            writer.note("datev")
        self._rows(records, writer, body)
        if self._blank:
            writer.note("blank_rows", count=self._blank)
        return body.close()

    def _rows(self, records: Iterator[tuple[int, list[str], str]], writer: RawWriter, body: Body) -> None:
        width = len(self._columns)
        careful = self._encoding.broken or self._encoding.nuls
        rows: list[list[str]] = []
        lines: list[int] = []
        days = self._layout.days or {}
        for line, row, problem in records:
            for place, read in days.items():
                if place < len(row):
                    row[place] = read(row[place])
            if len(row) == width and not problem and not careful:
                if any(row):
                    rows.append(row)
                    lines.append(line)
                    if len(rows) == _CHUNK:
                        body.rows(rows, lines)
                        rows, lines = [], []
                else:
                    self._blank += 1
            elif self._judge(line, row, problem, writer):
                rows.append(row[:width])
                lines.append(line)
        body.rows(rows, lines)

    def _judge(self, line: int, row: list[str], problem: str, writer: RawWriter) -> bool:
        """Whether an unusual row can be landed; if not, it is counted as blank or set aside."""
        columns = self._columns
        text = self._layout.delimiter.join(row)
        if problem:
            writer.set_aside(line, problem, text)
        elif not any(row):
            self._blank += 1
        elif len(row) < len(columns):
            writer.set_aside(line, "too_few_cells", text, columns[len(row)])
        elif any(row[len(columns) :]):
            writer.set_aside(line, "too_many_cells", text, columns[-1])
        else:
            place = self._unclean(row)
            if place is None:
                return True
            reason = "nul" if "\0" in row[place] else "broken_bytes"
            writer.set_aside(line, reason, _printable(row[place]), columns[place])
        return False

    def _unclean(self, row: list[str]) -> int | None:
        """The first cell with a NUL or with bytes that could not be decoded."""
        for place, cell in enumerate(row):
            if "\0" in cell or (not cell.isascii() and any("\udc80" <= c <= "\udcff" for c in cell)):
                return place
        return None

    def _records(self) -> Iterator[tuple[int, list[str], str]]:
        """First line, cells and problem (a reason code, mostly empty) of each record."""
        source = iter(self._lines)
        for _ in range(self._layout.skip):
            next(source, None)
        record = self._lines.record
        record.clear()
        before = self._layout.skip  # lines already behind us
        while True:
            reader = csv.reader(source, delimiter=self._layout.delimiter, strict=True)
            done = 0
            try:
                for row in reader:
                    yield before + done + 1, row, ""
                    done = reader.line_num
                    record.clear()
            except csv.Error as error:
                first = record[0] if record else ""
                reason = "cell_too_big" if "field larger" in str(error) else "broken_quotes"
                yield before + done + 1, [_printable(first.rstrip("\r\n"))], reason
                self._broken += 1
                if self._broken > self._limits.broken_quotes:
                    raise Problem("sources.too_many_quotes", line=before + done + 1) from None
                self._lines.give_back()
                before += done + 1
                source = iter(self._lines)
            else:
                return


def _printable(text: str) -> str:
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
