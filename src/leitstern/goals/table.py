"""Goals from a table: pasted from Excel, or the rows of a CSV or XLSX file.

Two forms are read. *Long*: one goal a row, with columns for KPI, subject, period, target, and optionally
minimum, stretch, upper limit, direction and weight. *Wide*: one subject (and KPI) a row, and a column for
each period (``Jan 2026``, ``Q1 2026``, ``2026-03``). Columns are known by their headings (`headers`).

Nothing is guessed: what a cell does not say clearly is a problem that names row, column, value and remedy,
and its goal is not made.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from leitstern.errors import Problem
from leitstern.goals.amounts import Amount, Cell, Unread, amounts
from leitstern.goals.goal import Direction, Goal, Levels, Whom
from leitstern.goals.headers import HEADINGS, Field, Headers, headers, period_in
from leitstern.goals.kpi_names import Phrase, kpi_phrases, nearest_kpis
from leitstern.goals.names import Names, kind_of, words
from leitstern.messages import message
from leitstern.periods.grains import Grain

if TYPE_CHECKING:
    from leitstern.kpis.definition import Definition
    from leitstern.kpis.load import Catalogue
    from leitstern.periods.grains import Period

_DIRECTIONS: dict[str, Direction] = {
    "mindestens": "at_least", "at least": "at_least", "at_least": "at_least", "min": "at_least",
    ">=": "at_least", "≥": "at_least", ">": "at_least", "mehr": "at_least", "up": "at_least",
    "hochstens": "at_most", "höchstens": "at_most", "maximal": "at_most", "at most": "at_most",
    "at_most": "at_most", "max": "at_most", "<=": "at_most", "≤": "at_most", "<": "at_most",
    "weniger": "at_most", "down": "at_most",
    "zwischen": "between", "between": "between",
}  # fmt: skip
_BY_GOOD: dict[str, Direction] = {"up": "at_least", "down": "at_most"}
Given = ParamSpec("Given")
Read = TypeVar("Read")
Dates = tuple[date, date, "Period | None"]
_LEVELS: tuple[Field, ...] = ("target", "minimum", "stretch", "upper")


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with a cell. ``row`` counts from 1 as a spreadsheet does, headings included; ``column``
    is the heading; ``place`` the column's number from 0, None where the column is missing."""

    row: int
    column: str
    value: str
    problem: Problem
    place: int | None = None

    def text(self, language: str) -> str:
        """Place, value and remedy in ``de`` or ``en``."""
        where = message("goals.table_cell", language, row=self.row, column=self.column)
        return f"{where} {self.problem.text(language)}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A goal as far as its row (and in the wide form its column) could be read; ``goal`` is None where
    something is missing."""

    row: int
    goal: Goal | None
    problems: tuple[CellProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class GoalTable:
    """What was read: a draft for each goal in order, and headings that nobody knows."""

    drafts: tuple[Draft, ...]
    ignored: tuple[str, ...] = ()

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The goals that could be read without a problem."""
        return tuple(draft.goal for draft in self.drafts if draft.goal is not None)

    @property
    def problems(self) -> tuple[CellProblem, ...]:
        """All problems, in order of rows; each cell's once."""
        found = (problem for draft in self.drafts for problem in draft.problems)
        return tuple({(each.row, each.column, each.problem.code): each for each in found}.values())


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds for rows that do not say it: the KPI and period of the page the table is pasted into."""

    kpi: str | None = None
    period: Period | None = None
    fiscal_start: int = 1


def rows_of(text: str) -> list[list[str]]:
    """The rows of a pasted text: cells apart by tabs (as from Excel), else by semicolons; quoted or not.

    Problem ``goals.table_unreadable`` where a quotation mark is opened and not closed.
    """
    mark = "\t" if "\t" in text else ";"
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))
    try:
        return list(csv.reader(lines, delimiter=mark, strict=True))
    except csv.Error as error:
        raise Problem("goals.table_unreadable") from error


def read_table(
    table: str | Sequence[Sequence[Cell]], catalogue: Catalogue, names: Names, usual: Usual = Usual()
) -> GoalTable:
    """The goals of a table.

    Problem ``goals.table_no_headings`` if no row of headings is found; every other problem is in the
    result.
    """
    rows = rows_of(table) if isinstance(table, str) else table
    found = headers(rows, usual.fiscal_start)
    if found is None:
        raise Problem("goals.table_no_headings")
    return _Reader(rows, found, catalogue, names, usual).read()


class _Wrong(Exception):  # noqa: N818 - carries a problem to where the problems of a goal gather
    """A cell that cannot be used."""

    def __init__(self, problem: CellProblem) -> None:
        super().__init__(problem)
        self.problem = problem


class _Reader:
    """Reads the rows below the headings; what is wrong with the goal at hand gathers in ``wrong``."""

    def __init__(
        self, rows: Sequence[Sequence[Cell]], found: Headers, catalogue: Catalogue, names: Names, usual: Usual
    ) -> None:
        self.rows, self.headers, self.catalogue = rows, found, catalogue
        self.names, self.usual = names, usual
        self.phrases: dict[Phrase, tuple[str, ...]] = kpi_phrases(catalogue)
        self.below = range(found.row + 1, len(rows))
        self.amounts = self._amounts()
        self.wrong: list[CellProblem] = []

    def read(self) -> GoalTable:
        drafts: list[Draft] = []
        for row in self.below:
            if any(cell not in (None, "") for cell in self.rows[row]):
                drafts += self._wide(row) if self.headers.wide else [self._long(row)]
        return GoalTable(tuple(drafts), self.headers.ignored)

    def _amounts(self) -> dict[int, list[Amount | Unread | None]]:
        """Every column of amounts, each read with a look at the others."""
        fields = (*_LEVELS, "weight")
        places = [self.headers.fields[name] for name in fields if name in self.headers.fields]
        columns = {
            place: [self._cell(row, place) for row in self.below] for place in (*places, *self.headers.wide)
        }
        whole = [cell for cells in columns.values() for cell in cells]
        return {place: amounts(cells, whole) for place, cells in columns.items()}

    def _tried(self, read: Callable[Given, Read], *given: Given.args, **named: Given.kwargs) -> Read | None:
        """What was read, or nothing and one problem more."""
        try:
            return read(*given, **named)
        except _Wrong as wrong:
            self.wrong.append(wrong.problem)
            return None

    # --- one goal ---

    def _long(self, row: int) -> Draft:
        self.wrong = []
        return self._draft(row, self._tried(self._dates, row), self.headers.fields["target"])

    def _wide(self, row: int) -> Iterator[Draft]:
        for place, period in self.headers.wide.items():
            if self.amounts[place][row - self.below.start] is None:
                continue  # an empty cell of a wide table asks for no goal
            self.wrong = []
            yield self._draft(row, (period.start, period.end, period), place)

    def _draft(self, row: int, dates: Dates | None, target: int) -> Draft:
        definition, whom = self._tried(self._kpi, row), self._tried(self._whom, row)
        weight = self._tried(self._weight, row)
        direction = levels = None
        if definition:
            direction = self._tried(self._direction, row, definition)
        if definition and direction:
            levels = self._tried(self._levels, row, target, definition, direction)
        goal = None
        if definition and whom and dates and direction and levels and weight:
            start, end, period = dates
            goal = Goal(
                kpi=definition.kpi,
                version=definition.version,
                whom=whom,
                start=start,
                end=end,
                direction=direction,
                levels=levels,
                grain=str(period.grain) if period else None,
                period=period.label if period else None,
                weight=weight,
            )
        return Draft(row + 1, goal, tuple(self.wrong))

    def _kpi(self, row: int) -> Definition:
        text = self._text(row, "kpi")
        if not text and self.usual.kpi is not None:
            return self.catalogue.get(self.usual.kpi)
        if not text:
            raise self._problem(row, "kpi", Problem("goals.table_kpi_missing"))
        found = self.phrases.get(words(text), ())
        if len(found) > 1:
            choices = ", ".join(found)
            raise self._problem(row, "kpi", Problem("goals.table_kpi_ambiguous", value=text, choices=choices))
        if not found:
            near = ", ".join(nearest_kpis(text, self.phrases)) or "-"
            raise self._problem(row, "kpi", Problem("goals.table_kpi_unknown", value=text, near=near))
        return self.catalogue.get(found[0])

    def _whom(self, row: int) -> Whom:
        kind_text, name = self._text(row, "kind"), self._text(row, "name")
        kind = kind_of(kind_text) if kind_text else self.headers.kind
        if kind == "company":
            return Whom("company")
        if kind_text and kind is None and not name:
            name = kind_text  # the column of kinds was used for the name itself
        elif kind_text and kind is None:
            raise self._problem(row, "kind", Problem("goals.table_kind_unknown", value=kind_text))
        if not name:
            raise self._problem(row, "name", Problem("goals.table_whom_missing"))
        found = self.names.find(name, kind)
        if len(found) > 1:
            choices = ", ".join(f"{whom.type} {whom.id}" for whom in found)
            raise self._problem(
                row, "name", Problem("goals.table_whom_ambiguous", value=name, choices=choices)
            )
        if not found:
            raise self._problem(row, "name", Problem("goals.table_whom_unknown", value=name))
        return found[0]

    def _dates(self, row: int) -> Dates:
        place = self.headers.fields.get("period")
        cell = None if place is None else self._cell(row, place)
        if cell not in (None, ""):
            period = period_in(cell, self.usual.fiscal_start)
            if period is None:
                raise self._problem(row, "period", Problem("goals.table_period_unknown", value=cell))
            return period.start, period.end, period
        if "start" in self.headers.fields and "end" in self.headers.fields:
            return self._two_dates(row)
        if self.usual.period is not None:
            return self.usual.period.start, self.usual.period.end, self.usual.period
        raise self._problem(row, "period", Problem("goals.table_period_missing"))

    def _two_dates(self, row: int) -> Dates:
        days = []
        for name in ("start", "end"):
            cell = self._cell(row, self.headers.fields[name])
            period = period_in(cell, self.usual.fiscal_start)
            if period is None or period.grain is not Grain.DAY:
                raise self._problem(row, name, Problem("goals.table_day_unknown", value=cell or "-"))
            days.append(period.start)
        if days[1] < days[0]:
            raise self._problem(row, "end", Problem("periods.reversed", start=days[0], end=days[1]))
        return days[0], days[1], None

    def _direction(self, row: int, definition: Definition) -> Direction:
        text = self._text(row, "direction").casefold()
        found = _DIRECTIONS.get(text) if text else _BY_GOOD.get(definition.good)
        if found is None:
            raise self._problem(row, "direction", Problem("goals.table_direction_unknown", value=text or "-"))
        return found

    def _weight(self, row: int) -> Decimal:
        place = self.headers.fields.get("weight")
        amount = None if place is None else self.amounts[place][row - self.below.start]
        if amount is None:
            return Decimal(1)
        if isinstance(amount, Unread) or amount.value <= 0:
            raise self._problem(row, "weight", Problem("goals.table_weight", value=self._text(row, "weight")))
        return amount.value

    # --- its levels ---

    def _levels(self, row: int, place: int, definition: Definition, direction: Direction) -> Levels:
        target = self._level(row, "target", place, definition)
        others = {
            name: self._level(row, name, self.headers.fields[name], definition)
            for name in _LEVELS[1:]
            if name in self.headers.fields and not self.headers.wide
        }
        if target is None:
            raise self._problem(row, "target", Problem("goals.table_target_missing"))
        found = Levels(target, others.get("minimum"), others.get("stretch"), others.get("upper"))
        if not in_order(found, direction):
            raise self._problem(row, "target", Problem(f"goals.levels_{direction}"))
        return found

    def _level(self, row: int, name: Field, place: int, definition: Definition) -> Decimal | None:
        amount = self.amounts[place][row - self.below.start]
        if amount is None:
            return None
        value = str(self._cell(row, place)).strip()
        if isinstance(amount, Unread):
            code = "goals.table_number_doubtful" if amount.doubtful else "goals.table_number_unknown"
            readings = ", ".join(map(str, amount.readings))
            values = {"value": value, "readings": readings} if amount.doubtful else {"value": value}
            raise self._problem(row, name, Problem(code, **values), place)
        if amount.percent and definition.unit != "percent":
            raise self._problem(row, name, Problem("goals.table_not_percent", value=value), place)
        if amount.currency and definition.unit != "currency":
            raise self._problem(row, name, Problem("goals.table_not_currency", value=value), place)
        if definition.unit == "percent" and not amount.percent and abs(amount.value) > 1:
            raise self._problem(row, name, Problem("goals.table_percent_sign", value=value), place)
        return amount.value

    # --- cells ---

    def _cell(self, row: int, place: int) -> Cell:
        cells = self.rows[row]
        return cells[place] if place < len(cells) else None

    def _text(self, row: int, name: Field) -> str:
        place = self.headers.fields.get(name)
        cell = None if place is None else self._cell(row, place)
        return "" if cell is None else str(cell).strip()

    def _problem(self, row: int, name: Field, problem: Problem, place: int | None = None) -> _Wrong:
        at = self.headers.fields.get(name) if place is None else place
        heading = HEADINGS[name][0] if at is None else str(self._cell(self.headers.row, at))
        value = "" if at is None else str(self._cell(row, at) or "")
        return _Wrong(CellProblem(row + 1, heading, value, problem, at))


def in_order(levels: Levels, direction: Direction) -> bool:
    """Whether minimum, target and stretch follow each other as the direction wants it; for between, whether
    there is an upper limit, and it is not below the target."""
    if direction == "between":
        return levels.upper is not None and levels.target <= levels.upper
    given = [each for each in (levels.minimum, levels.target, levels.stretch) if each is not None]
    return given == sorted(given, reverse=direction == "at_most")
