"""Goals of a whole beside those of its parts: a team and its people, the company and its teams.

One board for each KPI and period: the whole's goal, the parts' goals, what these add up to, and what is
still open or assigned twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from leitstern.goals.cascade import divisible, gap
from leitstern.goals.offers import IN_FORCE
from leitstern.server.book.values import resolved
from leitstern.server.goal_line import GoalLine, Lines
from leitstern.server.models import GoalRow

if TYPE_CHECKING:
    from leitstern.goals.offers import State
    from leitstern.periods.grains import Period

#: States of goals that are shown: in force, or on the way there.
SHOWN: frozenset[State] = IN_FORCE | {"offered", "countered"}

_Key = tuple[str, date, date]


@dataclass(frozen=True, slots=True)
class Part:
    """A part's goal. ``depth`` is how far beneath the whole it lies, from 0; ``counts`` whether its amount
    belongs to the sum: that of a team beneath another one is in it already."""

    line: GoalLine
    depth: int = 0
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Board:
    """A KPI in one period. ``sum`` is what the parts were assigned, ``gap`` says what is open or too much,
    ``gap_kind`` is open, over or even; all empty where parts do not add up, or not all are visible."""

    name: str
    period: str
    whole: GoalLine | None
    parts: tuple[Part, ...]
    sum: str = ""
    gap: str = ""
    gap_kind: str = ""
    waiting: str = ""


def within(period: Period) -> QuerySet[GoalRow]:
    """Goals shown on boards that have a day in a period."""
    return GoalRow.objects.filter(start__lte=period.end, end__gte=period.start, state__in=SHOWN)


def of_subjects(kind: str, ids: Iterable[str | None]) -> Q:
    """The goals of these subjects."""
    known = list(ids)
    if known == [None]:
        return Q(subject_type=kind)
    return Q(subject_type=kind, subject_id__in=known)


def boards(
    lines: Lines, wholes: Sequence[GoalRow], parts: Sequence[tuple[GoalRow, int, bool]], *, all_seen: bool
) -> list[Board]:
    """Boards by KPI and period: those with a goal of the whole first, of these what has most parts.

    ``parts`` are rows with their depth and whether they count for the sum, in the order they are shown.
    """
    by_key: dict[_Key, tuple[list[GoalRow], list[tuple[GoalRow, int, bool]]]] = {}
    for row in wholes:
        by_key.setdefault(_key(row), ([], []))[0].append(row)
    for part in parts:
        by_key.setdefault(_key(part[0]), ([], []))[1].append(part)
    found = []
    for above, below in by_key.values():
        # A goal in force and its successor that is still on offer: both are shown, the first one counts.
        above.sort(key=lambda row: row.state not in IN_FORCE)
        found += [_board(lines, row, below if not at else [], all_seen) for at, row in enumerate(above)]
        if not above:
            found.append(_board(lines, None, below, all_seen))
    return sorted(found, key=lambda b: (b.whole is None, -len(b.parts), b.name.casefold(), b.period))


def _key(row: GoalRow) -> _Key:
    return row.kpi, row.start, row.end


def _board(
    lines: Lines, whole: GoalRow | None, below: Sequence[tuple[GoalRow, int, bool]], all_seen: bool
) -> Board:
    parts = tuple(Part(lines.line(row), depth, counts) for row, depth, counts in below)
    line = lines.line(whole) if whole is not None else None
    some = line or parts[0].line
    board = Board(some.name, some.period, line, parts)
    counted = [part.line.row for part in parts if part.counts]
    if not all_seen or not counted or not divisible(resolved(lines.sight, some.row.kpi, some.row.version)):
        return board
    return _with_sum(lines, board, counted, some)


def _with_sum(lines: Lines, board: Board, counted: Sequence[GoalRow], some: GoalLine) -> Board:
    """The board with what its parts add up to."""
    replaced = {row.replaces_id for row in counted}
    targets = {row.pk: row.target for row in counted if row.pk not in replaced}
    total = sum(targets.values(), Decimal(0))
    waits = sum(
        (row.target for row in counted if row.pk in targets and row.state not in IN_FORCE), Decimal(0)
    )
    amount, unit = lines.figures.amount, some.unit
    waiting = _("%(amount)s of it not accepted yet") % {"amount": amount(waits, unit)} if waits else ""
    if board.whole is None:
        return Board(board.name, board.period, None, board.parts, amount(total, unit), "", "", waiting)
    between = gap(board.whole.row.target, targets.values())
    if between.open:
        said, kind = _("%(amount)s not assigned yet") % {"amount": amount(between.open, unit)}, "open"
    elif between.over:
        said, kind = _("%(amount)s assigned beyond the goal") % {"amount": amount(between.over, unit)}, "over"
    else:
        said, kind = _("assigned exactly"), "even"
    return Board(board.name, board.period, board.whole, board.parts, amount(total, unit), said, kind, waiting)
