"""Of those who were there when a period began: who still is at its end, and who left. Nobody else counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.records import records
from leitstern.engine.run import Request, compute
from leitstern.facts.model import SUBJECTS
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain, parse

from .cases import RATIOS, Case, catalogue
from .comparing import Expected, check, request_for
from .conftest import Workshop, examples
from .measuring import Asked
from .oracle import Oracle
from .worlds import TODAY, World, worlds

STAYED = tuple(c for c in RATIOS if c.name in ("kept_customers", "value_still_open", "leads_still_open"))
SHAPED = tuple(
    STAYED[0].shaped(**shape)
    for shape in ({"rolling": 3, "unit": "month"}, {"to_date": "year"}, {"growth": "previous_year"})
)


def _company(key: str, since: str, until: str | None, owner: str = "p1") -> dict[str, Any]:
    end = until and date.fromisoformat(until)
    return {"key": key, "owner": owner, "customer_since": date.fromisoformat(since), "customer_until": end}


WORLD = World(
    {
        "company": [
            _company("c1", "2024-05-01", None),
            _company("c2", "2024-05-01", "2025-02-10"),
            _company("c3", "2024-05-01", "2025-01-01", owner="p2"),  # left on the first day
            _company("c4", "2024-12-31", "2025-06-30", owner="p2"),  # came the day before it
            _company("c5", "2025-01-15", "2025-03-15"),  # came and left within the quarter
            _company("c6", "2025-01-01", None),  # came on its first day
        ]
    }
)
SHIPPED = Catalogue.load()


@pytest.mark.parametrize(
    ("period", "by", "retention"),
    [
        # At the start c1 to c4. January loses c3, February c2, the quarter both; c5 is in neither side.
        ("2025-01", "company", {None: 3 / 4}),
        ("2025-02", "company", {None: 4 / 5}),
        ("2025-03", "company", {None: 3 / 4}),
        ("2025-Q1", "company", {None: 2 / 4}),
        ("2025-H1", "company", {None: 1 / 4}),
        ("2025", "company", {None: 1 / 4}),
        ("2025-Q1", "person", {"p1": 1 / 2, "p2": 1 / 2}),
        ("2025-06-30", "company", {None: 2 / 3}),
        ("2024-01", "company", {None: None}),
    ],
)
def test_retention_and_churn(
    workshop: Workshop, period: str, by: str, retention: dict[str | None, float | None]
) -> None:
    when = parse(period)
    request = Request(("retention_rate", "churn_rate"), (by,), when.grain, when.start, when.end)
    with workshop.both(WORLD, SHIPPED) as generations:
        for generation in generations:
            found = {
                (o.kpi, o.subject.id): o.value
                for o in compute(generation, SHIPPED, request)
                if o.rows or o.subject.type == "company"
            }
            expected: dict[tuple[str, str | None], Any] = {}
            for who, value in retention.items():
                expected["retention_rate", who] = value if value is None else pytest.approx(value)
                expected["churn_rate", who] = value if value is None else pytest.approx(1 - value)
            assert found == expected


def test_the_records_behind_are_those_who_were_there_at_the_start(workshop: Workshop) -> None:
    resolved = SHIPPED.resolved("retention_rate", 1)
    with workshop.duckdb(WORLD, SHIPPED) as generation:
        found = records(generation, resolved, parse("2025-Q1"))
        start, end = date(2025, 1, 1), date(2025, 3, 31)
        request = Request(("retention_rate",), grain=Grain.QUARTER, start=start, end=end)
        (o,) = compute(generation, SHIPPED, request)
    assert {r.key: r.adds for r in found} == {"c1": (1, 1), "c2": (1, None), "c3": (1, None), "c4": (1, 1)}
    assert (found.total("at_start"), found.total("stayed")) == (o.denominator, o.numerator) == (4, 2)
    assert o.rows == len(found) == 4


@examples(4)
@given(world=worlds(), grain=st.sampled_from([Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.FISCAL_YEAR]))
def test_who_stayed_as_the_oracle_counts_them(workshop: Workshop, world: World, grain: Grain) -> None:
    cases = (*STAYED, *SHAPED)
    own, expected = catalogue(cases), Expected(Oracle(world))
    request = request_for(cases, SUBJECTS, grain, TODAY, 5)
    with workshop.both(world, own) as generations:
        for generation in generations:
            check(generation, own, expected, cases, request)


@pytest.mark.parametrize("closed", [False, True])
def test_the_list_of_those_who_still_are_there_has_all_who_were(workshop: Workshop, closed: bool) -> None:
    """c1 to c4 were there when the quarter began; c3 and c2 left in it, and add nothing."""
    definition = {"stock": "company", "between": ("customer_since", "customer_until"), "at": "both"}
    asked = Asked("stock", "company", between=("customer_since", "customer_until"), at="both")
    own = catalogue([Case("still", {"still": definition}, (asked,), unit="count")])
    with workshop.place() as place:
        if closed:
            with place.built(WORLD, own) as generation:
                place.ledger().close(generation, own, parse("2025-Q1"), "Ines")
        with place.built(WORLD, own) as generation:
            found = records(generation, own.resolved("still", 1), parse("2025-Q1"))
            quarter = Request(("still",), start=date(2025, 1, 1), end=date(2025, 3, 31), grain=Grain.QUARTER)
            [told] = compute(generation, own, quarter, place.ledger())
    assert {r.key: r.adds for r in found} == {"c1": (1,), "c2": (None,), "c3": (None,), "c4": (1,)}
    assert (told.value, told.rows) == (2, 4)
