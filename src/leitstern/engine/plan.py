"""What is computed: measures taken apart into the numbers a table can be asked for in one pass.

A *part* is one aggregate over one fact on one date: the number of won deals by closing date, say.
Measures of all kinds are made of parts (an average is a sum over a count, a stock what has begun
less what has ended), parts that lie on the same fact and date are computed together, and only the
very last step divides. Parts compare by what they mean, so KPIs that share one share its cost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from leitstern.engine import layout
from leitstern.engine.stands import DAYS, LEVEL, SPAN, Kind
from leitstern.facts.model import FACTS
from leitstern.kpis.definition import Measure

Agg = Literal["add", "min", "max", "distinct", "quantile", "last"]

MONEY_DIGITS = 4
NUMBER_DIGITS = 6
SECONDS_AN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class What:
    """What is aggregated for a record.

    ``one`` counts it (by shares, where deals are shared), ``record`` too, but wholly; ``field`` takes
    a field's value; ``days`` and ``seconds`` the time between two of its dates; ``nps`` +1, 0 or -1;
    ``csat`` 1 or 0.
    """

    kind: Literal["one", "record", "field", "days", "seconds", "nps", "csat"]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One aggregate over one fact.

    ``on`` puts a record into a period, ``member_on`` is the date that says whose it is. ``where``
    are filter texts of which one must hold (none: all records). ``known`` lists fields that must
    not be empty, ``ordered`` pairs of dates (begin, end) where an end must not come before its
    begin (compared as days, or if ``timed`` as moments), ``ends`` dates that must not be empty once the
    record is over. ``digits``: a sum comes as a whole number of
    10 ** -digits. ``rows`` marks a count of records, which no share divides. ``aside``: of the records
    that are set aside, instead of those that count. ``mean``: what is ``last`` of several people or teams
    is averaged, not added up. ``kept`` names the date a record ends by: of those that were there when a
    period began, the ones that still are at its end, which no sum over days can tell. ``known_on`` asks as
    if that day were today: what a record comes to later has not happened yet.
    """

    agg: Agg
    fact: str
    on: str
    what: What
    where: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    within: tuple[str, str, int] | None = None
    member_on: str = ""
    p: float | None = None
    manual: str | None = None
    digits: int = 0
    rows: bool = False
    timed: bool = False
    aside: bool = False
    mean: bool = False
    kept: str = ""
    ends: tuple[str, ...] = ()
    known_on: int | None = field(default=None, repr=False)

    @property
    def table(self) -> str:
        """The table the part is read from, where nothing is shared."""
        table = layout.aside(self.fact) if self.aside else self.fact
        return layout.versions(table) if self.on in (layout.SINCE, layout.UNTIL) else table

    @property
    def id(self) -> str:
        """A short name for the part's meaning, equal in every process."""
        # Names that closings have kept must not change, so the field that came later is added only where set.
        known = "" if self.known_on is None else f" known on {self.known_on}"
        return hashlib.sha256(f"{self!r}{known}".encode()).hexdigest()[:16]

    @property
    def kept_as(self) -> Part:
        """The part whose closed rows stand for it: a record behind a number is kept like one that counts,
        a level whatever is made of several."""
        if self.what.kind == "record":
            return replace(self, what=What("one"), agg="add", rows=False)
        return replace(self, rows=False, mean=False)

    @property
    def is_money(self) -> bool:
        """Whether it takes an amount, which shares divide to the last digit."""
        return self.what.kind == "field" and FACTS[self.fact].by_name[self.what.fields[0]].kind == "money"

    @property
    def counts_refs(self) -> bool:
        """Whether it counts different records that others point at."""
        if self.agg != "distinct" or self.what.kind != "field":
            return False
        return FACTS[self.fact].by_name[self.what.fields[0]].kind == "ref"


@dataclass(frozen=True, slots=True)
class Term:
    """How parts make one measure: ``plus`` less ``minus``, over ``base`` if there is one.

    ``factor`` multiplies the upper side. A ``standing`` term is a level at the end of a period, or at its
    ``start``: it adds everything since the first record.
    """

    plus: Part
    minus: Part | None = None
    base: Part | None = None
    factor: float = 1.0
    standing: bool = False
    start: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(p for p in (self.plus, self.minus, self.base) if p is not None)


def _digits(fact: str, field: str) -> int:
    kind = FACTS[fact].by_name[field].kind
    return {"money": MONEY_DIGITS, "number": NUMBER_DIGITS}.get(kind, 0)


def _date(measure: Measure) -> str:
    date = measure.on or FACTS[measure.fact].main_date
    assert date is not None, f"{measure.fact} has no main date, and the definition was not checked"
    return date


def term(measure: Measure, *, mean: bool = False) -> Term:
    """Take a checked measure apart. ``mean``: a level typed in is averaged over whom it was typed for."""
    found = _TERMS[measure.kind](measure)
    return replace(found, plus=replace(found.plus, mean=True)) if mean else found


def as_known(term: Term, day: int) -> Term:
    """The same term as it was known on a day: who converts, or comes to an end, later has not yet.

    What is told by the date that puts a record into a period is left out anyway.
    """
    part = term.plus
    later = (part.within and part.within[1]) or (part.ordered[0][1] if part.ordered else part.on)
    if term.standing or later == part.on:
        return term
    plus = replace(part, known_on=day)
    # An average is over those that have come to their end; a cohort over all that began.
    base = term.base if term.base is None or part.within else replace(term.base, known_on=day)
    return replace(term, plus=plus, base=base)


def row_terms(measures: Iterable[Measure]) -> tuple[Term, ...]:
    """Terms that count the records behind a KPI, each record once for a fact and date.

    Of a stock, the records that are there at the end.
    """
    filters: dict[Term, list[str | None]] = {}
    for given in measures:
        # Behind what was there at the start and still is are all that were there at the start.
        measure = given.model_copy(update={"at": "start"}) if given.at == "both" else given
        found = term(measure)
        minus = _counting(found.minus, measure) if found.minus else None
        counting = replace(found, plus=_counting(found.plus, measure), minus=minus, base=None, factor=1.0)
        filters.setdefault(counting, []).append(_text(found, measure))
    return tuple(_anyone(counting, texts) for counting, texts in filters.items())


def counted(measure: Measure) -> Part:
    """The records a measure is made of, as a count: what a record needs to be in the measure at all."""
    if measure.kind == "stock":
        assert measure.between is not None
        begin, end = measure.between
        order = (measure.between,)
        return Part(
            "add",
            measure.fact,
            begin,
            What("one"),
            _where(measure),
            (begin,),
            order,
            member_on=begin,
            ends=(end,),
        )
    found = term(measure)
    part = found.base or found.plus
    return replace(part, agg="add", what=What("one"), within=None, p=None, digits=0)


def set_aside(counting: Term) -> Term:
    """The same count of records, of those that are set aside."""
    minus = replace(counting.minus, aside=True) if counting.minus else None
    return replace(counting, plus=replace(counting.plus, aside=True), minus=minus)


def _counting(part: Part, measure: Measure) -> Part:
    counted = replace(part, agg="add", what=What("one"), where=(), within=None, p=None, digits=0, rows=True)
    return counted if measure.kind == "stock" else replace(counted, known=())


def _text(found: Term, measure: Measure) -> str | None:
    """Which records count for a measure, as a filter: its own, and the fields that must be known."""
    # The whole cohort of a conversion, not only who reached the goal; a stock's dates are its bounds.
    known = () if measure.kind in ("conversion", "stock") else found.plus.known
    needs = [f"{name} is not null" for name in known if name != found.plus.on]
    if not needs:
        return measure.where
    return " and ".join([f"({measure.where})", *needs] if measure.where else needs)


def _anyone(counting: Term, texts: list[str | None]) -> Term:
    where = () if None in texts else tuple(sorted({t for t in texts if t is not None}))
    minus = replace(counting.minus, where=where) if counting.minus else None
    return replace(counting, plus=replace(counting.plus, where=where), minus=minus)


def _where(measure: Measure) -> tuple[str, ...]:
    return (measure.where,) if measure.where else ()


def _count(m: Measure) -> Term:
    on = _date(m)
    return Term(Part("add", m.fact, on, What("one"), _where(m), member_on=on))


def _aggregate(agg: Agg) -> Callable[[Measure], Term]:
    def build(m: Measure) -> Term:
        on, field = _date(m), m.field or ""
        p = 0.5 if m.kind == "median" else m.p
        digits = _digits(m.fact, field) if agg == "add" else 0
        known = () if agg == "add" else (field,)
        what = What("field", (field,))
        return Term(Part(agg, m.fact, on, what, _where(m), known, member_on=on, p=p, digits=digits))

    return build


def _average(m: Measure) -> Term:
    on, field = _date(m), m.field or ""
    total = Part(
        "add",
        m.fact,
        on,
        What("field", (field,)),
        _where(m),
        (field,),
        member_on=on,
        digits=_digits(m.fact, field),
    )
    return Term(total, base=Part("add", m.fact, on, What("one"), _where(m), (field,), member_on=on))


def _duration(m: Measure) -> Term:
    assert m.between is not None
    on = _date(m)
    hours = m.unit == "hours"
    what = What("seconds" if hours else "days", m.between)
    scale = 1 / SECONDS_AN_HOUR if hours else 1.0
    ordered = (m.between,)
    if m.how == "median":
        return Term(
            Part(
                "quantile", m.fact, on, what, _where(m), m.between, ordered, member_on=on, p=0.5, timed=hours
            ),
            factor=scale,
        )
    total = Part("add", m.fact, on, what, _where(m), m.between, ordered, member_on=on, timed=hours)
    return Term(total, base=replace(total, what=What("one")), factor=scale)


def _stock(m: Measure) -> Term:
    assert m.between is not None
    begin, end = m.between
    what = What("field", (m.field,)) if m.field else What("one")
    digits = _digits(m.fact, m.field) if m.field else 0
    if layout.LIVES.get(m.fact) == m.between:  # as the records were on each day, and whose
        since, until = layout.SINCE, layout.UNTIL
        began = Part("add", m.fact, since, what, _where(m), member_on=since, digits=digits)
        ended = replace(began, on=until)
    else:
        ordered = ((begin, end),)
        began = Part("add", m.fact, begin, what, _where(m), (), ordered, member_on=begin, digits=digits)
        began = replace(began, ends=(end,))
        ended = replace(began, on=end, known=(begin,))
    if m.at == "both":
        return Term(replace(began, kept=end))
    return Term(began, minus=ended, standing=True, start=m.at == "start")


def _conversion(m: Measure) -> Term:
    assert m.to is not None
    on = _date(m)
    within = (on, m.to, m.within if m.within is not None else 36_500)
    reached = Part("add", m.fact, on, What("one"), _where(m), (m.to,), within=within, member_on=on)
    return Term(reached, base=Part("add", m.fact, on, What("one"), _where(m), member_on=on))


def _survey(kind: Literal["nps", "csat"], factor: float) -> Callable[[Measure], Term]:
    def build(m: Measure) -> Term:
        on, field = _date(m), m.field or ""
        answers = Part("add", m.fact, on, What("one"), _where(m), (field,), member_on=on)
        return Term(
            Part("add", m.fact, on, What(kind, (field,)), _where(m), (field,), member_on=on),
            base=answers,
            factor=factor,
        )

    return build


def _manual(m: Measure) -> Term:
    value = What("field", ("value",))
    if m.roll == "last":
        return Term(
            Part("last", "manual_value", "at", value, known=("value",), member_on="at", manual=m.manual)
        )
    total = Part("add", "manual_value", "at", value, member_on="at", manual=m.manual, digits=NUMBER_DIGITS)
    if m.roll == "sum":
        return Term(total)
    return Term(total, base=Part("add", "manual_value", "at", What("one"), member_on="at", manual=m.manual))


_TERMS: dict[str, Callable[[Measure], Term]] = {
    "count": _count,
    "distinct": _aggregate("distinct"),
    "sum": _aggregate("add"),
    "average": _average,
    "median": _aggregate("quantile"),
    "percentile": _aggregate("quantile"),
    "min": _aggregate("min"),
    "max": _aggregate("max"),
    "duration": _duration,
    "stock": _stock,
    "conversion": _conversion,
    "nps": _survey("nps", 100.0),
    "csat": _survey("csat", 1.0),
    "manual": _manual,
}


@dataclass(frozen=True, slots=True)
class ToKeep:
    """A part as a closing keeps it, and what of it stands. ``ended`` is, for what has begun and makes a
    level, the date by which it is gone."""

    part: Part
    kind: Kind = DAYS
    ended: str | None = None


def to_keep(measures: Mapping[str, Measure]) -> Iterator[tuple[str, str, ToKeep]]:
    """What a closing keeps for a KPI: the measure ("": the records behind all), what of it, and the part."""
    for name, measure in measures.items():
        for role, kept in _to_keep(term(measure)):
            yield name, role, kept
    for n, rows in enumerate(row_terms(measures.values())):
        for role, kept in _to_keep(rows):
            yield "", f"rows {n} {role}", kept
        for role, kept in _to_keep(set_aside(rows)):
            yield "", f"set aside {n} {role}", kept


def _to_keep(of: Term) -> Iterator[tuple[str, ToKeep]]:
    kind = kind_of(of)
    yield "plus", ToKeep(of.plus.kept_as, kind, of.minus.on if of.minus else None)
    if of.minus is not None:
        yield "minus", ToKeep(of.minus.kept_as, kind)
    if of.base is not None:
        yield "base", ToKeep(of.base.kept_as, kind)


def kind_of(of: Term) -> Kind:
    """What stands of a term on closed days."""
    if of.start or of.plus.kept:
        return SPAN
    return LEVEL if of.standing else DAYS
