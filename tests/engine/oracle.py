"""What the numbers should be: the rules of the design in plain Python, record by record.

Nothing of the engine is used here: no SQL, no arrays, no period arithmetic of the library. Sums are
Decimals, quotients are Fractions, days come from zoneinfo, working days from `holidays` and a weekday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from leitstern.facts.model import FACTS

from .worlds import TODAY, Row, World

Number = int | Decimal | Fraction
Value = Number | None
Test = Callable[["Record"], bool]

DAY = timedelta(days=1)
#: Which date's rate converts a fact's money: the first that is there.
RATE_DATES = {
    "deal": ("closed_at", "created_at"),
    "stage_visit": ("left_at", "entered_at"),
    "quote": ("sent_at", "created_at"),
    "invoice": ("at",),
    "spend": ("at",),
    "campaign": ("started_at",),
    "product": (),
}
ENTITIES = ("person", "team", "company", "campaign", "product", "stage")


@dataclass
class Record:
    """A record as numbers see it: money is the workspace's, references lead somewhere, blanks are filled."""

    fact: str
    key: str
    row: Row
    oracle: Oracle = field(repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.oracle.region_of(self) if name == "region" else self.row.get(name)

    def ref(self, name: str) -> Record | None:
        """The record that a field points at."""
        to = FACTS[self.fact].by_name[name].to
        return self.oracle.by_key.get((str(to), self.row.get(name) or ""))

    def day(self, name: str) -> date | None:
        """The day of a date field in the workspace's zone."""
        return self.oracle.day(self.row.get(name))


@dataclass(frozen=True)
class Portion:
    """A record as it counts for one person: wholly, or by a share."""

    record: Record
    person: str | None
    share: Decimal = Decimal(1)
    money: dict[str, Decimal] | None = None

    def amount(self, name: str) -> Decimal | int | None:
        value = self.record[name]
        if value is None or self.share == 1:
            return value  # type: ignore[no-any-return] # a number field
        if self.money is not None and name in self.money:
            return self.money[name]
        return Decimal(value) * self.share


class Oracle:
    """The records of a world, encoded by hand."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.zone = ZoneInfo(world.timezone)
        self.by_key: dict[tuple[str, str], Record] = {}
        self.excluded: set[tuple[str, str]] = set()
        self.records: dict[str, list[Record]] = {name: [] for name in FACTS}
        rows = {name: [dict(row) for row in world.rows(name)] for name in FACTS}
        self._merge(rows)
        self._loosen(rows)
        self._derive(rows)
        for name, found in rows.items():
            for row in found:
                self._take(name, row)
        self._stubs(rows)

    # --- records ---

    def day(self, value: date | datetime | None) -> date | None:
        if isinstance(value, datetime):
            return value.replace(tzinfo=ZoneInfo("UTC")).astimezone(self.zone).date()
        return value

    def _merge(self, rows: dict[str, list[Row]]) -> None:
        """One company for all keys that mean it."""
        for name, found in rows.items():
            for row in found:
                for f in FACTS[name].fields:
                    if f.to == "company" and row.get(f.name) is not None:
                        row[f.name] = self.world.canonical.get(row[f.name], row[f.name])
        rows["company"] = [r for r in rows["company"] if r["key"] not in self.world.canonical]

    def _loosen(self, rows: dict[str, list[Row]]) -> None:
        """A reference to a deal or lead that no file delivered is none; entities are made up instead."""
        for name, found in rows.items():
            for f in FACTS[name].fields:
                if f.to and f.to not in ENTITIES and name not in ("deal_share", "deal_event"):
                    there = {row["key"] for row in rows[f.to]}
                    for row in found:
                        if row.get(f.name) not in there:
                            row[f.name] = None

    def _derive(self, rows: dict[str, list[Row]]) -> None:
        deals, leads = rows["deal"], rows["lead"]
        for deal in deals:
            mine = [x for x in leads if x["key"] == deal.get("lead") or x.get("deal") == deal["key"]]
            deal["leads"] = [x["key"] for x in mine]
            told = [deal["lead"]] if deal.get("lead") else []
            deal["lead"] = next(iter(told or sorted(deal["leads"])), None)
            campaigns = sorted(x["campaign"] for x in mine if x.get("campaign"))
            deal["campaign"] = deal.get("campaign") or next(iter(campaigns), None)
            met = [x["created_at"] for x in mine] + [deal.get("created_at")]
            deal["first_contact_at"] = deal.get("first_contact_at") or min(filter(None, met), default=None)
            deal["won_at"] = deal.get("closed_at") if deal.get("status") == "won" else None
        for lead in leads:
            won = [d["won_at"] for d in deals if lead["key"] in [*d["leads"], d["lead"]] and d["won_at"]]
            lead["won_at"] = min(won, default=None)
        self._firsts(rows)
        rows["stage_visit"] = list(self._visits(rows))

    def _firsts(self, rows: dict[str, list[Row]]) -> None:
        """What depends on all that a company did."""
        bought: dict[str, datetime] = {}
        invoices = [i for i in rows["invoice"] if i.get("kind") != "credit_note"]
        for company, at in [
            *((d.get("company"), d["won_at"]) for d in rows["deal"]),
            *((i.get("company"), i["at"]) for i in invoices),
        ]:
            if company and at:
                bought[company] = min(at, bought.get(company, at))
        for deal in rows["deal"]:
            wins = [
                (d["won_at"], d["key"])
                for d in rows["deal"]
                if d["won_at"] and d.get("company") and d["company"] == deal.get("company")
            ]
            deal["is_first"] = bool(wins) and min(wins)[1] == deal["key"]
        for invoice in rows["invoice"]:
            same = [
                i
                for i in invoices
                if i.get("company") == invoice.get("company")
                and (i["at"], i["key"]) < (invoice["at"], invoice["key"])
            ]
            counts = invoice.get("company") is not None and invoice.get("kind") != "credit_note"
            invoice["is_repeat"] = counts and bool(same)
            invoice["is_new_product"] = (
                counts
                and invoice.get("product") is not None
                and invoice["product"] not in [i.get("product") for i in same]
            )
        for activity in rows["activity"]:
            first = bought.get(activity.get("company") or "")
            activity["after_win"] = first is not None and activity["at"] > first
        for company in rows["company"]:
            first = bought.get(company["key"])
            company["customer_since"] = company.get("customer_since") or self.day(first)

    def _visits(self, rows: dict[str, list[Row]]) -> Iterable[Row]:
        stages = {s["key"]: s for s in rows["stage"]}
        for deal in rows["deal"]:
            events = sorted(
                (e for e in rows["deal_event"] if e["deal"] == deal["key"] and e["field"] == "stage"),
                key=lambda e: (e["at"], e["key"]),
            )
            stays = [(a["key"], a.get("new"), a["at"], b["at"]) for a, b in pairwise(events)]
            stays += [(e["key"], e.get("new"), e["at"], None) for e in events[-1:]]
            if not events and deal.get("stage"):
                stays = [(f"{deal['key']}:stage", deal["stage"], deal.get("created_at"), None)]
            for key, name, entered, left in stays:
                stage = stages.get(name or "", {})
                closed = deal.get("closed_at")
                done = closed if closed and entered and closed >= entered else None
                chance = stage.get("probability", deal.get("probability")) or Decimal(0)
                amount = deal.get("amount")
                yield {
                    "key": key,
                    "deal": deal["key"],
                    "stage": name,
                    "outcome": stage.get("outcome", "open"),
                    "amount": amount,
                    "weighted_amount": None if amount is None else _round(amount * chance),
                    "entered_at": entered,
                    "left_at": left or done,
                    **{
                        n: deal.get(n)
                        for n in ("company", "owner", "campaign", "product", "region", "currency")
                    },
                }

    def _take(self, fact: str, row: Row) -> None:
        """Keep a record, its money converted; without a rate it is set aside, an entity loses its amount."""
        amounts = [f.name for f in FACTS[fact].fields if f.kind == "money" and row.get(f.name) is not None]
        if "currency" in FACTS[fact].by_name and amounts:
            dates = [d for name in RATE_DATES[fact] if (d := self.day(row.get(name))) is not None]
            rate = self._rate(row.get("currency"), (dates or [TODAY])[0])
            if rate is None:
                self.excluded.add((fact, row["key"]))
                if fact not in ENTITIES:
                    return
            for name in amounts:
                row[name] = None if rate is None else _round(row[name] * rate)
        record = Record(fact, row["key"], row, self)
        self.records[fact].append(record)
        self.by_key[fact, record.key] = record

    def _rate(self, currency: str | None, day: date) -> Decimal | None:
        if currency in (None, self.world.currency):
            return Decimal(1)
        known = [r for r in self.world.rows("exchange_rate") if r["currency"] == currency and r["day"] <= day]
        return max(known, key=lambda r: r["day"])["rate"] if known else None

    def _stubs(self, rows: dict[str, list[Row]]) -> None:
        for fact, found in rows.items():
            for row in found:
                for f in FACTS[fact].fields:
                    key = row.get(f.name)
                    if f.to in ENTITIES and key and (f.to, key) not in self.by_key:
                        self._take(str(f.to), {"key": key, "name": key})

    # --- whose is it? ---

    def region_of(self, record: Record) -> str | None:
        own = record.row.get("region")
        fact = FACTS[record.fact]
        person = self.by_key.get(("person", record.row.get(fact.person or "") or ""))
        company = self.by_key.get(("company", record.row.get("company") or ""))
        if own is None and person is not None:
            own = person.row.get("region")
        if own is None and company is not None:
            own = company.row.get("region")
        return own  # type: ignore[no-any-return] # a text field

    def team_of(self, person: str, day: date | None) -> str | None:
        """The team a person was in on a day; of several memberships the one that began last."""
        if day is None:
            return None
        there = [
            m
            for m in self.world.rows("membership")
            if m["person"] == person
            and (m.get("valid_from") or date.min) <= day <= (m.get("valid_to") or date.max)
        ]
        last = max(there, key=lambda m: (m.get("valid_from") or date.min, m["key"]), default=None)
        return last["team"] if last else None

    def portions(self, record: Record, subject: str) -> list[Portion]:
        """How a record is divided among persons; for other subjects it is whole."""
        fact = FACTS[record.fact]
        owner = record.key if record.fact == "person" else record.row.get(fact.person or "")
        whole = [Portion(record, owner)]
        if subject not in ("team", "person") or record.fact != "deal":
            return whole
        given: dict[str, Decimal] = {}
        for row in self.world.rows("deal_share"):
            if row["deal"] == record.key and row["share"] > 0:
                given[row["person"]] = given.get(row["person"], Decimal(0)) + row["share"]
        if not given:
            return whole
        order = sorted(given, key=lambda who: (-given[who], who))
        total = sum(given.values())
        share = _parts(Decimal(1), {who: given[who] / total for who in order})
        amounts = {n: record.row[n] for n in ("amount", "cost") if record.row.get(n) is not None}
        money = {name: _parts(amount, share) for name, amount in amounts.items()}
        return [Portion(record, p, share[p], {n: parts[p] for n, parts in money.items()}) for p in order]

    def subject_of(self, portion: Portion, subject: str, on: str) -> str | None:
        """Key of the subject that a portion counts for."""
        record = portion.record
        fact = FACTS[record.fact]
        if subject == "company":
            return None
        if subject == "person":
            return portion.person
        if subject == "team":
            if record.fact == "team":
                return record.key
            at = self.team_of(portion.person, record.day(on)) if portion.person else None
            return at or record.row.get("team") if "team" in fact.by_name else at
        if subject == "region":
            return self.region_of(record)
        entity = "company" if subject == "customer" else subject
        return record.key if record.fact == entity else record.row.get(entity)


def _round(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _parts(whole: Decimal, shares: dict[str, Decimal]) -> dict[str, Decimal]:
    """Rounded parts of an amount that add up to it: the first one takes what is left over."""
    parts = {who: _round(whole * share) for who, share in shares.items()}
    first = next(iter(parts))
    parts[first] += whole - sum(parts.values())
    return parts


# --- measures ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """A measure by subject: values, and the records behind them; ``empty`` is the value of all others."""

    values: dict[str | None, Value]
    rows: dict[str | None, frozenset[tuple[str, str]]]
    empty: Value

    def of(self, subject: str | None) -> Value:
        return self.values.get(subject, self.empty)


@dataclass(frozen=True)
class Asked:
    """A measure, said for the oracle. ``kind`` and the rest are the words of the KPI language."""

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


def measured(oracle: Oracle, asked: Asked, subject: str, first: date | None, last: date) -> Measured:
    """A measure over the days from ``first`` (None: ever) to ``last``."""
    stands = asked.kind == "stock"
    on = asked.between[0] if stands else asked.on
    groups: dict[str | None, list[Portion]] = {}
    for record in oracle.records[asked.fact]:
        day = record.day(on)
        if day is None or day > last or (first is not None and day < first and not stands):
            continue
        if not asked.test(record) or not _known(asked, record):
            continue
        ends = record.day(asked.between[1]) if stands else None
        if ends is not None and ends <= last:
            continue
        for portion in oracle.portions(record, subject):
            groups.setdefault(oracle.subject_of(portion, subject, on), []).append(portion)
    compute = KINDS[asked.kind]
    return Measured(
        {key: compute(asked, portions) for key, portions in groups.items()},
        {key: frozenset((p.record.fact, p.record.key) for p in portions) for key, portions in groups.items()},
        0 if asked.kind in ("count", "distinct", "sum", "stock", "manual_sum") else None,
    )


def _known(asked: Asked, record: Record) -> bool:
    if asked.between[0]:
        begin, end = asked.between
        a, b = record[begin], record[end]
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
    return list({p.record.key: p.record for p in portions}.values())


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


def _last(asked: Asked, portions: list[Portion]) -> Value:
    newest = max(p.record.day(asked.on) or date.min for p in portions)
    values = [Fraction(p.record["value"]) for p in portions if p.record.day(asked.on) == newest]
    return sum(values, Fraction(0)) / len(values)


KINDS: dict[str, Callable[[Asked, list[Portion]], Value]] = {
    "count": _count,
    "sum": _sum,
    "manual_sum": _sum,
    "manual_average": _average,
    "manual_last": _last,
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


# --- time -------------------------------------------------------------------------------------------

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


@dataclass(frozen=True)
class Span:
    """A period: its first and last day, and how it was cut."""

    grain: str
    first: date
    last: date
    fiscal_start: int

    def next(self) -> Span:
        return span_of(self.last + DAY, self.grain, self.fiscal_start)

    def previous(self) -> Span:
        return span_of(self.first - DAY, self.grain, self.fiscal_start)

    def year_before(self) -> Span:
        if self.grain == "week":
            year, number, _ = self.first.isocalendar()
            weeks = date(year - 1, 12, 28).isocalendar().week
            return span_of(date.fromisocalendar(year - 1, min(number, weeks), 1), "week", self.fiscal_start)
        return span_of(_months_later(self.first, -12), self.grain, self.fiscal_start)


def _months_later(day: date, count: int) -> date:
    """The same day of another month, or that month's last day."""
    number = day.year * 12 + day.month - 1 + count
    for day_of_month in range(day.day, 0, -1):
        try:
            return date(number // 12, number % 12 + 1, day_of_month)
        except ValueError:
            continue
    raise AssertionError(day)


def span_of(day: date, grain: str, fiscal_start: int) -> Span:
    """The period that holds a day."""
    if grain == "day":
        return Span(grain, day, day, fiscal_start)
    if grain == "week":
        monday = day - day.weekday() * DAY
        return Span(grain, monday, monday + 6 * DAY, fiscal_start)
    length = MONTHS[grain.removeprefix("fiscal_")]
    begin = fiscal_start if grain.startswith("fiscal_") else 1
    first = _months_later(day.replace(day=1), -((day.month - begin) % length))
    return Span(grain, first, _months_later(first, length) - DAY, fiscal_start)


def spans_between(start: date, end: date, grain: str, fiscal_start: int) -> list[Span]:
    found = [span_of(start, grain, fiscal_start)]
    while found[-1].last < end:
        found.append(found[-1].next())
    return found


@cache
def _free_days(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", years=year))


def work_on(day: date) -> Fraction:
    """How much of a full day people in Germany work: half of one on 24 and 31 December."""
    if day.weekday() >= 5 or day in _free_days(day.year):
        return Fraction(0)
    return Fraction(1, 2) if (day.month, day.day) in ((12, 24), (12, 31)) else Fraction(1)


def same_stretch(now: Span, today: date, then: Span) -> date:
    """Last day of the stretch of ``then`` that has as many working days as ``now`` has had by today.

    Free days after it belong to it only if today is free as well.
    """
    done = sum(work_on(now.first + n * DAY) for n in range((today - now.first).days + 1))
    passed, day = Fraction(0), then.first - DAY
    while day < then.last:
        if passed >= done if work_on(today) else passed + work_on(day + DAY) > done:
            break
        day += DAY
        passed += work_on(day)
    return day


def stretch(span: Span, shape: dict[str, Any], through: date) -> tuple[date | None, date]:
    """First and last day that a shaped value is made of."""
    last = min(span.last, through)
    if shape.get("cumulative"):
        return None, last
    if "rolling" in shape:
        count, unit = shape["rolling"], shape["unit"]
        if unit != "month":
            return span.last - (count * (7 if unit == "week" else 1) - 1) * DAY, last
        after = span.last + DAY
        if after.day == 1:  # a month's end leads to a month's end
            return _months_later(after, -count), last
        return _months_later(span.last, -count) + DAY, last
    to_date = "year" if shape.get("growth") == "year_to_date" else shape.get("to_date")
    if to_date:
        grain = to_date if to_date == "month" else f"fiscal_{to_date}"
        return span_of(span.last, grain, span.fiscal_start).first, last
    return span.first, last


def earlier_stretch(span: Span, shape: dict[str, Any], against: str, today: date) -> tuple[date | None, date]:
    """The stretch that a period is compared with: as long as what has passed of it."""
    other = span.previous() if against == "previous_period" else span.year_before()
    running = span.first <= today < span.last
    return stretch(other, shape, same_stretch(span, today, other) if running else other.last)
