"""Small worlds of records: made by hypothesis, or by hand, and written to a store as an import leaves it.

A world is plain data: for each fact a list of rows, a row being a dictionary with ``key`` and the model's
fields. Moments are naive and in UTC, as the store keeps them; money and numbers are Decimals.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import strategies as st

from leitstern.engine.generation import Context
from leitstern.facts.model import FACTS
from leitstern.facts.store import Store, stored_facts, stored_fields

Row = dict[str, Any]

#: The day on which all worlds are built: a Wednesday in the middle of a quarter.
TODAY = date(2026, 3, 18)

ARROW = {
    "text": pa.string(),
    "choice": pa.string(),
    "ref": pa.string(),
    "day": pa.date32(),
    "time": pa.timestamp("us"),
    "money": pa.decimal128(18, 4),
    "number": pa.decimal128(18, 6),
    "whole": pa.int64(),
    "yesno": pa.bool_(),
}


@dataclass(frozen=True)
class World:
    """Records, and the settings that decide about numbers."""

    facts: dict[str, list[Row]] = field(default_factory=dict)
    canonical: dict[str, str] = field(default_factory=dict)
    timezone: str = "Europe/Berlin"
    currency: str = "EUR"
    fiscal_start: int = 1
    late_after: dict[str, int] | None = None

    def rows(self, fact: str) -> list[Row]:
        return self.facts.get(fact, [])

    def context(self) -> Context:
        """Settings for a build; without ``late_after`` no source is ever late."""
        never = dict.fromkeys(FACTS, 10_000_000)
        return Context(
            timezone=self.timezone,
            currency=self.currency,
            fiscal_start=self.fiscal_start,
            late_after=never if self.late_after is None else self.late_after,
        )

    def with_rows(self, **facts: list[Row]) -> World:
        """The same world with some facts exchanged."""
        return replace(self, facts=self.facts | facts)


def write(world: World, path: Path) -> None:
    """Write a world's records into a new store."""
    with Store(path) as store:
        for fact in stored_facts():
            rows = world.rows(fact.name)
            if not rows:
                continue
            names = {name for row in rows for name in row} - {"key"}
            unknown = names - {f.name for f in stored_fields(fact)}
            assert not unknown, f"{fact.name} has no {unknown}"
            columns = {
                "key": pa.array([row["key"] for row in rows], pa.string()),
                "batch": pa.array([1] * len(rows), pa.int32()),
            }
            for f in stored_fields(fact):
                if f.name in names:
                    columns[f.name] = pa.array([row.get(f.name) for row in rows], ARROW[f.kind])
            store.connection.register("incoming", pa.table(columns))
            store.connection.execute(f'INSERT INTO "{fact.name}" BY NAME SELECT * FROM incoming')
            store.connection.unregister("incoming")


# --- worlds made by hypothesis ----------------------------------------------------------------------

PERSONS = ("p1", "p2", "p3", "p4")
TEAMS = ("t1", "t2", "t3")
COMPANIES = ("c1", "c2", "c3", "c4")
CAMPAIGNS = ("a1", "a2")
PRODUCTS = ("x1", "x2")
REGIONS = ("North", "South")
STAGES = ("s1", "s2", "s3")
ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Auckland")
FIRST, LAST = datetime.fromisoformat("2024-11-01"), datetime.fromisoformat("2026-06-30")

#: What goes wrong goes wrong here: midnights, month and year ends, both changes of the clock.
EDGES = [
    datetime.fromisoformat(moment)
    for moment in (
        "2024-12-31 22:59:59",
        "2024-12-31 23:00",
        "2025-02-28 23:30",
        "2025-03-30 00:59:59",
        "2025-03-30 01:00",
        "2025-03-30 22:00",
        "2025-03-31 21:59:59.999999",
        "2025-06-30 22:00",
        "2025-10-26 00:30",
        "2025-10-26 01:30",
        "2025-12-28 23:30",
        "2025-12-31 23:00",
        "2026-02-28 23:30",
        "2026-03-01 04:59:59",
        "2026-03-17 22:59",
        "2026-03-17 23:01",
        "2026-03-18 12:00",
        "2026-03-19 09:00",
        "2026-03-31 21:30",
    )
]
moments = st.one_of(
    st.sampled_from(EDGES),
    st.integers(0, int((LAST - FIRST).total_seconds()) // 60).map(lambda m: FIRST + timedelta(minutes=m)),
)
days = st.one_of(
    st.sampled_from([date(2025, 1, 1), date(2025, 3, 31), date(2025, 12, 31), date(2026, 3, 18)]),
    st.integers(0, (LAST - FIRST).days).map(lambda n: FIRST.date() + timedelta(days=n)),
)
money = st.integers(-500_000, 5_000_000).map(lambda cents: Decimal(cents) / 100)
fine_money = st.one_of(money, st.integers(0, 10**8).map(lambda n: Decimal(n) / 10_000))


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(strategy, st.none())


def _of(*choices: Any) -> st.SearchStrategy[Any]:
    """One of a few values, or nothing."""
    return st.sampled_from([*choices, None])


def _choice(fact: str, name: str) -> st.SearchStrategy[Any]:
    return _of(*FACTS[fact].by_name[name].choices)


def _rows(
    prefix: str, fields: dict[str, st.SearchStrategy[Any]], most: int = 7
) -> st.SearchStrategy[list[Row]]:
    """Up to ``most`` rows with keys that count up."""
    found = st.lists(st.fixed_dictionaries(fields), max_size=most)
    return found.map(lambda rows: [{"key": f"{prefix}{n}"} | row for n, row in enumerate(rows, 1)])


#: Also a person, company and campaign that no file describes.
person, company, campaign = _of(*PERSONS, "p9"), _of(*COMPANIES, "c9"), _of(*CAMPAIGNS, "a9")
team, product, region, stage = _of(*TEAMS), _of(*PRODUCTS), _of(*REGIONS), _of(*STAGES)
#: Franc has rates from 2025 on, dollar none.
currency = st.sampled_from([None, None, "EUR", "EUR", "CHF", "USD"])

#: What events say of a deal's fields; some cannot be read, some currencies have no rate.
_TEXTS = {
    "stage": stage,
    "owner": _of("p1", "p2", "p9"),
    "amount": st.one_of(_maybe(money.map(str)), st.just("unknown")),
    "probability": _of("0.5", "0.25"),
    "status": _of("open", "lost", "on hold"),
    "currency": _of("EUR", "CHF", "USD"),
    "expected_close_at": _of("2025-06-30", "2026-01-31"),
}


def _changed(event: Row) -> st.SearchStrategy[Row]:
    """The event with a field and its texts before and after."""
    return st.sampled_from(["stage", *_TEXTS]).flatmap(
        lambda name: st.fixed_dictionaries(
            {**{k: st.just(v) for k, v in event.items()}, "field": st.just(name)}
            | {"old": _TEXTS[name], "new": _TEXTS[name]}
        )
    )


_ENTITIES = {
    "person": st.tuples(
        *(
            st.fixed_dictionaries(
                {"key": st.just(k), "region": region, "joined_at": _maybe(days), "left_at": _maybe(days)}
            )
            for k in PERSONS
        )
    ).map(list),
    "team": st.lists(_of(*TEAMS, "t9"), min_size=len(TEAMS), max_size=len(TEAMS)).map(
        lambda parents: [  # also circles, and a team above that no file describes
            {"key": k, "name": k.upper(), "region": "North" if k == "t1" else None, "parent": parent}
            for k, parent in zip(TEAMS, parents, strict=True)
        ]
    ),
    "company": st.tuples(
        *(
            st.fixed_dictionaries(
                {
                    "key": st.just(k),
                    "region": region,
                    "owner": person,
                    "employees": _maybe(st.integers(1, 500)),
                    "customer_since": _maybe(days),
                    "customer_until": _maybe(days),
                }
            )
            for k in COMPANIES
        )
    ).map(list),
    "campaign": st.just([{"key": "a1", "channel": "email"}, {"key": "a2", "channel": "fair"}]),
    "product": st.just([{"key": k, "name": k} for k in PRODUCTS]),
    "stage": st.just(
        [
            {"key": "s1", "outcome": "open", "probability": Decimal("0.25")},
            {"key": "s2", "outcome": "open", "probability": Decimal("0.6")},
            {"key": "s3", "outcome": "won"},
        ]
    ),
}

_RECORDS = {
    "membership": _rows(
        "m",
        {
            "person": st.sampled_from(PERSONS),
            "team": st.sampled_from(TEAMS),
            "valid_from": _maybe(days),
            "valid_to": _maybe(days),
        },
    ),
    "lead": _rows(
        "l",
        {
            "source": _of("web", "web form", "fair"),
            "region": region,
            "company": company,
            "owner": person,
            "team": team,
            "campaign": campaign,
            "deal": _of("d1", "d2"),
            "status": _choice("lead", "status"),
            "created_at": moments,
            "first_response_at": _maybe(moments),
            "mql_at": _maybe(moments),
            "sql_at": _maybe(moments),
        },
    ),
    "deal": _rows(
        "d",
        {
            "region": region,
            "company": company,
            "owner": person,
            "team": team,
            "campaign": campaign,
            "lead": _of("l1", "l2"),
            "product": product,
            "stage": stage,
            "status": _choice("deal", "status"),
            "probability": _of(Decimal("0.3")),
            "currency": currency,
            "amount": _maybe(money),
            "created_at": _maybe(moments),
            "closed_at": _maybe(moments),
            "expected_close_at": _maybe(days),
        },
        most=9,
    ),
    "deal_event": _rows(
        "e",
        {
            "deal": st.sampled_from(["d1", "d2", "d3", "d99"]),
            "at": moments,
        },
        most=12,
    ).flatmap(lambda events: st.tuples(*(_changed(e) for e in events)).map(list)),
    "activity": _rows(
        "v",
        {
            "kind": _choice("activity", "kind"),
            "outcome": _choice("activity", "outcome"),
            "company": company,
            "owner": person,
            "team": team,
            "deal": _of("d1", "d99"),
            "minutes": _maybe(st.integers(0, 24_000).map(lambda n: Decimal(n) / 100)),
            "at": moments,
        },
    ),
    "invoice": _rows(
        "i",
        {
            "kind": _choice("invoice", "kind"),
            "region": region,
            "company": company,
            "owner": person,
            "team": team,
            "product": product,
            "currency": currency,
            "amount": fine_money,
            "at": moments,
        },
    ),
    "spend": _rows(
        "b",
        {
            "campaign": campaign,
            "team": team,
            "person": person,
            "currency": currency,
            "amount": money,
            "at": days,
        },
        most=4,
    ),
    "touchpoint": _rows(
        "k",
        {
            "kind": st.sampled_from(["click", "reply"]),
            "company": company,
            "campaign": campaign,
            "quantity": _maybe(st.integers(0, 10**7).map(lambda n: Decimal(n) / 1000)),
            "at": moments,
        },
        most=4,
    ),
    "survey_response": _rows(
        "r",
        {
            "kind": st.sampled_from(["nps", "csat"]),
            "score": st.integers(0, 20).map(lambda n: Decimal(n) / 2),
            "scale_max": _of(Decimal(10), Decimal(7)),
            "company": company,
            "owner": person,
            "at": moments,
        },
    ),
    "manual_value": _rows(
        "n",
        {
            "measure": st.sampled_from(["visits", "mood"]),
            "person": person,
            "team": team,
            "value": st.integers(-1000, 10_000).map(lambda n: Decimal(n) / 8),
            "at": days,
        },
    ),
    "exchange_rate": st.just(
        [
            {"key": "r1", "currency": "CHF", "day": date(2025, 1, 1), "rate": Decimal("1.0512")},
            {"key": "r2", "currency": "CHF", "day": date(2025, 7, 1), "rate": Decimal("0.9333")},
            {"key": "r3", "currency": "CHF", "day": date(2026, 1, 1), "rate": Decimal("1.07")},
        ]
    ),
}

_SPLITS = (
    (60, 40),
    (1, 1, 1),
    (Decimal("0.5"), Decimal("0.3"), Decimal("0.2")),
    (1,),
    (2, 0),
    (Decimal("0.5"),),
    (Decimal("0.25"), Decimal("0.333333")),
)


@st.composite
def shares(draw: st.DrawFn) -> list[Row]:
    """Shares of the first deals: two thirds to one third, thirds, a single other person, less than all."""
    rows: list[Row] = []
    for deal in draw(st.lists(st.sampled_from(["d1", "d2", "d3"]), unique=True, max_size=3)):
        split = draw(st.sampled_from(_SPLITS))
        people = draw(st.permutations([*PERSONS, "p8"]))
        rows += [
            {"key": f"{deal}/{who}", "deal": deal, "person": who, "share": Decimal(share)}
            for who, share in zip(people, split, strict=False)
        ]
    return rows


@st.composite
def worlds(draw: st.DrawFn, *, shared: bool | None = None, zone: str | None = None) -> World:
    """A world of about fifty records. ``shared``: with or without shared deals (default: either)."""
    facts: dict[str, list[Row]] = draw(st.fixed_dictionaries(_ENTITIES | _RECORDS))
    if shared or (shared is None and draw(st.booleans())):
        facts["deal_share"] = draw(shares())
    same = {k: "c1" for k in ("c2", "c9") if draw(st.booleans())}
    return World(
        facts,
        canonical=same,
        timezone=zone or draw(st.sampled_from(ZONES)),
        fiscal_start=draw(st.sampled_from([1, 4, 10])),
    )


def local(text: str, zone: str = "Europe/Berlin") -> datetime:
    """A local clock time such as ``2026-03-31 23:30`` as the store keeps it."""
    return (
        datetime.fromisoformat(text)
        .replace(tzinfo=ZoneInfo(zone))
        .astimezone(ZoneInfo("UTC"))
        .replace(tzinfo=None)
    )
