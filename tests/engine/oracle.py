"""What the numbers should be: the rules of the design in plain Python, record by record.

Nothing of the engine is used here: no SQL, no arrays, no period arithmetic of the library. Sums are
Decimals, quotients are Fractions, days come from zoneinfo, working days from `holidays` and a weekday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

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
    """The records of a world, encoded by hand. ``era`` tells records of several worlds apart."""

    era = 0

    def __init__(self, world: World) -> None:
        self.world = world
        self.zone = ZoneInfo(world.timezone)
        self.by_key: dict[tuple[str, str], Record] = {}
        self.excluded: set[tuple[str, str]] = set()
        self.unconverted: dict[str, list[Record]] = {}
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

    def counts(self, record: Record, first: date, last: date) -> bool:
        """Whether a record counts for what is of a first and a last day."""
        return True

    def delivered(self, fact: str, first: date, last: date) -> bool:
        """Whether there are records that the values of some days can come from."""
        return bool(self.records[fact]) or any(name == fact for name, _ in self.excluded)

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
            deal["weighted_amount"] = self._weighted(deal)
        for lead in leads:
            won = [d["won_at"] for d in deals if lead["key"] in [*d["leads"], d["lead"]] and d["won_at"]]
            lead["won_at"] = min(won, default=None)
        self._firsts(rows)
        rows["stage_visit"] = list(self._visits(rows))

    def _weighted(self, deal: Row) -> Decimal | None:
        """A deal's amount times its stage's chance, or its own where the stage has none."""
        stages = {s["key"]: s.get("probability") for s in self.world.rows("stage")}
        chance = stages.get(deal.get("stage") or "")
        chance = deal.get("probability") if chance is None else chance
        return None if deal.get("amount") is None else _round(deal["amount"] * (chance or Decimal(0)))

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
            touched = [
                a["at"]
                for a in rows["activity"]
                if deal["won_at"] and a["at"] > deal["won_at"] and a.get("company") == deal.get("company")
            ]
            deal["first_contact_after_win_at"] = min(touched, default=None) if deal.get("company") else None
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
                    "status": deal.get("status"),
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
                    self.unconverted.setdefault(fact, []).append(Record(fact, row["key"], row, self))
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

    # --- what was it? ---

    def then(self, record: Record, day: date) -> Record | None:
        """A record as it was on a day; None for a deal that was decided. ``then`` is the day itself."""
        row = record.row | {"then": day}
        if record.fact == "deal":
            deal = self._deal_then(record, day)
            if deal is None:
                return None
            row |= deal
        return Record(record.fact, record.key, row, self)

    def _deal_then(self, record: Record, day: date) -> Row | None:
        told = next(d for d in self.world.rows("deal") if d["key"] == record.key)
        decided = told.get("status") in ("won", "lost")
        if decided and told.get("closed_at") is None:
            return None
        was = {name: self._told(told, name, day) for name in _READ}
        row: Row = {name: value for name, (value, _) in was.items()}
        stages = {s["key"]: s for s in self.world.rows("stage")}
        by_stage = was["stage"][1] == "between" or (decided and was["stage"][1] == "after")
        by_event = was["status"][1] == "between" or (decided and was["status"][1] == "after")
        if by_event:
            row["status"] = self._last(told, "status", day)
        elif by_stage:
            row["status"] = stages.get(row["stage"] or "", {}).get("outcome", "open")
        else:
            row["status"] = "open" if decided else told.get("status")
        if row["status"] not in (None, "open"):
            return None
        row["weighted_amount"] = self._weighted(row)
        dates = [d for name in RATE_DATES["deal"] if (d := self.day(told.get(name))) is not None]
        rate = self._rate(row["currency"], (dates or [TODAY])[0])
        row["cost"] = told.get("cost")
        amounts = [name for name in ("amount", "cost", "weighted_amount") if row[name] is not None]
        if amounts and rate is None:
            return None
        return row | {name: _round(row[name] * rate) for name in amounts if rate is not None}

    def _changes(self, deal: Row, field: str) -> list[tuple[date, Any, Any]]:
        """Day, old and new value of each change that can be read, in order."""
        found = []
        for e in sorted(self.world.rows("deal_event"), key=lambda e: (e["at"], e["key"])):
            if e["deal"] == deal["key"] and e["field"] == field:
                values = [None if e.get(n) is None else _READ[field](e[n]) for n in ("old", "new")]
                day = self.day(e["at"])
                if _UNREAD not in values and day is not None:
                    found.append((day, *values))
        return found

    def _told(self, deal: Row, field: str, day: date) -> tuple[Any, str]:
        """A field's value on a day, and where that lies: before, between or after the changes."""
        changes = self._changes(deal, field)
        passed = [new for at, _, new in changes if at <= day]
        if len(passed) == len(changes):
            return deal.get(field), "after" if changes else "no event"
        return (passed[-1] if passed else changes[0][1]), "between"

    def _last(self, deal: Row, field: str, day: date) -> Any:
        changes = self._changes(deal, field)
        passed = [new for at, _, new in changes if at <= day]
        return passed[-1] if passed else changes[0][1]

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

    def above(self, team: str) -> list[str]:
        """A team and all teams above it, each once."""
        found = [team]
        for at in found:
            parent = self.by_key["team", at].row.get("parent")
            if parent and parent not in found:
                found.append(parent)
        return found

    def portions(self, record: Record, subject: str) -> list[Portion]:
        """How a record is divided among persons; for other subjects it is whole."""
        fact = FACTS[record.fact]
        owner = record.key if record.fact == "person" else record.row.get(fact.person or "")
        whole = [Portion(record, owner)]
        if subject not in ("team", "own_team", "person") or record.fact != "deal":
            return whole
        given: dict[str | None, Decimal] = {}
        for row in self.world.rows("deal_share"):
            if row["deal"] == record.key and row["share"] > 0:
                given[row["person"]] = given.get(row["person"], Decimal(0)) + row["share"]
        if not given:
            return whole
        if (listed := sum(given.values(), Decimal(0))) < 1:  # the rest stays with the owner, if there is one
            given[owner] = given.get(owner, Decimal(0)) + 1 - listed
        order = sorted(given, key=lambda who: (-given[who], who is None, who))
        total = sum(given.values())
        share = _parts(Decimal(1), {who: given[who] / total for who in order})
        money = [f.name for f in fact.fields if f.kind == "money"]
        amounts = {n: record.row[n] for n in money if record.row.get(n) is not None}
        split = {name: _parts(amount, share) for name, amount in amounts.items()}
        return [Portion(record, p, share[p], {n: parts[p] for n, parts in split.items()}) for p in order]

    def subjects_of(self, portion: Portion, subject: str, on: str) -> list[str | None]:
        """Keys of the subjects that a portion counts for: several teams, where teams lie above teams."""
        if subject != "team":
            return [self._subject_of(portion, subject, on)]
        own = self._subject_of(portion, "own_team", on)
        return [own] if own is None else list(self.above(own))

    def _subject_of(self, portion: Portion, subject: str, on: str) -> str | None:
        record = portion.record
        fact = FACTS[record.fact]
        if subject == "company":
            return None
        if subject == "person":
            return portion.person
        if subject == "own_team":
            if record.fact == "team":
                return record.key
            at = self.team_of(portion.person, record.day(on)) if portion.person else None
            return at or record.row.get("team") if "team" in fact.by_name else at
        if subject == "region":
            return self.region_of(record)
        entity = "company" if subject == "customer" else subject
        return record.key if record.fact == entity else record.row.get(entity)


_UNREAD = object()


def _number(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return _UNREAD


#: How the texts of events are read, field by field.
_READ: dict[str, Callable[[str], Any]] = {
    "amount": _number,
    "probability": _number,
    "expected_close_at": date.fromisoformat,
    "status": lambda text: text if text in ("open", "won", "lost") else _UNREAD,
    "currency": str,
    "owner": str,
    "stage": str,
}


def _round(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _parts(whole: Decimal, shares: dict[str | None, Decimal]) -> dict[str | None, Decimal]:
    """Rounded parts of an amount that add up to it: the first one takes what is left over."""
    parts = {who: _round(whole * share) for who, share in shares.items()}
    first = next(iter(parts))
    parts[first] += whole - sum(parts.values())
    return parts
