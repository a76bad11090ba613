"""The cells of a sheet as texts: merged ones repeated, true numbers readable beside numbers typed as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from leitstern.sources.text import cell

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

#: Row and column, from 0.
Place = tuple[int, int]

#: A merged area over more rows than this is decoration.
_MOST_MERGED = 10_000
#: A text with a decimal mark in it that somebody typed as a number.
_TYPED_NUMBER = re.compile(r"[^A-Za-z]*\d[.,' ]\d[^A-Za-z]*(?:EUR|CHF|USD)?[^A-Za-z]*")


_TYPED_DATE = re.compile(r"\s*(\d{1,2})[./-](\d{1,2})[./-](?:\d{4}|\d{2})(?: .*)?")
_MONTHS = 12


class Cells:
    """Reads the rows of one sheet as texts; rows must be given in order.

    In a column with both true numbers and numbers typed as text, a true number is written with a power of
    ten (``200025E-02``), which has no decimal mark: so the texts alone say which mark theirs is.
    ``swapped`` are columns of dates of which a spreadsheet has probably taken months for days.
    """

    def __init__(self, sheet: CalamineSheet) -> None:
        self._merged = _merged(sheet)
        self._tops: dict[Place, object] = dict.fromkeys(self._merged.values(), "")
        self._mixed, self.swapped = _looked_through(sheet)

    def repeated(self, first: int) -> int:
        """How many cells repeat the one they are merged with, from a row on."""
        return sum(row >= first for row, _ in self._merged)

    def texts(self, row: int, values: Sequence[object]) -> list[str]:
        """The texts of a row, which is counted from 0."""
        if self._merged:
            values = [self._whole((row, column), value) for column, value in enumerate(values)]
        return [_unmarked(v) if n in self._mixed else cell(v) for n, v in enumerate(values)]

    def _whole(self, place: Place, value: object) -> object:
        if place in self._tops:
            self._tops[place] = value
        top = self._merged.get(place)
        return value if top is None else self._tops[top]


def _merged(sheet: CalamineSheet) -> dict[Place, Place]:
    """For each further cell of cells merged one above the other, the one that has the value."""
    found: dict[Place, Place] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if left == right and bottom - top < _MOST_MERGED:
            found |= {(row, left): (top, left) for row in range(top + 1, bottom + 1)}
    return found


@dataclass(slots=True)
class _Column:
    """What the cells of a column are: true numbers with decimals, numbers typed as text, true dates, those
    after the twelfth, and dates typed as text with a number over twelve in them."""

    decimals: bool = False
    typed: bool = False
    dates: int = 0
    late: bool = False
    left: int = 0
    other: bool = False


def _looked_through(sheet: CalamineSheet) -> tuple[set[int], tuple[int, ...]]:
    """The columns with true numbers beside typed ones, and those whose dates are probably half swapped.

    A spreadsheet that reads 03/04/2026 with day and month the wrong way round cannot read 03/25/2026, and
    leaves it as text: then true dates stand for days up to the twelfth only, and the texts for later ones.
    """
    columns: dict[int, _Column] = {}
    for row in sheet.iter_rows():
        for place, value in enumerate(row):
            if value == "":
                continue
            seen = columns.setdefault(place, _Column())
            if isinstance(value, float):
                seen.decimals = seen.decimals or not value.is_integer()
            elif isinstance(value, date):
                seen.dates += 1
                seen.late = seen.late or value.day > _MONTHS
            elif isinstance(value, str):
                seen.typed = seen.typed or _TYPED_NUMBER.fullmatch(value) is not None
                if dated := _TYPED_DATE.fullmatch(value):
                    beyond = max(int(dated[1]), int(dated[2])) > _MONTHS
                    seen.left, seen.other = seen.left + beyond, seen.other or not beyond
    mixed = {place for place, seen in columns.items() if seen.decimals and seen.typed}
    swapped = (n for n, s in columns.items() if s.dates and s.left and not s.late and not s.other)
    return mixed, tuple(swapped)


def _unmarked(value: object) -> str:
    """A cell as text; a number with decimals without a decimal mark."""
    text = cell(value)
    whole, point, decimals = text.partition(".")
    if not isinstance(value, float) or not point:
        return text
    return f"{whole}{decimals}E-{len(decimals):02}"
