"""Measures of every kind over records, one by one: the oracle's half of ``plan`` and ``compile``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from .oracle import Number, Oracle, Portion, Record

Value = Number | None
Test = Callable[[Record], bool]


#: What is over and must say since when: fact, date, status.
OVER = {
    ("deal", "closed_at", "won"),
    ("deal", "closed_at", "lost"),
    ("ticket", "resolved_at", "resolved"),
    ("quote", "decided_at", "accepted"),
    ("quote", "decided_at", "rejected"),
    ("lead", "converted_at", "converted"),
    ("lead", "disqualified_at", "disqualified"),
    ("stage_visit", "left_at", "won"),
    ("stage_visit", "left_at", "lost"),
}


@dataclass(frozen=True)
class Measured:
    """A measure by subject: values, and the records behind them; ``empty`` is the value of all others."""

    values: dict[str | None, Value]
    rows: dict[str | None, frozenset[tuple[str, str, int]]]
    empty: Value

    def of(self, subject: str | None) -> Value:
        return self.values.get(subject, self.empty)


@dataclass(frozen=True)
class Asked:
    """A measure, said for the oracle. ``kind`` and the rest are the words of the KPI language.

    ``mean``: levels of several people are averaged, not added up.
    """

    kind: str
    fact: str
    field: str = ""
    on: str = ""
    test: Test = lambda _: True
    between: tuple[str, str] = ("", "")
    to: str = ""
    within: int | None = None
    p: Fraction = Fraction(1, 2)
    unit: str = "days"
    mean: bool = False
    at: str = "end"


#: From when to when a record exists. A stock between these dates counts it as it was on the day.
OWN_DATES = defaultdict(
    tuple,
    {
        "company": (("customer_since", "customer_until"),),
        "person": (("joined_at", "left_at"),),
        "deal": (("created_at", "closed_at"),),
        "ticket": (("created_at", "resolved_at"),),
        "stage_visit": (("entered_at", "left_at"),),
    },
)


def measured(oracle: Oracle, asked: Asked, subject: str, first: date | None, last: date) -> Measured:
    """A measure over the days from ``first`` (None: ever) to ``last``."""
    stands = asked.kind == "stock"
    on = asked.between[0] if stands else asked.on
    began = min(first - timedelta(days=1), last) if first else date.min
    there = last if asked.at == "end" else began
    of_day = stands and asked.between in OWN_DATES[asked.fact]
    groups: dict[str | None, list[Portion]] = {}
    left: set[int] = set()
    behind: list[Record] = []
    for found in oracle.records[asked.fact]:
        record = found
        day = record.day(on)
        if day is None or not _falls(oracle, asked, record, day, first, last):
            continue
        if of_day:
            was = oracle.then(record, there)
            if was is None:
                continue
            record = was
        if not asked.test(record) or not _known(asked, record):
            continue
        ends = record.day(asked.between[1]) if stands else None
        if ends is not None and ends <= there:
            continue
        if asked.at == "both" and ends is not None and ends <= last:
            left.add(id(record))
        behind.append(record)
        for portion in oracle.portions(record, subject):
            for key in oracle.subjects_of(portion, subject, "then" if of_day else on):
                groups.setdefault(key, []).append(portion)
    if asked.kind == "manual_last":
        weights = _standing(asked, behind, subject)
        values = {key: _level(asked, portions, weights) for key, portions in groups.items()}
    else:
        values = {
            key: KINDS[asked.kind](asked, [p for p in portions if id(p.record) not in left])
            for key, portions in groups.items()
        }
    return Measured(
        values,
        {key: frozenset(_which(p.record) for p in portions) for key, portions in groups.items()},
        0 if asked.kind in ("count", "distinct", "sum", "stock", "manual_sum") else None,
    )


def _falls(oracle: Oracle, asked: Asked, record: Record, day: date, first: date | None, last: date) -> bool:
    """Whether a record's day, of a stock the day it began, lies where the measure is taken, and counts there:
    on its day; of a stock on the last day, or as to the first and the last."""
    if asked.kind != "stock":
        return (first is None or first <= day) and day <= last and oracle.counts(record, day, day)
    if asked.at == "end":
        return day <= last and oracle.counts(record, last, last)
    start = first or date.min
    return day < start and oracle.counts(record, start, last)


def _which(record: Record) -> tuple[str, str, int]:
    return record.fact, record.key, record.oracle.era


def _known(asked: Asked, record: Record) -> bool:
    if asked.between[0]:
        begin, end = asked.between
        a, b = record[begin], record[end]
        if b is None and (asked.fact, end, record["status"]) in OVER:
            return False
        if a is None or (b is None and asked.kind != "stock"):
            return False
        if b is None:
            return True
        if asked.unit == "hours":
            return bool(b >= a)
        return (record.day(end) or date.min) >= (record.day(begin) or date.min)
    return asked.kind in ("sum", "count", "conversion", "manual_sum") or record[asked.field] is not None


def _count(asked: Asked, portions: list[Portion]) -> Value:
    return sum((p.share for p in portions), Decimal(0))


def _sum(asked: Asked, portions: list[Portion]) -> Value:
    return sum((a for p in portions if (a := p.amount(asked.field)) is not None), Decimal(0))


def _average(asked: Asked, portions: list[Portion]) -> Value:
    return ratio(_sum(asked, portions), _count(asked, portions))


def _once(portions: list[Portion]) -> list[Record]:
    """Each record once, however many of its owners are here."""
    return list({id(p.record): p.record for p in portions}.values())


def _stock(asked: Asked, portions: list[Portion]) -> Value:
    return _sum(asked, portions) if asked.field else _count(asked, portions)


def quantile(values: list[Fraction], p: Fraction) -> Fraction:
    """Between two values linearly by the distance to both (type 7 of Hyndman and Fan 1996)."""
    ordered = sorted(values)
    place = p * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _quantile(asked: Asked, portions: list[Portion]) -> Value:
    return quantile([Fraction(r[asked.field]) for r in _once(portions)], asked.p)


def _took(asked: Asked, record: Record) -> Fraction:
    begin, end = asked.between
    if asked.unit == "hours":
        return Fraction(int((record[end] - record[begin]).total_seconds()), 3600)
    a, b = record.day(begin), record.day(end)
    assert a is not None
    assert b is not None
    return Fraction((b - a).days)


def _duration(asked: Asked, portions: list[Portion]) -> Value:
    total = sum((_took(asked, p.record) * Fraction(p.share) for p in portions), Fraction(0))
    return ratio(total, _count(asked, portions))


def _median_duration(asked: Asked, portions: list[Portion]) -> Value:
    return quantile([_took(asked, r) for r in _once(portions)], Fraction(1, 2))


def _conversion(asked: Asked, portions: list[Portion]) -> Value:
    reached = Decimal(0)
    for p in portions:
        begin, end = p.record.day(asked.on), p.record.day(asked.to)
        if begin and end and 0 <= (end - begin).days <= (36_500 if asked.within is None else asked.within):
            reached += p.share
    return ratio(reached, _count(asked, portions))


def _nps(asked: Asked, portions: list[Portion]) -> Value:
    scores = [p.record[asked.field] for p in portions]
    return ratio(100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)), len(scores))


def _csat(asked: Asked, portions: list[Portion]) -> Value:
    happy = [p.record["score"] >= (p.record["scale_max"] or 5) - 1 for p in portions]
    return ratio(sum(happy), len(happy))


def _standing(asked: Asked, records: list[Record], subject: str) -> dict[object, Fraction]:
    """Which typed values stand, and how much each weighs: of a person or team those of the latest day."""
    groups: dict[tuple[str | None, str | None], list[Record]] = {}
    for record in records:
        person = record["person"]
        groups.setdefault((person, None if person else record["team"]), []).append(record)
    if subject == "company" and (None, None) in groups:  # the company's own value
        groups = {(None, None): groups[None, None]}
    weights = {}
    for group in groups.values():
        newest = max(r.day(asked.on) or date.min for r in group)
        latest = [_which(r) for r in group if r.day(asked.on) == newest]
        weights |= {key: Fraction(1, len(latest)) for key in latest}
    return weights


def _level(asked: Asked, portions: list[Portion], weights: dict[object, Fraction]) -> Value:
    typed = ((_which(p.record), p.record["value"]) for p in portions)
    found = [(weights[which], value) for which, value in typed if which in weights]
    if not found:
        return None
    total = sum((weight * Fraction(value) for weight, value in found), Fraction(0))
    return total / sum(weight for weight, _ in found) if asked.mean else total


KINDS: dict[str, Callable[[Asked, list[Portion]], Value]] = {
    "count": _count,
    "sum": _sum,
    "manual_sum": _sum,
    "manual_average": _average,
    "average": _average,
    "distinct": lambda a, ps: len({p.record[a.field] for p in ps}),
    "median": _quantile,
    "percentile": _quantile,
    "min": lambda a, ps: min(p.record[a.field] for p in ps),
    "max": lambda a, ps: max(p.record[a.field] for p in ps),
    "stock": _stock,
    "duration": _duration,
    "median_duration": _median_duration,
    "conversion": _conversion,
    "nps": _nps,
    "csat": _csat,
}


def ratio(above: Value, below: Value) -> Value:
    """Nothing where there is nothing to divide by."""
    if above is None or not below:
        return None
    return Fraction(above) / Fraction(below)
