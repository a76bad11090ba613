"""Writes the company's exports: CSV with ``;``, cp1252, CRLF."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from leitstern.demo.arrays import Texts
from leitstern.demo.company import Company
from leitstern.demo.dirt import BadRow
from leitstern.demo.sheets import File

ENCODING = "cp1252"


def write_file(company: Company, file: File, folder: Path) -> int:
    """Writes one file; returns its data rows, those to be set aside included."""
    table = company.tables[file.fact]
    columns = {show.field: show.of(table[show.field]) for show in file.columns}
    if file.fact == "deal":
        _pad(columns, set(company.planted["trailing_spaces"]))
    bad = [row for row in company.set_aside if row.fact == file.fact]
    with (folder / file.name).open("w", encoding=ENCODING, newline="", errors="strict") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow([show.heading for show in file.columns])
        writer.writerows(_rows(columns, bad))
    return len(table[file.columns[0].field]) + len(bad)


def _rows(columns: dict[str, Texts], bad: list[BadRow]) -> Iterator[Sequence[str]]:
    """The rows of a file; each bad row follows the one it is like."""
    after: dict[int, list[BadRow]] = {}
    for spoiled in bad:
        after.setdefault(spoiled.like, []).append(spoiled)
    for place, row in enumerate(zip(*columns.values(), strict=True)):
        yield row
        for spoiled in after.get(place, ()):
            changed = {"key": spoiled.key, **spoiled.texts}
            yield [changed.get(name, value) for name, value in zip(columns, row, strict=True)]


def _pad(columns: dict[str, Texts], keys: set[str]) -> None:
    """Blanks around words and references, as they come from copying by hand."""
    for row in np.flatnonzero([key in keys for key in columns["key"]]):
        columns["status"][row] += " "
        columns["owner"][row] = f" {columns['owner'][row]}" if columns["owner"][row] else ""
        columns["name"][row] += "  "
