"""Writes the company's exports: CSV with ``;``, cp1252, CRLF."""

from __future__ import annotations

import csv
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
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    fields = list(columns)
    for bad in (row for row in company.set_aside if row.fact == file.fact):
        rows.insert(bad.like + 1, _spoiled(rows[bad.like], fields, bad))
    with (folder / file.name).open("w", encoding=ENCODING, newline="", errors="strict") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow([show.heading for show in file.columns])
        writer.writerows(rows)
    return len(rows)


def _spoiled(like: list[str], fields: list[str], bad: BadRow) -> list[str]:
    """A row like another, with its own key and the wrong texts."""
    changed = {"key": bad.key, **bad.texts}
    return [changed.get(name, value) for name, value in zip(fields, like, strict=True)]


def _pad(columns: dict[str, Texts], keys: set[str]) -> None:
    """Blanks around words and references, as they come from copying by hand."""
    for row in np.flatnonzero([key in keys for key in columns["key"]]):
        columns["status"][row] += " "
        columns["owner"][row] = f" {columns['owner'][row]}" if columns["owner"][row] else ""
        columns["name"][row] += "  "
