"""Rule 7: unfinished periods say so and are compared with the same stretch of working days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.generation import Generation
from leitstern.engine.run import Against, Request, compute
from leitstern.periods.grains import Grain

from .cases import COUNTS, MEDIAN_INVOICE, OPEN_DEALS, RATIOS, SHAPED, WON_DEALS, WON_VALUE, catalogue
from .comparing import Expected, check, request_for
from .conftest import Workshop, examples
from .oracle import Oracle
from .worlds import World, local, worlds


def one_a_day(first: date, last: date) -> World:
    """A deal won on every day, free days included."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    rows = [
        {"key": f"d{n}", "status": "won", "created_at": local(f"{d} 09:00"), "closed_at": local(f"{d} 10:00")}
        for n, d in enumerate(days)
    ]
    return World({"deal": rows})


EVERY_DAY = one_a_day(date(2024, 1, 1), date(2026, 4, 30))
COHORT = next(c for c in RATIOS if c.name == "deal_to_win")
GROWTH = tuple(WON_DEALS.shaped(growth=growth) for growth in ("previous_year", "previous_period"))
OWN = catalogue((WON_DEALS, COHORT, *GROWTH))


@pytest.fixture(scope="module")
def every_day(workshop: Workshop) -> Iterator[Generation]:
    with workshop.duckdb(EVERY_DAY, OWN) as generation:
        yield generation


PREVIOUS: Against = "previous_period"
YEAR: Against = "previous_year"


@pytest.mark.parametrize(
    ("as_of", "grain", "against", "days"),
    [
        # Wed 18 March 2026 is the 13th working day of its month; the 13th of March 2025 was Wed the 19th.
        ("2026-03-18", Grain.MONTH, YEAR, 19),
        # The 13th of February 2026 was Wed the 18th.
        ("2026-03-18", Grain.MONTH, PREVIOUS, 18),
        # On a Sunday the free days after the last working day belong to it: Fri 14 to Sun 16 March 2025.
        ("2026-03-15", Grain.MONTH, YEAR, 16),
        # Thursday of the week against Thursday of the week before.
        ("2026-03-12", Grain.WEEK, PREVIOUS, 4),
        # Week 16 of 2026 is whole; in week 17 of 2025 Easter Monday was free: Wednesday against Thursday.
        ("2026-04-22", Grain.WEEK, YEAR, 4),
        # A day compares with the day, whole.
        ("2026-03-18", Grain.DAY, YEAR, 1),
        # Over: the whole of February 2025, and the whole of March 2025 on its last day.
        ("2026-02-28", Grain.MONTH, YEAR, 28),
        ("2026-03-31", Grain.MONTH, YEAR, 31),
        # The first quarter by 18 March: 54 working days. In 2025 that was 18 March as well.
        ("2026-03-18", Grain.QUARTER, YEAR, 31 + 28 + 18),
    ],
)
def test_as_many_working_days(
    every_day: Generation, as_of: str, grain: Grain, against: Against, days: int
) -> None:
    today = date.fromisoformat(as_of)
    request = Request(("won",), grain=grain, start=today, end=today, as_of=today, against=against)
    assert [o.value for o in compute(every_day, OWN, request)] == [days]


def test_which_periods_are_complete(every_day: Generation) -> None:
    expected = {
        Grain.DAY: {"2026-03-17": True, "2026-03-18": False},
        Grain.WEEK: {"2026-W11": True, "2026-W12": False},
        Grain.MONTH: {"2026-02": True, "2026-03": False},
        Grain.QUARTER: {"2025-Q4": True, "2026-Q1": False},
        Grain.YEAR: {"2025": True, "2026": False},
    }
    for grain, complete in expected.items():
        end = date(2026, 3, 18)
        start = min(end, date(2026, 3, 17) if grain is Grain.DAY else date(2026, 3, 13))
        if grain not in (Grain.DAY, Grain.WEEK):
            start = {Grain.MONTH: date(2026, 2, 1)}.get(grain, date(2025, 12, 1))
        found = compute(every_day, OWN, Request(("won",), grain=grain, start=start, end=end))
        assert {o.period: o.complete for o in found} == complete


def test_a_cohort_is_complete_when_its_time_is_over(every_day: Generation) -> None:
    """Deals may be won within 30 days: January is ripe on 2 March, February not before 30 March."""
    request = Request((COHORT.name,), start=date(2026, 1, 1), end=date(2026, 2, 28))
    assert [o.complete for o in compute(every_day, OWN, request)] == [True, False]


CASES = (
    *COUNTS[:4],
    WON_VALUE,
    OPEN_DEALS,
    MEDIAN_INVOICE,
    *RATIOS[:2],
    *(c for c in SHAPED if c.shape != {"cumulative": True}),
)


@examples(5)
@given(
    world=worlds(),
    grain=st.sampled_from(list(Grain)),
    against=st.sampled_from([PREVIOUS, YEAR]),
    as_of=st.sampled_from(
        [date(2026, 3, 18), date(2026, 3, 15), date(2026, 1, 1), date(2025, 12, 27), date(2026, 2, 28)]
    ),
)
def test_comparisons_of_every_shape(
    workshop: Workshop, world: World, grain: Grain, against: Against, as_of: date
) -> None:
    own, expected = catalogue(CASES), Expected(Oracle(world), as_of)
    request = request_for(
        CASES, ("company", "team", "customer"), grain, as_of, 2, as_of=as_of, against=against
    )
    with workshop.duckdb(world, own) as generation:
        check(generation, own, expected, CASES, request)


@pytest.mark.parametrize("kpi", ["won_previous_year", "won_previous_period"])
def test_growth_of_a_running_month_compares_equal_stretches(every_day: Generation, kpi: str) -> None:
    """One deal a day: 18 so far against 19 (or 18) in the same working days."""
    start = date(2026, 3, 18)
    (found,) = compute(every_day, OWN, Request((kpi,), start=start, end=start))
    assert found.value == (18 - 19) / 19 if kpi == "won_previous_year" else found.value == 0
    assert not found.complete
