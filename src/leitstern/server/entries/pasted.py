"""A whole table that is pasted: its rows and periods are found again in the table on the page.

Either a name in each row and a column for each period, or in each row the names, the period and, last, the
number. Nothing is saved by that: the numbers stand in the fields, and what was not found is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leitstern.goals.headers import period_in
from leitstern.goals.names import words
from leitstern.goals.table import rows_of
from leitstern.server import frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leitstern.periods.grains import Period
    from leitstern.server.entries.choice import Line
    from leitstern.server.entries.table import Table

#: Rows of a pasted table that are looked at, and what was not found that is named.
MOST, NAMED = 2_000, 20


@dataclass(slots=True)
class Pasted:
    """What was found, by the name of its cell, and the rows and columns that were not."""

    cells: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def read(table: Table, lines: Sequence[Line], text: str) -> Pasted:
    """Put the numbers of a pasted text into the cells of ``lines``.

    Problem ``goals.table_unreadable`` where a quotation mark is opened and not closed.
    """
    rows = [[cell.strip() for cell in row] for row in rows_of(text)[:MOST] if any(row)]
    found, unknown = Pasted(), dict[str, None]()
    known = _Names(table, lines)
    heads = known.heads(rows[0]) if rows else {}
    for row in rows[1:] if heads else rows:
        for names, period, number in _numbers(row, heads, known):
            line = known.line(names)
            if line is None or period is None:
                unknown[" ".join(name for name in (*names, *([] if period else [row[-2]])) if name)] = None
            elif number:
                found.cells[f"{line.key}~{period.label}"] = number
    found.unknown = [one for one in unknown if one][:NAMED]
    return found


def _numbers(
    row: Sequence[str], heads: dict[int, Period], known: _Names
) -> Iterator[tuple[list[str], Period | None, str]]:
    """Names, period and number of each cell of a row."""
    if heads:
        names = [cell for at, cell in enumerate(row) if at < min(heads)]
        for at, period in heads.items():
            yield names, period, row[at] if at < len(row) else ""
        return
    place = next((at for at, cell in enumerate(row[:-1]) if known.period(cell) is not None), None)
    if place is not None:
        yield [c for at, c in enumerate(row[:-1]) if at != place], known.period(row[place]), row[-1]
    elif len(row) > 1 and any(letter.isdigit() for letter in row[-1]):  # a row of headings has no number
        yield list(row[:-2]), None, row[-1]


class _Names:
    """What rows and columns of the page's table are called."""

    def __init__(self, table: Table, lines: Sequence[Line]) -> None:
        self._fiscal = table.ask.settings.fiscal_year_start
        self._columns = {period.label: period for period in table.columns}
        calendar = frame.calendar()
        self._short = {words(calendar.axis(period)[0]): period for period in table.columns}
        self._lines = [
            (line, {words(text) for text in (line.quantity.name, line.name, table.name(line))})
            for line in lines
        ]

    def period(self, cell: str) -> Period | None:
        """The column that a cell names: in full, or as the table's own head does."""
        found = period_in(cell, self._fiscal)
        if found is not None and found.label in self._columns:
            return self._columns[found.label]
        return self._short.get(words(cell))

    def heads(self, row: Sequence[str]) -> dict[int, Period]:
        """The periods of a row of headings by their places; none where it does not end with a period."""
        named = {at: self.period(cell) for at, cell in enumerate(row) if at and cell}
        found = {at: period for at, period in named.items() if period is not None}
        last = max(named, default=0)
        return found if last in found else {}

    def line(self, names: Sequence[str]) -> Line | None:
        """The one row that all names fit."""
        said = [words(name) for name in names if name]
        fit = [line for line, known in self._lines if said and all(name in known for name in said)]
        return fit[0] if len(fit) == 1 else None
