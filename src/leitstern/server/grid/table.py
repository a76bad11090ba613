"""A table of goals put together: a cell for each subject and column, with sums and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse

from leitstern.goals.cascade import divisible, gap
from leitstern.goals.offers import IN_FORCE
from leitstern.server import frame, typed, verdicts
from leitstern.server.book.rights import visible
from leitstern.server.book.values import resolved
from leitstern.server.models import GoalRow

if TYPE_CHECKING:
    from leitstern.goals.goal import Direction, Whom
    from leitstern.goals.offers import State
    from leitstern.server.figures import Figures
    from leitstern.server.grid.choice import Choice, Column
    from leitstern.server.sight import Sight

#: States of goals the table shows; withdrawn and replaced ones are history.
SHOWN: frozenset[State] = IN_FORCE | {"draft", "offered", "countered", "declined"}
#: Which goal a cell is about where there are several: the one that can still change.
ORDER: tuple[str, ...] = ("draft", "offered", "countered", "declined", "directed", "accepted")

#: Which way a goal goes that says no more than a number; a KPI that is good between two has no such way.
DIRECTIONS: dict[str, Direction] = {"up": "at_least", "down": "at_most"}

_Place = tuple[str | None, str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One goal or the place for one. ``text`` is what its field shows; ``problem`` why it was not saved.

    ``row`` is the goal the cell is about, ``holds`` the one in force beside a draft. A cell that is not
    ``editable`` shows its goal as a link, and ``change`` leads to an offer of another one.
    """

    name: str
    label: str
    text: str
    row: GoalRow | None
    holds: str
    editable: bool
    href: str
    change: str
    mark: verdicts.Mark | None
    value: Decimal | None
    problem: str = ""

    @property
    def id(self) -> str:
        """The cell's id in the page."""
        return f"cell-{self.name}"


@dataclass(frozen=True, slots=True)
class Line:
    """A row: whom its goals are for."""

    whom: Whom
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """Below a column: the sum, the goal it should reach, and what is open or over. ``others`` is the part
    of the sum that stands on other pages, ``pattern`` an amount with # for its number; empty texts where a
    column does not add up."""

    sum: str = ""
    pattern: str = ""
    sum_value: Decimal | None = None
    others: Decimal = Decimal(0)
    parent: str = ""
    parent_value: Decimal | None = None
    parent_href: str = ""
    gap: str = ""
    gap_kind: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole table; ``count`` is the number of rows on all pages."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    totals: tuple[Total, ...]
    count: int
    drafts: int = 0
    in_force: int = 0
    waiting: int = 0

    @property
    def editable(self) -> bool:
        """Whether there is anything to type into."""
        return any(cell.editable for line in self.lines for cell in line.cells)


@dataclass(frozen=True)
class Builder:
    """Puts a table together for one viewer. ``typed_in`` and ``problems``, by the names of cells, are what
    was sent but could not be saved."""

    sight: Sight
    choice: Choice
    figures: Figures
    typed_in: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    def grid(self, page: int, size: int) -> Grid:
        """The rows of one page; sums are over all."""
        columns = self.choice.columns(self.sight)
        subjects = self.choice.subjects(self.sight)
        goals = self.goals(columns, subjects)
        shown = subjects[(page - 1) * size : page * size]
        lines = tuple(self._line(whom, name, columns, goals) for whom, name in shown)
        on_page = {whom.id for whom, _ in shown}
        all_rows = [row for rows in goals.values() for row in rows]
        return Grid(
            tuple(columns),
            lines,
            tuple(self._totals(columns, goals, on_page)),
            len(subjects),
            sum(row.state == "draft" for row in all_rows),
            sum(row.state in IN_FORCE for row in all_rows),
            sum(row.state in ("offered", "countered") for row in all_rows),
        )

    def goals(
        self, columns: Sequence[Column], subjects: Sequence[tuple[Whom, str]]
    ) -> dict[_Place, list[GoalRow]]:
        """The goals of all cells, by subject, KPI and period; the one a cell is about comes first."""
        ids = {whom.id for whom, _ in subjects}
        rows = GoalRow.objects.filter(
            subject_type=self.choice.by,
            kpi__in={c.definition.kpi for c in columns},
            period__in={c.period.label for c in columns},
            state__in=SHOWN,
        )
        if self.choice.by == "person":  # others have few goals, and things too many ids
            rows = rows.filter(subject_id__in=ids)
        found: dict[_Place, list[GoalRow]] = {}
        for row in visible(self.sight, rows).order_by("-pk"):
            if row.subject_id in ids and row.period is not None:
                found.setdefault((row.subject_id, row.kpi, row.period), []).append(row)
        for rows_here in found.values():
            rows_here.sort(key=_order)
        return found

    def _line(
        self, whom: Whom, name: str, columns: Sequence[Column], goals: Mapping[_Place, list[GoalRow]]
    ) -> Line:
        may = self.may_edit(whom, columns)
        cells = (
            self._cell(whom, name, column, goals.get(place(whom, column), []), may) for column in columns
        )
        return Line(whom, name, tuple(cells))

    def may_edit(self, whom: Whom, columns: Sequence[Column]) -> bool:
        """Whether the viewer may write goals of a row."""
        start, end = min(c.period.start for c in columns), max(c.period.end for c in columns)
        return self.sight.policy.may_edit_goals(self.sight.viewer, whom, start, end)

    def _cell(self, whom: Whom, name: str, column: Column, rows: list[GoalRow], may: bool) -> Cell:
        row = rows[0] if rows else None
        key = cell_name(whom, column)
        editable = may and column.definition.good in DIRECTIONS and (row is None or row.state == "draft")
        unit = column.definition.unit
        text = self.typed_in.get(key, typed.shown(row.target if row else None, unit, self.figures))
        holds = next((r for r in rows[1:] if r.state in IN_FORCE), None)
        return Cell(
            name=key,
            label=f"{name}, {column.title}",
            text=text,
            row=row,
            holds=typed.shown(holds.target, unit, self.figures) if holds else "",
            editable=editable,
            href=reverse("goal", args=[row.pk]) if row else "",
            change=f"{reverse('goal_new')}?replaces={row.pk}"
            if may and row and row.state in IN_FORCE
            else "",
            mark=verdicts.state_mark(row.state) if row else None,  # type: ignore[arg-type] # only states are stored
            value=row.target if row else None,
            problem=self.problems.get(key, ""),
        )

    def _totals(
        self, columns: Sequence[Column], goals: Mapping[_Place, list[GoalRow]], on_page: set[str | None]
    ) -> Iterable[Total]:
        parents = self._parents(columns)
        for column in columns:
            definition = column.definition
            if self.choice.by == "company" or not divisible(
                resolved(self.sight, definition.kpi, definition.version)
            ):
                yield Total()
                continue
            here = (definition.kpi, column.period.label)
            targets = {key[0]: rows[0].target for key, rows in goals.items() if key[1:] == here}
            yield self._total(column, targets, on_page, parents.get(here))

    def _total(
        self,
        column: Column,
        targets: Mapping[str | None, Decimal],
        on_page: set[str | None],
        parent: GoalRow | None,
    ) -> Total:
        unit = column.definition.unit
        total = sum(targets.values(), Decimal(0))
        others = sum((value for id_, value in targets.items() if id_ not in on_page), Decimal(0))
        said, pattern = self.figures.amount(total, unit), self.figures.amount(0, unit).replace("0", "#", 1)
        if parent is None or self.choice.find:
            return Total(said, pattern, total, others)
        between = gap(parent.target, targets.values())
        kind = "open" if between.open else "over" if between.over else "even"
        return Total(
            said,
            pattern,
            total,
            others,
            self.figures.amount(parent.target, unit),
            parent.target,
            reverse("goal", args=[parent.pk]),
            self.figures.amount(between.open or between.over, unit),
            kind,
        )

    def _parents(self, columns: Sequence[Column]) -> dict[tuple[str, str], GoalRow]:
        whom = self.choice.parent()
        if whom is None:
            return {}
        rows = GoalRow.objects.filter(
            subject_type=whom.type,
            subject_id=whom.id,
            kpi__in={c.definition.kpi for c in columns},
            period__in={c.period.label for c in columns},
            state__in=SHOWN,
        )
        found = sorted(
            visible(self.sight, rows),
            key=_order,
            reverse=True,
        )
        return {(row.kpi, row.period): row for row in found if row.period is not None}


def builder(sight: Sight, choice: Choice, **more: Mapping[str, str]) -> Builder:
    """A builder in the reader's number style."""
    return Builder(sight, choice, frame.figures(), **more)


def place(whom: Whom, column: Column) -> _Place:
    """What the goals of a cell are found by."""
    return whom.id, column.definition.kpi, column.period.label


def _order(row: GoalRow) -> int:
    return ORDER.index(row.state)


def cell_name(whom: Whom, column: Column) -> str:
    """What a cell is called in the form."""
    return f"{column.key}~{whom.id or ''}"
