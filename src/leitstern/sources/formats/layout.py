"""How a delimited text file is laid out: its delimiter, where its table is, what stands above it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import IO, NamedTuple

from leitstern.errors import Problem
from leitstern.sources.body import Plan, plan
from leitstern.sources.formats import datev
from leitstern.sources.table import SAMPLE, Found

#: In order of preference when two fit equally well: commas and bars stand in texts more often.
DELIMITERS = (";", "\t", "|", ",")
_SAMPLE = 2 << 20
_SEPARATOR_LINE = re.compile(r'"?sep=([;,|\t])"?\s*', re.IGNORECASE)
#: If the first line's width fits fewer rows than this, the most frequent width is tried.
_FITTING = 0.5


class Layout(NamedTuple):
    """The delimiter, how many lines stand before the table, what to do with its rows, and in DATEV files
    how the days of some columns are read (None: another file)."""

    delimiter: str
    skip: int
    plan: Plan
    days: dict[int, Callable[[str], str]] | None = None


def layout(file: IO[str], name: str) -> Layout:
    """The layout of a text file called ``name``. Problem if there is nothing in it."""
    sample = file.read(_SAMPLE)
    if not sample.strip("\ufeff\r\n\t ;,|"):
        raise Problem("sources.empty_file")
    complete = len(sample) < _SAMPLE
    first = sample.split("\n", 1)[0].strip("\ufeff\r")
    named = _SEPARATOR_LINE.fullmatch(first)
    if named:
        return _placed(sample, named[1], 1, name, complete=complete)
    if datev.is_datev(first):
        return _datev(sample, first)
    return _placed(sample, _delimiter(sample, complete=complete), 0, name, complete=complete)


def _placed(sample: str, delimiter: str, skip: int, name: str, *, complete: bool) -> Layout:
    """Where the table is in the sample, whose first ``skip`` lines are none of it."""
    lines = StringIO(sample, newline="")
    for _ in range(skip):
        lines.readline()
    rows, ends = _rows_of(lines, delimiter, complete=complete)
    made = plan(rows, name, wide=True)
    if made is None:  # the first record is so large that it cannot be looked at
        raise Problem("sources.header_unreadable")
    return Layout(delimiter, skip + (ends[made.begins - 1] if made.begins else 0), made)


def _datev(sample: str, first: str) -> Layout:
    """A line about the file stands before the header; empty columns and odd texts are usual."""
    header = next(csv.reader(StringIO(sample.split("\n", 2)[1]), delimiter=";"), [])
    found = Found(0, None, 0, len(header), tuple(cell.strip() for cell in header), usual=0)
    return Layout(";", 1, Plan(found), datev.days(header, datev.batch(first)))


def _rows_of(lines: IO[str], delimiter: str, *, complete: bool) -> tuple[list[list[str]], list[int]]:
    """The first rows, and the line with which each of them ends."""
    rows: list[list[str]] = []
    ends: list[int] = []
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in islice(reader, SAMPLE):
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error:  # a cell over the limit: judge by the rows before it
        return rows, ends
    if not complete and 1 < len(rows) < SAMPLE:
        return rows[:-1], ends[:-1]
    return rows, ends


def _delimiter(sample: str, *, complete: bool) -> str:
    """The delimiter under which most rows have as many cells as the first one (at least two), or, where
    that fits less than half of the rows, as most rows have.

    Rows with an empty cell too many count as fitting. If none fits, the file has one column.
    """
    every = {delimiter: _widths(sample, delimiter, complete=complete) for delimiter in DELIMITERS}
    best, most = _best({d: (rows[0], rows) for d, rows in every.items() if rows})
    if most < _FITTING:
        # Two cells with a comma between are one German number more often than a table.
        usual = {d: (_usual(rows, 3 if d == "," else 2), rows) for d, rows in every.items() if rows}
        other, share = _best(usual)
        best = other if share > most else best
    return best or next((d for d in DELIMITERS if d not in sample), ";")


def _best(widths: Mapping[str, tuple[int, list[int]]]) -> tuple[str | None, float]:
    """The delimiter whose width fits most rows, and the share of rows it fits."""
    best, most = None, 0.0
    for delimiter, (width, rows) in widths.items():
        share = sum(w in (width, width + 1) for w in rows) / len(rows) if width >= 2 else 0.0
        if share > most + 1e-9:
            best, most = delimiter, share
    return best, most


def _usual(widths: Sequence[int], least: int) -> int:
    """The width of ``least`` or more that most rows have, at least two; of two as frequent the larger."""
    found = [(widths.count(w), w) for w in set(widths) if w >= least and widths.count(w) > 1]
    return max(found, default=(0, 0))[1]


def _widths(sample: str, delimiter: str, *, complete: bool) -> list[int]:
    rows: list[int] = []
    try:
        for row in csv.reader(StringIO(sample, newline=""), delimiter=delimiter):
            if any(row):
                rows.append(len(row))  # noqa: PERF401 - what was read before an error counts
    except csv.Error:  # a cell over the limit: judge by the rows before it
        return rows
    return rows if complete or len(rows) < 2 else rows[:-1]
