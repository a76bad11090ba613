"""Of one fact: how many records there are, how many count, and what becomes of the others.

    delivered = counted + sum(remark.count for remark in nowhere)

A record counts if it does in some period of some KPI; otherwise it has one place in ``nowhere``, by the first
reason of ``reasons.ORDER`` that holds. ``partly`` tells of records that count, but not wherever they should;
one record can be in several of these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from leitstern.engine import layout, reasons, scoped
from leitstern.engine.account.checks import Check, checks, described, split
from leitstern.engine.passes import Pass
from leitstern.engine.plan import Part, counted
from leitstern.engine.records import AsideRecord, about
from leitstern.engine.scoped import col, number
from leitstern.facts.model import FACTS, Fact
from leitstern.kpis.labels import choice_label, fact_label, field_label
from leitstern.messages import message

if TYPE_CHECKING:
    from leitstern.engine.asides import Excluded
    from leitstern.engine.generation import Generation
    from leitstern.kpis.load import Catalogue

#: Records that no KPI's filter lets in.
IN_NO_KPI = "in_no_kpi"
#: Reasons of the build that are told of with the records that count nowhere, or by a check.
_TOLD_ELSEWHERE = ("rate_missing", "amount_too_large", "closed_without_date")
#: Facts whose records make others what they are; that no KPI counts them says nothing.
_USED_OTHERWISE = ("deal_event",)
#: Reasons that are told apart by the word in the telling field.
_BY_WORD = (IN_NO_KPI, "closed_without_date")
#: Values that are named beside a number.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Remark:
    """How many records of a fact count nowhere, or less than they should, for one reason (``code``).

    ``field`` is what it is about; ``choice`` the word all of them have, such as ``won``. ``values`` are what
    is at fault, the most frequent first, ``distinct`` of them in all; ``example`` is the first key.
    """

    fact: str
    code: str
    field: str | None
    choice: str | None
    count: int
    nowhere: bool
    values: tuple[str, ...] = ()
    distinct: int = 0
    example: str | None = None

    def text(self, language: str, whole: Callable[[int], str] = str) -> str:
        """``3 won without closing date: in no month``, in ``de`` or ``en``; ``whole`` writes numbers."""
        word = self._word(language)
        more = self.values and self.distinct > len(self.values)
        named = ", ".join(self.values) + (", …" if more else "")
        return message(
            f"engine.account_{self.code}",
            language,
            count=f"{whole(self.count)}{word}",
            field=field_label(self.fact, self.field, language) if self.field else "",
            values=f" ({named})" if named else "",
            distinct=whole(self.distinct),
        )

    def _word(self, language: str) -> str:
        """What tells these records apart: `` won``, or `` without status``."""
        split_by = split(FACTS[self.fact])
        if split_by is None or not (self.choice or self.code == IN_NO_KPI):
            return ""
        return f" {word_of(self.fact, split_by, self.choice, language)}"


def word_of(fact: str, field: str, choice: str | None, language: str) -> str:
    """``won``, or ``without status`` where there is no word."""
    if choice is None:
        return message("engine.account_without", language, field=field_label(fact, field, language))
    return choice_label(fact, field, choice, language)


@dataclass(frozen=True, slots=True)
class Group:
    """How many records of a fact have a word in its telling field (None: none, or unknown)."""

    choice: str | None
    count: int


@dataclass(frozen=True, slots=True)
class FactAccount:
    """All records of a fact. ``split_by`` is the field whose words make the ``groups``, which add up to
    ``delivered``; entities and facts that are used up have none, and all of them count."""

    fact: str
    delivered: int
    counted: int
    split_by: str | None
    groups: tuple[Group, ...] = ()
    nowhere: tuple[Remark, ...] = ()
    partly: tuple[Remark, ...] = ()

    def text(self, language: str, whole: Callable[[int], str] = str) -> str:
        """``500 deals: 180 won, 120 lost, 200 open``; ``whole`` writes numbers."""
        told = fact_label(self.fact, language, plural=self.delivered != 1)
        head = f"{whole(self.delivered)} {told}"
        if self.split_by is None:
            return head
        words = ((g.count, word_of(self.fact, self.split_by, g.choice, language)) for g in self.groups)
        parts = [f"{whole(count)} {word}" for count, word in words]
        return f"{head}: {', '.join(parts)}"


def fact_account(generation: Generation, catalogue: Catalogue, fact: str) -> FactAccount:
    """The account of a fact that a generation holds, and that is not worked out from others."""
    model = FACTS[fact]
    parts = parts_of(catalogue, fact)
    found = _Found(generation, model, [one for one in generation.excluded if one.fact == fact])
    if model.main_date is None or not parts:
        found.count_all(described(generation, fact))
    else:
        for table, aside in ((fact, False), (layout.aside(fact), True)):
            if generation.backend.has(table):
                found.add(table, parts, aside=aside)
    found.add_gone()
    return found.account()


def remark_records(generation: Generation, catalogue: Catalogue, remark: Remark) -> list[AsideRecord]:
    """The records that a remark tells of, by their keys; its ``reason`` is the remark's code."""
    excluded = [one for one in generation.excluded if one.fact == remark.fact]
    found = _Found(generation, FACTS[remark.fact], excluded)
    return list(found.listed(remark, parts_of(catalogue, remark.fact)))


def parts_of(catalogue: Catalogue, fact: str) -> list[Part]:
    """What a record of a fact needs to count for some KPI, each way once."""
    measures = (m for name in catalogue.names for m in catalogue.resolved(name).measures.values())
    return list(dict.fromkeys(counted(m) for m in measures if m.fact == fact))


class _Found:
    """The account of a fact while it is made up."""

    def __init__(self, generation: Generation, fact: Fact, excluded: Sequence[Excluded]) -> None:
        self.generation, self.fact, self.excluded = generation, fact, excluded
        self.split_by = split(fact)
        self.counted = 0
        self.groups: Counter[str | None] = Counter()
        self.nowhere: list[Remark] = []
        self.partly: list[Remark] = []

    def count_all(self, records: int) -> None:
        self.counted, self.split_by = records, None
        self.groups[None] = records

    def add(self, table: str, parts: Sequence[Part], *, aside: bool) -> None:
        """Place the records of a table, and check those that count."""
        placed = placing(self.generation, table, self.fact, parts, aside=aside)
        groups: dict[tuple[str, str | None, str | None], Counter[str]] = {}
        checked = [Counter[str]() for _ in placed.checks]
        for place, choice, count, key, *hits in _rows(self.generation, placed.counts()):
            self.groups[choice] += count
            if place == reasons.COUNTS or (place is None and self.fact.name in _USED_OTHERWISE):
                self.counted += count
                for found, hit, example in zip(checked, hits[::2], hits[1::2], strict=True):
                    found[str(example)] += int(hit)
                continue
            code, field = (IN_NO_KPI, None) if place is None else placed.codes[place]
            told = choice if code in _BY_WORD else None
            groups.setdefault((code, field, told), Counter())[str(key)] += count
        for (code, field, word), those in groups.items():
            remark = Remark(self.fact.name, code, field, word, those.total(), True, example=min(those))
            self.nowhere.append(self._named(remark, placed))
        for check, those in zip(placed.checks, checked, strict=True):
            if +those:
                remark = Remark(
                    self.fact.name, check.code, check.field, check.choice, those.total(), False,
                    example=min(+those),
                )  # fmt: skip
                self.partly.append(self._named(remark, placed))

    def _named(self, remark: Remark, placed: Placing) -> Remark:
        """With what is at fault, where that has a name."""
        if remark.code == "rate_missing":
            told = [one.detail for one in self.excluded if one.reason == "rate_missing" and one.detail]
            return _with_values(remark, Counter(told))
        value = placed.value(remark)
        if value is None:
            return remark
        return _with_values(remark, Counter(dict(_rows(self.generation, placed.values(remark, value)))))

    def listed(self, remark: Remark, parts: Sequence[Part]) -> Iterator[AsideRecord]:
        """The records of a remark."""
        aside = remark.code == "rate_missing"
        checked = remark.code in _TOLD_ELSEWHERE or all(one.reason != remark.code for one in self.excluded)
        if checked and remark.code not in reasons.GONE:
            table = layout.aside(self.fact.name) if aside else self.fact.name
            placed = placing(self.generation, table, self.fact, parts, aside=aside)
            for key, day, title, person, team, customer in _rows(self.generation, placed.records(remark)):
                known = None if day is None else date.fromordinal(day)
                yield self._record(remark, str(key), known, title, person, team, customer)
            return
        for one in self.excluded:
            if (one.reason, one.field) == (remark.code, remark.field):
                yield self._record(remark, one.key)

    def _record(
        self,
        remark: Remark,
        key: str,
        day: date | None = None,
        title: str | None = None,
        person: str | None = None,
        team: str | None = None,
        customer: str | None = None,
    ) -> AsideRecord:
        about = (title, person, team, customer)
        return AsideRecord(self.fact.name, key, day, *about, remark.code, remark.field or "")

    def add_gone(self) -> None:
        """Records that the build left out of the tables, and what it else found at fault."""
        gone = {
            (reason, field): keys for reason, field, keys in reasons.gone(self.generation, self.fact.name)
        }
        for (reason, field), keys in gone.items():
            merged = reason == "merged"
            remark = Remark(self.fact.name, reason, field, None, len(keys), not merged, example=min(keys))
            (self.partly if merged else self.nowhere).append(remark)
            self.groups[None] += len(keys)
            self.counted += len(keys) if merged else 0
        others: dict[tuple[str, str | None], list[Excluded]] = {}
        for one in self.excluded:
            if one.reason not in _TOLD_ELSEWHERE and (one.reason, one.field) not in gone:
                others.setdefault((one.reason, one.field), []).append(one)
        for (reason, field), those in others.items():
            keys = sorted({one.key for one in those})
            remark = Remark(self.fact.name, reason, field, None, len(keys), False, example=keys[0])
            self.partly.append(_with_values(remark, Counter(one.detail for one in those if one.detail)))

    def account(self) -> FactAccount:
        order = [*self.fact.by_name[self.split_by].choices, None] if self.split_by else []
        groups = tuple(Group(word, self.groups[word]) for word in order if self.groups[word])
        return FactAccount(
            self.fact.name, self.groups.total(), self.counted, self.split_by, groups,
            tuple(sorted(self.nowhere, key=lambda r: (-r.count, r.code))), tuple(self.partly),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placing:
    """Where each record of a table belongs, as statements that count, name and list them."""

    scope: scoped.Scope
    codes: Sequence[reasons.Code]
    place: exp.Expr
    checks: tuple[Check, ...]
    split_by: str | None

    def counts(self) -> exp.Select:
        """Place, word, number of records and first key, and for each check of how many it is true, and the
        first of them."""
        key, one = exp.column("key"), exp.column("place")
        columns = [exp.alias_(col("key"), "key"), exp.alias_(self._word(), "word")]
        columns.append(exp.alias_(self.place, "place", copy=False))
        sums: list[exp.Expr] = []
        for n, check in enumerate(self.checks):
            met = exp.Coalesce(this=check.holds, expressions=[exp.false()])
            columns.append(exp.alias_(met, f"c{n}", copy=False))
            hit = exp.Case().when(exp.column(f"c{n}"), number(1)).else_(number(0))
            sums += [exp.Sum(this=hit), exp.Min(this=exp.Case().when(exp.column(f"c{n}"), key.copy()))]
        placed = self._from(exp.Select().select(*columns, copy=False))
        inner = exp.Subquery(this=placed, alias=exp.TableAlias(this=exp.to_identifier("placed")))
        found = exp.Select().select(
            one, exp.column("word"), exp.Count(this=exp.Star()), exp.Min(this=key), *sums, copy=False
        )
        return found.from_(inner, copy=False).group_by(one.copy(), exp.column("word"), copy=False)

    def values(self, remark: Remark, value: exp.Expr) -> exp.Select:
        """What is at fault in the records of a remark, and in how many of them."""
        select = self._from(exp.Select().select(value, exp.Count(this=exp.Star())))
        return select.where(self.holds(remark), copy=False).group_by(value.copy(), copy=False)

    def records(self, remark: Remark) -> exp.Select:
        """The records of a remark: key, day, title, and the names of whom they belong to."""
        on = self.scope.fact.main_date
        assert on is not None
        source = Pass(self.scope.table, self.scope.fact.name, on, on, (), "level")
        holds, columns = self.holds(remark), about(self.scope, source)
        return self._from(exp.Select().select(*columns)).where(holds, copy=False).order_by(col("key"))

    def value(self, remark: Remark) -> exp.Expr | None:
        """What is at fault in a record of a remark; None where that has no name."""
        if remark.nowhere:
            return col("measure") if self.scope.fact.name == "manual_value" else None
        return self._check(remark).value

    def _check(self, remark: Remark) -> Check:
        wanted = (remark.code, remark.field, remark.choice)
        return next(c for c in self.checks if (c.code, c.field, c.choice) == wanted)

    def holds(self, remark: Remark) -> exp.Expr:
        """The condition by which a record belongs to a remark."""
        counts = exp.EQ(this=self.place.copy(), expression=number(reasons.COUNTS))
        outside = exp.Is(this=self.place.copy(), expression=exp.Null())
        if not remark.nowhere:
            here = exp.or_(counts, outside) if self.scope.fact.name in _USED_OTHERWISE else counts
            return exp.and_(here, self._check(remark).holds.copy())
        if remark.code == IN_NO_KPI:
            mine: exp.Expr = outside
        else:
            at = list(self.codes).index((remark.code, remark.field or ""))
            mine = exp.EQ(this=self.place.copy(), expression=number(at))
        if remark.code not in _BY_WORD or self.split_by is None:
            return mine
        word = exp.Null() if remark.choice is None else exp.Literal.string(remark.choice)
        same = exp.Is if remark.choice is None else exp.EQ
        return exp.and_(mine, same(this=col(self.split_by), expression=word))

    def _word(self) -> exp.Expr:
        if self.split_by is None:
            return exp.Null()
        return exp.Cast(this=col(self.split_by), to=exp.DataType.build("varchar"))

    def _from(self, select: exp.Select) -> exp.Select:
        select = select.from_(scoped.table(self.scope.table, scoped.ROW))
        for join in self.scope.joins.values():
            select.append("joins", join.copy())
        return select


def _with_values(remark: Remark, values: Counter[str]) -> Remark:
    named = sorted(values, key=lambda value: (-values[value], value))
    return replace(remark, values=tuple(named[:NAMED]), distinct=len(values))


def placing(generation: Generation, table: str, fact: Fact, parts: Sequence[Part], *, aside: bool) -> Placing:
    """Where the records of a table belong; those of the table of records without a rate are not checked."""
    scope = scoped.Scope(fact, table)
    codes, place = reasons.places(parts, scope, generation.built_on.toordinal(), aside=aside)
    if aside:  # whatever their filters: that is why they are in this table
        return Placing(scope, codes, number(0), (), split(fact))
    return Placing(scope, codes, place, tuple(checks(generation, scope)), split(fact))


def _rows(generation: Generation, statement: exp.Select) -> Iterable[tuple[Any, ...]]:
    return generation.backend.rows(statement)[1]


def accounts_of(generation: Generation, catalogue: Catalogue, facts: Iterable[str]) -> Iterator[FactAccount]:
    """The accounts of the facts that a generation holds records of."""
    for fact in facts:
        if fact not in layout.CONSUMED and not FACTS[fact].derived:
            found = fact_account(generation, catalogue, fact)
            if found.delivered:
                yield found
