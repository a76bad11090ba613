"""Rule 6: without records an additive KPI is 0, a ratio is empty, and a late source is said to be late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from leitstern.engine.generation import Generation
from leitstern.engine.observations import Observation
from leitstern.engine.run import Request, compute
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain

from .cases import (
    BUYERS,
    MEDIAN_INVOICE,
    OPEN_DEALS,
    PLAIN,
    REVENUE,
    WIN_RATE,
    WON_DEALS,
    WON_VALUE,
    catalogue,
)
from .conftest import Workshop
from .worlds import TODAY, World, local

ADDITIVE = (WON_DEALS, WON_VALUE, OPEN_DEALS)
CASES = (*ADDITIVE, WIN_RATE, BUYERS, MEDIAN_INVOICE, REVENUE)
AVERAGE = next(c for c in PLAIN if c.name == "average_deal")

#: A deal won in January and an invoice in January; nothing in February.
JANUARY = World(
    {
        "deal": [
            {
                "key": "d1",
                "owner": "p1",
                "status": "won",
                "amount": Decimal("10.50"),
                "created_at": local("2026-01-02 10:00"),
                "closed_at": local("2026-01-20 10:00"),
            }
        ],
        "invoice": [{"key": "i1", "company": "c1", "amount": Decimal(7), "at": local("2026-01-21 10:00")}],
        "membership": [{"key": "m1", "person": "p2", "team": "t1"}],
    }
)


def by_kpi(found: list[Observation]) -> dict[str, tuple[object, str | None]]:
    return {o.kpi: (o.value, o.reason) for o in found}


def february(workshop: Workshop, world: World, own: Catalogue, by: str = "company") -> list[Observation]:
    request = Request(tuple(own.names), (by,), Grain.MONTH, date(2026, 2, 1), date(2026, 2, 28))
    with workshop.both(world, own) as generations:
        found = [list(compute(generation, own, request)) for generation in generations]
    assert found[0] == found[1]
    return found[0]


def test_an_empty_month(workshop: Workshop) -> None:
    found = february(workshop, JANUARY, catalogue((*CASES, AVERAGE)))
    assert by_kpi(found) == {
        "won": (0, None),
        "won_amount": (0, None),
        "open": (0, None),
        "rate": (None, "no_base"),
        "buyers": (0, None),
        "median_invoice": (None, "no_data"),
        "billed": (0, None),
        "average_deal": (None, "no_base"),
    }
    rate = next(o for o in found if o.kpi == "rate")
    assert (rate.numerator, rate.denominator, rate.rows) == (0, 0, 0)


def test_a_member_of_a_team_without_records_is_shown_with_zero(workshop: Workshop) -> None:
    found = february(workshop, JANUARY, catalogue(ADDITIVE), "person")
    assert {(o.kpi, o.value) for o in found if o.subject.id == "p2"} == {
        ("won", 0), ("won_amount", 0), ("open", 0)
    }  # fmt: skip


def test_a_fact_that_never_came_is_no_source(workshop: Workshop) -> None:
    world = JANUARY.with_rows(invoice=[])
    found = by_kpi(february(workshop, world, catalogue(CASES)))
    assert found["billed"] == found["buyers"] == found["median_invoice"] == (None, "no_source")
    assert found["won"] == (0, None)


def _silent_since(day: date) -> World:
    """A deal won every day until one day, and none after it; invoices every week until today."""
    days = [day - timedelta(days=n) for n in range(200)]
    deals = [
        {"key": f"d{n}", "status": "won", "created_at": local(f"{d} 09:00"), "closed_at": local(f"{d} 10:00")}
        for n, d in enumerate(days)
    ]
    weeks = [TODAY - timedelta(days=7 * n) for n in range(40)]
    bills = [{"key": f"i{n}", "amount": Decimal(1), "at": local(f"{d} 10:00")} for n, d in enumerate(weeks)]
    return World({"deal": deals, "invoice": bills}, late_after={})


@pytest.fixture(scope="module")
def silent(workshop: Workshop) -> Iterator[Generation]:
    with workshop.duckdb(_silent_since(date(2026, 2, 10)), catalogue([WON_DEALS, REVENUE])) as generation:
        yield generation


@pytest.mark.parametrize(
    ("grain", "start", "won", "complete"),
    [
        (Grain.MONTH, date(2026, 1, 1), (31, None), True),
        # The source went silent within February: there is a value, and it is not complete.
        (Grain.MONTH, date(2026, 2, 1), (10, None), False),
        (Grain.MONTH, date(2026, 3, 1), (None, "source_late"), False),
        (Grain.DAY, date(2026, 3, 10), (None, "source_late"), False),
        (Grain.DAY, date(2026, 2, 10), (1, None), True),
        (Grain.MONTH, date(2026, 4, 1), (None, "not_begun"), False),
    ],
)
def test_a_late_source_gives_no_value_and_says_so(
    workshop: Workshop, grain: Grain, start: date, won: tuple[object, str | None], complete: bool
) -> None:
    own = catalogue([WON_DEALS, REVENUE])
    with workshop.duckdb(_silent_since(date(2026, 2, 10)), own) as generation:
        found = list(
            compute(generation, own, Request(("won", "billed"), grain=grain, start=start, end=start))
        )
    assert by_kpi(found)["won"] == won
    assert next(o for o in found if o.kpi == "won").complete is complete
    assert by_kpi(found)["billed"][1] == ("not_begun" if won[1] == "not_begun" else None)


def test_periods_that_have_not_begun(workshop: Workshop) -> None:
    """Nothing is computed for the future, whatever is planned there, and no kind of measure minds."""
    own, day = catalogue(PLAIN), date(2027, 3, 1)
    planned = JANUARY.with_rows(
        activity=[{"key": "v1", "kind": "call", "at": local("2027-03-01 10:00")}],
        manual_value=[{"key": "n1", "measure": "mood", "value": Decimal(3), "at": day}],
    )
    with workshop.duckdb(planned, own) as generation:
        for grain in Grain:
            for o in compute(
                generation, own, Request(tuple(own.names), ("company", "team"), grain, day, day)
            ):
                assert o.value is None
                assert o.reason in ("not_begun", "no_source")
                assert not o.complete
