"""A day lies in one period of each grain, and each period has one number and one name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.errors import Problem
from leitstern.periods.grains import (
    Grain,
    arithmetic,
    from_index,
    index_of,
    month_number,
    parse,
    period_of,
    periods_between,
    rolls_up,
    weeks_in,
)

# The first and last year hold weeks and fiscal years that leave the calendar.
DAYS = st.dates(date(3, 1, 1), date(9997, 12, 31))
GRAINS = st.sampled_from(list(Grain))
STARTS = st.integers(1, 12)


@pytest.mark.parametrize(
    ("day", "grain", "fiscal_start", "label", "days"),
    [
        ("2026-03-01", "day", 1, "2026-03-01", "2026-03-01..2026-03-01"),
        ("2026-03-01", "week", 1, "2026-W09", "2026-02-23..2026-03-01"),
        ("2026-03-02", "week", 1, "2026-W10", "2026-03-02..2026-03-08"),
        # 2026 has 53 weeks: the first days of 2027 still belong to it.
        ("2027-01-01", "week", 1, "2026-W53", "2026-12-28..2027-01-03"),
        ("2027-01-04", "week", 1, "2027-W01", "2027-01-04..2027-01-10"),
        # The last days of 2025 belong to the first week of 2026.
        ("2025-12-29", "week", 1, "2026-W01", "2025-12-29..2026-01-04"),
        ("2024-02-29", "month", 1, "2024-02", "2024-02-01..2024-02-29"),
        ("2026-12-31", "month", 1, "2026-12", "2026-12-01..2026-12-31"),
        ("2026-09-30", "quarter", 1, "2026-Q3", "2026-07-01..2026-09-30"),
        ("2026-10-01", "quarter", 1, "2026-Q4", "2026-10-01..2026-12-31"),
        ("2026-06-30", "half_year", 1, "2026-H1", "2026-01-01..2026-06-30"),
        ("2026-07-01", "half-year", 1, "2026-H2", "2026-07-01..2026-12-31"),
        ("2026-07-01", "year", 7, "2026", "2026-01-01..2026-12-31"),
        ("2026-06-30", "fiscal_year", 7, "FY2026", "2025-07-01..2026-06-30"),
        ("2026-07-01", "fiscal_year", 7, "FY2027", "2026-07-01..2027-06-30"),
        ("2026-07-01", "fiscal_quarter", 7, "FY2027-Q1", "2026-07-01..2026-09-30"),
        ("2026-03-31", "fiscal_quarter", 7, "FY2026-Q3", "2026-01-01..2026-03-31"),
        ("2026-12-31", "fiscal_half_year", 7, "FY2027-H1", "2026-07-01..2026-12-31"),
        ("2026-02-28", "fiscal_quarter", 2, "FY2027-Q1", "2026-02-01..2026-04-30"),
        ("2026-01-31", "fiscal_year", 2, "FY2026", "2025-02-01..2026-01-31"),
        ("2026-12-01", "fiscal_half_year", 12, "FY2027-H1", "2026-12-01..2027-05-31"),
        ("2026-05-05", "fiscal_quarter", 1, "FY2026-Q2", "2026-04-01..2026-06-30"),
    ],
)
def test_days_fall_into_the_periods_of_the_calendar(
    day: str, grain: str, fiscal_start: int, label: str, days: str
) -> None:
    period = period_of(date.fromisoformat(day), grain, fiscal_start)
    assert (period.label, f"{period.start}..{period.end}") == (label, days)
    assert parse(label, fiscal_start) == period


@pytest.mark.parametrize(
    ("day", "grain", "index"),
    [
        ("0001-01-01", "day", 1),
        ("2026-11-22", "day", 739942),
        ("0001-01-07", "week", 0),
        ("0001-01-08", "week", 1),
        ("2026-03-15", "month", 24314),
        ("2026-03-15", "quarter", 8104),
        ("2026-03-15", "half_year", 4052),
        ("2026-03-15", "year", 2026),
    ],
)
def test_the_numbers_that_stored_data_rely_on_stay_what_they_are(day: str, grain: str, index: int) -> None:
    assert index_of(date.fromisoformat(day), grain) == index


@given(DAYS, GRAINS, STARTS)
def test_every_day_lies_in_exactly_one_period(day: date, grain: Grain, fiscal_start: int) -> None:
    period = period_of(day, grain, fiscal_start)
    assert period.start <= day <= period.end
    assert day in period
    assert period.previous().end == period.start - timedelta(days=1)
    assert period.next().start == period.end + timedelta(days=1)
    assert day not in period.next()
    assert day not in period.previous()
    assert period.days == period.end.toordinal() - period.start.toordinal() + 1


@given(DAYS, GRAINS, STARTS)
def test_index_and_names_lead_back_to_the_period(day: date, grain: Grain, fiscal_start: int) -> None:
    period = period_of(day, grain, fiscal_start)
    assert from_index(period.index, grain, fiscal_start) == period
    assert parse(period.label, fiscal_start) == period
    if day.year >= 1000:
        # People write years in four digits; a text in either language reads back as the same period.
        for language in ("de", "en"):
            assert parse(period.text(language), fiscal_start) == period


@given(DAYS)
def test_weeks_are_those_of_the_iso_calendar(day: date) -> None:
    week = period_of(day, Grain.WEEK)
    year, number, _ = day.isocalendar()
    assert week.label == f"{year:04d}-W{number:02d}"
    assert week.start.isoweekday() == 1
    assert week.days == 7


@given(DAYS, STARTS)
def test_a_fiscal_year_starts_in_its_month_and_bears_the_year_it_ends_in(day: date, start: int) -> None:
    year = period_of(day, Grain.FISCAL_YEAR, start)
    assert (year.start.month, year.start.day) == (start, 1)
    assert year.index == year.end.year
    quarters = periods_between(year.start, year.end, Grain.FISCAL_QUARTER, start)
    assert [quarter.label for quarter in quarters] == [f"{year.label}-Q{part}" for part in (1, 2, 3, 4)]
    assert (quarters[0].start, quarters[-1].end) == (year.start, year.end)


@given(DAYS, DAYS, st.sampled_from([grain for grain in Grain if grain is not Grain.DAY]), STARTS)
def test_periods_between_two_days_cover_them_without_gap(
    one: date, other: date, grain: Grain, fiscal_start: int
) -> None:
    start = min(one, other)
    end = min(max(one, other), start + timedelta(days=3000))
    periods = periods_between(start, end, grain, fiscal_start)
    assert start in periods[0]
    assert end in periods[-1]
    assert all(a.end + timedelta(days=1) == b.start for a, b in pairwise(periods))


@given(GRAINS, GRAINS, STARTS, DAYS)
def test_rolling_up_is_allowed_where_no_period_is_cut(
    fine: Grain, coarse: Grain, fiscal_start: int, day: date
) -> None:
    period = period_of(day, fine, fiscal_start)
    inside = index_of(period.start, coarse, fiscal_start) == index_of(period.end, coarse, fiscal_start)
    if rolls_up(fine, coarse, fiscal_start):
        assert inside


@pytest.mark.parametrize(
    ("fine", "coarse", "fiscal_start", "possible"),
    [
        ("day", "week", 1, True),
        ("day", "fiscal_year", 5, True),
        ("week", "week", 1, True),
        ("week", "month", 1, False),
        ("week", "year", 1, False),
        ("month", "quarter", 1, True),
        ("month", "fiscal_quarter", 5, True),
        ("quarter", "fiscal_quarter", 7, True),
        ("quarter", "fiscal_quarter", 5, False),
        ("quarter", "fiscal_half_year", 4, True),
        ("half_year", "fiscal_half_year", 4, False),
        ("quarter", "half_year", 1, True),
        ("half_year", "quarter", 1, False),
        ("fiscal_quarter", "year", 10, True),
        ("month", "day", 1, False),
    ],
)
def test_which_grain_rolls_up_into_which(fine: str, coarse: str, fiscal_start: int, possible: bool) -> None:
    assert rolls_up(fine, coarse, fiscal_start) is possible


@given(st.lists(DAYS, min_size=1, max_size=20), GRAINS, STARTS)
def test_the_arithmetic_serves_whole_columns(days: list[date], grain: Grain, fiscal_start: int) -> None:
    rule = arithmetic(grain, fiscal_start)
    base = np.array([day.toordinal() if rule.base == "day" else month_number(day) for day in days])
    indexes = rule.of(base)
    assert indexes.tolist() == [index_of(day, grain, fiscal_start) for day in days]
    assert (rule.first(indexes) <= base).all()
    assert (base < rule.first(indexes + 1)).all()


@pytest.mark.parametrize(
    ("label", "earlier", "fiscal_start"),
    [
        ("2026-03-01", "2025-03-01", 1),
        ("2024-02-29", "2023-02-28", 1),
        ("2026-W47", "2025-W47", 1),
        ("2026-W53", "2025-W52", 1),
        ("2027-W53", None, 1),
        ("2026-03", "2025-03", 1),
        ("2026-Q1", "2025-Q1", 1),
        ("2026-H2", "2025-H2", 1),
        ("2026", "2025", 1),
        ("FY2026-Q3", "FY2025-Q3", 7),
        ("FY2026-H1", "FY2025-H1", 7),
        ("FY2026", "FY2025", 7),
    ],
)
def test_the_same_period_last_year(label: str, earlier: str | None, fiscal_start: int) -> None:
    if earlier is None:
        with pytest.raises(Problem):
            parse(label, fiscal_start)
    else:
        assert parse(label, fiscal_start).same_last_year() == parse(earlier, fiscal_start)


def test_years_with_53_weeks() -> None:
    # 2004 to 2032, from the list of long ISO years.
    assert [year for year in range(2000, 2033) if weeks_in(year) == 53] == [
        2004,
        2009,
        2015,
        2020,
        2026,
        2032,
    ]


def test_the_ends_of_the_calendar_are_named() -> None:
    assert period_of(date.max, "month").end == date.max
    assert period_of(date.min, "month").start == date.min
    assert period_of(date.min, "week").start == date.min
    reaches: list[Callable[[], object]] = [
        lambda: period_of(date.max, "week"),
        lambda: period_of(date.min, "fiscal_year", 7),
        lambda: period_of(date.max, "month").next(),
        lambda: period_of(date.min, "day").previous(),
        lambda: period_of(date.min, "day").same_last_year(),
        lambda: period_of(date.min, "week").same_last_year(),
        lambda: from_index(10**12, "year"),
    ]
    for reach in reaches:
        with pytest.raises(Problem) as caught:
            reach()
        assert caught.value.code == "periods.out_of_range"


def test_wrong_requests_are_refused_with_a_reason() -> None:
    with pytest.raises(Problem, match=r"decade.*fiscal_half_year"):
        period_of(date(2026, 1, 1), "decade")
    with pytest.raises(Problem, match="month 13"):
        period_of(date(2026, 1, 1), "fiscal_year", 13)
    with pytest.raises(Problem, match=r"2026-01-01 is before .* 2026-01-02"):
        periods_between(date(2026, 1, 2), date(2026, 1, 1), "day")


def test_importing_it_loads_nothing_heavy() -> None:
    program = (
        "import sys, leitstern.periods.grains, leitstern.periods.labels, leitstern.periods.zones,"
        " leitstern.periods.workdays\n"
        "print({'holidays', 'babel', 'numpy', 'pydantic', 'pyarrow'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
