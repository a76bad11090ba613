"""The names of periods: labels for machines (`2026-W47`) and texts for people (`KW 47 2026`), both ways."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.periods.grains import PARTS, Grain, from_index, index_of, letter_of, period_of

if TYPE_CHECKING:
    from leitstern.periods.grains import Period

MONTHS = {
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
           "November", "Dezember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
_MONTH_BY_NAME = {
    name.casefold(): number + 1 for names in MONTHS.values() for number, name in enumerate(names)
} | {"jänner": 1, "feber": 2}


def text(period: Period, language: str) -> str:
    """The period as people say it, in ``de`` or ``en``.

    A fiscal year that spans two calendar years names both: ``GJ 2025/26``, ``FY 2025/26``.
    """
    german = language == "de"
    start, grain = period.start, period.grain
    if grain is Grain.DAY:
        if german:
            return f"{start.day:02d}.{start.month:02d}.{start.year:04d}"
        return f"{start.day} {MONTHS['en'][start.month - 1]} {start.year}"
    if grain is Grain.WEEK:
        year, week, _ = start.isocalendar()
        return f"KW {week} {year}" if german else f"week {week}, {year}"
    if grain is Grain.MONTH:
        return f"{MONTHS['de' if german else 'en'][start.month - 1]} {start.year}"
    letter = letter_of(grain)
    year, part = divmod(period.index, PARTS.get(letter, 1))
    shown = str(year)
    if grain.fiscal:
        years = shown if period.fiscal_start == 1 else f"{year - 1}/{year % 100:02d}"
        shown = f"{'GJ' if german else 'FY'} {years}"
    return f"{letter}{part + 1} {shown}" if letter else shown


def parse(value: str, fiscal_start: int = 1) -> Period:
    """The period that ``value`` names; its grain follows from the form.

    Labels: ``2026-03-01``, ``2026-W09``, ``2026-03``, ``2026-Q1``, ``2026-H1``, ``2026``, ``FY2026-Q1``,
    ``FY2026-H1``, ``FY2026``. Also everything `text` writes in either language, ``KW 47/2026`` and capitals
    or not. Problems: ``periods.unknown_label`` for another form, ``periods.no_such_period`` for a form that
    fits and a period that does not exist (``2025-W53``).
    """
    cleaned = " ".join(value.split()).casefold()
    for pattern, read in _FORMS:
        if found := pattern.fullmatch(cleaned):
            try:
                period = read(found, fiscal_start)
            except ValueError:
                raise Problem("periods.no_such_period", value=value) from None
            if period is None:
                raise Problem("periods.no_such_period", value=value)
            return period
    raise Problem("periods.unknown_label", value=value)


def _day(found: re.Match[str], fiscal_start: int) -> Period:
    year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    return period_of(date(year, month, day), Grain.DAY, fiscal_start)


def _named_day(found: re.Match[str], fiscal_start: int) -> Period | None:
    month = _MONTH_BY_NAME.get(found["name"])
    if month is None:
        return None
    return period_of(date(int(found["year"]), month, int(found["day"])), Grain.DAY, fiscal_start)


def _week(found: re.Match[str], fiscal_start: int) -> Period:
    monday = date.fromisocalendar(int(found["year"]), int(found["week"]), 1)
    return period_of(monday, Grain.WEEK, fiscal_start)


def _month(found: re.Match[str], fiscal_start: int) -> Period:
    return period_of(date(int(found["year"]), int(found["month"]), 1), Grain.MONTH, fiscal_start)


def _named_month(found: re.Match[str], fiscal_start: int) -> Period | None:
    month = _MONTH_BY_NAME.get(found["name"])
    if month is None:
        return None
    return period_of(date(int(found["year"]), month, 1), Grain.MONTH, fiscal_start)


def _part_of_year(found: re.Match[str], fiscal_start: int) -> Period | None:
    groups = found.groupdict()
    letter, year = (groups.get("letter") or "").upper(), int(groups["year"])
    fiscal = bool(groups.get("fiscal"))
    if (ending := groups.get("ending")) and (year + 1) % 100 != int(ending):
        return None
    year += 1 if ending else 0
    part = int(groups.get("part") or 1)
    if not 1 <= part <= PARTS.get(letter, 1):
        return None
    grain = Grain({"": "year", "Q": "quarter", "H": "half_year"}[letter])
    if fiscal:
        return from_index(year * PARTS.get(letter, 1) + part - 1, f"fiscal_{grain}", fiscal_start)
    month = (part - 1) * 12 // PARTS.get(letter, 1) + 1
    return from_index(index_of(date(year, month, 1), grain), grain)


_YEAR = r"(?P<year>\d{4})"
_FISCAL = r"(?P<fiscal>fy|gj)"
_FORMS = [
    (re.compile(pattern), read)
    for pattern, read in (
        (_YEAR + r"-(?P<month>\d\d)-(?P<day>\d\d)", _day),
        (r"(?P<day>\d\d?)\.(?P<month>\d\d?)\." + _YEAR, _day),
        (r"(?P<day>\d\d?)\.? (?P<name>[^\W\d]+) " + _YEAR, _named_day),
        (_YEAR + r"-w(?P<week>\d\d)", _week),
        (r"(?:kw|week) ?(?P<week>\d\d?)(?:, ?|/| )" + _YEAR, _week),
        (_YEAR + r"-(?P<month>\d\d)", _month),
        (r"(?P<name>(?!fy|gj)[^\W\d]{3,}) " + _YEAR, _named_month),
        (rf"{_FISCAL}? ?{_YEAR}(?:-(?P<letter>[qh])(?P<part>\d))?", _part_of_year),
        (rf"(?P<letter>[qh]) ?(?P<part>\d)[ /]{_YEAR}", _part_of_year),
        (rf"(?:(?P<letter>[qh]) ?(?P<part>\d) )?{_FISCAL} ?{_YEAR}(?:/(?P<ending>\d\d))?", _part_of_year),
    )
]
