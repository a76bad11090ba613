"""What the titles of a report and the name of a file tell of the days that it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from leitstern.sources import words

if TYPE_CHECKING:
    from leitstern.sources.files import Landed

_MONTH = f"(?i:{words.MONTH})"
_DAYS = re.compile(
    rf"(?P<d>\d{{1,2}})\.? (?P<m>{_MONTH})\.? (?P<y>\d{{4}})"
    rf"|(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}}),? (?P<y2>\d{{4}})"
    r"|(?P<y3>\d{4})-(?P<m3>\d\d)-(?P<d3>\d\d)|(?P<d4>\d{1,2})\.(?P<m4>\d{1,2})\.(?P<y4>\d{4})"
)
_MONTHS = re.compile(
    rf"\b(?P<m>{_MONTH})\.?[ _-](?P<y>20\d\d)|(?<!\d)(?P<y2>20\d\d)[-_](?P<m2>0[1-9]|1[0-2])(?!\d)"
)


def titles_of(table: Landed) -> list[str]:
    """The lines that stood above a table."""
    told = (str(note.values.get("lines", "")) for note in table.notes if note.code == "above_header")
    return [line for lines in told for line in lines.splitlines()]


def days_in(titles: Sequence[str]) -> list[str]:
    """The days that the first title with any tells, as ISO dates: a period's, or the first of a month."""
    for title in titles:
        days = [_day(*_parts(match.groupdict())) for match in _DAYS.finditer(title)]
        months = [_day(*_parts(match.groupdict())) for match in _MONTHS.finditer(title)]
        found = [day for day in days or months if day is not None]
        if found:
            return list(dict.fromkeys(found))
    return []


def _parts(groups: dict[str, str | None]) -> tuple[int, int, int]:
    """Year, month and day; the first of a month that is named alone."""
    told = {name[0]: text for name, text in groups.items() if text}
    month = words.MONTHS.get(told["m"].lower()) or int(told["m"])
    return int(told["y"]), month, int(told.get("d", 1))


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
