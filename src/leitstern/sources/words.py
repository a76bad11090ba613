"""Months, weekdays and totals as people write them in tables, German and English."""

from __future__ import annotations

import re
from typing import NamedTuple

#: Every spelling of a month, small letters, with its number.
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "januar jänner jaenner january jan jän jaen",
            "februar feber february feb",
            "märz maerz march mär mrz maer mar",
            "april apr",
            "mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "dezember december dez dec",
        ),
        start=1,
    )
    for word in words.split()
}
#: Longer spellings first, so that an expression takes the whole word.
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
WEEKDAY = (
    "montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|monday|tuesday|wednesday|thursday"
    "|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so"
)
WEEKDAYS = frozenset(WEEKDAY.split("|"))
_TOTAL = (
    r"(?:zwischen|end|teil|monats|jahres|quartals)?summen?|gesamt(?:summe|betrag|ergebnis)?|insgesamt"
    r"|(?:teil)?ergebnis|(?:sub|grand )?-?totals?"
)
#: What a text has to begin with to be looked at more closely; for Arrow.
TOTAL_START = rf"(?i)^\s*(?:{_TOTAL})\b"
_WHOLLY_TOTAL = re.compile(rf"(?i)(?:{_TOTAL})\s*:?")
_TOTAL_OF = re.compile(rf"(?i)(?:{_TOTAL})\b\s*[:\s(–-].*")
_PERIOD = re.compile(
    r"(?i)(?:q[1-4]|[1-4]\.? ?(?:quartal|quarter|q)|h[12]|[12]\.? ?(?:halbjahr|half))(?:[ /-]*(?:20)?\d\d)?"
    r"|(?:19|20)\d\d(?:[ /-]?q[1-4])?"
)
_MONTH_YEAR = re.compile(
    rf"(?i)(?:(?P<word>{MONTH})\.?(?:[\s/.'-]*(?P<year>\d{{4}}|\d{{2}}))?"
    r"|(?P<first>\d{4})[-/.](?P<number>0?[1-9]|1[0-2])|(?P<month>0?[1-9]|1[0-2])[-/.](?P<last>\d{4}))"
)


class Month(NamedTuple):
    """A month named in a table; the year may have been left to the title."""

    year: int | None
    month: int


def month(text: str) -> Month | None:
    """The month a text names: ``Jan 26``, ``März 2026``, ``2026-03``, ``03/2026``, ``Mai``."""
    found = _MONTH_YEAR.fullmatch(text.strip())
    if found is None:
        return None
    if found["word"]:
        year = int(found["year"]) if found["year"] else None
        return Month(year + 2000 if year is not None and year < 100 else year, MONTHS[found["word"].lower()])
    return Month(int(found["first"] or found["last"]), int(found["number"] or found["month"]))


def is_period(text: str) -> bool:
    """Whether a text is a quarter, a half-year or a year: ``Q1 2026``, ``1. Quartal``, ``2025``."""
    return _PERIOD.fullmatch(text.strip()) is not None


def is_total(text: str) -> bool:
    """Whether a text is just a word for a total: ``Summe``, ``Gesamt:``, ``Subtotal``."""
    return _WHOLLY_TOTAL.fullmatch(text.strip()) is not None


def is_total_of(text: str) -> bool:
    """Whether a text begins with such a word: ``Zwischensumme Januar``, ``Gesamt: Konto``."""
    return _TOTAL_OF.fullmatch(text.strip()) is not None
