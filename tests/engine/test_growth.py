"""Growth: over which base it has a value, and that to-date growth compares the same days of two years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from leitstern.engine.generation import Generation
from leitstern.engine.run import Request, compute
from leitstern.periods.grains import Grain

from .cases import REVENUE, WON_DEALS, Case, catalogue
from .conftest import Workshop
from .measuring import Asked
from .test_rule_07_the_same_stretch import one_a_day
from .worlds import World, local

MARGIN = Case(
    "margin",
    {"billed": {"sum": "invoice.amount", "on": "at"}, "paid": {"sum": "invoice.cost", "on": "at"}},
    (Asked("sum", "invoice", "amount", "at"), Asked("sum", "invoice", "cost", "at")),
    "billed - paid",
)
MEDIAN = Case("middle", {"middle": {"median": "invoice.amount", "on": "at"}}, (), unit="ratio")


def _margins(*by_month: tuple[str, int]) -> World:
    return World(
        {
            "invoice": [
                {
                    "key": month,
                    "amount": Decimal(margin),
                    "cost": Decimal(0),
                    "at": local(f"{month}-10 12:00"),
                }
                for month, margin in by_month
            ]
        }
    )


@pytest.mark.parametrize("growth", ["previous_period", "previous_year", "year_to_date"])
@pytest.mark.parametrize(
    ("then", "now", "value"),
    [
        (-10, -60, None),  # a larger loss is no growth
        (-60, 30, None),  # and a profit after a loss no decline
        (-60, -60, None),
        (0, 50, None),
        (50, -10, Fraction(-6, 5)),
        (50, 60, Fraction(1, 5)),
    ],
)
def test_growth_needs_a_base_above_zero(
    workshop: Workshop, growth: str, then: int, now: int, value: Fraction | None
) -> None:
    """The values stay visible in the parts: the difference, and what was before."""
    before = {"previous_period": "2025-05"}.get(growth, "2024-06")
    world = _margins((before, then), ("2025-06", now))
    cases = [case.shaped(growth=growth) for case in (MARGIN, MEDIAN, REVENUE)]
    own = catalogue(cases)
    june = date(2025, 6, 30)
    start = june if growth != "year_to_date" else date(2025, 6, 1)
    with workshop.both(world, own) as generations:
        for generation in generations:
            request = Request(tuple(c.name for c in cases), start=start, end=june)
            for o in compute(generation, own, request):
                if o.kpi.startswith("middle") and then == 0 == now:
                    continue
                assert o.value == (None if value is None else pytest.approx(float(value))), o.kpi
                assert o.reason == ("no_base" if value is None else None), o.kpi
                assert o.denominator == then, o.kpi
                assert o.numerator == now - then, o.kpi


# --- to date ----------------------------------------------------------------------------------------

EVERY_DAY = one_a_day(date(2018, 1, 1), date(2021, 3, 31))
YEAR = WON_DEALS.shaped(growth="year_to_date")
TO_DATE = {name: WON_DEALS.shaped(to_date=name) for name in ("year", "quarter", "month")}
OWN = catalogue((YEAR, *TO_DATE.values(), WON_DEALS, WON_DEALS.shaped(growth="previous_year")))


@pytest.fixture(scope="module", params=[1, 4, 11])
def every_day(request: pytest.FixtureRequest, workshop: Workshop) -> Iterator[Generation]:
    world = World(EVERY_DAY.facts, fiscal_start=request.param)
    with workshop.duckdb(world, OWN) as generation:
        yield generation


def _year_began(day: date, fiscal_start: int) -> date:
    return date(day.year if day.month >= fiscal_start else day.year - 1, fiscal_start, 1)


def _a_year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


@pytest.mark.parametrize("grain", [Grain.DAY, Grain.WEEK])
@pytest.mark.parametrize(
    ("start", "end"),
    [("2020-02-24", "2020-03-08"), ("2020-12-14", "2021-01-24"), ("2021-02-22", "2021-03-07")],
)
def test_the_year_to_date_has_the_same_days_in_both_years(
    every_day: Generation, grain: Grain, start: str, end: str
) -> None:
    """Weeks over the turn of the year, a leap day in this year, in the year before, in neither."""
    fiscal = every_day.context.fiscal_start
    request = Request((YEAR.name,), grain=grain, start=date.fromisoformat(start), end=date.fromisoformat(end))
    found = list(compute(every_day, OWN, request))
    assert len(found) >= 2
    for o in found:
        began = _year_began(o.end, fiscal)
        now = (o.end - began).days + 1
        then = (_a_year_before(o.end) - _a_year_before(began)).days + 1
        assert (o.denominator, o.value) == (then, pytest.approx((now - then) / then)), o.period
        assert abs(now - then) <= 1


def test_whole_months_are_compared_with_whole_months(every_day: Generation) -> None:
    """The growth that is shown is that of the two values that are shown, leap day included."""
    months = {"grain": Grain.MONTH, "start": date(2020, 1, 1), "end": date(2021, 3, 31)}
    shown = {o.start: o.value for o in compute(every_day, OWN, Request((TO_DATE["year"].name,), **months))}
    for o in compute(every_day, OWN, Request((YEAR.name,), **months)):
        before = shown.get(o.start.replace(year=o.start.year - 1))
        if before is not None:
            assert o.denominator == before, o.period
            assert o.value == pytest.approx(float(shown[o.start]) / float(before) - 1), o.period  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("as_of", "grain", "against"),
    [
        # Running: up to the same day of the year before, however many working days that had.
        ("2021-03-17", Grain.MONTH, {"year": 31 + 29 + 17, "quarter": 31 + 29 + 17, "month": 17}),
        ("2021-03-17", Grain.WEEK, {"year": 31 + 29 + 17, "quarter": 31 + 29 + 17, "month": 17}),
        # On New Year's Eve the week still belongs to the old year, on the Sunday it ends to the new one.
        ("2020-12-31", Grain.WEEK, {"year": 365, "quarter": 92, "month": 31}),
        ("2021-01-03", Grain.WEEK, {"year": 3, "quarter": 3, "month": 3}),
        # There was no 29 February in 2019.
        ("2020-02-29", Grain.DAY, {"year": 31 + 28, "quarter": 31 + 28, "month": 28}),
    ],
)
def test_to_date_values_are_compared_with_the_same_days(
    workshop: Workshop, as_of: str, grain: Grain, against: dict[str, int]
) -> None:
    today = date.fromisoformat(as_of)
    with workshop.duckdb(EVERY_DAY, OWN) as generation:
        for name, expected in against.items():
            request = Request(
                (TO_DATE[name].name,),
                grain=grain,
                start=today,
                end=today,
                as_of=today,
                against="previous_year",
            )
            assert [o.value for o in compute(generation, OWN, request)] == [expected], name


@pytest.mark.parametrize(
    ("first", "last", "then"),
    [
        # Whole months against the same months, leap day included; other days against the same dates.
        ("2021-01-01", "2021-02-28", 60),
        ("2021-02-10", "2021-03-05", 25),
        ("2020-02-01", "2020-02-29", 28),
    ],
)
def test_growth_of_any_stretch(workshop: Workshop, first: str, last: str, then: int) -> None:
    stretch = (date.fromisoformat(first), date.fromisoformat(last))
    name = f"{WON_DEALS.name}_previous_year"
    with workshop.duckdb(EVERY_DAY, OWN) as generation:
        (found,) = compute(generation, OWN, Request((name,), stretches=(stretch,)))
    now = (stretch[1] - stretch[0]).days + 1
    assert (found.denominator, found.numerator) == (then, now - then)


@pytest.mark.parametrize(
    ("first", "last", "then"),
    [
        ("2021-01-01", "2021-02-28", ("2020-11-01", "2020-12-31")),
        ("2020-11-01", "2021-01-31", ("2020-08-01", "2020-10-31")),
        ("2021-01-05", "2021-01-14", ("2020-12-26", "2021-01-04")),
    ],
)
def test_what_lies_before_any_stretch(
    workshop: Workshop, first: str, last: str, then: tuple[str, str]
) -> None:
    case = WON_DEALS.shaped(growth="previous_period")
    own, stretch = catalogue([case]), (date.fromisoformat(first), date.fromisoformat(last))
    with workshop.duckdb(EVERY_DAY, own) as generation:
        (found,) = compute(generation, own, Request((case.name,), stretches=(stretch,)))
    before = [date.fromisoformat(day) for day in then]
    assert found.denominator == (before[1] - before[0]) // timedelta(days=1) + 1
