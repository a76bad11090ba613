"""Amounts as people write them into tables: ``1,2 Mio.``, ``38 T€``, ``12,5 %``, ``1'234.50``, ``$1.2m``.

What ``1.234`` means is decided by all cells together: if one of them can only be read with a decimal comma,
so are the others; if none tells, or they contradict each other, the cell is a question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from leitstern.sources import numbers
from leitstern.sources.arrow import listed, mask
from leitstern.sources.candidates import NO_VALUE
from leitstern.sources.readings import reading

if TYPE_CHECKING:
    from leitstern.sources.arrow import Bools, Texts

Cell = str | int | float | Decimal | date | None

#: Words for thousands, millions and billions -> how many zeros.
_SCALES = (
    (9, r"mrd\.?|milliarden?|bn|billions?"),
    (6, r"mio\.?|millionen|millions?|mln\.?|mn|m"),
    (3, r"tsd\.?|tausend|thousands?|k"),
)
_LETTER = r"[^\W\d_]"
#: T€, TEUR, k€, Mio€: the scale written at the currency.
_AT_CURRENCY = re.compile(rf"(?<!{_LETTER})(mio|mrd|t|k|m)[ \u00a0]?(?=€|eur(?!{_LETTER}))", re.IGNORECASE)
_BESIDE = [
    (zeros, re.compile(rf"(?<!{_LETTER})(?:{pattern})(?!{_LETTER})", re.IGNORECASE))
    for zeros, pattern in _SCALES
]
_ZEROS = {"mrd": 9, "mio": 6, "m": 6, "t": 3, "k": 3}
_NUMBERS = tuple(reading(code) for code in ("de", "en", "ch"))


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with what stood beside it. A percentage is a fraction (12,5 % is 0.125)."""

    value: Decimal
    percent: bool = False
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that is no amount: ``doubtful`` where it can be read in two ways, told by ``readings``."""

    text: str
    doubtful: bool = False
    readings: tuple[Decimal, ...] = ()


def amount(text: str, decimal: str) -> Amount | None:
    """One amount, read with this decimal mark (``,`` or ``.``); None if it is none."""
    core, zeros = _scaled(text)
    return _amount(core, zeros, decimal) if _fits(pa.array([core]), decimal)[0] else None


def amounts(cells: Sequence[Cell], others: Sequence[Cell] = ()) -> list[Amount | Unread | None]:
    """The amounts of a column; None for an empty cell.

    ``others`` are further cells of the same hand (the other columns), asked where the column itself does not
    tell what a point or comma means.
    """
    decimal = _decimal(cells) or _decimal([*cells, *others])
    return [_cell(cell, decimal) for cell in cells]


def _cell(cell: Cell, decimal: str | None) -> Amount | Unread | None:
    if cell is None or isinstance(cell, bool | date):
        return None if cell is None else Unread(str(cell))
    if not isinstance(cell, str):
        value = Decimal(str(cell))
        return Amount(value) if value.is_finite() else Unread(str(cell))
    text = cell.strip()
    if _is_empty(text):
        return None
    if decimal is not None:
        return amount(text, decimal) or amount(text, "," if decimal == "." else ".") or Unread(text)
    found = [each for each in (amount(text, ","), amount(text, ".")) if each is not None]
    if not found:
        return Unread(text)
    values = tuple(dict.fromkeys(each.value for each in found))
    return found[0] if len(values) == 1 else Unread(text, doubtful=True, readings=values)


def _decimal(cells: Sequence[Cell]) -> str | None:
    """The decimal mark that the cells agree on; None if none of them tells, or they contradict each other."""
    texts = [_scaled(cell)[0] for cell in cells if isinstance(cell, str) and not _is_empty(cell.strip())]
    column = pa.array(texts, pa.string())
    marks = set()
    for comma, point in zip(_fits(column, ","), _fits(column, "."), strict=True):
        if comma != point:
            marks.add("," if comma else ".")
    return marks.pop() if len(marks) == 1 else None


def _fits(texts: Texts, decimal: str) -> Bools:
    """Which texts can be read with this decimal mark."""
    codes = [code for code in _NUMBERS if code.decimal == decimal]
    fits: Bools = np.logical_or.reduce([mask(numbers.is_number(texts, code)) for code in codes])
    return fits


def _scaled(text: str) -> tuple[str, int]:
    """The text without its word for thousands or millions, and how many zeros that stood for."""
    if found := _AT_CURRENCY.search(text):
        return text[: found.start()] + text[found.end() :], _ZEROS[found[1].lower()]
    for zeros, pattern in _BESIDE:
        if found := pattern.search(text):
            return (text[: found.start()] + text[found.end() :]).strip(), zeros
    return text, 0


def _amount(core: str, zeros: int, decimal: str) -> Amount:
    texts = pa.array([core])
    value = Decimal(listed(numbers.canonical(texts, decimal))[0])
    currencies = (code for code in numbers.CURRENCIES if mask(numbers.has_currency(texts, code))[0])
    scaled = value.scaleb(zeros)
    return Amount(_plain(scaled), "%" in core, next(currencies, None))


def _plain(value: Decimal) -> Decimal:
    """Without a power of ten and without needless zeros: 1200000, 0.125."""
    return Decimal(format(value.normalize(), "f"))


def _is_empty(text: str) -> bool:
    return not text or text.casefold() in NO_VALUE
