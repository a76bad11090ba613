"""The records that a simple KPI counts in a period, and what else could be meant by them.

A KPI is simple if its formula is one measure that counts records or sums a field. Such KPIs over the same
fact, filter, date and period speak of the same records: a number of them and an amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from leitstern.engine import compile as said
from leitstern.engine import layout, scoped
from leitstern.engine.plan import counted
from leitstern.engine.reasons import listed
from leitstern.engine.scoped import col, number
from leitstern.facts.model import FACTS
from leitstern.facts.queries import lent

if TYPE_CHECKING:
    from leitstern.engine.generation import Generation
    from leitstern.facts.store import Store
    from leitstern.kpis.load import Resolved
    from leitstern.periods.grains import Period

#: Keys that are named for an explanation.
NAMED = 20
#: By what records are the same though their keys differ.
_SAME = ("name", "number", "company", "amount")


@dataclass(frozen=True, slots=True)
class Population:
    """Records of a fact in a period: ``field`` is what is summed (None: they are counted)."""

    resolved: Resolved = field(compare=False, repr=False)
    fact: str
    where: str | None
    on: str
    period: Period
    field: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What our values would change by (``instead``: what they would be), were something else counted.

    ``count`` records; ``sums`` by field, None where their amounts are not known.
    """

    code: str
    detail: str
    count: int
    sums: Mapping[str, Decimal | None]
    sign: int = 1
    instead: bool = False
    keys: tuple[str, ...] = ()

    def by(self, summed: str | None) -> Decimal | None:
        """The change of a count (None), or of the sum of a field."""
        value = Decimal(self.count) if summed is None else self.sums.get(summed)
        return None if value is None else value * self.sign


def of(resolved: Resolved, period: Period) -> Population | None:
    """The records a KPI counts in a period; None where it is not simple."""
    definition = resolved.definition
    if definition.shape is not None or len(resolved.measures) != 1:
        return None
    ((name, measure),) = resolved.measures.items()
    if measure.kind not in ("count", "sum") or definition.formula.strip() != name:
        return None
    on = measure.on or FACTS[measure.fact].main_date
    assert on is not None
    return Population(resolved, measure.fact, measure.where, on, period, measure.field)


def changes(
    generation: Generation, store: Store, population: Population, fields: set[str | None]
) -> Iterator[Change]:
    """What else another system may count, or not count."""
    summed = sorted(name for name in fields if name is not None)
    yield from _set_aside(generation, store, population, summed)
    yield from _not_loaded(store, population, summed)
    yield from _gone(generation, store, population, summed)
    yield from _by_other_dates(generation, population, summed)
    yield from _twice(generation, population, summed)


def _set_aside(
    generation: Generation, store: Store, population: Population, summed: Sequence[str]
) -> Iterator[Change]:
    """Records that would count in the period but for a reason; amounts as they stand in the source."""
    groups: dict[str, list[str]] = {}
    for record in listed(generation, population.resolved, population.period):
        if record.fact == population.fact:
            groups.setdefault(record.reason, []).append(record.key)
    for reason, keys in groups.items():
        sums = _stored(store, population.fact, summed, keys)
        yield Change("aside", reason, len(keys), sums, keys=tuple(sorted(keys)[:NAMED]))


def _stored(store: Store, fact: str, summed: Sequence[str], keys: Sequence[str]) -> dict[str, Decimal | None]:
    """Sums of fields over some records, as they were imported."""
    import pyarrow as pa

    if not summed:
        return {}
    names = ", ".join(f'sum(f."{FACTS[fact].by_name[name].name}")' for name in summed)
    with lent(store.connection, "wanted_keys", pa.table({"key": pa.array(keys, pa.string())})):
        row = store.connection.execute(
            f'SELECT {names} FROM "{FACTS[fact].name}" f JOIN wanted_keys w ON w.key = f.key'
        ).fetchall()[0]
    return {name: Decimal(value or 0) for name, value in zip(summed, row, strict=True)}


def _not_loaded(store: Store, population: Population, summed: Sequence[str]) -> Iterator[Change]:
    """Rows that the newest imports could not load; nobody knows what they amount to."""
    newest = {(t.file, t.sheet): t for t in store.receipts("fact = ?", population.fact)}
    count = sum(table.rows_set_aside for table in newest.values())
    if count:
        yield Change("not_loaded", "", count, dict.fromkeys(summed))


def _gone(
    generation: Generation, store: Store, population: Population, summed: Sequence[str]
) -> Iterator[Change]:
    """Records that count though the newest full export of their sort lacks them."""
    missing = store.gone_keys(population.fact)
    if not missing:
        return
    scope = scoped.Scope(FACTS[population.fact], population.fact)
    among = exp.In(this=col("key"), expressions=[exp.Literal.string(key) for key in missing])
    here = exp.and_(_counts(population, scope), _within(population, population.on), among)
    keys = _rows(generation, scope, exp.Select().select(col("key")).where(here).order_by(col("key")))
    if keys:
        found = tuple(str(key) for (key,) in keys)
        (row,) = _rows(
            generation, scope, exp.Select().select(exp.Count(this=exp.Star()), *_sums(summed, here))
        )
        yield Change("gone", "", len(found), _numbers(summed, row[1:]), -1, keys=found[:NAMED])


def _by_other_dates(
    generation: Generation, population: Population, summed: Sequence[str]
) -> Iterator[Change]:
    """The same filter by another date of the record, or with days that begin at midnight UTC.

    Dates that tell the same are told once, the fact's main date first.
    """
    fact = FACTS[population.fact]
    scope = scoped.Scope(fact, population.fact)
    counts = _counts(population, scope, dated=False)
    found: list[Change] = []
    for other in sorted(fact.dates, key=lambda date: date.name != fact.main_date):
        if other.name != population.on and not other.derived:
            here = exp.and_(counts.copy(), _within(population, other.name))
            change = _instead(generation, scope, summed, "other_date", other.name, here)
            if all((change.count, change.sums) != (one.count, one.sums) for one in found):
                found.append(change)
    yield from found
    if fact.by_name[population.on].kind == "time":
        here = exp.and_(counts.copy(), _within_utc(population))
        yield _instead(generation, scope, summed, "utc", "UTC", here)


def _instead(
    generation: Generation, scope: scoped.Scope, summed: Sequence[str], code: str, detail: str, here: exp.Expr
) -> Change:
    hit = exp.Case().when(here, number(1)).else_(number(0))
    statement = exp.Select().select(exp.Sum(this=hit), *_sums(summed, here))
    (row,) = _rows(generation, scope, statement)
    return Change(code, detail, int(row[0] or 0), _numbers(summed, row[1:]), instead=True)


def _twice(generation: Generation, population: Population, summed: Sequence[str]) -> Iterator[Change]:
    """Records of one day with the same name, customer and amount: another system may hold them once."""
    fact = FACTS[population.fact]
    named = [name for name in _SAME if name in fact.by_name]
    if not {"name", "number"} & set(named):
        return
    scope = scoped.Scope(fact, population.fact)
    by = [col(name) for name in (*named, layout.day(population.on))]
    filled = [exp.not_(exp.Is(this=col(n), expression=exp.Null())) for n in named if n in ("name", "number")]
    here = exp.and_(_counts(population, scope), _within(population, population.on), *filled)
    more = exp.Sub(this=exp.Count(this=exp.Star()), expression=number(1))
    sums = [exp.Min(this=col(name)) for name in summed]
    groups = exp.Select().select(more, exp.Max(this=col("key")), *sums).where(here).group_by(*by)
    found = _rows(
        generation, scope, groups.having(exp.GT(this=exp.Count(this=exp.Star()), expression=number(1)))
    )
    if found:
        total = {
            name: sum((Decimal(row[0]) * (row[n] or 0) for row in found), Decimal(0))
            for n, name in enumerate(summed, 2)
        }
        keys = tuple(sorted(str(row[1]) for row in found)[:NAMED])
        yield Change("twice", "", sum(int(row[0]) for row in found), total, -1, keys=keys)


def _counts(population: Population, scope: scoped.Scope, *, dated: bool = True) -> exp.Expr:
    """The conditions of a population but for its period."""
    ((_, measure),) = population.resolved.measures.items()
    part = counted(measure)
    found = [*said.filters(part, scope), *((n.holds for n in said.needs(part, scope)) if dated else ())]
    return exp.and_(*found) if found else exp.true()


def _within(population: Population, on: str) -> exp.Expr:
    period = population.period
    return said.in_bounds(on, said.Bounds(period.start.toordinal(), period.end.toordinal()))


def _within_utc(population: Population) -> exp.Expr:
    """The period, by days that begin at midnight UTC."""
    start, end = population.period.start, population.period.end + timedelta(days=1)
    at = exp.Cast(this=col(population.on), to=exp.DataType.build("timestamp"))
    since = exp.GTE(this=at, expression=_moment(start))
    return exp.and_(since, exp.LT(this=at.copy(), expression=_moment(end)))


def _moment(day: date) -> exp.Expr:
    return exp.Cast(this=exp.Literal.string(f"{day} 00:00:00"), to=exp.DataType.build("timestamp"))


def _sums(summed: Sequence[str], here: exp.Expr) -> list[exp.Expr]:
    return [exp.Sum(this=exp.Case().when(here.copy(), col(name))) for name in summed]


def _numbers(summed: Sequence[str], row: Sequence[Any]) -> dict[str, Decimal | None]:
    return {name: Decimal(value or 0) for name, value in zip(summed, row, strict=True)}


def _rows(generation: Generation, scope: scoped.Scope, select: exp.Select) -> list[tuple[Any, ...]]:
    statement = select.from_(scoped.table(scope.table, scoped.ROW), copy=False)
    for join in scope.joins.values():
        statement.append("joins", join.copy())
    return list(generation.backend.rows(statement)[1])
