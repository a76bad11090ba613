"""Where the table is in a grid of cells: its header, its columns, and which rows under it are none of it.

Exports and lists kept by hand have titles, report names and dates above the header, and subtotals, totals
and remarks beneath it. The header is the row of words above the first row of data, after the last gap: a
row of data has numbers or dates where most rows have them, a header has words there. A table of words only
begins with its first broad row. Rows that are no records are set aside with a reason, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from leitstern.sources import words

Row = Sequence[str]

#: Rows looked at to find the header.
SAMPLE = 400
#: A header and the rows that tell where the data begin are so broad, against what is usual in the grid.
_BROAD = 0.6
#: A column is one of numbers or dates if so many of its cells are.
_MOST = 0.6
#: A column tells where the data begin if so many of the broad rows fill it.
_OFTEN = 0.3
#: So many of a header's cells are words.
_WORDY = 0.8
_LONGEST_NAME = 120
#: With fewer columns of numbers and dates, a row of words may be a record.
_TELLING = 2
_NOTHING = frozenset({"", "-", "--", "---", "–", "—", "n/a", "null", "#n/a"})
_LETTERS = re.compile(r"[^\W\d_]+")
_UNITS = frozenset({"eur", "euro", "chf", "usd", "gbp", "uhr", "am", "pm", "t", "z", "e", "utc", "kw", "fr"})
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Found:
    """A table in a grid. ``header`` is the place of its row (None: the data begin at once), ``group`` of a
    row above it that names several columns together; ``first`` to ``end`` (without it) are its columns,
    ``names`` as they are written, ``usual`` how many cells of a row of data are filled, ``typed`` the columns
    (from the first) of numbers and dates."""

    header: int | None
    group: int | None
    first: int
    end: int
    names: tuple[str, ...]
    usual: int
    typed: tuple[int, ...] = ()

    @property
    def body(self) -> int:
        """The place of the first row under the header."""
        return 0 if self.header is None else self.header + 1

    def over(self, width: int) -> Found:
        """The same with all columns of a grid so wide."""
        before, after = ("",) * self.first, ("",) * (width - self.end)
        typed_ = tuple(place + self.first for place in self.typed)
        return replace(self, first=0, end=width, names=(*before, *self.names, *after), typed=typed_)

    def begins_another(self, row: Row) -> bool:
        """Whether a row is the header of another table: words in all columns of numbers and dates."""
        cells = [row[place].strip() for place in self.typed]
        return len(cells) >= _TELLING and all(_LETTERS.search(cell) and not typed(cell) for cell in cells)

    def verdict(self, row: Row) -> str | None:
        """Why a row under the header (its cells in the table's columns) is no record, as a reason code; None
        if it may be one."""
        cells = [cell.strip() for cell in row]
        filled = [cell for cell in cells if cell.lower() not in _NOTHING]
        if self.header is not None and cells == list(self.names):
            return "header_again"
        totals = [cell for cell in filled if words.is_total(cell)]
        if totals and (len(filled) < self.usual or all(typed(c) for c in filled if c not in totals)):
            return "total_row"
        if len(filled) < self.usual and any(words.is_total_of(cell) for cell in filled if not typed(cell)):
            return "total_row"
        return None


def find(rows: Sequence[Row]) -> Found | None:
    """The table in the first rows of a grid, the empty ones included; None where there is nothing."""
    filled = [_filled(row) for row in rows]
    widths = sorted(len(places) for places in filled if places)
    if not widths:
        return None
    wide = widths[len(widths) * 3 // 4]
    broad = [n for n, places in enumerate(filled) if len(places) >= max(1, _BROAD * wide)]
    columns = _typed_columns(rows, filled, broad)
    header = _header(rows, filled, broad, columns, wide)
    if header is None:
        first = broad[0]
        width = max(len(rows[n]) for n in broad)
        return Found(None, None, 0, width, ("",) * width, len(filled[first]))
    data = sorted(len(filled[n]) for n in broad if n > header and _verdict_free(rows[n]))
    usual = data[len(data) // 2] if data else len(filled[header])
    group = _group(rows, filled, header)
    named = filled[header] if group is None else [*filled[header], *filled[group]]
    first, end = min(named), max(named) + 1
    names = tuple(cell.strip() for cell in _cut(rows[header], first, end))
    if group is not None:
        names = _joined(_cut(rows[group], first, end), names)
    typed_ = tuple(sorted(place - first for place in columns if first <= place < end))
    return Found(header, group, first, end, names, usual, typed_)


def _cut(row: Row, first: int, end: int) -> list[str]:
    """The cells of a row from one place to another, empty ones where it is shorter."""
    return [*row[first:end], *[""] * (end - max(first, len(row)))]


def typed(cell: str) -> bool:
    """Whether a cell is a number, an amount, a date or a time, and no word."""
    if not any(c.isdigit() for c in cell):
        return False
    letters = [word.lower() for word in _LETTERS.findall(cell)]
    return all(word in _UNITS or word in words.MONTHS or word in words.WEEKDAYS for word in letters)


def _filled(row: Row) -> list[int]:
    return [n for n, cell in enumerate(row) if cell.strip().lower() not in _NOTHING]


def _verdict_free(row: Row) -> bool:
    return not any(words.is_total(cell) or words.is_total_of(cell) for cell in row)


def _typed_columns(rows: Sequence[Row], filled: Sequence[list[int]], broad: Sequence[int]) -> set[int]:
    """The columns in which most cells of the broad rows are numbers or dates."""
    count: dict[int, int] = {}
    of: dict[int, int] = {}
    for n in broad:
        for place in filled[n]:
            of[place] = of.get(place, 0) + 1
            count[place] = count.get(place, 0) + typed(rows[n][place])
    least = {place: 1 if total < 4 else _MOST * (total - 1) for place, total in of.items()}
    often = _OFTEN * len(broad)
    return {place for place, total in of.items() if total >= often and count[place] >= least[place]}


def _header(
    rows: Sequence[Row], filled: Sequence[list[int]], broad: Sequence[int], columns: set[int], wide: int
) -> int | None:
    names = [n for n in range(len(rows)) if len(filled[n]) >= _BROAD * wide and _named(rows[n], filled[n])]
    if not columns:
        return names[0] if names else broad[0]
    half = len(columns) / 2
    data = next((n for n in broad if sum(_value(rows[n][c]) for c in columns & set(filled[n])) >= half), None)
    above = [n for n in names if data is None or n < data]
    if not above:
        return None if data == broad[0] else broad[0]
    worded = [n for n in above if len(columns & set(filled[n])) >= half]
    if not worded or data is None:
        return above[0]
    # Of neighbours the broadest, then the first: a record may have words where others have numbers.
    neighbours = [n for n in worded if set(range(n, worded[-1] + 1)) <= set(above)]
    return max(neighbours, key=lambda n: (len(filled[n]), -n))


def _value(cell: str) -> bool:
    """Whether a cell can only be data: months and years are names of columns, too."""
    return typed(cell) and words.month(cell) is None and _YEAR.fullmatch(cell.strip()) is None


def _named(row: Row, filled: Sequence[int]) -> bool:
    """Whether a row can be a header: words, months or years, none of them a whole sentence."""
    cells = [row[n].strip() for n in filled]
    named = [c for c in cells if not _value(c)]
    return len(named) >= _WORDY * len(cells) and all(len(c) <= _LONGEST_NAME for c in cells)


def _group(rows: Sequence[Row], filled: Sequence[list[int]], header: int) -> int | None:
    """The row right above a header whose names occur more than once, if it names groups of columns."""
    above = header - 1
    told = [rows[header][place].strip().lower() for place in filled[header]]
    if above < 0 or len(set(told)) == len(told) or len(filled[above]) < 2:
        return None
    return above if _named(rows[above], filled[above]) else None


def _joined(groups: Row, names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns with those of their groups in front; a group reaches to the next one."""
    found, group = [], ""
    for place, name in enumerate(names):
        group = groups[place].strip() or group
        found.append(f"{group} {name}".strip())
    return tuple(found)
