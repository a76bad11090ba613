"""What the columns of a table of goals are: known by their headings, German or English, or a period each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from leitstern.errors import Problem
from leitstern.goals.names import words
from leitstern.periods.grains import Grain, Period, parse, period_of
from leitstern.periods.labels import MONTHS

if TYPE_CHECKING:
    from leitstern.goals.amounts import Cell

Field = Literal[
    "kpi", "kind", "name", "period", "start", "end",
    "target", "minimum", "stretch", "upper", "direction", "weight",
]  # fmt: skip

#: Field -> headings, German and English. What stands in brackets after a heading does not count.
HEADINGS: dict[Field, tuple[str, ...]] = {
    "kpi": ("Kennzahl", "KPI", "Kennzahl KPI", "Metrik", "metric", "indicator"),
    "kind": ("Bezug", "Art", "Ebene", "Bezugsart", "subject", "subject type", "type", "level"),
    "name": ("Name", "Für wen", "Wer", "Für", "Bezug Name", "whom", "for whom", "who", "for", "owner",
             "Person", "Team", "Kunde", "customer", "Mitarbeiter", "employee", "subject name"),
    "period": ("Zeitraum", "Periode", "period", "Monat", "month", "Quartal", "quarter", "Jahr", "year"),
    "start": ("Von", "Beginn", "Start", "ab", "from", "begin", "start date"),
    "end": ("Bis", "Ende", "to", "until", "end", "end date"),
    "target": ("Ziel", "Zielwert", "Soll", "Plan", "target", "goal", "target value"),
    "minimum": ("Minimum", "Mindestwert", "Min", "Untergrenze", "floor"),
    "stretch": ("Stretch", "Anspruch", "Stretch Ziel", "ambitioniert", "stretch target", "stretch goal"),
    "upper": ("Obergrenze", "Maximum", "Max", "upper", "upper limit", "ceiling"),
    "direction": ("Richtung", "direction"),
    "weight": ("Gewicht", "Gewichtung", "weight", "weighting"),
}  # fmt: skip
_FIELD_OF = {words(heading): name for name, headings in HEADINGS.items() for heading in headings}
#: These headings say what kind of subject the column names.
_KIND_HEADINGS = {
    words(heading): kind
    for heading, kind in (
        ("Person", "person"), ("Mitarbeiter", "person"), ("employee", "person"),
        ("Team", "team"), ("Kunde", "customer"), ("customer", "customer"),
    )
}  # fmt: skip
_MONTH_SHORT = {
    word: number + 1
    for names in MONTHS.values()
    for number, name in enumerate(names)
    for word in (words(name)[0], words(name)[0][:3])
} | {"mrz": 3, "sept": 9, "janner": 1, "feber": 2, "maer": 3}


@dataclass(frozen=True, slots=True)
class Headers:
    """The columns of a table by their places. ``wide``: one column for each period."""

    row: int
    fields: dict[Field, int] = field(default_factory=dict)
    wide: dict[int, Period] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    kind: str | None = None


def headers(rows: Sequence[Sequence[Cell]], fiscal_start: int = 1) -> Headers | None:
    """The headings: among the first ten rows, the first with a target or periods and one more; or None."""
    for place, row in enumerate(rows[:10]):
        found = _headers(row, place, fiscal_start)
        if len(found.fields) + len(found.wide) >= 2 and (found.wide or "target" in found.fields):
            return found
    return None


def _headers(row: Sequence[Cell], place: int, fiscal_start: int) -> Headers:
    fields: dict[Field, int] = {}
    wide: dict[int, Period] = {}
    ignored: list[str] = []
    kind = None
    for column, cell in enumerate(row):
        if cell is None or cell == "":
            continue
        heading = words(re.sub(r"[(\[].*?[)\]]", "", str(cell)))
        name = _FIELD_OF.get(heading)
        if name is not None and name not in fields:
            fields[name] = column
            kind = _KIND_HEADINGS.get(heading, kind) if name == "name" else kind
        elif (period := period_in(cell, fiscal_start, heading=True)) is not None:
            wide[column] = period
        else:
            ignored.append(str(cell))
    return Headers(place, fields, wide, tuple(ignored), kind)


def period_in(cell: Cell, fiscal_start: int = 1, *, heading: bool = False) -> Period | None:
    """The period a cell names; None for anything else.

    Everything `periods.parse` reads, and ``Jan 26``, ``Mrz. 2026``, ``03/2026``, ``1. Quartal 2026``,
    ``2. Halbjahr 26``. Tables keep months as their first day; so the first of a month is that month in a
    ``heading``.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | date | int | float):
        return None
    if isinstance(cell, int | float):
        is_year = 2000 <= cell <= 2100 and cell == int(cell)
        return parse(str(int(cell)), fiscal_start) if is_year else None
    if isinstance(cell, date):
        day = date(cell.year, cell.month, cell.day)  # a workbook has dates with a time
        return period_of(day, _grain(day, heading), fiscal_start)
    try:
        found = parse(_usual(cell), fiscal_start)
    except Problem:
        return None
    if found.grain is Grain.DAY:
        return period_of(found.start, _grain(found.start, heading), fiscal_start)
    return found


def _grain(day: date, heading: bool) -> Grain:
    return Grain.MONTH if heading and day.day == 1 else Grain.DAY


def _usual(text: str) -> str:
    """The text as `periods.parse` knows it."""
    cleaned = " ".join(text.split())
    if found := re.fullmatch(r"([^\W\d_]{3,9})\.?[ '’./-]*(\d{2}|\d{4})", cleaned):
        month = _MONTH_SHORT.get("".join(words(found[1])))
        return f"{_year(found[2])}-{month:02d}" if month else cleaned
    if found := re.fullmatch(r"(\d{1,2})[./](\d{4})", cleaned):
        return f"{found[2]}-{int(found[1]):02d}"
    if found := re.fullmatch(
        r"(?i)(\d)(?:\.|st|nd|rd|th)? ?(quartal|quarter|halbjahr|half) '?(\d{2,4})", cleaned
    ):
        return f"{'Q' if found[2].lower().startswith('q') else 'H'}{found[1]} {_year(found[3])}"
    if found := re.fullmatch(r"(?i)([qh]\d)[ /'’-]*(\d{2}|\d{4})", cleaned):
        return f"{found[1]} {_year(found[2])}"
    return cleaned


def _year(text: str) -> str:
    return text if len(text) == 4 else f"20{text}"
