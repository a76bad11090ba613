"""Plans, worked out by hand, and what holds for every plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.organisation import Organisation, Person, Stay
from leitstern.errors import Problem
from leitstern.goals.calendars import workdays_of
from leitstern.goals.goal import Goal, Levels, Part, Spread, Whom
from leitstern.goals.plan import Plan, additive, plan
from leitstern.goals.season import Season, season_of
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain, parse, periods_between
from leitstern.periods.workdays import WorkCalendar

BERLIN = WorkCalendar(region="BE")
RISING = {month: Decimal(100 * month) for month in range(1, 13)}
CENT = Decimal("0.01")


def day(text: str) -> date:
    return date.fromisoformat(text)


def goal(start: str, end: str, target: str, **more: object) -> Goal:
    plain = Goal("revenue", 1, Whom("person", "P"), day(start), day(end), "at_least", Levels(Decimal(target)))
    return replace(plain, **more)  # type: ignore[arg-type]


def planned(
    wanted: Goal, person: Person | None = None, season: Season | None = None, *, accumulates: bool = True
) -> Plan:
    people = Organisation({"P": person}, {}, (), {}) if person else None
    workdays = workdays_of(wanted.whom, wanted.start, wanted.end, people, BERLIN)
    return plan(wanted, workdays, accumulates, season)


def part(start: str, end: str, amount: str) -> Part:
    return Part(day(start), day(end), Decimal(amount))


# --- by working days ---


def test_a_catholic_holiday_shifts_the_plan_of_a_munich_person_only() -> None:
    munich = planned(goal("2025-08-01", "2025-08-31", "21000"), Person("P", "P", calendar="DE-BY-catholic"))
    berlin = planned(goal("2025-08-01", "2025-08-31", "21000"), Person("P", "P", calendar="DE-BE"))
    # 1 August is a Friday. Up to Thursday the 14th 1 + 5 + 4 = 10 days; Friday the 15th is free in Munich.
    # Munich has 20 days of 1,050, Berlin 21 of 1,000.
    upto = [day("2025-08-14"), day("2025-08-15"), day("2025-08-18"), day("2025-08-31")]
    assert [munich.until(d) for d in upto] == [10500, 10500, 11550, 21000]
    assert [berlin.until(d) for d in upto] == [10000, 11000, 12000, 21000]


@pytest.mark.parametrize(
    ("calendar", "month", "target", "through", "amount"),
    [
        # Geneva: September 2026 has 22 weekdays less Jeûne genevois on Thursday the 10th = 21; up to Friday
        # the 11th 4 + 4 = 8, in Zürich 4 + 5 = 9 of 22.
        ("CH-GE", "2026-09", "21000", "2026-09-11", "8000"),
        ("CH-ZH", "2026-09", "22000", "2026-09-11", "9000"),
        # Geneva in December: 20.5 days, none on the 31st (Restauration), half on the 24th. Up to the 24th
        # 4 + 5 + 5 + 3.5 = 17.5, then 28 to 30.
        ("CH-GE", "2026-12", "20500", "2026-12-24", "17500"),
        ("CH-GE", "2026-12", "20500", "2026-12-30", "20500"),
        # Vienna in December: 23 - 8th - 25th - 2 halves = 20. Up to Friday the 11th 4 + 4 = 8.
        ("AT-9", "2026-12", "20000", "2026-12-11", "8000"),
        ("AT-9", "2026-12", "20000", "2026-12-31", "20000"),
        # Half days in Berlin: 21 days; up to the 23rd 17, the 24th half, 28th to 30th 3, the 31st half.
        ("DE-BE", "2026-12", "21000", "2026-12-23", "17000"),
        ("DE-BE", "2026-12", "21000", "2026-12-24", "17500"),
        ("DE-BE", "2026-12", "21000", "2026-12-30", "20500"),
        # Bavaria: Fronleichnam, Thursday 4 June 2026: up to the 5th 4 of 21 days, in Berlin 5 of 22.
        ("DE-BY", "2026-06", "21000", "2026-06-05", "4000"),
        ("DE-BE", "2026-06", "22000", "2026-06-05", "5000"),
        # Week 53 in Berlin: 1 + 1 + 1 + 0.5 days, New Year's Day is free.
        ("DE-BE", "2026-W53", "3500", "2026-12-30", "3000"),
        ("DE-BE", "2026-W53", "3500", "2027-01-01", "3500"),
        # Clocks change on Sunday 29 March and Sunday 25 October: 22 days each, 20 up to Friday 27 March,
        # 2 + 5 + 5 + 5 = 17 up to Friday 23 October; Monday is one day more.
        ("DE-BE", "2026-03", "22000", "2026-03-29", "20000"),
        ("DE-BE", "2026-03", "22000", "2026-03-30", "21000"),
        ("DE-BE", "2026-10", "22000", "2026-10-25", "17000"),
        ("DE-BE", "2026-10", "22000", "2026-10-26", "18000"),
    ],
)
def test_the_plan_to_date_goes_by_the_persons_own_working_days(
    calendar: str, month: str, target: str, through: str, amount: str
) -> None:
    period = parse(month)
    wanted = goal(period.start.isoformat(), period.end.isoformat(), target)
    for share in (None, Decimal("0.6")):  # part time has the same plan to date
        found = planned(wanted, Person("P", "P", calendar=calendar, working_share=share))
        assert found.until(day(through)) == Decimal(amount)


def test_who_joins_late_has_the_whole_plan_in_the_days_that_are_left() -> None:
    found = planned(goal("2026-01-01", "2026-03-31", "54000"), Person("P", "P", joined=day("2026-01-15")))
    # From Thursday 15 January 2 + 5 + 5 = 12 days, February 20, March 22: 54 days of 1,000.
    assert found.until(day("2026-01-14")) == 0
    assert found.until(day("2026-01-31")) == 12000
    assert found.until(day("2026-02-28")) == 32000


def test_a_team_plans_by_who_is_there() -> None:
    people = {"A": Person("A", "A"), "B": Person("B", "B")}
    stays = (
        Stay("A", "T", day("2020-01-01"), day("2030-12-31")),
        Stay("B", "T", day("2026-03-01"), day("2030-12-31")),
    )
    wanted = goal("2026-01-01", "2026-03-31", "85000", whom=Whom("team", "T"))
    workdays = workdays_of(wanted.whom, wanted.start, wanted.end, Organisation(people, {}, stays, {}), BERLIN)
    # One person in January (21 days) and February (20), two in March (22): 21 + 20 + 44 = 85.
    found = plan(wanted, workdays, additive=True)
    assert found.by_period([parse(m) for m in ("2026-01", "2026-02", "2026-03")]) == [21000, 20000, 44000]


def test_a_fiscal_year_from_july_is_planned_by_its_own_days() -> None:
    year = parse("FY2027", fiscal_start=7)
    found = planned(goal(year.start.isoformat(), year.end.isoformat(), "253000"))
    # 253 days: 130 up to New Year's Eve 2026, see test_calendars.
    assert found.until(day("2026-12-31")) == 130000
    quarters = periods_between(year.start, year.end, Grain.FISCAL_QUARTER, 7)
    # 66, 64, 60 and 63 days.
    assert found.by_period(quarters) == [66000, 64000, 60000, 63000]


def test_a_goal_over_free_days_only_is_planned_by_calendar_days() -> None:
    found = planned(goal("2026-03-28", "2026-03-29", "100"))
    assert [found.until(day("2026-03-28")), found.until(day("2026-03-29"))] == [50, 100]


def test_cents_add_up() -> None:
    found = planned(goal("2026-06-01", "2026-06-30", "100"))
    # 100 / 22 = 4.5454...: 4.55, 9.09, 13.64; the second day has what is missing between the two.
    each = [found.amount(day(d), day(d)) for d in ("2026-06-01", "2026-06-02", "2026-06-03")]
    assert each == [Decimal("4.55"), Decimal("4.54"), Decimal("4.55")]
    # A target finer than a cent is planned as finely: 100.005 / 22 = 4.54568...
    finer = planned(goal("2026-06-01", "2026-06-30", "100.005"))
    assert finer.until(day("2026-06-01")) == Decimal("4.546")
    assert finer.until(day("2026-06-30")) == Decimal("100.005")


def test_the_plan_reaches_an_amount_on_a_day() -> None:
    found = planned(goal("2026-06-01", "2026-06-30", "22000"))
    assert found.day_reaching(Decimal(5000)) == day("2026-06-05")
    assert found.day_reaching(Decimal(5001)) == day("2026-06-08")
    assert found.day_reaching(Decimal(22001)) is None
    assert found.day_reaching(Decimal(-1)) is None
    assert found.day_reaching(Decimal(0)) == day("2026-05-31")
    assert planned(goal("2026-06-01", "2026-06-30", "0")).day_reaching(Decimal(0)) is None
    loss = planned(goal("2026-06-01", "2026-06-30", "-22000"))
    assert loss.until(day("2026-06-05")) == -5000
    assert loss.day_reaching(Decimal(-5000)) == day("2026-06-05")
    assert loss.day_reaching(Decimal(5000)) is None


# --- by season ---


def test_a_season_gives_months_their_weight_and_spreads_within_by_working_days() -> None:
    season = season_of(RISING, {}, records=500)
    found = planned(goal("2026-01-01", "2026-03-31", "60000", spread="season"), season=season)
    # January to March weigh 100, 200, 300: 10,000, 20,000, 30,000. Up to Friday 13 February 10 of 20 days.
    assert found.by_period([parse(m) for m in ("2026-01", "2026-02", "2026-03")]) == [10000, 20000, 30000]
    assert found.until(day("2026-02-13")) == 20000
    # Up to Friday 20 March 15 of 22 days: 30,000 + 30,000 * 15 / 22 = 50,454.545...
    assert found.until(day("2026-03-20")) == Decimal("50454.55")


def test_a_month_somebody_works_half_of_has_half_its_weight() -> None:
    season = season_of(RISING, {}, records=500)
    wanted = goal("2026-01-01", "2026-03-31", "60000", spread="season")
    found = planned(wanted, Person("P", "P", joined=day("2026-02-16")), season)
    # February from Monday the 16th: 10 of 20 days, weight 100 of 200; March 300. 60,000 * 1/4 and 3/4.
    assert found.by_period([parse(m) for m in ("2026-01", "2026-02", "2026-03")]) == [0, 15000, 45000]


def test_a_month_somebody_leaves_in_has_the_part_before() -> None:
    season = season_of(RISING, {}, records=500)
    wanted = goal("2026-01-01", "2026-03-31", "60000", spread="season")
    found = planned(wanted, Person("P", "P", left=day("2026-02-13")), season)
    # January weighs 100, February to Friday the 13th 10 of 20 days of 200.
    assert found.by_period([parse(m) for m in ("2026-01", "2026-02", "2026-03")]) == [30000, 30000, 0]


def test_a_goal_that_begins_within_a_month_has_that_part_of_its_weight() -> None:
    season = season_of(RISING, {}, records=500)
    found = planned(goal("2026-02-16", "2026-03-31", "60000", spread="season"), season=season)
    assert found.until(day("2026-02-28")) == 15000


def test_a_thin_history_takes_the_season_of_all() -> None:
    flat = dict.fromkeys(range(1, 13), 1.5)
    eleven = {month: value for month, value in RISING.items() if month != 8}
    assert season_of(RISING, flat, records=30) == Season(tuple(RISING.values()), "own", 12, 30)
    assert season_of(RISING, flat, records=29) == Season((Decimal("1.5"),) * 12, "pooled", 12, 29)
    assert season_of(eleven, flat, records=400).basis == "pooled"
    assert season_of(eleven | {8: None}, flat, records=400).months == 11
    assert season_of({}, eleven, records=0) == Season((), "none", 0, 0)


def test_months_below_zero_weigh_nothing() -> None:
    values = RISING | {1: Decimal(-50), 2: 0}
    season = season_of(values, {}, records=100)
    assert season.weights[:3] == (0, 0, 300)
    found = planned(goal("2026-01-01", "2026-03-31", "60000", spread="season"), season=season)
    assert (found.until(day("2026-02-28")), found.until(day("2026-03-31"))) == (0, 60000)
    # A goal in months that all weigh nothing goes by working days: 21 and 20.
    found = planned(goal("2026-01-01", "2026-02-28", "41000", spread="season"), season=season)
    assert found.until(day("2026-01-31")) == 21000
    assert season_of(dict.fromkeys(range(1, 13), -1), {}, records=100).basis == "none"


@pytest.mark.parametrize("season", [None, Season((), "none", 0, 0)])
def test_without_a_season_the_plan_goes_by_working_days(season: Season | None) -> None:
    found = planned(goal("2026-01-01", "2026-03-31", "63000", spread="season"), season=season)
    assert found.until(day("2026-01-31")) == 21000


# --- by hand ---


def test_a_plan_by_hand_is_spread_within_its_parts_by_working_days() -> None:
    parts = (part("2026-02-01", "2026-02-28", "2000"), part("2026-01-01", "2026-01-31", "1000"))
    found = planned(goal("2026-01-01", "2026-03-31", "3000", spread="by_hand", parts=parts))
    upto = ("2026-01-31", "2026-02-13", "2026-02-28", "2026-03-31")
    assert [found.until(day(d)) for d in upto] == [1000, 2000, 3000, 3000]


def test_a_part_on_free_days_and_a_gap_before_it_are_kept() -> None:
    parts = (part("2026-03-28", "2026-03-29", "50"), part("2026-03-30", "2026-03-31", "50"))
    found = planned(goal("2026-03-01", "2026-03-31", "100", spread="by_hand", parts=parts))
    upto = ("2026-03-27", "2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31")
    assert [found.until(day(d)) for d in upto] == [0, 25, 50, 75, 100]


@pytest.mark.parametrize(
    ("parts", "target", "code"),
    [
        ((part("2025-12-31", "2026-01-31", "3000"),), "3000", "goals.plan_part_place"),
        ((part("2026-03-01", "2026-04-01", "3000"),), "3000", "goals.plan_part_place"),
        ((part("2026-03-02", "2026-03-01", "3000"),), "3000", "goals.plan_part_place"),
        ((part("2026-03-01", "2026-03-31", "-1"),), "3000", "goals.plan_part_sign"),
        ((part("2026-03-01", "2026-03-31", "1"),), "0", "goals.plan_part_sign"),
        (
            (part("2026-01-01", "2026-01-31", "1000"), part("2026-01-31", "2026-02-28", "2000")),
            "3000",
            "goals.plan_part_twice",
        ),
        ((part("2026-01-01", "2026-01-31", "2999.99"),), "3000", "goals.plan_parts_sum"),
        ((), "3000", "goals.plan_parts_sum"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts: tuple[Part, ...], target: str, code: str) -> None:
    wanted = goal("2026-01-01", "2026-03-31", target, spread="by_hand", parts=parts)
    with pytest.raises(Problem) as refused:
        planned(wanted)
    assert refused.value.code == code
    assert target in refused.value.text("de") or "2026" in refused.value.text("de")
    assert refused.value.text("en") != refused.value.text("de")


# --- what accumulates ---


def test_the_plan_of_a_ratio_is_its_level_on_every_day() -> None:
    found = planned(goal("2026-01-01", "2026-03-31", "0.35"), accumulates=False)
    assert found.until(day("2026-01-01")) == Decimal("0.35")
    assert found.amount(day("2026-02-01"), day("2026-02-28")) == Decimal("0.35")
    assert found.by_period([parse("2026-01"), parse("2026-02")]) == [Decimal("0.35")] * 2
    assert found.day_reaching(Decimal("0.1")) is None


@pytest.mark.parametrize(
    ("kpi", "accumulates"),
    [
        ("revenue", True),  # a sum
        ("won_deals", True),  # a count
        ("new_companies", True),  # different values
        ("win_rate", False),  # a ratio
        ("avg_deal_value", False),
        ("sales_cycle", False),  # a median of days
        ("pipeline_value", False),  # a stock
        ("nps", False),
        ("revenue_rolling_12", False),  # shapes over time
        ("active_customers", False),
        ("revenue_ytd", False),
        ("revenue_growth", False),
    ],
)
def test_counts_and_sums_accumulate(kpi: str, accumulates: bool) -> None:
    catalogue = Catalogue.load()
    assert additive(catalogue.get(kpi)) is accumulates
    assert additive(catalogue.resolved(kpi)) is accumulates


@pytest.mark.parametrize(
    ("formula", "accumulates"),
    [
        ("revenue - cost", True),
        ("0.5 * revenue + revenue / 2", True),
        ("-cost", True),
        ("revenue * cost", False),
        ("2 / cost", False),
        ("revenue + 1", False),
        ("fte", True),
        ("revenue + headcount", False),
    ],
)
def test_a_formula_accumulates_where_all_its_parts_do(formula: str, accumulates: bool) -> None:
    revenue = Catalogue.load().get("revenue")
    measures = {
        "revenue": {"sum": "invoice.amount"},
        "cost": {"sum": "invoice.cost"},
        "fte": {"manual": "fte", "roll": "sum"},
        "headcount": {"manual": "headcount", "roll": "last"},
    }
    changed = revenue.model_validate(
        revenue.model_dump(by_alias=True, exclude_none=True) | {"formula": formula, "measures": measures}
    )
    assert additive(changed) is accumulates


# --- what holds for every plan ---

days = st.dates(day("2026-01-01"), day("2026-06-30"))
targets = st.decimals(Decimal("0.01"), Decimal(10**9), places=2)
seasons = st.lists(st.integers(0, 1000), min_size=12, max_size=12).map(
    lambda values: season_of(dict(zip(range(1, 13), values, strict=True)), {}, records=100)
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    start, end = sorted((draw(days), draw(days)))
    target = draw(targets)
    spread: Spread = draw(st.sampled_from(["working_days", "season", "by_hand"]))
    parts: tuple[Part, ...] = ()
    if spread == "by_hand":
        first = draw(st.decimals(0, target, places=2))
        cut = draw(st.dates(start, end))
        parts = (Part(start, cut, first),)
        parts += (Part(cut + timedelta(days=1), end, target - first),) if cut < end else ()
        target = sum((p.amount for p in parts), Decimal(0))
    person = Person("P", "P", calendar=draw(st.sampled_from([None, "DE-BY", "CH-GE"])), joined=draw(days))
    wanted = goal(start.isoformat(), end.isoformat(), str(target), spread=spread, parts=parts)
    return planned(wanted, person, draw(seasons))


@given(plans(), st.lists(days, max_size=6))
def test_the_parts_of_any_division_add_up_to_the_target(found: Plan, cuts: list[date]) -> None:
    start, end = found.goal.start, found.goal.end
    starts = [start, *sorted({cut for cut in cuts if start < cut <= end})]
    ends = [first - timedelta(days=1) for first in starts[1:]] + [end]
    assert sum(found.amount(a, b) for a, b in zip(starts, ends, strict=True)) == found.target
    for grain in (Grain.DAY, Grain.WEEK, Grain.MONTH):
        assert sum(found.by_period(periods_between(start, end, grain))) == found.target


@given(plans(), days, days)
def test_a_plan_never_falls(found: Plan, one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    assert 0 <= found.until(earlier) <= found.until(later) <= found.target
    assert 0 <= found.share(earlier) <= found.share(later) <= 1
    assert abs(found.until(earlier) - found.share(earlier) * found.target) <= CENT


@given(plans(), days)
def test_what_is_planned_by_a_day_is_reached_on_it(found: Plan, at: date) -> None:
    reached = found.day_reaching(found.until(at))
    if not found.target:  # a plan of nothing never moves
        assert (reached, found.days_ahead(found.until(at), at)) == (None, None)
        return
    assert found.days_ahead(found.until(at), at) == 0
    assert reached is not None
    assert reached <= max(at, found.goal.start - timedelta(days=1))
    assert found.until(reached) == found.until(at)
