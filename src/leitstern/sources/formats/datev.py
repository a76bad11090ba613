"""DATEV's format (EXTF): its first line tells the fiscal year, its days of vouchers have none.

Line 1 holds, among others, the first day of the fiscal year (13th field) and the first and last day of the
batch (15th and 16th). ``Belegdatum`` is ``TTMM`` (a leading zero may be missing), other days ``TTMMJJJJ``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

_FIRST_LINE = re.compile(r'"?(?:EXTF|DTVF)"?;')
_YEAR_BEGINS, _FROM, _TO = 12, 14, 15
_VOUCHER = "Belegdatum"
_WHOLE = ("Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit")


@dataclass(frozen=True, slots=True)
class Batch:
    """The days a batch may hold, both included."""

    first: date
    last: date

    def voucher(self, text: str) -> str:
        """A voucher's day and month as an ISO date; the text itself if no such day is in the batch."""
        digits = text.strip().zfill(4)
        if not re.fullmatch(r"\d{4}", digits):
            return text
        for year in range(self.first.year, self.last.year + 1):
            day = _day(year, int(digits[2:]), int(digits[:2]))
            if day is not None and self.first <= day <= self.last:
                return day.isoformat()
        return text


def batch(line: str) -> Batch | None:
    """The batch that a first line tells of; None for other files."""
    if not _FIRST_LINE.match(line):
        return None
    fields = next(csv.reader([line], delimiter=";"))
    days = [_told(fields[place]) if place < len(fields) else None for place in (_YEAR_BEGINS, _FROM, _TO)]
    begins, first, last = days
    if first is not None and last is not None:
        return Batch(first, last)
    return None if begins is None else Batch(begins, begins + timedelta(days=365))


def is_datev(line: str) -> bool:
    """Whether a line is the first of such a file."""
    return _FIRST_LINE.match(line) is not None


def days(names: list[str], known: Batch | None) -> dict[int, Callable[[str], str]]:
    """How the days of each column become ISO dates, by the column's place."""
    found: dict[int, Callable[[str], str]] = {}
    for place, name in enumerate(names):
        if name == _VOUCHER and known is not None:
            found[place] = known.voucher
        elif name in _WHOLE:
            found[place] = _whole
    return found


def _told(text: str) -> date | None:
    return _day(int(text[:4]), int(text[4:6]), int(text[6:8])) if re.fullmatch(r"\d{8}", text) else None


def _whole(text: str) -> str:
    digits = text.strip().zfill(8) if len(text.strip()) in (7, 8) else ""
    day = _day(int(digits[4:]), int(digits[2:4]), int(digits[:2])) if digits.isdigit() else None
    return text if day is None else day.isoformat()


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
