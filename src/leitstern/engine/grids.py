"""Parts over spans as arrays: one row for each subject, one column for each span.

What can be added up is read once, at the finest level asked for, and rolled up here: members to
persons, teams and the company, days or months to whatever stretch a span covers (by differences of
running sums). Distinct counts and quantiles are asked for at each level.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leitstern.engine import compile as said
from leitstern.engine import layout, reading
from leitstern.engine.distinct import count_distinct
from leitstern.engine.latest import latest
from leitstern.engine.passes import Pass, passes
from leitstern.engine.plan import Part, What
from leitstern.engine.spans import SINCE_EVER, Spans
from leitstern.engine.stands import NOTHING, Stands
from leitstern.periods.grains import Arithmetic, Grain, arithmetic, month_number

if TYPE_CHECKING:
    from leitstern.engine.backends import Backend, Columns
    from leitstern.engine.compile import Subject

Array = NDArray[Any]

#: Subject types that are rolled up from the members of a record.
BY_MEMBER = ("company", *layout.BY_PERSON)
#: Larger running sums than this many cells are left to the database.
MOST_CELLS = 40_000_000


@dataclass(frozen=True, slots=True)
class Members:
    """Person and own team of each member, by member id; ``sizes``: ids in use, for each subject type.

    ``above`` holds the teams a member counts for, its own included: those of member ``m`` from
    ``begins[m]`` up to ``begins[m + 1]``.
    """

    person: NDArray[np.int64]
    team: NDArray[np.int64]
    sizes: dict[str, int]
    begins: NDArray[np.int64]
    above: NDArray[np.int64]

    def fold(self, subject: str, ids: Array) -> tuple[Array, Array]:
        """Rows of member ids as rows of subjects of one type: the rows' places, and whom each counts for.

        A row is there once, for ``team`` once for each team above its member.
        """
        rows = np.arange(len(ids))
        if subject == "company":
            return rows, np.zeros_like(ids)
        if subject != "team":
            return rows, (self.person if subject == "person" else self.team)[ids]
        counts = self.begins[ids + 1] - self.begins[ids]
        rows = np.repeat(rows, counts)
        nth = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return rows, self.above[self.begins[ids][rows] + nth]


@dataclass(slots=True)
class Grid:
    """Parts of one subject type over spans; arrays are (subject id, span), ids from 0 (not assigned).

    ``seen``: subjects that have a record in the spans. ``digits``: of each part's whole numbers.
    """

    size: int
    width: int
    seen: NDArray[np.bool_]
    values: dict[Part, Array] = field(default_factory=dict)
    digits: dict[Part, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """Parts wanted for subject types over spans, with no record after ``last_day``. On closed days they
    are made of what ``stands``."""

    parts: tuple[Part, ...]
    subjects: tuple[str, ...]
    spans: Spans
    last_day: int
    stands: Stands = NOTHING


def evaluate(backend: Backend, members: Members, question: Question) -> dict[str, Grid]:
    """Answer a question: a grid for each subject type."""
    width = len(question.spans)
    grids = {s: Grid(members.sizes[s], width, np.zeros(members.sizes[s], bool)) for s in question.subjects}
    parts = [p for p in dict.fromkeys(question.parts) if p.agg != "last"]
    levels = [p for p in dict.fromkeys(question.parts) if p.agg == "last"]
    shared = backend.has(layout.SHARED)
    together = [s for s in question.subjects if s in BY_MEMBER]
    for subjects in _jobs(
        together, [s for s in question.subjects if s not in BY_MEMBER], parts, shared=shared
    ):
        by_person = shared and not set(layout.BY_PERSON).isdisjoint(subjects)
        names: dict[Part, list[Part]] = {}
        for part in parts:
            names.setdefault(_asked(part, by_person=by_person), []).append(part)
        # A level is of the facts here, and of closed rows in `levels`: never of both.
        stands = NOTHING if question.spans.level else question.stands
        for source in passes(list(names), by_person=by_person, shared=shared, stands=stands):
            _answer(backend, members, question, source, subjects, grids, names)
    for part in levels:
        latest(backend, members, question, part, grids)
    return grids


def _jobs(
    together: list[str], apart: list[str], parts: Sequence[Part], *, shared: bool
) -> Iterable[list[str]]:
    """Which subject types are read together: the company's shared deals count once, so it reads alone."""
    if shared and "company" in together and any(p.fact == layout.SHARED_FACT for p in parts):
        yield ["company"]
        together = [s for s in together if s != "company"]
    if together:
        yield together
    for subject in apart:
        yield [subject]


def _asked(part: Part, *, by_person: bool) -> Part:
    """What a table is asked for a part: a count of records is not divided by shares."""
    if part.rows and by_person and part.fact == layout.SHARED_FACT:
        return replace(part, what=What("record"), agg="distinct")
    return replace(part, rows=False)


def _answer(
    backend: Backend,
    members: Members,
    question: Question,
    source: Pass,
    subjects: list[str],
    grids: dict[str, Grid],
    names: dict[Part, list[Part]],
) -> None:
    """Run one pass and put its values into the grids, under the names the question used."""
    streamed = source.way == "pairs" and question.spans.grain is not None and subjects[0] in BY_MEMBER
    if streamed and backend.streams:
        _count_pairs(backend, members, question, source, {s: grids[s] for s in subjects}, names)
        return
    folds = source.way in ("fold", "kept")
    for subject in subjects[:1] if folds else subjects:
        finest: Subject = subject  # type: ignore[assignment] # the question's types are checked on entry
        folded = [subject]
        if folds and subject in BY_MEMBER:
            finest, folded = ("company" if subjects == ["company"] else "member"), subjects
        rows = _read(backend, members, question, source, finest)
        keys = rows.columns["period"]
        ids = rows.columns.get("subject", np.zeros_like(keys))
        tells = np.logical_or.reduce([_tells(rows.columns[f"p{n}"]) for n in range(len(source.parts))])
        for target in folded:
            grid = grids[target]
            at, own = members.fold(target, ids) if finest == "member" else (np.arange(len(ids)), ids)
            grid.seen[own[tells[at]]] = True
            for number, part in enumerate(source.parts):
                found = cells(part, own, keys[at], rows.columns[f"p{number}"][at], (grid.size, rows.width))
                values = rows.spread(found) if part.agg == "add" else found
                for name in names[part]:
                    grid.values[name], grid.digits[name] = values, said.digits(part, source)


def _tells(values: Array) -> Array:
    """Where rows have something to tell: records in bounds that no filter takes are none of a KPI's."""
    return values != 0 if values.dtype.kind == "i" else ~np.isnan(values)


def _count_pairs(
    backend: Backend,
    members: Members,
    question: Question,
    source: Pass,
    grids: dict[str, Grid],
    names: dict[Part, list[Part]],
) -> None:
    """Distinct counts of all levels from one read of (period, member, id)."""
    spans, width = question.spans, len(question.spans)
    assert spans.grain is not None
    key = arithmetic(spans.grain, spans.fiscal_start)
    bounds = said.Bounds(spans.first[0], min(spans.last[-1], question.last_day))
    for part in source.parts:
        columns = reading.asked(backend, reading.pairs(source, part, key, bounds))
        period = columns["period"] - _key(key, spans.first[0])
        member = columns.get("subject", np.zeros_like(period))
        most = int(columns["id"].max(initial=0)) + 1
        for subject, grid in grids.items():
            at, own = members.fold(subject, member)
            counts = count_distinct(own * width + period[at], columns["id"][at], grid.size * width, most)
            found = counts.reshape(grid.size, width)
            grid.seen |= found.any(axis=1)
            for name in names[part]:
                grid.values[name], grid.digits[name] = found, 0


@dataclass(frozen=True, slots=True)
class Reach:
    """How sums by day or month lead to spans: column 0 gathers what lies before ``lowest``."""

    key: Arithmetic
    lowest: int
    width: int
    upper: Array
    lower: Array

    def spread(self, cells: Array) -> Array:
        """Sums over spans as differences of running sums."""
        running = np.concatenate([np.zeros((len(cells), 1), cells.dtype), np.cumsum(cells, axis=1)], axis=1)
        difference: Array = running[:, self.upper] - running[:, self.lower]
        return difference


def reach(spans: Spans) -> Reach:
    """Running sums for spans: by month where all of them begin and end with months, else by day."""
    key = arithmetic(Grain.MONTH if on_months(spans) else Grain.DAY)
    begins = [_key(key, first) for first in spans.first if first != SINCE_EVER]
    lowest = min([*begins, _key(key, min(spans.last))])
    upper = np.array([_key(key, last) - lowest + 2 for last in spans.last])
    lower = np.array([0 if first == SINCE_EVER else _key(key, first) - lowest + 1 for first in spans.first])
    upper = np.maximum(upper, lower)  # a stretch may be empty: end before it begins
    return Reach(key, lowest, int(max(upper)), upper, lower)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a pass: ``period`` counts from 0 to ``width``; ``reach`` leads from there to spans."""

    columns: Columns
    width: int
    reach: Reach | None = None

    def spread(self, found: Array) -> Array:
        return found if self.reach is None else self.reach.spread(found)


def _read(backend: Backend, members: Members, question: Question, source: Pass, subject: Subject) -> _Rows:
    spans, width = question.spans, len(question.spans)
    if spans.grain is not None and source.way != "kept":
        key = arithmetic(spans.grain, spans.fiscal_start)
        bounds = said.Bounds(spans.first[0], min(spans.last[-1], question.last_day))
        columns = reading.asked(
            backend, reading.by_period(source, subject, key, bounds, None, backend.speech)
        )
        return _Rows(_counted(columns, _key(key, spans.first[0])), width)
    if source.way == "fold" and all(p.agg == "add" for p in source.parts):
        way = reach(spans)
        if members.sizes["person" if subject == "member" else subject] * way.width <= MOST_CELLS:
            first_day = None if SINCE_EVER in spans.first else min(spans.first)
            bounds = said.Bounds(first_day, min(max(spans.last), question.last_day))
            columns = reading.asked(
                backend, reading.by_period(source, subject, way.key, bounds, way.lowest, backend.speech)
            )
            return _Rows(_counted(columns, way.lowest - 1), way.width, way)
    rows = [
        (n, first, min(last, question.last_day))
        for n, (first, last) in enumerate(zip(spans.first, spans.last, strict=True))
    ]
    if source.way == "kept":  # what has not begun by the last day starts after it
        rows = [(n, min(first, last + 1), last) for n, first, last in rows]
    columns = reading.asked(
        backend, reading.by_window(source, subject, said.Windows(tuple(rows)), backend.speech)
    )
    return _Rows(_counted(columns, 0), width)


def on_months(spans: Spans) -> bool:
    """Whether all spans begin and end with months."""
    begins = all(date.fromordinal(day).day == 1 for day in set(spans.first) if day != SINCE_EVER)
    return begins and all(date.fromordinal(day + 1).day == 1 for day in set(spans.last))


def _key(key: Arithmetic, day: int) -> int:
    return key.of(day if key.base == "day" else month_number(date.fromordinal(day)))


def _counted(columns: Columns, origin: int) -> Columns:
    return columns | {"period": columns["period"] - origin}


def cells(part: Part, ids: Array, keys: Array, values: Array, shape: tuple[int, int]) -> Array:
    """Rows as a dense array; rows of one cell are combined as the part's aggregate asks."""
    if part.agg in ("add", "distinct"):
        wholes = np.zeros(shape, np.int64)
        np.add.at(wholes, (ids, keys), values.astype(np.int64, copy=False))
        return wholes
    numbers = np.full(shape, np.nan)
    combine = {"min": np.fmin, "max": np.fmax, "quantile": np.fmax}[part.agg]
    combine.at(numbers, (ids, keys), values)
    return numbers


def digits_of(backend: Backend, part: Part, subject: str) -> int:
    """Decimal digits of a part's whole numbers for a subject type."""
    by_person = backend.has(layout.SHARED) and subject in layout.BY_PERSON
    source = passes([_asked(part, by_person=by_person)], by_person=by_person, shared=by_person)[0]
    return said.digits(source.parts[0], source)


def merged(some: dict[str, Grid], rest: dict[str, Grid]) -> dict[str, Grid]:
    """Grids of the same question whose parts were read in two places."""
    for subject, grid in some.items():
        other = rest[subject]
        other.values |= grid.values
        other.digits |= grid.digits
        other.seen |= grid.seen
    return rest
