"""Rule 8: money is decimal, with its currency; without a rate a record is set aside, visibly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from leitstern.engine.run import Request, compute
from leitstern.periods.grains import Grain

from .cases import REVENUE, WON_VALUE, catalogue
from .conftest import Workshop, examples
from .oracle import Oracle
from .worlds import World, local, worlds


def billed(workshop: Workshop, world: World) -> object:
    own = catalogue([REVENUE])
    found = []
    with workshop.both(world, own) as generations:
        for generation in generations:
            request = Request(("billed",), grain=Grain.YEAR, start=date(2025, 1, 1), end=date(2025, 12, 31))
            (o,) = compute(generation, own, request)
            found.append(o.value)
    assert found[0] == found[1]
    assert type(found[0]) is type(found[1])
    return found[0]


def _invoice(
    key: str, amount: str, currency: str | None = None, day: str = "2025-06-01"
) -> dict[str, object]:
    return {"key": key, "amount": Decimal(amount), "currency": currency, "at": local(f"{day} 12:00")}


@examples(4)
@given(cents=st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=40))
def test_cents_never_get_lost(workshop: Workshop, cents: list[int]) -> None:
    """Sums that floats would round: a tenth is none of their numbers."""
    amounts = [Decimal(c) / 100 for c in cents] + [Decimal("0.1")] * 10
    world = World({"invoice": [_invoice(f"i{n}", str(a)) for n, a in enumerate(amounts)]})
    value = billed(workshop, world)
    assert isinstance(value, Decimal)
    assert value == sum(amounts)


@pytest.mark.parametrize(
    ("day", "value"),
    [
        ("2025-03-31", None),  # before the first rate
        ("2025-04-01", "10.50"),
        ("2025-06-30", "10.50"),  # the newest rate of a day before
        ("2025-07-01", "9.3330"),
        ("2025-12-31", "9.3330"),
    ],
)
def test_the_rate_of_the_date(workshop: Workshop, day: str, value: str | None) -> None:
    rates = [
        {"key": "a", "currency": "CHF", "day": date(2025, 4, 1), "rate": Decimal("1.05")},
        {"key": "b", "currency": "CHF", "day": date(2025, 7, 1), "rate": Decimal("0.9333")},
    ]
    world = World(
        {"invoice": [_invoice("i1", "10", "CHF", day), _invoice("i2", "1")], "exchange_rate": rates}
    )
    assert billed(workshop, world) == 1 + Decimal(value or 0)


def test_a_record_without_a_rate_is_listed(workshop: Workshop) -> None:
    own = catalogue([REVENUE, WON_VALUE])
    deal = {"key": "d1", "status": "won", "currency": "USD", "closed_at": local("2025-06-01 12:00")}
    facts = {
        "invoice": [_invoice("i1", "10", "USD"), _invoice("i2", "5.25", "EUR"), _invoice("i3", "1")],
        "deal": [deal | {"amount": Decimal(3)}, deal | {"key": "d2"}],  # nothing to convert in the second
        "product": [{"key": "x1", "name": "Bolt", "currency": "USD", "price": Decimal(1)}],
    }
    with workshop.duckdb(World(facts), own) as generation:
        (o, _) = compute(
            generation,
            own,
            Request(("billed", "won_amount"), grain=Grain.YEAR, start=date(2025, 1, 1), end=date(2025, 1, 1)),
        )
        _, rows = generation.backend.rows(exp.select("fact", "key", "reason", "detail").from_("excluded"))
        products = generation.subjects("product")
    assert o.value == Decimal("6.25")
    assert sorted(rows) == [
        ("deal", "d1", "rate_missing", "USD"),
        ("invoice", "i1", "rate_missing", "USD"),
        ("product", "x1", "amount_without_rate", "USD"),
    ]
    assert [p.name for p in products[1:]] == ["Bolt"]  # an entity stays, without its price


@examples(4)
@given(world=worlds())
def test_exactly_the_records_without_a_rate_are_set_aside(workshop: Workshop, world: World) -> None:
    own = catalogue([REVENUE])
    with workshop.duckdb(world, own) as generation:
        unconverted = exp.column("reason").isin("rate_missing", "amount_without_rate")
        _, rows = generation.backend.rows(exp.select("fact", "key").from_("excluded").where(unconverted))
    assert set(rows) == Oracle(world).excluded


def test_undated_money_takes_the_newest_rate(workshop: Workshop) -> None:
    world = World(
        {
            "deal": [
                {"key": "d1", "currency": "CHF", "amount": Decimal(10), "expected_close_at": date(2025, 1, 1)}
            ],
            "exchange_rate": [
                {"key": "a", "currency": "CHF", "day": date(2025, 4, 1), "rate": Decimal(2)},
                {"key": "b", "currency": "CHF", "day": date(2025, 7, 1), "rate": Decimal(3)},
            ],
        }
    )
    with workshop.duckdb(world, catalogue([REVENUE])) as generation:
        _, rows = generation.backend.rows(exp.select("amount", "created_at").from_("deal"))
    assert rows == [(Decimal(30), None)]
