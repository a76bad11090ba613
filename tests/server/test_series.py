"""What stands beside a value: a fair previous year, and how far the value can be relied on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from leitstern.periods.grains import parse
from leitstern.server.compare import compare
from leitstern.server.reader import Reader
from leitstern.server.series import series, standing, window

from .fake import AS_OF, CATALOGUE, FakeWorkspace


@pytest.fixture
def ask():
    return Reader(Path("nowhere"), lambda folder: FakeWorkspace())


def steps(ask, name, first="2025-10", last="2026-11", by="company"):
    periods = [parse(first)]
    while periods[-1].label != last:
        periods.append(periods[-1].next())
    found = series(ask, [CATALOGUE.get(name)], periods, by)
    return {step.period.label: step for step in found[name, None]}


@pytest.mark.parametrize(
    ("value", "previous", "unit", "good", "relative", "verdict"),
    [
        (120, 100, "count", "up", "0.2", "better"),
        (80, 100, "count", "up", "-0.2", "worse"),
        (80, 100, "days", "down", "-0.2", "better"),
        (100, 100, "count", "up", "0", "same"),
        (80, 100, "count", "between", "-0.2", "none"),
        (0.5, 0.4, "percent", "up", None, "better"),
        (5, 0, "count", "up", None, "better"),
        (5, -10, "currency", "up", None, "better"),
        (None, 100, "count", "up", None, "none"),
        (100, None, "count", "up", None, "none"),
    ],
)
def test_comparing_says_how_far_and_whether_it_is_good(value, previous, unit, good, relative, verdict):
    found = compare(value, previous, unit, good)
    assert (None if found.relative is None else str(found.relative.normalize())) == relative
    assert found.verdict == verdict
    assert (found.difference is None) == (value is None or previous is None)


def test_a_window_ends_with_the_period_of_its_day():
    labels = [p.label for p in window("month", date(2026, 11, 21), 1, 3)]
    assert labels == ["2026-09", "2026-10", "2026-11"]
    assert [p.label for p in window("fiscal_quarter", date(2026, 11, 21), 7, 2)] == ["FY2027-Q1", "FY2027-Q2"]


def test_a_whole_month_is_compared_with_the_whole_month_a_year_before(ask):
    found = steps(ask, "won_deals")
    month = found["2026-10"]
    assert month.standing == "complete"
    assert month.previous == found["2025-10"].value


def test_a_running_month_is_compared_with_the_same_stretch(ask):
    found = steps(ask, "won_deals")
    running, whole = found["2026-11"], found["2025-11"]
    assert running.standing == "running"
    assert running.actual.as_of == AS_OF
    assert running.previous < whole.value


def test_there_is_no_previous_year_before_the_data_begins(ask):
    found = steps(ask, "won_deals", "2024-10", "2025-02")
    assert found["2024-11"].previous is None  # November 2023 lies before 2 December 2023
    assert found["2024-12"].previous is not None


def test_there_are_no_values_before_the_data_begins(ask):
    found = steps(ask, "won_deals", "2023-10", "2024-02")
    assert (found["2023-11"].value, found["2023-11"].standing) == (None, "no_data")
    assert found["2023-12"].value is not None


def test_a_late_source_has_no_value_and_says_why(ask):
    found = steps(ask, "nps")
    assert (found["2026-10"].value, found["2026-10"].standing) == (None, "late")


def test_a_period_that_began_without_records_of_a_source_waits():
    ask = Reader(Path("nowhere"), lambda folder: FakeWorkspace(newest=date(2026, 10, 30)))
    found = steps(ask, "won_deals")
    assert (found["2026-11"].value, found["2026-11"].standing) == (None, "waiting")


def test_a_cohort_is_open_until_its_days_have_passed(ask):
    observed = next(
        iter(FakeWorkspace().compute(["won_deals"], start=date(2026, 9, 1), end=date(2026, 9, 30)))
    )
    unripe = replace(observed, finished=False)
    assert standing(unripe, ripens=90) == "open"
    assert standing(unripe, ripens=30) == "late"
    assert standing(observed, ripens=90) == "complete"
    assert standing(None) == "no_data"


def test_each_question_is_asked_once_a_generation(tmp_path):
    opened = []

    class Counting(FakeWorkspace):
        def compute(self, *args, **kwargs):
            opened.append(args)
            return super().compute(*args, **kwargs)

    current = tmp_path / "generations" / "current"
    current.parent.mkdir()
    current.write_text("000001.duckdb")
    ask = Reader(tmp_path, lambda folder: Counting())
    ask.look()
    question = (["won_deals"], "company", "month", date(2026, 9, 1), date(2026, 9, 30))
    assert ask.compute(*question) == ask.compute(*question)
    assert len(opened) == 1
    current.write_text("000002.duckdb")
    assert ask.look() == "000002.duckdb"
    ask.compute(*question)
    assert len(opened) == 2
