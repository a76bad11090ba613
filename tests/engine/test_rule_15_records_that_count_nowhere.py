"""Rule 15: every record that counts nowhere has one visible reason, at each number it would be in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.closing import Ledger
from leitstern.engine.generation import Generation
from leitstern.engine.observations import Observation
from leitstern.engine.reasons import ORDER, accounts
from leitstern.engine.run import Request, compute
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain, parse

from .cases import OPEN_DEALS, PLAIN, REVENUE, WIN_RATE, WON_DEALS, WON_VALUE, Case, catalogue
from .comparing import request_for
from .conftest import Workshop, examples
from .measuring import OVER, Asked, _known
from .oracle import Oracle, Record
from .worlds import TODAY, World, local, worlds

#: Filters on amounts: what a record without a rate amounts to cannot be told.
BY_AMOUNT = ("big_deals", "new_products")
CASES: Sequence[Case] = (
    *(c for c in PLAIN if c.name not in BY_AMOUNT),
    WON_VALUE.shaped(rolling=3, unit="month"),
    WIN_RATE.shaped(to_date="year"),
    REVENUE.shaped(cumulative=True),
    OPEN_DEALS.shaped(rolling=3, unit="month"),
)
Place = tuple[str, str, str, str | None]


def place(o: Observation) -> Place:
    return o.kpi, o.period, o.subject.type, o.subject.id


def with_all_rates(world: World) -> World:
    """The same records, every one of which can be converted."""
    rates = [
        {"key": f"all{n}", "currency": currency, "day": date(1990, 1, 1), "rate": Decimal("1.5")}
        for n, currency in enumerate(("CHF", "USD"))
    ]
    return world.with_rows(exchange_rate=[*world.rows("exchange_rate"), *rates])


@examples(4)
@given(
    world=worlds(),
    grain=st.sampled_from(list(Grain)),
    end=st.sampled_from([TODAY, date(2025, 10, 28)]),
    elsewhere=st.booleans(),
)
def test_each_number_says_how_many_records_it_lacks(
    workshop: Workshop, world: World, grain: Grain, end: date, elsewhere: bool
) -> None:
    """Records counted and records set aside are, for every subject, those that rates for all would count."""
    own = catalogue(CASES)
    by = ("company", "team", "person", "customer", "campaign", "product", "region")
    request = request_for(CASES, by, grain, end, 3)
    with workshop.duckdb(with_all_rates(world), own) as generation:
        whole = {place(o): o for o in compute(generation, own, request)}
    assert not any(o.set_aside for o in whole.values())
    with workshop.duckdb(world, own) as generation:
        check(generation, own, request, whole)
        if elsewhere:
            with workshop.copied(generation) as copy:
                check(copy, own, request, whole)


def check(generation: Generation, own: Catalogue, request: Request, whole: dict[Place, Observation]) -> None:
    found = {place(o): o for o in compute(generation, own, request)}
    assert found.keys() == whole.keys()
    for at, o in found.items():
        assert o.rows + o.set_aside == whole[at].rows, o
        assert o.complete == (whole[at].complete and not o.set_aside), o
        assert (o.reason == "no_source") == (whole[at].reason == "no_source"), o


def deals(*amounts: tuple[str, str | None]) -> World:
    rows = [
        {
            "key": f"d{n}",
            "status": "won",
            "owner": f"p{n}",
            "amount": Decimal(amount),
            "currency": currency,
            "created_at": local("2025-01-02 09:00"),
            "closed_at": local(f"2025-0{n}-10 12:00"),
        }
        for n, (amount, currency) in enumerate(amounts, 1)
    ]
    return World({"deal": rows})


@pytest.fixture
def own() -> Catalogue:
    return catalogue([WON_VALUE, WON_DEALS, OPEN_DEALS, WON_VALUE.shaped(growth="previous_period")])


def months(kpi: str, by: str = "company") -> Request:
    return Request((kpi,), (by,), start=date(2025, 1, 1), end=date(2025, 4, 30))


def test_a_number_that_lacks_a_record_is_not_complete(workshop: Workshop, own: Catalogue) -> None:
    world = deals(("5", "EUR"), ("100", "CHF"), ("7", None))
    with workshop.duckdb(world, own) as generation:
        won = list(compute(generation, own, months("won_amount")))
        counted = list(compute(generation, own, months("won")))
        still_open = list(compute(generation, own, months("open")))
        growth = list(compute(generation, own, months("won_amount_previous_period")))
        by_person = {
            (o.subject.id, o.period): o for o in compute(generation, own, months("won_amount", "person"))
        }
    assert [o.value for o in won] == [5, 0, 7, 0]
    assert [o.complete for o in won] == [True, False, True, True]
    assert [o.set_aside for o in counted] == [0, 1, 0, 0]
    assert [o.set_aside for o in still_open] == [1, 0, 0, 0]  # open at the end of January only
    assert [o.complete for o in growth] == [True, False, False, True]  # both sides of a growth are asked
    assert not by_person["p2", "2025-02"].complete
    assert by_person["p3", "2025-02"].complete  # whose record it is not


def test_what_has_only_records_without_a_rate_is_no_missing_source(
    workshop: Workshop, own: Catalogue
) -> None:
    with workshop.duckdb(deals(("100", "CHF")), own) as generation:
        (january,) = compute(
            generation, own, Request(("won_amount",), start=date(2025, 1, 1), end=date(2025, 1, 31))
        )
        found = [(one.fact, one.reason, one.count, one.values) for one in generation.set_aside]
    assert (january.value, january.reason, january.set_aside) == (0, None, 1)
    assert found == [("deal", "rate_missing", 1, ("CHF",))]


def test_a_rate_that_arrives_brings_the_record_back(workshop: Workshop, own: Catalogue) -> None:
    world = deals(("100", "CHF"))
    rate = {"key": "r", "currency": "CHF", "day": date(2024, 1, 1), "rate": Decimal(2)}
    with workshop.place() as there:
        with there.built(world, own) as generation:
            assert generation.set_aside
        with there.built(replace(world, facts=world.facts | {"exchange_rate": [rate]}), own) as generation:
            (o, *_) = compute(generation, own, months("won_amount"))
            assert (o.value, o.complete, generation.set_aside) == (200, True, [])


@pytest.mark.parametrize("late", ["the rate", "the record", "another record"])
def test_a_closed_value_lacks_what_it_lacked_when_it_was_closed(
    workshop: Workshop, own: Catalogue, late: str
) -> None:
    """A rate that arrives brings a record back to open periods; one that comes without a rate touches none
    that is closed."""
    lacking, whole = deals(("5", "EUR"), ("100", "CHF")), deals(("5", "EUR"))
    rate = {"key": "r", "currency": "CHF", "day": date(2024, 1, 1), "rate": Decimal(2)}
    twice = deals(("5", "EUR"), ("100", "CHF"), ("3", "CHF"))
    before, after = {
        "the rate": (lacking, lacking.with_rows(exchange_rate=[rate])),
        "the record": (whole, lacking),
        "another record": (lacking, twice),
    }[late]
    with workshop.place() as there:
        with there.built(before, own) as generation:
            there.ledger().close(generation, own, parse("2025-Q1"), "Ines")
            then = _told(generation, own, there.ledger())
        with there.built(after, own) as generation:
            now = _told(generation, own, there.ledger())
    assert {place: now[place] for place in then} == then
    assert [complete for _, complete in then["won_amount", "company"]] == [True, late == "the record", True]


def _told(generation: Generation, own: Catalogue, ledger: Ledger) -> dict[tuple[str, str], list[object]]:
    """Values of the closed months and whether they are complete, by KPI and subject type."""
    quarter = Request(own.names, ("company", "person"), start=date(2025, 1, 1), end=date(2025, 3, 31))
    found: dict[tuple[str, str], list[object]] = {}
    for o in compute(generation, own, quarter, ledger):
        if o.subject.id in (None, "p1", "p2"):
            found.setdefault((o.kpi, o.subject.id or o.subject.type), []).append((o.value, o.complete))
    return found


#: Each measure a KPI of its own, without a shape: its records are those of all days.
BY_RECORD = tuple(c for c in PLAIN if not c.formula)


def expected(oracle: Oracle, world: World, asked: Asked, today: date) -> dict[str, set[str]]:
    """Where each record of a measure's fact belongs, worked out record by record."""
    found: dict[str, set[str]] = {}
    merged = set(world.canonical) if asked.fact == "company" else set()
    by_key = {r.key: r for r in oracle.records[asked.fact]}
    without_rate = {key for fact, key in oracle.excluded if fact == asked.fact} - by_key.keys()
    delivered = {row["key"] for row in world.rows(asked.fact)}
    if asked.fact == "stage_visit":
        delivered = by_key.keys() | without_rate
    for key in delivered:
        if key in merged:
            found.setdefault("merged", set()).add(key)
        elif key in without_rate:
            found.setdefault("without a rate", set()).add(key)  # meets the filter or not
        else:
            found.setdefault(place_of(asked, by_key[key], today), set()).add(key)
    return found


def place_of(asked: Asked, record: Record, today: date) -> str:
    begin, end = asked.between
    stock = asked.kind == "stock"
    on = begin if stock else asked.on
    ends = end if stock else on
    filled = [*([begin] if begin else []), on, *([end] if begin and not stock else [])]
    value = asked.field if asked.kind not in ("sum", "manual_sum", "stock") else ""
    if not asked.test(record):
        return "outside"
    if (asked.fact, ends, record["status"]) in OVER and record[ends] is None:
        return "closed_without_date"
    if any(record[name] is None for name in [*filled, *([value] if value.endswith("_at") else [])]):
        return "date_missing"
    if begin and not _known(asked, record):
        return "dates_reversed"
    if value and record[value] is None:
        return "value_missing"
    return "counts" if (record.day(on) or today) <= today else "lies_ahead"


@examples(4)
@given(world=worlds(), elsewhere=st.booleans())
def test_every_record_counts_or_has_one_reason(workshop: Workshop, world: World, elsewhere: bool) -> None:
    own, oracle = catalogue(BY_RECORD), Oracle(world)
    with workshop.duckdb(world, own) as first:
        reconcile(first, own, world, oracle)
        if elsewhere:
            with workshop.copied(first) as second:
                reconcile(second, own, world, oracle)


def reconcile(generation: Generation, own: Catalogue, world: World, oracle: Oracle) -> None:
    for case in BY_RECORD:
        (asked,) = case.asked
        places = expected(oracle, world, asked, generation.built_on)
        (account,) = accounts(generation, own.resolved(case.name))
        assert account.delivered == sum(map(len, places.values())), case.name
        assert account.counted == len(places.get("counts", ())), (case.name, places, account)
        found: dict[str, int] = {}
        for one in account.reasons:
            found[one.reason] = found.get(one.reason, 0) + one.count
        aside = found.pop("rate_missing", 0)
        unmet = len(places.get("outside", ())) + len(places.get("without a rate", ())) - aside
        assert account.outside == unmet, (case.name, places, account)
        kinds = {name: len(keys) for name, keys in places.items()}
        assert found == {k: n for k, n in kinds.items() if k in ORDER}, (case.name, places, account)
