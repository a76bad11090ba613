"""The table put together: for each row and period what stands in the data, who typed it, and what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.server import audit, frame, typed
from leitstern.server.entries.queue import ENTER, WAITING, rows_of, said
from leitstern.server.figures import DASH
from leitstern.server.models import Import

if TYPE_CHECKING:
    from datetime import date

    from leitstern.facts.typed import Entry
    from leitstern.periods.grains import Period
    from leitstern.server.entries.choice import Choice, Line
    from leitstern.server.sight import Sight

#: Whom a value can tell about: what the viewer may not see of these stays hidden.
_OF_PEOPLE = ("team", "person", "region")


@dataclass(frozen=True, slots=True)
class Cell:
    """The number of a row in a period. ``text`` is what its field shows, ``before`` what stood there when the
    page was made; ``note`` says where it came from. ``entry`` is the one record it is about; a cell that
    sums up several, or whose number is just being saved, is not ``editable``. ``hidden``: there may be a
    number that the viewer may not see. ``problem`` is why it was not saved, ``doubt`` what is asked."""

    name: str
    label: str
    text: str
    before: str
    note: str
    editable: bool
    entry: Entry | None = None
    hidden: bool = False
    problem: str = ""
    doubt: str = ""

    @property
    def id(self) -> str:
        """The cell's id in the page."""
        return f"cell-{self.name}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its cells; ``unit`` is the unit its numbers are typed in."""

    line: Line
    name: str
    unit: str
    cells: tuple[Cell, ...]


@dataclass
class Table:
    """All cells of a choice for one viewer. ``typed_in``, ``problems`` and ``doubts``, by the names of cells,
    are what was sent and not saved."""

    ask: Sight
    choice: Choice
    typed_in: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def columns(self) -> list[Period]:
        """The periods."""
        return self.choice.columns()

    @cached_property
    def lines(self) -> list[Line]:
        """The rows."""
        return self.choice.lines(self.ask)

    @cached_property
    def stored(self) -> list[Entry]:
        """What the store holds of what is typed here, a year before the first column as well."""
        first = self.columns[0].start
        first = first.replace(year=first.year - 1, day=1)
        sheets = dict.fromkeys(line.quantity.sheet for line in self.lines)
        return [e for s in sheets for e in self.ask.workspace.typed(s, first, self.columns[-1].end)]

    @cached_property
    def by_place(self) -> dict[tuple[str | None, ...], list[Entry]]:
        """The same by what it is about, in the order of days."""
        found: dict[tuple[str | None, ...], list[Entry]] = {}
        for entry in self.stored:
            found.setdefault(entry.place, []).append(entry)
        return found

    def rows(self, lines: Sequence[Line]) -> list[Row]:
        """Some of the rows with their cells, to be shown."""
        found = [self._row(line) for line in lines]
        self._seen(found)
        return found

    def cell(self, line: Line, period: Period) -> Cell:
        """One cell."""
        name = f"{line.key}~{period.label}"
        label = f"{self.name(line)}, {frame.calendar().period(period)}"
        there = [e for e in self.by_place.get(line.place, []) if e.at in period]
        waits = self._waiting.get((line.key, period.label))
        if waits is not None:
            return Cell(name, label, waits, waits, _("is being saved"), editable=False)
        hidden = (line.quantity.kpi, line.subject, period.label) in self._hidden
        if hidden:
            return self._filled(Cell(name, label, "", "", _("protected"), True, _only(there), hidden=True))
        if len(there) > 1 or any(e.currency not in (None, self.ask.settings.currency) for e in there):
            return Cell(name, label, self._rolled(line, there), "", _count(there), editable=False)
        entry = _only(there)
        text = typed.shown(entry.value if entry else None, line.quantity.unit, frame.figures())
        note = self._origin(entry) if entry else ""
        return self._filled(Cell(name, label, text, text, note, True, entry))

    def name(self, line: Line) -> str:
        """What a row is called."""
        if line.by == "company" and self.choice.kind == "spend":
            return _("for no campaign")
        whole = line.by == "company" or self.choice.kind == "spend"
        own = line.name if line.by != "company" else line.quantity.name
        return own if whole or self.choice.asked is not None else f"{line.quantity.name}, {line.name}"

    def _row(self, line: Line) -> Row:
        unit = frame.figures().unit_name(line.quantity.unit)
        return Row(line, self.name(line), unit, tuple(self.cell(line, period) for period in self.columns))

    def _filled(self, cell: Cell) -> Cell:
        """A field with what was sent and not saved."""
        return Cell(
            cell.name, cell.label, self.typed_in.get(cell.name, cell.text), cell.before, cell.note, True,
            cell.entry, cell.hidden, self.problems.get(cell.name, ""), self.doubts.get(cell.name, ""),
        )  # fmt: skip

    def _rolled(self, line: Line, there: Sequence[Entry]) -> str:
        """Several numbers as the one they make."""
        if len({e.currency for e in there}) > 1 or not there:
            return DASH
        numbers = [e.value for e in there]
        total = sum(numbers, Decimal(0))
        value = {"sum": total, "average": total / len(numbers), "last": numbers[-1]}[line.quantity.roll]
        return frame.figures().exact(value, line.quantity.unit)

    def _origin(self, entry: Entry) -> str:
        one = self._imports.get(entry.batch)
        if one is None or not one.kind:
            return _("from %(file)s") % {"file": entry.file}
        day = one.created_at.astimezone(ZoneInfo(self.ask.settings.timezone)).date()
        return f"{one.created_by}, {frame.calendar().short_day(day)}"

    @cached_property
    def _imports(self) -> dict[int, Import]:
        batches = {entry.batch for entry in self.stored}
        rows = Import.objects.filter(batch__in=batches).select_related("created_by")
        return {one.batch: one for one in rows if one.batch is not None}

    @cached_property
    def _waiting(self) -> dict[tuple[str, str], str]:
        """What is typed and not in the data yet, by row and period."""
        found: dict[tuple[str, str], str] = {}
        for one in Import.objects.filter(kind=self.choice.kind, state__in=WAITING, task=ENTER).order_by("pk"):
            for row in rows_of(self.ask, one):
                found[row.told.get("line", ""), row.told.get("period", "")] = said(row.told, "now")
        return found

    @cached_property
    def _hidden(self) -> set[tuple[str, str | None, str]]:
        """KPI, subject and period of values that the viewer may not see."""
        by = self.choice.by
        if by not in _OF_PEOPLE or not self.lines or self.ask.generation() is None:
            return set()
        kpis = sorted({line.quantity.kpi for line in self.lines})
        level = "own_team" if by == "team" else by
        start, end = self.columns[0].start, self.columns[-1].end
        if by == "person":
            return {
                (line.quantity.kpi, line.subject, period.label)
                for line in self.lines
                for period in self.columns
                if not self._sees_person(line, period.start, period.end)
            }
        found = self.ask.compute(kpis, level, str(self.choice.grain), start, end)
        return {(o.kpi.partition("@")[0], o.subject.id, o.period) for o in found if o.reason == "protected"}

    def _sees_person(self, line: Line, start: date, end: date) -> bool:
        seen = self.ask.policy.people(self.ask.viewer, start, end)
        return line.subject in seen and not self.ask.expired(line.quantity.kpi, end)

    def _seen(self, rows: Sequence[Row]) -> None:
        """Write to the access log whose values were shown."""
        for row in rows if self.choice.by == "person" else ():
            if any(cell.entry and not cell.hidden for cell in row.cells):
                audit.seen(self.ask.viewer, {str(row.line.subject)}, row.line.quantity.kpi, self.ask.surface)


def _only(there: Sequence[Entry]) -> Entry | None:
    return there[0] if len(there) == 1 else None


def _count(there: Sequence[Entry]) -> str:
    return ngettext("%(n)s entry", "%(n)s entries", len(there)) % {"n": len(there)}
