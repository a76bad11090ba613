"""A small company from a random number generator: who is there, and what they sold, billed and did.

Unlike the worlds of hypothesis, its records fit together as a real export's do: what is won has a stage
that is won, events lead to what the deal is today. What is odd is odd on purpose: references to what
no file describes, deals that were decided without a date, shares that do not add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from .worlds import CAMPAIGNS, COMPANIES, EDGES, PERSONS, PRODUCTS, REGIONS, Row

#: Rows by fact and key.
Facts = dict[str, dict[str, Row]]

TEAMS = ("t1", "t2", "t3", "t4")
OUTCOMES = {"s1": "open", "s2": "open", "s3": "won", "s4": "lost"}
FIRST, LAST = datetime.fromisoformat("2025-03-01"), datetime.fromisoformat("2026-04-10")
#: Where the first letter would be another fact's.
PREFIX = {"spend": "b", "survey_response": "r", "manual_value": "n", "touchpoint": "k", "activity": "v"}
SPLITS = (
    ("0.6", "0.4"),
    ("60", "40"),
    ("1", "1", "1"),
    ("0.5", "0.3", "0.2"),
    ("0.5",),
    ("0.25", "0.125"),
    ("0.333",),
    ("1",),
    ("2", "0"),
    ("0.9", "0.9"),
)


class Company:
    """The records of a company, made by ``rng``; `changes` of ``happenings`` let them go on."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.facts: Facts = {}
        self._numbers: Counter[str] = Counter()
        self._describe()
        for fact, count in (
            ("lead", 7), ("deal", 11), ("activity", 7), ("invoice", 9), ("spend", 4), ("touchpoint", 3),
            ("survey_response", 5), ("manual_value", 8),
        ):  # fmt: skip
            self.facts[fact] = {}
            for _ in range(count):
                self.add(fact)
        self.facts["deal_event"] = {}
        for deal in list(self.facts["deal"].values()):
            self.tell_history(deal)
        self.facts["deal_share"] = {}
        for key in rng.sample(sorted(self.facts["deal"]), 4):
            self.share(key)

    # --- chances ---

    def one_of(self, *choices: Any) -> Any:
        return self.rng.choice(choices)

    def maybe(self, *choices: Any, never: float = 0.2) -> Any:
        """One of some choices, or now and then nothing."""
        return None if self.rng.random() < never else self.rng.choice(choices)

    def moment(self, first: datetime = FIRST, last: datetime = LAST) -> datetime:
        """A moment, often on the edge of a day, month or year."""
        edges = [edge for edge in EDGES if first <= edge <= last]
        if edges and self.rng.random() < 0.3:
            return self.rng.choice(edges)
        minutes = int((last - first).total_seconds()) // 60
        return first + timedelta(minutes=self.rng.randint(0, max(0, minutes)))

    def day(self) -> date:
        return self.moment().date()

    def money(self) -> Decimal:
        return Decimal(self.rng.randint(100, 900_000)) / 100

    def currency(self) -> str | None:
        """Francs have rates from 2025 on; dollars get theirs late, zloty never."""
        return self.one_of(None, "EUR", "EUR", "EUR", "EUR", "CHF", "USD", "PLN")

    def key(self, prefix: str) -> str:
        self._numbers[prefix] += 1
        return f"{prefix}{self._numbers[prefix]}"

    def person(self) -> str | None:
        """Also one whom no file describes."""
        return self.maybe(*PERSONS, *PERSONS, "p9", never=0.1)

    # --- who and what there is ---

    def _describe(self) -> None:
        rng = self.rng
        people = [
            {"key": k, "region": self.maybe(*REGIONS), "joined_at": self.maybe(date(2024, 3, 1), self.day())}
            for k in PERSONS
        ]
        parents = {"t1": None, "t2": "t1", "t3": self.one_of("t1", "t2", None), "t4": self.one_of(None, "t3")}
        teams = [{"key": k, "name": k.upper(), "parent": parents[k]} for k in TEAMS]
        companies = [
            {
                "key": k,
                "region": self.maybe(*REGIONS),
                "owner": self.person(),
                "employees": self.maybe(*range(1, 400)),
                "customer_since": self.maybe(self.day(), date(2024, 5, 1), never=0.3),
                "customer_until": self.maybe(date(2025, 12, 31), date(2026, 2, 10), never=0.6),
            }
            for k in COMPANIES
        ]
        for row in companies:
            since, until = row["customer_since"], row["customer_until"]
            if since and until and until < since:
                row["customer_until"] = None
        stages = [
            {"key": "s1", "outcome": "open", "probability": Decimal("0.25")},
            {"key": "s2", "outcome": "open", "probability": Decimal("0.6")},
            {"key": "s3", "outcome": "won", "probability": Decimal(1)},
            {"key": "s4", "outcome": "lost", "probability": Decimal(0)},
        ]
        rates = [("2025-01-01", "1.0512"), ("2025-10-15", "0.9333"), ("2026-01-01", "1.07")]
        self._put("person", people)
        self._put("team", teams)
        self._put("company", companies)
        self._put("stage", stages)
        self._put("campaign", [{"key": "a1", "channel": "email"}, {"key": "a2", "channel": "fair"}])
        self._put("product", [{"key": k, "name": k} for k in PRODUCTS])
        self._put(
            "exchange_rate",
            [
                {"key": f"CHF{day}", "currency": "CHF", "day": date.fromisoformat(day), "rate": Decimal(rate)}
                for day, rate in rates
            ],
        )
        self.facts["membership"] = {}
        for who in PERSONS:
            if rng.random() < 0.85:
                self.join(who, self.one_of(*TEAMS), None)

    def _put(self, fact: str, rows: Sequence[Row]) -> None:
        self.facts[fact] = {row["key"]: row for row in rows}

    def join(self, who: str, team: str, since: date | None) -> None:
        key = self.key("m")
        row = {"key": key, "person": who, "team": team, "valid_from": since, "valid_to": None}
        self.facts["membership"][key] = row

    # --- what they did ---

    def add(self, fact: str, near: datetime | None = None) -> str:
        """A new record of a fact; ``near`` a moment, if given. Returns its key."""
        at = self.moment() if near is None else near
        row = {"key": self.key(PREFIX.get(fact, fact[0])), **getattr(self, f"_{fact}")(at)}
        self.facts[fact][row["key"]] = row
        return str(row["key"])

    def _places(self) -> Row:
        return {
            "company": self.maybe(*COMPANIES, "c9"),
            "owner": self.person(),
            "team": self.maybe(*TEAMS, never=0.7),
        }

    def _lead(self, at: datetime) -> Row:
        later = [self.maybe(self.moment(at), never=0.4) for _ in range(2)]
        return self._places() | {
            "source": self.maybe("web", "web form", "fair"),
            "region": self.maybe(*REGIONS, never=0.7),
            "campaign": self.maybe(*CAMPAIGNS, "a9"),
            "deal": self.maybe("d8", "d9", "d10", "d11", never=0.6),
            "status": self.one_of("new", "working", "qualified"),
            "created_at": at,
            "first_response_at": self.maybe(self.moment(at, min(LAST, at + timedelta(days=9)))),
            "mql_at": min(filter(None, later), default=None),
            "sql_at": max(filter(None, later), default=None) if None not in later else None,
        }

    def _deal(self, at: datetime) -> Row:
        stage = self.maybe(*OUTCOMES, never=0.1)
        status = OUTCOMES[stage] if stage else self.one_of("open", "won", "lost")
        closed = self.moment(at) if status != "open" and self.rng.random() < 0.9 else None
        return self._places() | {
            "region": self.maybe(*REGIONS, never=0.7),
            "campaign": self.maybe(*CAMPAIGNS),
            "lead": self.maybe("l1", "l2", "l3", "l4", never=0.6),
            "product": self.maybe(*PRODUCTS),
            "stage": stage,
            "status": status,
            "probability": self.maybe(Decimal("0.3"), never=0.6),
            "currency": self.currency(),
            "amount": self.maybe(self.money(), never=0.1),
            "created_at": at,
            "closed_at": closed,
            "expected_close_at": self.maybe(self.day()),
        }

    def _activity(self, at: datetime) -> Row:
        return self._places() | {
            "kind": self.maybe("call", "meeting", "task", "email"),
            "outcome": self.maybe("planned", "held", "no_show"),
            "deal": self.maybe("d8", "d9", "d10", "gone"),
            "minutes": self.maybe(Decimal(self.rng.randint(0, 24_000)) / 100),
            "at": at,
        }

    def _invoice(self, at: datetime) -> Row:
        credit = self.rng.random() < 0.15
        amount = self.one_of(self.money(), Decimal(self.rng.randint(0, 10**8)) / 10_000)
        return self._places() | {
            "kind": "credit_note" if credit else self.maybe("invoice", never=0.5),
            "region": self.maybe(*REGIONS, never=0.7),
            "product": self.maybe(*PRODUCTS),
            "currency": self.currency(),
            "amount": -amount if credit else amount,
            "at": at,
        }

    def _spend(self, at: datetime) -> Row:
        return {
            "campaign": self.maybe(*CAMPAIGNS, "a9"),
            "team": self.maybe(*TEAMS, never=0.5),
            "person": self.person(),
            "currency": self.currency(),
            "amount": self.money(),
            "at": at.date(),
        }

    def _touchpoint(self, at: datetime) -> Row:
        return {
            "kind": self.one_of("click", "reply"),
            "company": self.maybe(*COMPANIES),
            "campaign": self.maybe(*CAMPAIGNS),
            "quantity": self.maybe(Decimal(self.rng.randint(0, 10**6)) / 1000),
            "at": at,
        }

    def _survey_response(self, at: datetime) -> Row:
        return {
            "kind": self.one_of("nps", "csat"),
            "score": Decimal(self.rng.randint(0, 20)) / 2,
            "scale_max": self.maybe(Decimal(10), Decimal(7)),
            "company": self.maybe(*COMPANIES),
            "owner": self.person(),
            "at": at,
        }

    def _manual_value(self, at: datetime) -> Row:
        who, team = self.one_of((self.person(), None), (None, self.one_of(*TEAMS)), (None, None))
        return {
            "measure": self.one_of("visits", "mood", "mood"),
            "person": who,
            "team": team,
            "value": Decimal(self.rng.randint(-1000, 10_000)) / 8,
            "at": at.date(),
        }

    # --- what a deal went through ---

    def tell_history(self, deal: Row) -> None:
        """Events that led to what a deal is today, each with what was before and after it."""
        if deal["created_at"] is None or self.rng.random() < 0.35:
            return
        last = deal["closed_at"] or LAST
        before: dict[str, tuple[str, ...]] = {
            "stage": ("s1", "s2"),
            "amount": tuple(str(self.money()) for _ in range(2)),
            "owner": PERSONS,
            "probability": ("0.1", "0.5"),
            "expected_close_at": ("2025-12-31", "2026-02-01"),
        }
        for field, values in before.items():
            now = deal[field]
            if now is None or self.rng.random() < 0.4:
                continue
            chain = [*(self.rng.choice(values) for _ in range(self.rng.randint(1, 2))), str(now)]
            moments = sorted(self.moment(deal["created_at"], last) for _ in chain[1:])
            for old, new, at in zip(chain, chain[1:], moments, strict=False):
                self.event(deal["key"], field, old, new, at)

    def event(self, deal: str, field: str, old: str | None, new: str, at: datetime) -> None:
        key = self.key("e")
        row = {"key": key, "deal": deal, "at": at, "field": field, "old": old, "new": new}
        self.facts["deal_event"][key] = row

    def share(self, deal: str) -> str:
        """Divide a deal among people, in parts that may come to 1, to more or to less."""
        shares = self.facts["deal_share"]
        for key in [k for k, row in shares.items() if row["deal"] == deal]:
            del shares[key]
        split = self.one_of(*SPLITS)
        owner = self.facts["deal"][deal]["owner"]
        people = self.rng.sample([*PERSONS, "p8"], len(split))
        if owner in PERSONS and owner not in people and self.rng.random() < 0.5:
            people[0] = owner
        for who, part in zip(people, split, strict=True):
            row = {"key": f"{deal}/{who}", "deal": deal, "person": who, "share": Decimal(part)}
            shares[str(row["key"])] = row
        return f"{deal} is shared {dict(zip(people, split, strict=True))}"
