"""Tables for people: drawn by rich in a terminal, plain aligned text elsewhere."""

from __future__ import annotations

import csv
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head; numbers stand to the right."""

    head: str
    number: bool = False


def show(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
    """Print a table on standard output."""
    if sys.stdout.isatty():
        _draw(columns, rows, title)
    else:
        click.echo(plain(columns, rows, title=title), nl=False)


def _draw(columns: Sequence[Column], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold"
    )
    for column in columns:
        table.add_column(
            Text(column.head), justify="right" if column.number else "left", no_wrap=column.number
        )
    for row in rows:
        # Text, not markup: a name may hold square brackets.
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def plain(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, title: str = "") -> str:
    """The table as text in which columns are two spaces apart."""
    heads = [column.head for column in columns]
    widths = [max(map(_width, cells)) for cells in zip(heads, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = (
            " " * (width - _width(cell)) + cell if column.number else cell + " " * (width - _width(cell))
            for cell, width, column in zip(cells, widths, columns, strict=True)
        )
        return "  ".join(padded).rstrip() + "\n"

    top = f"{title}\n" if title else ""
    return top + line(heads) + line(["-" * width for width in widths]) + "".join(map(line, rows))


def _width(text: str) -> int:
    """How many cells a terminal gives the text."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def write_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """CSV on standard output: commas, points in numbers, empty for absent; for programs."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)


def place(file: str, sheet: str | None) -> str:
    """A file with its sheet, if it has sheets."""
    return file if sheet is None else f"{file} [{sheet}]"
