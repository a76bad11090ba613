"""How the text of a column is read: the answer to "what does 1.234 mean here?".

A reading has a short code for the command line and for mapping files:

=============== =======================================================================
code            reads
=============== =======================================================================
``de``          ``1.234,56``  ``1 234,56``  ``1234,56`` (decimal comma)
``en``          ``1,234.56`` (decimal point, comma between thousands)
``ch``          ``1'234.56``  ``1 234.56`` (decimal point)
``plain``       ``1234.56`` (decimal point, nothing between thousands)
``plain %``     the same (``de %``, ...), but for a share of a whole, and in percent: ``60`` is 0.6
``DD.MM.YYYY``  and every other order and separator: ``DD-MM-YY``, ``MM/DD/YYYY``, ...
``YYYY-MM-DD``  ISO; with time, ``T``, ``Z`` and offsets. ``YYYYMMDD`` without separators
``words``       the month as a word: ``31. Dezember 2025``, ``Nov 3, 2025``, ``Jan 26`` (its first day)
``excel``       the serial number of a day (45000 is 2023-03-15); its fraction is the time
``yesno``       ``ja``/``nein``, ``true``/``false``, ``1``/``0``, ...
``text``        left alone
=============== =======================================================================

A date code may end in `` HH:MM``; times are read with or without it. German letters
(``TT.MM.JJJJ``) are understood. Days and months may have one digit, years two or four.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from leitstern.errors import Problem

ReadingKind = Literal["text", "number", "date", "time", "yesno", "empty"]
DateOrder = Literal["DMY", "MDY", "YMD"]

#: Number codes: decimal mark, and the mark between thousands they are named for.
NUMBERS: dict[str, tuple[str, str | None]] = {
    "de": (",", "."),
    "en": (".", ","),
    "ch": (".", "'"),
    "plain": (".", None),
}
_DATE_CODE = re.compile(r"(DD|MM|YYYY|YY)([./-])(MM|DD)\2(DD|YYYY|YY)( HH:MM(?::SS)?)?")


class Example(NamedTuple):
    """A value of the column and what it is under the reading."""

    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a column is read, and what came of trying it on every value.

    ``choices`` is filled when the column can be read in more than one way with different results:
    then this reading is only the first of them and must not be used before somebody has answered.

    ``read``, ``unread`` and ``empty`` count values of the column; they are 0 in a reading made from
    a code. ``currency`` is the one currency written beside the numbers; values in another one are
    not read. ``percent`` says whether the values carry a percent sign (``12 %`` is 0.12); ``None``
    (a reading made from a code) takes each value as it is written. ``hundredths``: numbers without
    the sign are in percent, too.
    """

    kind: ReadingKind
    code: str
    name: str = ""
    decimal: str | None = None
    thousands: str | None = None
    date_order: DateOrder | None = None
    separator: str | None = None
    currency: str | None = None
    percent: bool | None = None
    hundredths: bool = False
    read: int = 0
    unread: int = 0
    empty: int = 0
    examples: tuple[Example, ...] = ()
    unread_examples: tuple[str, ...] = ()
    choices: tuple[Reading, ...] = ()

    @property
    def is_question(self) -> bool:
        """Whether somebody has to choose before the column can be typed."""
        return bool(self.choices)

    def question(self, language: str) -> str:
        """The question to the user in ``de`` or ``en``, with an example for each choice."""
        from leitstern.messages import message

        choices = []
        for choice in self.choices:
            text, shown = choice.examples[0]
            choices.append(message("sources.choice", language, reading=choice.code, text=text, shown=shown))
        return message("sources.question", language, column=self.name, choices="; ".join(choices))

    def answered(self, code: str) -> Reading:
        """The reading for a user's answer, keeping what was counted if it was one of the choices."""
        for choice in self.choices:
            if choice.code == code:
                return choice
        return replace(reading(code), name=self.name)


def reading(code: str) -> Reading:
    """The reading a code stands for. Problem ``sources.unknown_reading`` for any other text."""
    wanted = code.strip()
    if wanted in ("text", "yesno"):
        return Reading(kind="text" if wanted == "text" else "yesno", code=wanted)
    marks = wanted.removesuffix("%").rstrip()
    if marks in NUMBERS:
        found = _number(marks)
        return found if marks == wanted else in_percent(found)
    if wanted == "excel":
        return Reading(kind="time", code="excel")
    if wanted in ("words", "words HH:MM"):
        return Reading(kind="date" if wanted == "words" else "time", code=wanted, date_order="DMY")
    dated = _date(wanted.upper().replace("T", "D").replace("J", "Y"))
    if dated is None:
        raise Problem("sources.unknown_reading", reading=code)
    return dated


def _number(code: str) -> Reading:
    decimal, thousands = NUMBERS[code]
    return Reading(kind="number", code=code, decimal=decimal, thousands=thousands)


def in_percent(found: Reading) -> Reading:
    """The same reading of numbers, but 60 without a percent sign is 0.6."""
    return replace(found, code=f"{found.code} %", hundredths=True)


def _date(code: str) -> Reading | None:
    if code in ("YYYYMMDD", "YYYYMMDD HH:MM"):
        return Reading(kind="date", code="YYYYMMDD", date_order="YMD", separator="")
    match = _DATE_CODE.fullmatch(code)
    if match is None:
        return None
    first, separator, second, third, time = match.groups()
    order = first[0] + second[0] + third[0]
    if order not in ("DMY", "MDY", "YMD"):
        return None
    return Reading(
        kind="time" if time else "date",
        code=f"{first}{separator}{second}{separator}{third}" + (" HH:MM" if time else ""),
        date_order=order,  # type: ignore[arg-type]  # checked one line above
        separator=separator,
    )
