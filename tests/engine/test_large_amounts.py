"""Amounts over a million are multiplied exactly; what no sum can hold is set aside, visibly."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlglot import exp

from leitstern.engine.run import Request, compute
from leitstern.periods.grains import Grain

from .cases import REVENUE, WON_VALUE, catalogue
from .conftest import Workshop
from .worlds import World, local

YEAR = {"grain": Grain.YEAR, "start": date(2025, 1, 1), "end": date(2025, 12, 31)}
WON = {"status": "won", "owner": "p1", "closed_at": local("2025-06-01 12:00")}
AMOUNTS = (Decimal("1500000.35"), Decimal("250000000.75"), Decimal("87654321098.7654"))


def cents(amount: Decimal) -> Decimal:
    """Money with four decimals, half away from zero."""
    return amount.quantize(Decimal("0.0001"), ROUND_HALF_UP)


@pytest.mark.parametrize("rate", [None, Decimal("0.933318"), Decimal("1041.5")])
def test_large_amounts_are_converted_and_shared_to_the_last_digit(
    workshop: Workshop, rate: Decimal | None
) -> None:
    own = catalogue([WON_VALUE])
    currency = None if rate is None else "CHF"
    deals = [
        {"key": f"d{n}", "amount": amount, "currency": currency, **WON} for n, amount in enumerate(AMOUNTS)
    ]
    shares = [
        {"key": f"{deal['key']}{who}", "deal": deal["key"], "person": who, "share": share}
        for deal in deals
        for who, share in (("p1", Decimal("0.7")), ("p2", Decimal("0.3")))
    ]
    rates = [{"key": "r", "currency": "CHF", "day": date(2025, 1, 1), "rate": rate}] if rate else []
    people = [{"key": "p1", "name": "A"}, {"key": "p2", "name": "B"}]
    world = World({"deal": deals, "deal_share": shares, "exchange_rate": rates, "person": people})
    home = [cents(amount * (rate or 1)) for amount in AMOUNTS]
    with workshop.both(world, own) as generations:
        for generation in generations:
            found = compute(generation, own, Request(("won_amount",), ("company", "person"), **YEAR))
            values = {o.subject.id or o.subject.type: o.value for o in found}
            smaller = sum(cents(amount * Decimal("0.3")) for amount in home)
            assert (values["company"], values["p2"]) == (sum(home), smaller)
            assert values["p1"] == sum(home) - smaller


def test_a_chance_of_a_large_deal(workshop: Workshop) -> None:
    deals = [
        {"key": f"d{n}", "amount": amount, "stage": "s1", "created_at": local("2025-05-01 09:00")}
        for n, amount in enumerate(AMOUNTS)
    ]
    stage = {"key": "s1", "name": "Offer", "probability": Decimal("0.9"), "outcome": "open"}
    with workshop.duckdb(World({"deal": deals, "stage": [stage]}), catalogue([REVENUE])) as generation:
        _, rows = generation.backend.rows(exp.select("weighted_amount").from_("stage_visit"))
    assert sorted(row[0] for row in rows) == [cents(amount * Decimal("0.9")) for amount in AMOUNTS]


@pytest.mark.parametrize(
    ("rate", "amount"), [(None, "60000000000000.5"), ("50000000", "40000000"), ("50000000", "-40000000")]
)
def test_what_no_sum_can_hold_is_set_aside(workshop: Workshop, rate: str | None, amount: str) -> None:
    """Twenty amounts of 60 billion thousands are more than 64 bits hold, with four decimals each."""
    own = catalogue([REVENUE])
    currency = None if rate is None else "ITL"
    at = local("2025-06-01 12:00")
    invoices = [
        {"key": f"i{n:02}", "amount": Decimal(amount), "currency": currency, "at": at} for n in range(20)
    ]
    invoices += [{"key": f"k{n}", "amount": Decimal("7.25"), "currency": None, "at": at} for n in range(2)]
    rates = [{"key": "r", "currency": "ITL", "day": date(2025, 1, 1), "rate": Decimal(rate)}] if rate else []
    with workshop.duckdb(World({"invoice": invoices, "exchange_rate": rates}), own) as generation:
        (o,) = compute(generation, own, Request(("billed",), **YEAR))
        _, rows = generation.backend.rows(exp.select("fact", "key", "reason").from_("excluded"))
    assert o.value == Decimal("14.5")
    assert sorted(rows) == [("invoice", f"i{n:02}", "amount_too_large") for n in range(20)]


def test_amounts_that_can_be_added_up_stay(workshop: Workshop) -> None:
    own = catalogue([REVENUE])
    at = local("2025-06-01 12:00")
    invoices = [
        {"key": f"i{n}", "amount": Decimal("60000000000000.5"), "currency": None, "at": at} for n in range(12)
    ]
    with workshop.duckdb(World({"invoice": invoices}), own) as generation:
        (o,) = compute(generation, own, Request(("billed",), **YEAR))
    assert o.value == 12 * Decimal("60000000000000.5")
