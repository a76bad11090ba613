"""The records behind a number: which they are, and what each adds to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from leitstern.engine import compile as said
from leitstern.engine import layout, scoped
from leitstern.engine.closed_records import Column, listed
from leitstern.engine.latest import taken
from leitstern.engine.levels import chosen
from leitstern.engine.passes import Pass, passes
from leitstern.engine.plan import Part, Term, kind_of, term
from leitstern.engine.scoped import col, number
from leitstern.engine.spans import SINCE_EVER, shaped
from leitstern.engine.stands import DAYS
from leitstern.errors import Problem
from leitstern.facts.model import FACTS, SUBJECTS

if TYPE_CHECKING:
    from leitstern.engine.generation import Generation
    from leitstern.engine.stands import Stands
    from leitstern.kpis.load import Resolved
    from leitstern.periods.grains import Period

#: Fields that say in words which record it is; the first that a fact has is shown.
TITLES = ("name", "number", "subject", "measure", "comment")


@dataclass(frozen=True, slots=True)
class Record:
    """A record behind a number. ``adds``: what it adds to each part of the KPI; None: nothing."""

    fact: str
    key: str
    day: date
    title: str | None
    person: str | None
    team: str | None
    customer: str | None
    adds: tuple[Decimal | float | int | str | None, ...]


@dataclass(frozen=True, slots=True)
class AsideRecord:
    """A record that would be behind a number but for ``reason``; ``field`` is what that is about.

    ``day`` is None where the record has no date that puts it into a period.
    """

    fact: str
    key: str
    day: date | None
    title: str | None
    person: str | None
    team: str | None
    customer: str | None
    reason: str
    field: str


@dataclass(frozen=True, slots=True)
class Records:
    """The records behind one number, and beside them (``aside``) those that are set aside.

    ``parts`` names the columns of ``Record.adds``: each measure of the KPI, and ``measure / n`` for
    the count an average divides by. ``kinds`` says how a column leads to the number: ``sum`` (add it
    up), ``distinct`` (count its different values) or ``values`` (a median, least or largest of it).
    """

    parts: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[Record, ...]
    aside: tuple[AsideRecord, ...] = ()

    def __iter__(self) -> Iterator[Record]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def total(self, part: str) -> Any:
        """What a column comes to: its sum, or how many different values it has; None for ``values``."""
        at = self.parts.index(part)
        found = [r.adds[at] for r in self.rows if r.adds[at] is not None]
        if self.kinds[at] == "distinct":
            return len(set(found))
        return sum(found) if self.kinds[at] == "sum" else None


def records(
    generation: Generation,
    resolved: Resolved,
    period: Period,
    by: str = "company",
    subject: str | None = None,
    as_of: date | None = None,
) -> Records:
    """The records behind a KPI's value for one period and subject.

    ``subject`` is the subject's key in the source; None stands for the company, and otherwise for
    records that are not assigned. ``as_of`` (default: the day the generation was built) leaves out
    everything after a day, as it does in computing. Of a growth, the records of the present side.
    Raises ``Problem`` for a subject that does not exist.
    """
    if by not in SUBJECTS:
        raise Problem("engine.subject_unknown", name=by, choices=", ".join(SUBJECTS))
    span = span_of(generation, resolved, period, as_of)
    shown = list(_columns(resolved))
    columns = [*shown, *_behind(resolved, shown)]
    found: list[Record] = []
    shared = generation.backend.has(layout.SHARED)
    by_person = shared and by in layout.BY_PERSON
    sources = passes([part for _, part, _ in columns], by_person=by_person, shared=shared)
    tables: dict[tuple[str, str, str], list[Part]] = {}
    for source in sources:
        tables.setdefault((source.table, source.on, source.member_on), []).extend(source.parts)
    for (table, on, member_on), parts in tables.items():
        source = Pass(table, parts[0].fact, on, member_on, tuple(parts), "level")
        wanted = [(place, part, of) for place, (_, part, of) in enumerate(columns) if part in parts]
        statement = _statement(generation, source, wanted, span, by, subject)
        _, rows = generation.backend.rows(statement)
        found += [_record(source.fact, row, [w[0] for w in wanted], len(columns)) for row in rows]
    kept = [Column(part, of) for _, part, of in columns]
    for fact, key, day, *rest in listed(generation, kept, span, by, _id(generation, by, subject)):
        found.append(Record(fact, key, date.fromordinal(day), *rest))
    for place, (_, part, _) in enumerate(columns):
        if part.agg == "last":
            found = _latest(generation, found, place, part, span, by)
    listed_rows = [replace(row, adds=row.adds[: len(shown)]) for row in found]
    return Records(
        tuple(name for name, _, _ in shown),
        tuple(_kind(part) for _, part, _ in shown),
        tuple(sorted(listed_rows, key=lambda r: (r.day, r.fact, r.key))),
    )


def _kind(part: Part) -> str:
    """How a column leads to the number."""
    added = part.agg == "add" or (part.agg == "last" and not part.mean)
    return "sum" if added else "distinct" if part.agg == "distinct" else "values"


def _latest(
    generation: Generation, rows: list[Record], place: int, part: Part, span: tuple[int, int], by: str
) -> list[Record]:
    """The same rows; in a column of typed levels only those add that stand at the end of the span."""
    stand = taken(generation.backend, generation.members, part, span, generation.stands, by)
    return [
        replace(row, adds=(*row.adds[:place], _stands(row, place, part, stand), *row.adds[place + 1 :]))
        for row in rows
    ]


def _stands(
    row: Record, place: int, part: Part, stand: Mapping[tuple[str, int], int]
) -> Decimal | float | int | str | None:
    value, among = row.adds[place], stand.get((row.key, row.day.toordinal()))
    if value is None or among is None:
        return None
    return value if part.mean or among == 1 else Decimal(value) / among


def span_of(
    generation: Generation, resolved: Resolved, period: Period, as_of: date | None
) -> tuple[int, int]:
    """First and last day of what a KPI counts for a period."""
    today = as_of or generation.built_on
    spans = shaped([period], resolved.definition.shape, generation.context.fiscal_start, [today])
    return spans.first[0], min(spans.last[0], today.toordinal())


def _columns(resolved: Resolved) -> Iterator[tuple[str, Part, Term]]:
    """Name, part, and the term it is of."""
    for name, measure in resolved.measures.items():
        found = term(measure, mean=name in resolved.averaged)
        yield name, found.plus, found
        if found.base is not None:
            yield f"{name} / n", found.base, found


def _behind(resolved: Resolved, shown: list[tuple[str, Part, Term]]) -> Iterator[tuple[str, Part, Term]]:
    """Columns that only bring records into the list: beside those that still are there all that were at first
    (see ``plan.row_terms``)."""
    for name, measure in resolved.measures.items():
        if measure.at == "both":
            start = term(measure.model_copy(update={"at": "start"}))
            if start.plus not in [part for _, part, _ in shown]:
                yield name, start.plus, start


def _holds(part: Part, of: Term, scope: scoped.Scope, span: tuple[int, int], stands: Stands) -> exp.Expr:
    """Whether a record counts for a part in a span, where nothing else stands for it."""
    first, last = span
    kind = kind_of(of)
    if kind != DAYS and chosen(stands, part, kind, first, last) is not None:
        return exp.false()
    closed = [said.in_bounds(part.on, said.Bounds(*days)) for days in stands.days(part)]
    conditions = [*said.conditions_of(part, scope), *(exp.Not(this=days) for days in closed)]
    first = min(first, last + 1)  # what has not begun by the last day starts after it
    if part.kept:
        conditions.append(said.kept(part, number(first), number(last)))
    elif of.minus is not None:
        day = first - 1 if of.start else last
        conditions += [
            said.in_bounds(part.on, said.Bounds(None, day)),
            said.still_there(of.minus.on, number(day)),
        ]
    else:
        conditions.append(said.in_bounds(part.on, said.Bounds(None if first == SINCE_EVER else first, last)))
    return exp.and_(*conditions)


def _statement(
    generation: Generation,
    source: Pass,
    wanted: list[tuple[int, Part, Term]],
    span: tuple[int, int],
    by: str,
    subject: str | None,
) -> exp.Select:
    speech = generation.backend.speech
    scope = scoped.Scope(FACTS[source.fact], source.table)
    adds: list[exp.Expr] = []
    any_of: list[exp.Expr] = []
    for _, part, of in wanted:
        holds = _holds(part, of, scope, span, generation.stands)
        value = said.share_of(part, source, said.value_of(part.what, speech))
        adds.append(exp.alias_(exp.Case().when(holds, value), f"a{len(adds)}"))
        any_of.append(holds.copy())
    mine = is_subject(generation, scope, source, by, subject)
    select = exp.Select().select(*about(scope, source), *adds).from_(scoped.table(source.table, scoped.ROW))
    for join in scope.joins.values():
        select.append("joins", join)
    return select.where(exp.or_(*any_of), *mine, copy=False)


def about(scope: scoped.Scope, source: Pass) -> list[exp.Expr]:
    """Columns that say which record it is: key, day, title, and the names of whom it belongs to."""
    title = next((t for t in TITLES if t in scope.fact.by_name), None)
    return [
        exp.alias_(col("key"), "key"),
        exp.alias_(
            col(layout.day(layout.LIVES[source.fact][0] if source.on == layout.SINCE else source.on)), "day"
        ),
        exp.alias_(col(title) if title else exp.Null(), "title"),
        *(exp.alias_(_name(scope, source, kind), kind) for kind in ("person", "team", "customer")),
    ]


def _name(scope: scoped.Scope, source: Pass, kind: str) -> exp.Expr:
    """Name of the person, team or customer of a record."""
    if kind == "customer":
        key: exp.Expr | None = said.subject_key(source, "customer", scope)
    else:
        key = said.subject_key(source, "own_team" if kind == "team" else "person", scope)
    if key is None:
        return exp.Null()
    alias = f"n_{kind}"
    to = "company" if kind == "customer" else kind
    on = exp.EQ(this=col("id", alias), expression=key)
    scope.joins[alias] = exp.Join(this=scoped.table(to, alias), side="LEFT", on=on)
    return exp.Coalesce(this=col("name", alias), expressions=[col("key", alias)])


def is_subject(
    generation: Generation, scope: scoped.Scope, source: Pass, by: str, subject: str | None
) -> list[exp.Expr]:
    """Conditions that choose the records of a subject."""
    if by == "company":
        return []
    wanted = number(_id(generation, by, subject))
    key = said.subject_key(source, by, scope)  # type: ignore[arg-type] # checked against SUBJECTS
    if key is None:
        return [exp.EQ(this=number(0), expression=wanted)]
    return [exp.EQ(this=key, expression=wanted)]


def _id(generation: Generation, by: str, subject: str | None) -> int:
    if subject is None or by == "company":
        return 0
    ids = {s.id: n for n, s in enumerate(generation.subjects(by))}
    if subject not in ids:
        raise Problem("engine.subject_missing", kind=by, id=subject)
    return ids[subject]


def _record(fact: str, row: tuple[Any, ...], places: list[int], width: int) -> Record:
    key, day, title, person, team, customer, *adds = row
    spread: list[Any] = [None] * width
    for place, value in zip(places, adds, strict=True):
        spread[place] = value
    return Record(fact, str(key), date.fromordinal(day), title, person, team, customer, tuple(spread))
