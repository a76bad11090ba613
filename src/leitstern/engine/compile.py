"""How a pass is said in SQL: SQLGlot trees, printed in each backend's dialect.

Names come from the model, constants from checked filters; nothing is pasted as text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from leitstern.engine import layout
from leitstern.engine.passes import Pass
from leitstern.engine.plan import Part, What
from leitstern.engine.scoped import ROW, Scope, col, condition, number, table
from leitstern.facts.model import FACTS
from leitstern.periods.grains import Arithmetic


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which days count. ``None`` for the first day: from the first record on."""

    first_day: int | None
    last_day: int


@dataclass(frozen=True, slots=True)
class Windows:
    """Numbered stretches of days, both ends included, for what cannot be added up from finer rows."""

    rows: tuple[tuple[int, int, int], ...]

    @property
    def bounds(self) -> Bounds:
        """The days that all of them together reach over."""
        return Bounds(min(r[1] for r in self.rows), max(r[2] for r in self.rows))

    def join(self, day: exp.Expr) -> exp.Join:
        """Joins rows, as ``w``, with the windows that their day lies in."""
        return self.join_on(exp.Between(this=day, low=col("first_day", "w"), high=col("last_day", "w")))

    def join_on(self, holds: exp.Expr) -> exp.Join:
        """Joins rows, as ``w``, with the windows for which something holds."""
        rows = [exp.Tuple(expressions=[number(n) for n in row]) for row in self.rows]
        names = [exp.to_identifier(n) for n in ("number", "first_day", "last_day")]
        alias = exp.TableAlias(this=exp.to_identifier("w"), columns=names)
        return exp.Join(this=exp.Values(expressions=rows, alias=alias), on=holds)


# --- parts ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speech:
    """What a backend says in its own way."""

    seconds: Callable[[exp.Expr, exp.Expr], exp.Expr]
    quantile: Callable[[exp.Expr, float], exp.Expr]


def _double(value: exp.Expr) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build("double"))


def value_of(what: What, speech: Speech) -> exp.Expr:
    if what.kind == "field":
        return col(what.fields[0])
    if what.kind == "days":
        begin, end = (col(layout.day(f)) for f in what.fields)
        return exp.Sub(this=end, expression=begin)
    if what.kind == "seconds":
        first, last = (exp.Cast(this=col(f), to=exp.DataType.build("timestamp")) for f in what.fields)
        return speech.seconds(first, last)
    if what.kind == "nps":
        score = col(what.fields[0])
        return (
            exp.Case()
            .when(exp.GTE(this=score.copy(), expression=number(9)), number(1))
            .when(exp.LTE(this=score.copy(), expression=number(6)), exp.Neg(this=number(1)))
            .else_(number(0))
        )
    if what.kind == "csat":
        top = exp.Sub(this=exp.Coalesce(this=col("scale_max"), expressions=[number(5)]), expression=number(1))
        return exp.Case().when(exp.GTE(this=col(what.fields[0]), expression=top), number(1)).else_(number(0))
    return number(1)


@dataclass(frozen=True, slots=True)
class Need:
    """What a record needs to count, besides meeting the filter: ``reason`` is why it does not without."""

    reason: str
    field: str
    holds: exp.Expr


def filters(part: Part, scope: Scope) -> list[exp.Expr]:
    """Conditions that choose a part's records."""
    found: list[exp.Expr] = []
    if part.where:
        found.append(exp.or_(*(condition(text, scope) for text in part.where)))
    if part.manual is not None:
        found.append(exp.EQ(this=col("measure"), expression=exp.Literal.string(part.manual)))
    return found


def dated(part: Part, scope: Scope) -> list[Need]:
    """The date that puts a record into a period; a period's bounds ask for it by themselves."""
    found = [_ended(part.on, scope)] if part.on in dict(scope.fact.over) else []
    return [*found, Need("date_missing", part.on, _filled(layout.day(part.on)))]


def needs(part: Part, scope: Scope) -> list[Need]:
    """What else a chosen record needs."""
    found = [_ended(name, scope) for name in part.ends if name in dict(scope.fact.over)]
    for name in part.known:
        kind = scope.fact.by_name[name].kind
        if name == part.on:
            continue
        if kind == "ref":
            found.append(Need("value_missing", name, exp.NEQ(this=col(name), expression=number(0))))
        elif kind in ("day", "time"):
            found.append(Need("date_missing", name, _filled(layout.day(name))))
        else:
            found.append(Need("value_missing", name, _filled(name)))
    for begin, end in part.ordered:
        column: Callable[[str], str] = str if part.timed else layout.day
        later = exp.GTE(this=col(column(end)), expression=col(column(begin)))
        missing = exp.Is(this=col(layout.day(end)), expression=exp.Null())
        found.append(Need("dates_reversed", end, exp.or_(missing, later)))
    return found


def _filled(column: str) -> exp.Expr:
    return exp.Not(this=exp.Is(this=col(column), expression=exp.Null()))


def _ended(date: str, scope: Scope) -> Need:
    """What is over has the date on which it ended; without, nobody knows until when it counted."""
    over = exp.In(this=col("status"), expressions=list(map(exp.Literal.string, dict(scope.fact.over)[date])))
    runs = exp.Not(this=exp.Coalesce(this=over, expressions=[exp.false()]))
    return Need("closed_without_date", date, exp.or_(_filled(layout.day(date)), runs))


def conditions_of(part: Part, scope: Scope) -> list[exp.Expr]:
    """Everything that a record needs to be counted, but for the bounds of a period."""
    found = [*filters(part, scope), *(need.holds for need in needs(part, scope))]
    if part.within:
        begin, end, days = part.within
        taken = exp.Sub(this=col(layout.day(end)), expression=col(layout.day(begin)))
        found.append(exp.Between(this=taken, low=number(0), high=number(days)))
    if part.known_on is not None:
        ends = [part.within[1]] if part.within else [end for _, end in part.ordered]
        found += [exp.LTE(this=col(layout.day(end)), expression=number(part.known_on)) for end in ends]
    return found


def weighted(part: Part, source: Pass) -> bool:
    """Whether a record's share multiplies what it adds."""
    return source.shared and part.agg == "add" and part.what.kind != "record"


def digits(part: Part, source: Pass) -> int:
    """Decimal digits of the whole numbers a part's sums come in."""
    if weighted(part, source) and not part.is_money:
        return part.digits + layout.SHARE_DIGITS
    return part.digits


def _filtered(aggregate: exp.Expr, conditions: Sequence[exp.Expr]) -> exp.Expr:
    if not conditions:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=exp.and_(*(c.copy() for c in conditions))))


def aggregate(part: Part, source: Pass, scope: Scope, speech: Speech) -> exp.Expr:
    """A part as an aggregate with its filter."""
    conditions = conditions_of(part, scope)
    value = value_of(part.what, speech)
    if part.what.kind == "record" and source.shared:
        counted = exp.Distinct(expressions=[col(layout.row_id(source.table))])
        return _filtered(exp.Count(this=counted), conditions)
    if part.agg == "add":
        return _sum(part, source, value, conditions)
    if part.agg == "distinct":
        return _filtered(exp.Count(this=exp.Distinct(expressions=[value])), conditions)
    if part.agg == "quantile":
        assert part.p is not None
        return _filtered(speech.quantile(_double(value), part.p), conditions)
    kind = exp.Min if part.agg == "min" else exp.Max
    return _double(_filtered(kind(this=value), conditions))


def share_of(part: Part, source: Pass, value: exp.Expr) -> exp.Expr:
    """What a record adds where it is shared: money by its exact split, the rest by the share."""
    if not weighted(part, source):
        return value
    if part.is_money:
        return col(layout.part(part.what.fields[0]))
    if part.what.kind == "one":
        return col("share")
    return exp.Mul(this=exp.Paren(this=value), expression=col("share"))


def _sum(part: Part, source: Pass, value: exp.Expr, conditions: list[exp.Expr]) -> exp.Expr:
    if part.what.kind in ("one", "record") and not weighted(part, source):
        return _filtered(exp.Count(this=exp.Star()), conditions)
    scale = digits(part, source)
    total = _filtered(exp.Sum(this=share_of(part, source, value)), conditions)
    scaled = exp.Mul(this=total, expression=number(10**scale)) if scale else total
    whole = exp.Cast(this=scaled, to=exp.DataType.build("bigint"))
    return exp.Coalesce(this=whole, expressions=[number(0)])


# --- statements -------------------------------------------------------------------------------------

Subject = Literal[
    "company", "member", "team", "own_team", "person", "customer", "campaign", "product", "region"
]


def subject_key(source: Pass, subject: Subject, scope: Scope) -> exp.Expr | None:
    """The column that says whom a record counts for; None where all records are one subject."""
    if subject == "company":
        return None
    if subject == "member" or subject in layout.BY_PERSON:
        if not layout.has_member(scope.fact):
            return None
        if subject == "member":
            return col(layout.member(source.member_on))
        return scope.by_person(subject, source.member_on)
    column = layout.subject_column(scope.fact, subject)
    return col(column) if column else None


def period_of(key: Arithmetic, day: str, month: str) -> exp.Expr:
    """The number of the period that a day lies in, from the columns with its day and month number."""
    column: exp.Expr = col(day if key.base == "day" else month)
    if key.add:
        column = exp.Paren(this=exp.Add(this=column, expression=number(key.add)))
    if key.divide == 1:
        return column
    divided = exp.IntDiv(this=column, expression=number(key.divide))
    return exp.Cast(this=divided, to=exp.DataType.build("int"))  # PostgreSQL divides whole numbers to numeric


def by_period(
    source: Pass, subject: Subject, key: Arithmetic, bounds: Bounds, floor: int | None, speech: Speech
) -> exp.Select:
    """A pass grouped by period and subject: columns ``period``, ``subject`` (if any), ``p0``, ``p1``, ...

    ``floor``: periods before this index are gathered under ``floor - 1``.
    """
    scope = Scope(FACTS[source.fact], source.table)
    period = not_before(floor, _period(key, source))
    return _grouped(source, subject, period, bounds, scope, speech)


def _period(key: Arithmetic, source: Pass) -> exp.Expr:
    return period_of(key, layout.day(source.on), layout.month(source.on))


def not_before(floor: int | None, period: exp.Expr) -> exp.Expr:
    """Periods before ``floor``, if there is one, gathered under ``floor - 1``."""
    return period if floor is None else exp.Greatest(this=period, expressions=[number(floor - 1)])


def pairs(source: Pass, part: Part, key: Arithmetic, bounds: Bounds) -> exp.Select:
    """The records of a distinct part: columns ``period``, ``subject`` (member, if any) and ``id``."""
    scope = Scope(FACTS[source.fact], source.table)
    subject = subject_key(source, "member", scope)
    value = col(layout.row_id(source.table) if part.what.kind == "record" else part.what.fields[0])
    columns = [exp.alias_(_period(key, source), "period"), exp.alias_(value, "id")]
    if subject is not None:
        columns.append(exp.alias_(subject, "subject"))
    conditions = [*on_days(source, bounds), *conditions_of(part, scope)]
    select = exp.Select().select(*columns).from_(table(source.table, ROW))
    for join in scope.joins.values():
        select.append("joins", join)
    return select.where(*conditions, copy=False)


def each(source: Pass, subject: Subject, bounds: Bounds, speech: Speech) -> exp.Select:
    """A pass of one part, record by record: columns ``day``, ``month``, ``subject`` (if any), ``value``."""
    [part] = source.parts
    scope = Scope(FACTS[source.fact], source.table)
    read, key = _whose_rows(source, subject, scope)
    columns: dict[str, exp.Expr] = {
        "day": col(layout.day(source.on)),
        "month": col(layout.month(source.on)),
    }
    if key is not None:
        columns["subject"] = key
    counts_rows = part.what.kind == "record"
    columns["value"] = col(layout.row_id(source.table)) if counts_rows else value_of(part.what, speech)
    conditions = [*on_days(source, bounds), *conditions_of(part, scope)]
    select = exp.Select().select(*(exp.alias_(column, name) for name, column in columns.items()))
    select = select.from_(table(read, ROW))
    for join in scope.joins.values():
        select.append("joins", join)
    return select.where(*conditions, copy=False)


def by_window(source: Pass, subject: Subject, windows: Windows, speech: Speech) -> exp.Select:
    """The same over windows that may overlap; ``period`` is the window's number."""
    scope = Scope(FACTS[source.fact], source.table)
    day, first_day = col(layout.day(source.on)), windows.bounds.first_day
    join = windows.join(day)
    if source.way == "kept":
        join = windows.join_on(kept(source.parts[0], col("first_day", "w"), col("last_day", "w")))
        first_day = None
    scope.joins["w"] = join
    bounds = Bounds(first_day, windows.bounds.last_day)
    return _grouped(source, subject, col("number", "w"), bounds, scope, speech)


def kept(part: Part, first: exp.Expr, last: exp.Expr) -> exp.Expr:
    """Whether a record was there before a stretch began, and still is at its end."""
    began = exp.LT(this=col(layout.day(part.on)), expression=first)
    until = layout.UNTIL if part.on == layout.SINCE else part.kept
    return exp.and_(began, still_there(until, first, same_day=True), still_there(part.kept, last))


def still_there(until: str, day: exp.Expr, *, same_day: bool = False) -> exp.Expr:
    """Whether a record has not ended by the end of a day (``same_day``: by its beginning)."""
    gone = col(layout.day(until))
    later = (exp.GTE if same_day else exp.GT)(this=gone, expression=day.copy())
    return exp.or_(exp.Is(this=gone.copy(), expression=exp.Null()), later)


def _grouped(
    source: Pass, subject: Subject, period: exp.Expr, bounds: Bounds, scope: Scope, speech: Speech
) -> exp.Select:
    read, key = _whose_rows(source, subject, scope)
    keys = [exp.alias_(period, "period")] + ([exp.alias_(key, "subject")] if key is not None else [])
    values = [exp.alias_(aggregate(p, source, scope, speech), f"p{n}") for n, p in enumerate(source.parts)]
    select = exp.Select().select(*keys, *values).from_(table(read, ROW))
    for join in scope.joins.values():
        select.append("joins", join)
    select = select.where(*on_days(source, bounds), copy=False)
    return select.group_by(*(number(n + 1) for n in range(len(keys))), copy=False)


def _whose_rows(source: Pass, subject: Subject, scope: Scope) -> tuple[str, exp.Expr | None]:
    """The table whose rows count for a subject type, and whom each counts for."""
    if source.way == "level" and source.shared and subject in layout.BY_PERSON:
        scope.joins["whose"] = _whose(source, subject)
        return source.fact, col("subject", "whose")
    return source.table, subject_key(source, subject, scope)


def _whose(source: Pass, subject: Subject) -> exp.Join:
    """Whom a shared record counts for, each once: two of a team who share it are one value of its median."""
    scope = Scope(FACTS[source.fact], source.table)
    key = subject_key(source, subject, scope)
    assert key is not None, f"{source.fact} has a person"
    shares = exp.Select().select(col("id"), exp.alias_(key, "subject")).from_(table(source.table, ROW))
    for join in scope.joins.values():
        shares.append("joins", join)
    alias = exp.TableAlias(this=exp.to_identifier("whose"))
    on = exp.EQ(this=col("id", "whose"), expression=col("id"))
    return exp.Join(this=exp.Subquery(this=shares.distinct(copy=False), alias=alias), on=on)


def on_days(source: Pass, bounds: Bounds) -> list[exp.Expr]:
    """That a record's day counts: within bounds, and where nothing else stands for it."""
    closed = [in_bounds(source.on, Bounds(first, last)) for first, last in source.without]
    return [in_bounds(source.on, bounds), *(exp.Not(this=days) for days in closed)]


def in_bounds(on: str, bounds: Bounds) -> exp.Expr:
    """That a date of a record lies within bounds."""
    day = col(layout.day(on))
    if bounds.first_day is None:
        return exp.LTE(this=day, expression=number(bounds.last_day))
    return exp.Between(this=day, low=number(bounds.first_day), high=number(bounds.last_day))
