"""The rows under a header on their way to the raw table: what is no record is set aside, gaps are filled.

Three things that tables made for people do, and that a list of records cannot have: totals between the rows,
a group's name in its first row only, and a column for each month.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from leitstern.sources import words
from leitstern.sources.arrow import pc
from leitstern.sources.raw import RawTable, RawWriter, header_names
from leitstern.sources.table import Found, Row, find

if TYPE_CHECKING:
    from leitstern.sources.arrow import Texts
    from leitstern.sources.limits import Limits

#: Fewer columns of months are no cross table.
_FEWEST_MONTHS = 2
#: Tables of fewer columns may have records of one cell.
_BROAD = 3
#: So much of a text is shown in a note.
_SHOWN = 120
#: So many lines above a header are kept.
_TITLES = 20


@dataclass(frozen=True, slots=True)
class Months:
    """A cross table: ``columns`` are the places of months with their first days, ``kept`` all others that
    are no totals."""

    columns: tuple[tuple[int, date], ...]
    kept: tuple[int, ...]
    names: tuple[str, str]

    def named(self, names: Sequence[str]) -> list[str]:
        """The names of the columns that come out, from those of the grid."""
        return [*(names[place] for place in self.kept), *self.names]

    def rows(self, row: Row) -> list[list[str]]:
        """One row for each month that has a value."""
        shared = [row[place] for place in self.kept]
        return [[*shared, day.isoformat(), row[place]] for place, day in self.columns if row[place].strip()]


def months(names: Sequence[str], year: int | None) -> Months | None:
    """The months among the columns' names, ``year`` where they name none; None where there are too few, or
    one has no year."""
    found = {place: month for place, name in enumerate(names) if (month := words.month(name)) is not None}
    if len(found) < _FEWEST_MONTHS or len(found) == len(names):
        return None
    years = {place: month.year or year for place, month in found.items()}
    columns = [(place, date(y, found[place].month, 1)) for place, y in years.items() if y is not None]
    if len(columns) < len(found) or len({day for _, day in columns}) < len(columns):
        return None
    kept = [n for n, name in enumerate(names) if n not in found and not words.is_total(name)]
    english = any(name.lower().startswith(("mar", "may", "oct", "dec")) for name in names)
    return Months(tuple(columns), tuple(kept), ("Month", "Amount") if english else ("Monat", "Betrag"))


def grouped(found: Found, rows: Sequence[Row]) -> tuple[int, ...]:
    """The columns (from the table's first) in which a group is named in its first row only: a total stands
    in them, and the row under the header fills them."""
    inside = [[cell.strip() for cell in row[found.first : found.end]] for row in rows[found.body :]]
    inside = [row for row in inside if any(row)]
    if not inside:
        return ()
    totals = {
        place
        for row in inside
        if found.verdict(row) == "total_row"
        for place, cell in enumerate(row)
        if words.is_total(cell) or words.is_total_of(cell)
    }
    records = [row for row in inside if found.verdict(row) is None]
    return tuple(p for p in sorted(totals) if records and records[0][p] and any(not r[p] for r in records))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a grid: its table, the columns whose gaps repeat the cell above, a cross table's
    months, and the texts above the header."""

    found: Found
    fill: tuple[int, ...] = ()
    cross: Months | None = None
    above: tuple[str, ...] = ()

    @property
    def begins(self) -> int:
        """The place of the first row of the table: its header, or its first record."""
        return self.found.header if self.found.header is not None else self.found.body


def plan(rows: Sequence[Row], title: str, *, wide: bool = False) -> Plan | None:
    """The plan for a grid by its first rows; None where there is nothing.

    ``title`` is the name of the file or sheet: it may tell the year of months. ``wide``: all columns of the
    header's row belong to the table, also those without a name at its ends.
    """
    found = find(rows)
    if found is None:
        return None
    begins = found.header if found.header is not None else found.body
    if wide:
        found = found.over(max(len(rows[begins]), found.end))
    above = tuple(text for row in rows[:begins] if (text := " ".join(cell for cell in row if cell.strip())))
    return Plan(found, grouped(found, rows), months(found.names, _year([title, *above])), above)


def _year(titles: Sequence[str]) -> int | None:
    """The one year that titles name."""
    found = {year for title in titles for year in re.findall(r"(?<!\d)20\d\d(?!\d)", title)}
    return int(found.pop()) if len(found) == 1 else None


class Body:
    """Takes the rows under a header and writes those that are records, see `Plan`."""

    def __init__(self, path: Path, made: Plan, limits: Limits, *, sheet: str | None = None) -> None:
        self._found = made.found
        self._fill = made.fill
        self._cross = made.cross
        self._last = [""] * (made.found.end - made.found.first)
        self._line = 0
        self._over = False
        self._filled = 0
        named = made.found.names if made.cross is None else made.cross.named(made.found.names)
        names, notes = header_names(named)
        self.writer = RawWriter(path, names, limits, sheet=sheet)
        self.writer.table.notes.extend(notes)
        if made.found.header is None:
            self.writer.note("no_header")
        if made.above:
            lines = "\n".join(text[:_SHOWN] for text in made.above[:_TITLES])
            self.writer.note("above_header", count=len(made.above), text=made.above[0][:_SHOWN], lines=lines)
        if made.cross is not None:
            columns = ", ".join(made.found.names[place] for place, _ in made.cross.columns)
            self.writer.note("months_as_columns", columns=columns[:_SHOWN])
        elif sum(words.month(name) is not None for name in made.found.names) >= _FEWEST_MONTHS:
            self.writer.note("months_without_year")
        elif len(periods := [name for name in made.found.names if words.is_period(name)]) >= _FEWEST_MONTHS:
            self.writer.note("periods_as_columns", columns=", ".join(periods)[:_SHOWN])

    @property
    def columns(self) -> tuple[str, ...]:
        """The grid's columns, by their usable names."""
        return tuple(header_names(self._found.names)[0])

    def rows(self, rows: Sequence[Row], lines: Sequence[int]) -> None:
        """Rows of the table's width, with the lines they stand on."""
        if not rows:
            return
        if self._over:
            self._beyond(rows, lines)
            return
        if not self._fill and self._cross is None and not self._another(rows, lines):
            columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
            if not self._suspicious(columns):
                self.writer.columns(columns, lines)
                return
        kept: list[list[str]] = []
        places: list[int] = []
        for place, (row, line) in enumerate(zip(rows, lines, strict=True)):
            reason = self._found.verdict(row)
            if reason is None and self._cross is None and self._begins_another(row, line):
                self.writer.note("second_table", line=line, text=" | ".join(c for c in row if c)[:_SHOWN])
                self._over = True
                self._beyond(rows[place:], lines[place:])
                break
            if sum(bool(cell) for cell in row) > 1:
                self._line = line
            if reason is not None:
                self.writer.set_aside(line, reason, " | ".join(cell for cell in row if cell))
                continue
            made = self._whole(row)
            kept += made
            places += [line] * len(made)
        self.writer.rows(kept, places)

    def _beyond(self, rows: Sequence[Row], lines: Sequence[int]) -> None:
        """Set aside what belongs to another table."""
        for row, line in zip(rows, lines, strict=True):
            self.writer.set_aside(line, "second_table", " | ".join(cell for cell in row if cell))

    def _another(self, rows: Sequence[Row], lines: Sequence[int]) -> bool:
        """Whether the header of another table is among rows; else the last of them is remembered."""
        before = self._line
        for row, line in zip(rows, lines, strict=True):
            if self._begins_another(row, line):
                self._line = before
                return True
            if sum(map(bool, row)) > 1:
                self._line = line
        return False

    def _begins_another(self, row: Row, line: int) -> bool:
        """Whether a row after a gap is the header of another table."""
        return 0 < self._line < line - 1 and self._found.begins_another(row)

    def close(self) -> RawTable:
        """Completes the table."""
        if self._filled:
            names = ", ".join(self._found.names[place] for place in self._fill)
            self.writer.note("filled_down", count=self._filled, columns=names[:_SHOWN])
        return self.writer.close()

    def _suspicious(self, columns: Sequence[Texts]) -> bool:
        """Whether any cell begins like a total, or the header comes again."""
        if any(pc.any(pc.match_substring_regex(column, words.TOTAL_START)).as_py() for column in columns):
            return True
        named = [(column, name) for column, name in zip(columns, self._found.names, strict=True) if name]
        return bool(named) and all(pc.any(pc.equal(column, name)).as_py() for column, name in named)

    def _whole(self, row: Row) -> list[list[str]]:
        """The records of a row, its gaps filled."""
        cells = list(row)
        for place in self._fill:
            if cells[place].strip():
                self._last[place] = cells[place]
            elif self._last[place]:
                cells[place] = self._last[place]
                self._filled += 1
        return [cells] if self._cross is None else self._cross.rows(cells)


class Remarks:
    """Passes rows on to a body; those with a single cell at the end of a broader table are remarks.

    Such a row waits for the next record; where none comes, it is set aside.
    """

    def __init__(self, found: Found, body: Body) -> None:
        self._broad = found.usual >= _BROAD
        self._body = body
        self._rows: list[Row] = []
        self._lines: list[int] = []
        self._waiting = 0

    def row(self, row: Row, line: int) -> None:
        """The next row that is not empty."""
        alone = self._broad and sum(bool(cell.strip()) for cell in row) == 1
        self._waiting = self._waiting + 1 if alone else 0
        self._rows.append(row)
        self._lines.append(line)

    def flush(self) -> None:
        """Pass on what does not wait."""
        done = len(self._rows) - self._waiting
        self._body.rows(self._rows[:done], self._lines[:done])
        self._rows, self._lines = self._rows[done:], self._lines[done:]

    def close(self) -> None:
        """Pass on the rest, and set aside what still waits."""
        self.flush()
        for row, line in zip(self._rows, self._lines, strict=True):
            self._body.writer.set_aside(line, "remark", " ".join(row).strip())
