"""Rule 2: distinct counts and medians are never added up; coarser values come from the records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.generation import Generation
from leitstern.engine.run import Request, compute
from leitstern.periods.grains import Grain

from .cases import BUYERS, DISTINCT, DURATIONS, MEDIAN_INVOICE, VALUES, catalogue
from .comparing import Expected, check
from .conftest import Workshop, examples
from .oracle import Oracle
from .worlds import World, local, worlds

CASES = (
    *DISTINCT,
    *(c for c in (*VALUES, *DURATIONS) if c.asked[0].kind in ("median", "percentile", "median_duration")),
)


@examples(4)
@given(world=worlds(), grain=st.sampled_from([Grain.QUARTER, Grain.YEAR, Grain.FISCAL_YEAR]))
def test_every_level_counts_the_records_themselves(workshop: Workshop, world: World, grain: Grain) -> None:
    own, expected = catalogue(CASES), Expected(Oracle(world))
    names = tuple(c.name for c in CASES)
    with workshop.duckdb(world, own) as generation:
        for level in (Grain.MONTH, grain):
            request = Request(
                names, ("company", "team", "person", "region"), level, date(2025, 1, 1), date(2026, 3, 18)
            )
            check(generation, own, expected, CASES, request)


#: One customer who bought in two months from two people, and another who bought once.
TWICE = World(
    {
        "invoice": [
            {"key": "i1", "company": "c1", "owner": "p1", "amount": 10, "at": local("2025-01-10 12:00")},
            {"key": "i2", "company": "c1", "owner": "p2", "amount": 20, "at": local("2025-02-10 12:00")},
            {"key": "i3", "company": "c2", "owner": "p2", "amount": 90, "at": local("2025-02-11 12:00")},
        ],
        "membership": [
            {"key": "m1", "person": "p1", "team": "t1"},
            {"key": "m2", "person": "p2", "team": "t1"},
        ],
    }
)


@pytest.fixture(scope="module")
def twice(workshop: Workshop) -> Iterator[tuple[Generation, Generation]]:
    with workshop.both(TWICE, catalogue([BUYERS, MEDIAN_INVOICE])) as generations:
        yield generations


@pytest.mark.parametrize(
    ("kpi", "by", "grain", "values"),
    [
        ("buyers", "company", Grain.MONTH, [1, 2]),
        ("buyers", "company", Grain.QUARTER, [2]),
        ("buyers", "team", Grain.QUARTER, [2]),
        ("buyers", "person", Grain.QUARTER, [1, 2]),
        ("median_invoice", "company", Grain.MONTH, [10, 55]),
        ("median_invoice", "company", Grain.QUARTER, [20]),
        ("median_invoice", "team", Grain.QUARTER, [20]),
        ("median_invoice", "person", Grain.QUARTER, [10, 55]),
    ],
)
def test_who_buys_twice_counts_once(
    twice: tuple[Generation, Generation], kpi: str, by: str, grain: Grain, values: list[float]
) -> None:
    own = catalogue([BUYERS, MEDIAN_INVOICE])
    request = Request((kpi,), (by,), grain, date(2025, 1, 1), date(2025, 2, 28))
    for generation in twice:
        assert [o.value for o in compute(generation, own, request)] == values
