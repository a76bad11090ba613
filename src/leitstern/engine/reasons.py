"""Why records do not count for a KPI: each record of its facts has one place in the account.

A record counts in some period, or does not meet the KPI's filter, or is set aside for one reason, the first
of ``ORDER`` that holds. With several measures on a fact, it counts if it does for any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from leitstern.engine import compile as said
from leitstern.engine import layout, scoped
from leitstern.engine.passes import Pass
from leitstern.engine.plan import Part, counted
from leitstern.engine.records import AsideRecord, about, is_subject, span_of
from leitstern.engine.scoped import col, number
from leitstern.engine.spans import SINCE_EVER
from leitstern.facts.model import FACTS
from leitstern.facts.receipts import reason_text
from leitstern.kpis.labels import field_label

if TYPE_CHECKING:
    from leitstern.engine.asides import Excluded
    from leitstern.engine.generation import Generation
    from leitstern.kpis.load import Resolved
    from leitstern.periods.grains import Period

#: All reasons, the first that holds is the one that is given: see docs/definition-language.md.
ORDER = (
    "merged",
    "amount_too_large",
    "rate_missing",
    "closed_without_date",
    "date_missing",
    "dates_reversed",
    "value_missing",
    "lies_ahead",
)
#: Those that are no fault of the record: it has not come so far.
IN_COURSE = ("date_missing", "lies_ahead")
#: Those whose records are not kept with the others.
GONE = ("merged", "amount_too_large")
COUNTS = -1

#: A reason and the field it is about.
Code = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reason:
    """How many records of a fact do not count for one reason; ``example`` is the key of one."""

    reason: str
    field: str | None
    count: int
    example: str

    def text(self, fact: str, language: str) -> str:
        """The reason as the end of a sentence about a record."""
        return sentence_end(self.reason, fact, self.field, language)


@dataclass(frozen=True, slots=True)
class Account:
    """All records of a fact for one KPI: ``delivered`` are those that count in some period, that do not
    meet its filter (``outside``), and that are set aside for a reason."""

    fact: str
    delivered: int
    counted: int
    outside: int
    reasons: tuple[Reason, ...]


def sentence_end(reason: str, fact: str, field: str | None, language: str) -> str:
    """What a reason says of a record, with the field it is about."""
    text = reason_text(reason, language)
    return f"{text} ({field_label(fact, field, language)})" if field else text


def accounts(generation: Generation, resolved: Resolved) -> list[Account]:
    """What becomes of the records of each fact that a KPI counts."""
    by_fact: dict[str, list[Part]] = {}
    for measure in resolved.measures.values():
        by_fact.setdefault(measure.fact, []).append(counted(measure))
    return [_account(generation, fact, parts) for fact, parts in by_fact.items()]


def _account(generation: Generation, fact: str, parts: Sequence[Part]) -> Account:
    found, outside, here = [], 0, 0
    for reason, field, keys in gone(generation, fact):
        found.append(Reason(reason, field, len(keys), keys[0]))
    for table, aside in ((fact, False), (layout.aside(fact), True)):
        if not generation.backend.has(table):
            continue
        scope = scoped.Scope(FACTS[fact], table)
        codes, place = places(parts, scope, generation.built_on.toordinal(), aside=aside)
        for code, count, example in _grouped(generation, scope, place):
            if code is None:
                outside += count
            elif code == COUNTS:
                here += count
            else:
                found.append(Reason(*codes[code], count, example))
    found.sort(key=lambda one: ORDER.index(one.reason))
    total = here + outside + sum(one.count for one in found)
    return Account(fact, total, here, outside, tuple(found))


def gone(generation: Generation, fact: str) -> Iterator[tuple[str, str | None, list[str]]]:
    """Records that are in no table of the generation, by reason: whether they meet a filter is not asked."""
    first: dict[str, Excluded] = {}
    for one in generation.excluded:
        if one.fact == fact and one.reason in GONE:
            first.setdefault(one.key, one)
    if not first:
        return
    keys = exp.In(this=col("key"), expressions=[exp.Literal.string(key) for key in first])
    still = exp.Select().select(col("key")).from_(scoped.table(fact, scoped.ROW)).where(keys)
    _, rows = generation.backend.rows(still)
    for (key,) in rows:  # only what it was before, or its amount, is set aside
        del first[str(key)]
    groups: dict[tuple[str, str | None], list[str]] = {}
    for one in first.values():
        groups.setdefault((one.reason, one.field), []).append(one.key)
    for (reason, field), those in groups.items():
        yield reason, field, those


def places(
    parts: Iterable[Part], scope: scoped.Scope, built_on: int, *, aside: bool
) -> tuple[list[Code], exp.Expr]:
    """Where each record of a table belongs, as a number.

    Returns the reasons, and an expression that is the place of a record's reason among them, ``COUNTS``
    where it counts, NULL where it meets no filter. ``aside``: the table of the records without a rate.
    """
    if aside:
        met: list[exp.Expr] = [exp.Case().when(_all(said.filters(part, scope)), number(0)) for part in parts]
        return [("rate_missing", "currency")], _least(met)
    wanted = [(said.filters(part, scope), _needs(part, scope, built_on)) for part in parts]
    codes = sorted(
        {(need.reason, need.field) for _, needs in wanted for need in needs},
        key=lambda code: (ORDER.index(code[0]), code[1]),
    )
    found: list[exp.Expr] = []
    for filters, needs in wanted:
        place = exp.Case()
        for need in sorted(needs, key=lambda need: codes.index((need.reason, need.field))):
            fails = exp.Not(this=exp.Coalesce(this=need.holds, expressions=[exp.false()]))
            place = place.when(fails, number(codes.index((need.reason, need.field))))
        found.append(exp.Case().when(_all(filters), place.else_(number(COUNTS))))
    return codes, _least(found)


def _least(places: list[exp.Expr]) -> exp.Expr:
    """The least of some numbers, passing over NULL, as both databases do."""
    return exp.Anonymous(this="least", expressions=places) if len(places) > 1 else places[0]


def _needs(part: Part, scope: scoped.Scope, built_on: int) -> list[said.Need]:
    day = col(layout.day(part.on))
    begun = exp.LTE(this=day, expression=number(built_on))
    return [*said.dated(part, scope), *said.needs(part, scope), said.Need("lies_ahead", part.on, begun)]


def _all(conditions: list[exp.Expr]) -> exp.Expr:
    return exp.and_(*conditions) if conditions else exp.true()


def _grouped(
    generation: Generation, scope: scoped.Scope, place: exp.Expr
) -> Iterable[tuple[int | None, int, str]]:
    select = exp.Select().select(exp.alias_(place, "place"), exp.alias_(col("key"), "key"))
    select = select.from_(scoped.table(scope.table, scoped.ROW))
    for join in scope.joins.values():
        select.append("joins", join)
    if scope.fact.name in layout.STUBBED:
        select = select.where(exp.Not(this=col(layout.STUB)), copy=False)
    placed = exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier("placed")))
    counts = exp.Select().select(
        exp.column("place"), exp.Count(this=exp.Star()), exp.Min(this=exp.column("key"))
    )
    _, rows = generation.backend.rows(counts.from_(placed).group_by(exp.column("place")))
    return rows  # type: ignore[return-value] # columns of these types


def listed(
    generation: Generation,
    resolved: Resolved,
    period: Period,
    by: str = "company",
    subject: str | None = None,
    as_of: date | None = None,
) -> tuple[AsideRecord, ...]:
    """The records that would be behind a KPI's value for one period and subject, were they not set aside.

    Those without the date that would put them into a period are listed for every period. What has just not
    come so far (``IN_COURSE``) is no part of it.
    """
    first, last = span_of(generation, resolved, period, as_of)
    found: dict[tuple[str, str], AsideRecord] = {}
    for measure in resolved.measures.values():
        part = counted(measure)
        begin = None if measure.kind == "stock" or first == SINCE_EVER else first
        ended = measure.between[1] if measure.kind == "stock" and measure.between else None
        for record in _listed(generation, part, said.Bounds(begin, last), ended, by, subject):
            place = record.fact, record.key
            if place not in found or ORDER.index(record.reason) < ORDER.index(found[place].reason):
                found[place] = record
    return tuple(sorted(found.values(), key=lambda r: (r.day or date.max, r.fact, r.key)))


def _listed(
    generation: Generation,
    part: Part,
    bounds: said.Bounds,
    ended: str | None,
    by: str,
    subject: str | None,
) -> Iterator[AsideRecord]:
    """``ended``: the date by whose end a record of a stock is gone."""
    divided = part.fact == layout.SHARED_FACT and by in layout.BY_PERSON
    whole = layout.SHARED if divided and generation.backend.has(layout.SHARED) else part.fact
    for table, aside in ((whole, False), (layout.aside(whole), True)):
        if not generation.backend.has(table):
            continue
        scope = scoped.Scope(FACTS[part.fact], table)
        source = Pass(table, part.fact, part.on, part.member_on, (part,), "level")
        codes, place = places([part], scope, generation.built_on.toordinal(), aside=aside)
        chosen = [number(n) for n, (reason, _) in enumerate(codes) if reason not in IN_COURSE]
        if not chosen:
            continue
        day = col(layout.day(part.on))
        undated = exp.Is(this=day, expression=exp.Null())
        conditions: list[exp.Expr] = [
            exp.or_(undated, said.in_bounds(part.on, bounds)),
            exp.In(this=place, expressions=chosen),
        ]
        if aside and ended:
            gone = col(layout.day(ended))
            later = exp.GT(this=gone, expression=number(bounds.last_day))
            conditions.append(exp.or_(exp.Is(this=gone, expression=exp.Null()), later))
        conditions.extend(is_subject(generation, scope, source, by, subject))
        select = exp.Select().select(*about(scope, source), exp.alias_(place.copy(), "place"))
        select = select.from_(scoped.table(table, scoped.ROW))
        for join in scope.joins.values():
            select.append("joins", join)
        _, rows = generation.backend.rows(select.where(*conditions, copy=False))
        for row in rows:
            yield _record(part.fact, row, codes)


def _record(fact: str, row: Sequence[Any], codes: Sequence[Code]) -> AsideRecord:
    key, day, title, person, team, customer, code = row
    known = None if day is None else date.fromordinal(day)
    return AsideRecord(fact, str(key), known, title, person, team, customer, *codes[code])
