"""Splitting goals, gaps, people who move, copies, and defaults for new people."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leitstern.engine.organisation import Stay
from leitstern.errors import Problem
from leitstern.goals.cascade import (
    Carried,
    Gap,
    bottom_up,
    by_last_year,
    carried,
    copied,
    default_for,
    divisible,
    even,
    gap,
    split,
    split_levels,
)
from leitstern.goals.goal import Goal, Improvement, Levels, Part, Whom
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import parse

CATALOGUE = Catalogue.load()
ONE = Decimal(1)
Q1 = parse("2026-Q1")


def D(text: str) -> Decimal:  # noqa: N802 - short, because these tests are full of numbers
    return Decimal(text)


@pytest.mark.parametrize(
    ("kpi", "wanted"),
    [
        ("revenue", True),  # invoices less credit notes
        ("won_deals", True),
        ("new_companies", True),  # different companies
        ("pipeline_value", True),  # a stock
        ("revenue_ytd", True),
        ("win_rate", False),
        ("avg_deal_value", False),
        ("cost_per_lead", False),
        ("sales_cycle", False),
        ("sales_velocity", False),
        ("nps", False),
        ("revenue_growth_yoy", False),
        ("employee_satisfaction", False),
    ],
)
def test_amounts_are_split_and_levels_are_not(kpi: str, wanted: bool) -> None:
    assert divisible(CATALOGUE.resolved(kpi)) is wanted


# --- split ---


def test_split_evenly_adds_up_to_the_cent() -> None:
    assert split(D("100"), even(["a", "b", "c"])) == {"a": D("33.34"), "b": D("33.33"), "c": D("33.33")}


def test_seven_deals_for_two_people_are_four_and_three() -> None:
    assert split(D("7"), even(["a", "b"]), ONE) == {"a": D("4"), "b": D("3")}


def test_split_by_last_year() -> None:
    shares = by_last_year({"a": D("300"), "b": D("100")})
    assert split(D("1000"), shares, ONE) == {"a": D("750"), "b": D("250")}


def test_who_was_not_there_last_year_counts_like_the_average() -> None:
    shares = by_last_year({"a": D("300"), "b": D("100"), "new": None})
    assert split(D("1200"), shares, ONE) == {"a": D("600"), "b": D("200"), "new": D("400")}


def test_a_year_of_credit_notes_is_no_negative_share() -> None:
    shares = by_last_year({"a": D("100"), "b": D("-20")})
    assert split(D("500"), shares, ONE) == {"a": D("500"), "b": D("0")}


def test_without_any_last_year_it_is_even() -> None:
    assert split(D("10"), by_last_year({"a": None, "b": None}), ONE) == {"a": D("5"), "b": D("5")}


def test_split_by_working_time() -> None:
    assert split(D("150"), {"full": D("60"), "half": D("30"), "joined": D("10")}, ONE) == {
        "full": D("90"),
        "half": D("45"),
        "joined": D("15"),
    }


def test_split_by_hand_takes_percent() -> None:
    assert split(D("250000"), {"n": D("60"), "s": D("40")}, ONE) == {"n": D("150000"), "s": D("100000")}


def test_minimum_and_stretch_are_split_alike() -> None:
    levels = Levels(D("100"), minimum=D("80"), stretch=D("120"))
    assert split_levels(levels, {"a": D("3"), "b": D("1")}, ONE) == {
        "a": Levels(D("75"), minimum=D("60"), stretch=D("90")),
        "b": Levels(D("25"), minimum=D("20"), stretch=D("30")),
    }


def test_there_must_be_somebody_to_split_to() -> None:
    with pytest.raises(Problem, match="nobody to split"):
        split(D("10"), {})
    with pytest.raises(Problem, match="All shares are 0: a, b"):
        split(D("10"), {"a": D("0"), "b": D("0")})


@settings(deadline=None)
@given(
    st.integers(-(10**9), 10**9),
    st.dictionaries(st.text(min_size=1), st.integers(0, 1000).map(Decimal), min_size=1).filter(
        lambda shares: any(shares.values())
    ),
)
def test_parts_always_add_up(cents: int, shares: dict[str, Decimal]) -> None:
    amount = Decimal(cents) / 100
    parts = split(amount, shares)
    assert list(parts) == list(shares)
    assert sum(parts.values()) == amount
    assert all(parts[child] == 0 for child, share in shares.items() if not share)


# --- gap ---


def test_gap_and_over_assignment() -> None:
    assert gap(D("100"), [D("40"), D("35")]) == Gap(D("75"), open=D("25"), over=D("0"))
    assert gap(D("100"), [D("60"), D("55")]) == Gap(D("115"), open=D("0"), over=D("15"))
    assert gap(D("100"), []) == Gap(D("0"), open=D("100"), over=D("0"))


# --- people who move ---


def _workdays(count: int, start: date = date(2026, 1, 1)) -> dict[date, Decimal]:
    return {start + timedelta(days=number): ONE for number in range(count)}


def test_a_mover_takes_the_right_part_along() -> None:
    """90 in a quarter of 60 working days; from team N to S after 20 of them: 30 to N, 60 to S."""
    days = _workdays(60)
    last = date(2026, 1, 20)
    stays = [
        Stay("p", "S", last + timedelta(days=1), date(9999, 12, 31)),
        Stay("p", "N", date(2020, 1, 1), last),
    ]
    assert carried(D("90"), stays, days, ONE) == Carried({"N": D("30"), "S": D("60")}, D("0"))


def test_a_leavers_rest_is_open() -> None:
    stays = [Stay("p", "N", date(2020, 1, 1), date(2026, 1, 15))]
    assert carried(D("90"), stays, _workdays(60), ONE) == Carried({"N": D("22")}, D("68"))


def test_the_part_before_joining_is_open() -> None:
    stays = [Stay("p", "N", date(2026, 1, 31), date(9999, 12, 31))]
    assert carried(D("90"), stays, _workdays(60), ONE) == Carried({"N": D("45")}, D("45"))


def test_free_days_carry_nothing() -> None:
    days = _workdays(10) | dict.fromkeys((date(2026, 1, 3), date(2026, 1, 4)), D("0"))
    stays = [
        Stay("p", "N", date(2026, 1, 1), date(2026, 1, 4)),
        Stay("p", "S", date(2026, 1, 5), date(2026, 1, 10)),
    ]
    # two working days in N, six in S
    assert carried(D("80"), stays, days, ONE) == Carried({"N": D("20"), "S": D("60")}, D("0"))


def test_without_working_time_all_is_open() -> None:
    stays = [Stay("p", "N", date(2026, 1, 1), date(2026, 12, 31))]
    nothing = dict.fromkeys(_workdays(5), D("0"))
    assert carried(D("90"), stays, nothing, ONE) == Carried({}, D("90"))


def test_a_teams_sum_is_what_its_people_carry() -> None:
    days = _workdays(60)
    mover = carried(
        D("90"),
        [
            Stay("p", "N", date(2026, 1, 1), date(2026, 1, 20)),
            Stay("p", "S", date(2026, 1, 21), date(2026, 3, 31)),
        ],
        days,
        ONE,
    )
    leaver = carried(D("60"), [Stay("q", "N", date(2026, 1, 1), date(2026, 1, 30))], days, ONE)
    assert bottom_up([mover, leaver]) == Carried({"N": D("60"), "S": D("60")}, D("30"))


# --- copies ---


def _goal(target: str, **changes: object) -> Goal:
    base = {
        "kpi": "revenue",
        "version": 1,
        "whom": Whom("person", "p"),
        "start": Q1.start,
        "end": Q1.end,
        "direction": "at_least",
        "levels": Levels(D(target)),
        "grain": "quarter",
        "period": "2026-Q1",
    }
    return Goal(**(base | changes))  # type: ignore[arg-type]


def test_a_copy_with_five_percent_more() -> None:
    goal = _goal(
        "100000",
        levels=Levels(D("100000"), minimum=D("90001"), stretch=D("120000")),
        improvement=Improvement(D("0.1"), "previous_year", D("90909")),
    )
    new = copied(goal, D("0.05"), parse("2026-Q2"), ONE)
    assert new.levels == Levels(D("105000"), minimum=D("94501"), stretch=D("126000"))
    assert (new.start, new.end) == (date(2026, 4, 1), date(2026, 6, 30))
    assert (new.grain, new.period) == ("quarter", "2026-Q2")
    assert new.improvement is None
    assert new.whom == goal.whom


def test_a_copy_between_two_dates_has_no_period() -> None:
    new = copied(_goal("100"), D("0"), (date(2026, 4, 15), date(2026, 7, 14)), ONE)
    assert (new.start, new.end, new.grain, new.period) == (
        date(2026, 4, 15),
        date(2026, 7, 14),
        None,
        None,
    )


def test_months_spread_by_hand_become_the_new_quarters_months() -> None:
    parts = (
        Part(date(2026, 1, 1), date(2026, 1, 31), D("20")),
        Part(date(2026, 2, 1), date(2026, 2, 28), D("30")),
        Part(date(2026, 3, 1), date(2026, 3, 31), D("50")),
    )
    new = copied(_goal("100", spread="by_hand", parts=parts), D("0.1"), parse("2026-Q2"), ONE)
    assert new.parts == (
        Part(date(2026, 4, 1), date(2026, 4, 30), D("22")),
        Part(date(2026, 5, 1), date(2026, 5, 31), D("33")),
        Part(date(2026, 6, 1), date(2026, 6, 30), D("55")),
    )


def test_other_parts_keep_their_share_of_the_days() -> None:
    parts = (
        Part(date(2026, 1, 1), date(2026, 1, 9), D("10")),  # 9 of 90 days
        Part(date(2026, 1, 10), date(2026, 3, 31), D("90")),
    )
    new = copied(
        _goal("100", spread="by_hand", parts=parts), D("0"), (date(2026, 4, 1), date(2026, 4, 30)), ONE
    )
    assert new.parts == (
        Part(date(2026, 4, 1), date(2026, 4, 3), D("10")),  # 3 of 30
        Part(date(2026, 4, 4), date(2026, 4, 30), D("90")),
    )


def test_nothing_less_than_nothing_is_copied() -> None:
    with pytest.raises(Problem, match="-150 %"):
        copied(_goal("100"), D("-1.5"), parse("2026-Q2"), ONE)
    with pytest.raises(Problem, match="before the first day"):
        copied(_goal("100"), D("0"), (date(2026, 4, 2), date(2026, 4, 1)), ONE)


# --- new people ---


def test_a_new_person_is_asked_what_colleagues_are_per_working_day() -> None:
    colleagues = [
        (_goal("120", levels=Levels(D("120"), minimum=D("90"))), D("60")),
        (_goal("60", levels=Levels(D("60"))), D("30")),
    ]
    new = default_for("new", colleagues, D("20"), splits=True, step=ONE)
    assert new is not None
    # 180 in 90 days are 2 a day; the only minimum is 90 in 60 days, 1.5 a day
    assert new.levels == Levels(D("40"), minimum=D("30"))
    assert new.whom == Whom("person", "new")
    assert (new.start, new.end) == (Q1.start, Q1.end)


def test_a_level_is_not_reduced_for_part_time() -> None:
    colleagues = [(_goal(target), D("60")) for target in ("0.25", "0.40", "0.30")]
    new = default_for("new", colleagues, D("20"), splits=False)
    assert new is not None
    assert new.levels == Levels(D("0.30"))


def test_without_colleagues_there_is_no_default() -> None:
    assert default_for("new", [], D("20"), splits=True) is None
    assert default_for("new", [(_goal("100"), D("0"))], D("20"), splits=True) is None
