"""The cells of a sheet as texts: merged ones repeated, true numbers readable beside numbers typed as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
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


class Cells:
    """Reads the rows of one sheet as texts; rows must be given in order.

    In a column with both true numbers and numbers typed as text, a true number is written with a power of
    ten (``200025E-02``), which has no decimal mark: so the texts alone say which mark theirs is.
    """

    def __init__(self, sheet: CalamineSheet) -> None:
        self._merged = _merged(sheet)
        self._tops: dict[Place, object] = dict.fromkeys(self._merged.values(), "")
        self._mixed = _mixed(sheet)

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


def _mixed(sheet: CalamineSheet) -> set[int]:
    """The columns with true numbers that have decimals and with numbers typed as text."""
    true: set[int] = set()
    typed: set[int] = set()
    for row in sheet.iter_rows():
        for column, value in enumerate(row):
            if isinstance(value, float):
                if column not in true and not value.is_integer():
                    true.add(column)
            elif isinstance(value, str) and column not in typed and _TYPED_NUMBER.fullmatch(value):
                typed.add(column)
    return true & typed


def _unmarked(value: object) -> str:
    """A cell as text; a number with decimals without a decimal mark."""
    text = cell(value)
    whole, point, decimals = text.partition(".")
    if not isinstance(value, float) or not point:
        return text
    return f"{whole}{decimals}E-{len(decimals):02}"
