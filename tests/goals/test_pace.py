"""Standings, worked out by hand, and what holds for every standing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.organisation import Organisation, Person, Stay
from leitstern.goals.calendars import workdays_of
from leitstern.goals.course import NO_OUTLOOK, Outlook, Ripe
from leitstern.goals.goal import DIRECTIONS, Direction, Goal, Improvement, Levels, Part, Whom
from leitstern.goals.pace import VERDICTS, Actual, Reason, Standing, standing, through
from leitstern.goals.plan import plan
from leitstern.goals.season import season_of
from leitstern.periods.grains import parse
from leitstern.periods.workdays import WorkCalendar

BERLIN = WorkCalendar(region="BE")


def day(text: str) -> date:
    return date.fromisoformat(text)


def amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def goal(target: str, direction: Direction = "at_least", **levels: str) -> Goal:
    """A goal for the first quarter of 2026, which has 21 + 20 + 22 = 63 working days in Berlin."""
    named = {name: Decimal(level) for name, level in levels.items()}
    whole = Levels(Decimal(target), **named)
    return Goal("revenue", 1, Whom("person", "P"), day("2026-01-01"), day("2026-03-31"), direction, whole)


def stand(
    wanted: Goal,
    value: str | None,
    at: str,
    *,
    today: str | None = None,
    accumulates: bool = True,
    complete: bool = False,
    reason: Reason | None = None,
    people: Organisation | None = None,
    ripe: Ripe | None = None,
    outlook: Outlook = NO_OUTLOOK,
) -> Standing:
    workdays = workdays_of(wanted.whom, wanted.start, wanted.end, people, BERLIN)
    found = plan(wanted, workdays, accumulates)
    now = day(today) if today else day(at)
    actual = Actual(amount(value), complete, reason, ripe=ripe)
    return standing(wanted, found, actual, day(at), now, outlook)


# --- numbers ---


def test_twelve_days_behind_are_38_000_euro() -> None:
    # 63 days for 199,500 are 38,000 / 12 a day. Up to Friday 20 March 21 + 20 + 15 = 56 days:
    # planned 177,333.33; behind by 12 days is 139,333.33. Seven days are left for 60,166.67.
    found = stand(goal("199500"), "139333.33", "2026-03-20")
    assert found.planned == Decimal("177333.33")
    assert found.gap == -38000
    assert found.gap_days == Decimal("-12.0")
    assert found.remaining_days == 7
    assert found.needed_per_day == Decimal("60166.67") / 7
    assert found.attainment == Decimal("139333.33") / 199500
    assert found.pace == Decimal("139333.33") / Decimal("177333.33")
    assert (found.value, found.target) == (Decimal("139333.33"), Decimal(199500))


@pytest.mark.parametrize(
    ("value", "days"),
    [
        # 1,000 a working day; up to Friday 30 January 21 days. Tenths are rounded as people do.
        ("21000", "0"),
        ("18500", "-2.5"),
        ("24250", "3.3"),  # 3.25
        ("18750", "-2.3"),  # -2.25
        ("20999.99", "0"),
        ("0", "-21"),
        # Beyond either end of the plan its average rate goes on.
        ("64000", "43"),
        ("-2000", "-23"),
    ],
)
def test_the_gap_in_days_is_how_long_the_plan_takes_for_it(value: str, days: str) -> None:
    found = stand(goal("63000"), value, "2026-01-30")
    assert found.gap_days == Decimal(days)
    assert str(found.gap_days) != "-0.0"


def test_days_follow_the_season() -> None:
    # January to March weigh 100, 200, 300 of 60,000. Through Friday 30 January 10,000 are planned, at
    # 10,000 / 21 a day; February then asks for 1,000 a day. 12,000 is two February days ahead; 8,000 are
    # 2,000 / 476.19 = 4.2 January days behind.
    wanted = replace(goal("60000"), spread="season")
    workdays = workdays_of(wanted.whom, wanted.start, wanted.end, None, BERLIN)
    season = season_of({month: 100 * month for month in range(1, 13)}, {}, records=100)
    found = plan(wanted, workdays, additive=True, season=season)
    ahead, behind = (
        standing(wanted, found, Actual(Decimal(value)), day("2026-01-30"), day("2026-01-31")).gap_days
        for value in (12000, 8000)
    )
    assert (ahead, behind) == (Decimal("2.0"), Decimal("-4.2"))


def test_where_the_plan_stands_still_the_nearer_end_counts() -> None:
    # By hand 21,000 in January, nothing in February, 22,000 in March. On Friday 13 February, after 31 days.
    parts = (
        Part(day("2026-01-01"), day("2026-01-31"), Decimal(21000)),
        Part(day("2026-03-01"), day("2026-03-31"), Decimal(22000)),
    )
    wanted = replace(goal("43000"), spread="by_hand", parts=parts)
    values = {"21000": "0", "20000": "-11", "22000": "11"}
    # 20,000 was planned for the day before the last of January, 10 February days ago; 22,000 is for the first
    # of March, 10 February days ahead.
    for value, days in values.items():
        assert stand(wanted, value, "2026-02-13").gap_days == Decimal(days)
    # 21,000 are the plan of 30 January to 28 February: after 11 days in January it is 10
    # ahead, after 10 days of March 10 behind.
    assert stand(wanted, "21000", "2026-01-16").gap_days == 10
    assert stand(wanted, "21000", "2026-03-13").gap_days == -10


def test_exactly_on_a_plan_that_stands_still_is_no_gap_however_it_is_rounded() -> None:
    # 0.025 are planned through February, shown as 0.03.
    parts = (
        Part(day("2026-01-01"), day("2026-01-31"), Decimal("0.025")),
        Part(day("2026-03-01"), day("2026-03-31"), Decimal("0.025")),
    )
    wanted = replace(goal("0.05"), spread="by_hand", parts=parts)
    for value in ("0.025", "0.03"):
        assert stand(wanted, value, "2026-02-13").gap_days == 0


def test_part_time_needs_the_same_in_fewer_days() -> None:
    people = Organisation({"P": Person("P", "P", working_share=Decimal("0.6"))}, {}, (), {})
    found = stand(goal("63000"), "16000", "2026-01-30", people=people)
    # 0.6 * 63 = 37.8 days of 1,666.67; 0.6 * 21 = 12.6 are over, 25.2 left. 5,000 are 3 of these days.
    assert found.planned == 21000
    assert found.gap_days == Decimal("-3.0")
    assert found.remaining_days == Decimal("25.2")
    assert found.needed_per_day == Decimal(47000) / Decimal("25.2")


def test_a_team_counts_its_own_days_not_those_of_all_its_people() -> None:
    names = ("A", "B", "C", "D", "E")
    stays = tuple(Stay(name, "T", day("2020-01-01"), day("2030-12-31")) for name in names)
    people = Organisation({name: Person(name, name) for name in names}, {}, stays, {})
    found = stand(replace(goal("63000"), whom=Whom("team", "T")), "16000", "2026-01-30", people=people)
    assert (found.gap_days, found.remaining_days) == (Decimal("-5.0"), 42)
    assert found.needed_per_day == Decimal(47000) / 42


def test_someone_who_changes_team_keeps_the_own_pace() -> None:
    people = Organisation(
        {"P": Person("P", "P"), "A": Person("A", "A")},
        {},
        (
            Stay("P", "N", day("2020-01-01"), day("2026-01-30")),
            Stay("P", "S", day("2026-01-31"), day("2030-12-31")),
            Stay("A", "S", day("2020-01-01"), day("2030-12-31")),
        ),
        {},
    )
    # P alone has 63 days of 1,000. The north has P's 21 January days only, the south A's 63 and P's 42.
    assert stand(goal("63000"), "31000", "2026-02-13", people=people).verdict == "on_course"
    north = stand(replace(goal("21000"), whom=Whom("team", "N")), "20000", "2026-02-13", people=people)
    assert (north.planned, north.remaining_days, north.needed_per_day) == (21000, 0, None)
    south = stand(replace(goal("105000"), whom=Whom("team", "S")), "41000", "2026-02-13", people=people)
    # A's 21 + 10 days and P's 10; the south's own days are 31, and 32 are left.
    assert (south.planned, south.gap_days, south.remaining_days) == (41000, 0, 32)


@pytest.mark.parametrize(
    ("calendar", "planned", "gap_days"),
    [
        # Friday 15 August 2025: Munich has 10 of 20 days behind it, Berlin 11 of 21; both made 10,000.
        ("DE-BY-catholic", "10500", "-0.5"),
        ("DE-BE", "11000", "-1"),
    ],
)
def test_on_a_catholic_holiday_munich_is_not_behind_for_not_working(
    calendar: str, planned: str, gap_days: str
) -> None:
    people = Organisation({"P": Person("P", "P", calendar=calendar)}, {}, (), {})
    august = replace(goal("21000"), start=day("2025-08-01"), end=day("2025-08-31"))
    found = stand(august, "10000", "2025-08-15", today="2025-08-16", people=people)
    # 21,000 / 20 = 1,050 a day: 500 are 0.476 days.
    assert (found.planned, found.gap_days) == (Decimal(planned), Decimal(gap_days))


# --- through which day ---


@pytest.mark.parametrize(
    ("built_on", "newest", "expected"),
    [
        ("2026-02-16", "2026-02-16", "2026-02-15"),  # today is not whole yet
        ("2026-02-16", "2026-02-12", "2026-02-12"),  # the source has not got further
        ("2026-02-16", None, "2026-02-15"),
        ("2026-04-20", "2026-04-19", "2026-03-31"),  # never after the period
        ("2026-01-01", "2026-01-01", "2025-12-31"),  # no whole day yet
        ("2025-11-01", "2025-10-31", "2025-12-31"),
        ("2026-03-30", "2026-03-30", "2026-03-29"),  # the day on which clocks change is one day
    ],
)
def test_through_the_last_whole_day_that_the_source_has_reached(
    built_on: str, newest: str | None, expected: str
) -> None:
    for period in (parse("2026-Q1"), goal("1")):
        assert through(day(built_on), day(newest) if newest else None, period) == day(expected)


# --- verdicts while the period runs ---

# 63,000 in 63 days of 1,000: 31,000 are planned through Friday 13 February. Corridor 5 %: from 29,450 on
# course, from 27,900 at risk. A minimum of 50,000 plans 50,000 * 31 / 63 = 24,603.17.
RUNNING = [
    ("at_least", {}, "31000", "on_course"),
    ("at_least", {}, "29450", "on_course"),
    ("at_least", {}, "29449.99", "at_risk"),
    ("at_least", {}, "27900", "at_risk"),
    ("at_least", {}, "27899.99", "behind"),
    ("at_least", {"minimum": "50000"}, "24603.17", "at_risk"),
    ("at_least", {"minimum": "50000"}, "24603.16", "behind"),
    ("at_least", {}, "62999.99", "on_course"),
    ("at_least", {}, "63000", "reached"),
    # At most: the same on the other side, to 32,550 and 34,100; a minimum of 70,000 plans 34,444.44.
    ("at_most", {}, "0", "on_course"),
    ("at_most", {}, "32550", "on_course"),
    ("at_most", {}, "32550.01", "at_risk"),
    ("at_most", {}, "34100", "at_risk"),
    ("at_most", {}, "34100.01", "behind"),
    ("at_most", {"minimum": "70000"}, "34444.44", "at_risk"),
    ("at_most", {"minimum": "70000"}, "34444.45", "behind"),
    ("at_most", {}, "63000", "behind"),
    ("at_most", {}, "63000.01", "exceeded_limit"),
    # Between 63,000 and 75,600: 31,000 and 37,200 planned; above 39,060 at risk, above 40,920 behind.
    ("between", {"upper": "75600"}, "29449.99", "at_risk"),
    ("between", {"upper": "75600"}, "27899.99", "behind"),
    ("between", {"upper": "75600"}, "39060", "on_course"),
    ("between", {"upper": "75600"}, "39060.01", "at_risk"),
    ("between", {"upper": "75600"}, "40920.01", "behind"),
    ("between", {"upper": "75600"}, "75600.01", "exceeded_limit"),
]


@pytest.mark.parametrize(("direction", "levels", "value", "verdict"), RUNNING)
def test_verdict_of_what_accumulates(
    direction: Direction, levels: dict[str, str], value: str, verdict: str
) -> None:
    assert stand(goal("63000", direction, **levels), value, "2026-02-13").verdict == verdict


@pytest.mark.parametrize(
    ("direction", "levels", "value", "verdict"),
    [
        # A rate of at least 40 %: on course from 38 %, at risk from 36 % or the minimum. It may fall again,
        # so it is not reached before the end.
        ("at_least", {}, "0.38", "on_course"),
        ("at_least", {}, "0.37", "at_risk"),
        ("at_least", {}, "0.359", "behind"),
        ("at_least", {"minimum": "0.3"}, "0.30", "at_risk"),
        ("at_least", {}, "0.55", "on_course"),
        ("at_most", {}, "0.42", "on_course"),
        ("at_most", {}, "0.44", "at_risk"),
        ("at_most", {}, "0.45", "behind"),
        ("at_most", {"minimum": "0.5"}, "0.5", "at_risk"),
        ("between", {"upper": "0.5"}, "0.45", "on_course"),
        ("between", {"upper": "0.5"}, "0.55", "at_risk"),
        ("between", {"upper": "0.5"}, "0.56", "behind"),
    ],
)
def test_verdict_of_a_level(direction: Direction, levels: dict[str, str], value: str, verdict: str) -> None:
    found = stand(goal("0.4", direction, **levels), value, "2026-02-13", accumulates=False)
    assert found.verdict == verdict
    assert found.planned == Decimal("0.4")
    assert (found.gap_days, found.needed_per_day) == (None, None)
    assert found.gap == Decimal(value) - Decimal("0.4")


def test_no_verdict_in_the_first_fifth_of_the_working_time() -> None:
    # A fifth of 63 days is 12.6. January: 1 + 5 + 5 = 11 through Friday the 16th, 13 through the 20th.
    for at, verdict in (("2026-01-19", "too_early"), ("2026-01-20", "behind")):
        assert stand(goal("63000"), "100", at).verdict == verdict
        assert stand(goal("0.4"), "0.1", at, accumulates=False).verdict == verdict
    # Calendar days do not matter: with 5 working days the verdict begins on the evening of the first.
    week = replace(goal("5000"), start=day("2026-02-07"), end=day("2026-02-15"))
    assert stand(week, "0", "2026-02-08").verdict == "too_early"
    assert stand(week, "0", "2026-02-09").verdict == "behind"


def test_what_is_certain_is_said_at_once() -> None:
    assert stand(goal("63000"), "63000", "2026-01-02").verdict == "reached"
    assert stand(goal("63000", "at_most"), "64000", "2026-01-02").verdict == "exceeded_limit"
    assert stand(goal("63000", "at_most"), "60000", "2026-01-02").verdict == "too_early"


def test_before_the_period_nothing_has_begun() -> None:
    found = stand(goal("63000"), None, "2025-12-31", today="2025-12-31", reason="not_begun")
    assert (found.verdict, found.reason) == ("not_begun", None)
    assert (found.planned, found.remaining_days) == (0, 63)
    assert stand(goal("63000"), "0", "2025-12-31", today="2026-01-01").verdict == "too_early"


# --- verdicts when the period is over ---


@pytest.mark.parametrize(
    ("direction", "value", "verdict"),
    [
        ("at_least", "63000", "reached"),
        ("at_least", "62999.99", "missed"),
        ("at_most", "63000", "reached"),
        ("at_most", "63000.01", "exceeded_limit"),
        ("between", "63000", "reached"),
        ("between", "75600", "reached"),
        ("between", "62999", "missed"),
        ("between", "75601", "exceeded_limit"),
    ],
)
@pytest.mark.parametrize("accumulates", [True, False])
def test_verdict_of_a_period_that_is_over(
    direction: Direction, value: str, verdict: str, accumulates: bool
) -> None:
    levels = {"upper": "75600"} if direction == "between" else {}
    wanted = goal("63000", direction, **levels)
    whole = {"today": "2026-04-02", "accumulates": accumulates}
    assert stand(wanted, value, "2026-03-31", complete=True, **whole).verdict == verdict  # type: ignore[arg-type]
    open_ = stand(wanted, value, "2026-03-31", **whole)  # type: ignore[arg-type]
    assert (open_.verdict, open_.reason) == ("unknown", "incomplete")


@pytest.mark.parametrize("reason", ["source_late", "no_data", "no_base", "no_source", "protected"])
@pytest.mark.parametrize("today", ["2026-01-02", "2026-02-14", "2026-04-02"])
def test_stale_or_hidden_data_makes_the_verdict_unknown(reason: Reason, today: str) -> None:
    found = stand(goal("63000"), "70000", "2026-02-13", today=today, complete=True, reason=reason)
    assert (found.verdict, found.reason) == ("unknown", reason)
    # What the value is must not show in anything else either.
    nothing = (found.value, found.attainment, found.pace, found.gap, found.gap_days, found.needed_per_day)
    assert nothing == (None,) * 6
    assert found.reached is None
    assert found.planned == 31000
    assert stand(goal("63000"), None, "2026-02-13").reason == "no_data"


# --- levels, attainment, what is needed ---


@pytest.mark.parametrize(
    ("direction", "value", "over", "level"),
    [
        ("at_least", "49999", False, None),
        ("at_least", "50000", False, "minimum"),
        ("at_least", "63000", False, "target"),
        ("at_least", "70000", False, "stretch"),
        # Spending nothing in January is no merit yet.
        ("at_most", "10", False, None),
        ("at_most", "50000", True, "stretch"),
        ("at_most", "63000", True, "target"),
        ("at_most", "70000", True, "minimum"),
        ("at_most", "70001", True, None),
    ],
)
def test_the_highest_level_reached(direction: Direction, value: str, over: bool, level: str | None) -> None:
    lower, upper = {"at_least": ("50000", "70000"), "at_most": ("70000", "50000")}[direction]
    wanted = goal("63000", direction, minimum=lower, stretch=upper)
    today = "2026-04-02" if over else "2026-02-14"
    assert stand(wanted, value, "2026-02-13", today=today, complete=over).reached == level


def test_levels_that_are_not_given_are_skipped() -> None:
    assert stand(goal("63000"), "50000", "2026-02-13").reached is None
    assert stand(goal("0.4", "at_most"), "0.3", "2026-02-13", accumulates=False).reached == "target"
    band = goal("63000", "between", upper="75600")
    assert stand(band, "70000", "2026-02-13").reached == "target"
    assert stand(band, "80000", "2026-02-13").reached is None


@pytest.mark.parametrize(
    ("wanted", "value", "attainment"),
    [
        (goal("63000"), "31500", "0.5"),
        # A limit that is kept is no half way to anything; one that is broken is not "more than reached".
        (goal("63000", "at_most"), "31500", "1"),
        (goal("63000", "at_most"), "84000", "0.75"),
        (goal("0", "at_most"), "3", None),
        (goal("50000", "between", upper="60000"), "25000", "0.5"),
        (goal("50000", "between", upper="60000"), "55000", "1"),
        (goal("50000", "between", upper="60000"), "80000", "0.75"),
        (goal("0"), "5", None),
        (goal("-100"), "-50", None),
        (goal("-10", "between", upper="-5"), "5", None),
    ],
)
def test_attainment(wanted: Goal, value: str, attainment: str | None) -> None:
    assert stand(wanted, value, "2026-02-13").attainment == amount(attainment)


@pytest.mark.parametrize(
    ("direction", "base", "target", "value", "attainment"),
    [
        ("at_least", "0.28", "0.35", "0.28", "0"),
        ("at_least", "0.28", "0.36", "0.30", "0.25"),
        ("at_least", "0.28", "0.36", "0.26", "-0.25"),
        ("at_most", "40", "30", "34", "0.6"),
        ("at_most", "40", "30", "28", "1.2"),
    ],
)
def test_a_change_of_a_level_counts_from_where_it_started(
    direction: Direction, base: str, target: str, value: str, attainment: str
) -> None:
    change = Decimal(target) - Decimal(base)
    better = Improvement(change, "previous_year", Decimal(base), relative=False)
    wanted = replace(goal(target, direction), improvement=better)
    assert stand(wanted, value, "2026-02-13", accumulates=False).attainment == amount(attainment)
    # What accumulates starts at 0 anyway.
    plain = stand(replace(goal("100"), improvement=better), "40", "2026-02-13")
    assert plain.attainment == amount("0.4")


# --- chance and pace ---


@pytest.mark.parametrize(
    ("chance", "minimum", "verdict"),
    [
        (0.99, None, "on_course"),
        (0.5, None, "on_course"),
        (0.49, None, "at_risk"),
        (0.25, None, "at_risk"),
        (0.24, None, "behind"),
        (0.24, 0.5, "at_risk"),
        (0.01, 0.49, "behind"),
    ],
)
@pytest.mark.parametrize("value", ["10000", "31000", "60000"])
def test_the_verdict_follows_the_chance_whatever_the_pace(
    value: str, chance: float, minimum: float | None, verdict: str
) -> None:
    found = stand(goal("63000"), value, "2026-02-13", outlook=Outlook(chance, minimum, Decimal(50000)))
    assert found.verdict == verdict


def test_where_pace_and_chance_differ_it_is_said() -> None:
    # 63,000 on 63 days: 31,000 are planned up to 13 February.
    poor, good = Outlook(0.3, None, Decimal(55000)), Outlook(0.8, None, Decimal(70000))
    told = {
        (value, outlook.chance): stand(goal("63000"), value, "2026-02-13", outlook=outlook).split
        for value in ("30000", "32000")
        for outlook in (poor, good)
    }
    assert told == {
        ("30000", 0.3): None, ("32000", 0.3): "ahead", ("30000", 0.8): "behind", ("32000", 0.8): None,
    }  # fmt: skip
    assert stand(goal("63000"), "70000", "2026-02-13", outlook=poor).split is None  # reached is reached


def test_the_first_fifth_is_too_early_for_the_chance_too() -> None:
    assert stand(goal("63000"), "1000", "2026-01-09", outlook=Outlook(0.1)).verdict == "too_early"


# --- cohorts ---


def young(value: str | None, through: str = "2025-12-31") -> Ripe:
    """A cohort that is ripe a year after the quarter."""
    return Ripe(day("2027-03-31"), day(through), amount(value), Decimal("0.9"))


@pytest.mark.parametrize("direction", ["at_least", "at_most"])
def test_nobody_is_behind_for_being_young(direction: Direction) -> None:
    for today in ("2026-02-14", "2026-03-31", "2026-04-20", "2027-01-10"):
        wanted = goal("0.3", direction)
        found = stand(wanted, "0.02", "2026-02-13", today=today, accumulates=False, ripe=young(None))
        assert (found.verdict, found.reason) == ("unknown", "ripening")
        assert (found.gap, found.pace, found.needed_per_day) == (None, None, None)


def test_a_cohort_is_judged_by_its_chance_or_by_what_has_ripened() -> None:
    wanted = goal("0.3")
    likely = stand(wanted, "0.02", "2026-03-13", accumulates=False, ripe=young(None), outlook=Outlook(0.7))
    assert likely.verdict == "on_course"
    # Up to 13 February enough of the quarter has ripened: 26 % and 31 % of it came to what is counted.
    ripe = {
        value: stand(wanted, "0.1", "2026-03-13", accumulates=False, ripe=young(value, "2026-02-13")).verdict
        for value in ("0.2", "0.31")
    }
    assert ripe == {"0.2": "behind", "0.31": "on_course"}
    early = stand(wanted, "0.1", "2026-03-13", accumulates=False, ripe=young("0.2", "2026-01-05"))
    assert early.verdict == "unknown"


def test_a_cohort_to_which_nobody_is_added_any_more_can_only_grow() -> None:
    after = {"today": "2026-05-01", "accumulates": False, "ripe": young(None)}
    assert stand(goal("0.3"), "0.31", "2026-03-31", **after).verdict == "reached"
    assert stand(goal("0.3", "at_most"), "0.31", "2026-03-31", **after).verdict == "exceeded_limit"
    assert stand(goal("0.3"), "0.2", "2026-03-31", outlook=Outlook(0.1), **after).verdict == "behind"
    # In the running quarter new leads can lower the share again.
    now = {**after, "today": "2026-03-10"}
    assert stand(goal("0.3"), "0.31", "2026-03-09", **now).verdict == "unknown"


@pytest.mark.parametrize(
    ("wanted", "value", "at", "needed"),
    [
        # 32 days are left after Friday 13 February.
        (goal("63000"), "31000", "2026-02-13", "1000"),
        (goal("63000", "at_most"), "47000", "2026-02-13", "500"),
        (goal("63000", "between", upper="75600"), "31000", "2026-02-13", "1000"),
        (goal("63000"), "63000", "2026-02-13", None),
        (goal("63000"), "70000", "2026-02-13", None),
        (goal("63000"), "31000", "2026-03-31", None),
        (goal("63000"), "0", "2025-12-31", "1000"),
    ],
)
def test_needed_per_remaining_working_day(wanted: Goal, value: str, at: str, needed: str | None) -> None:
    assert stand(wanted, value, at, today="2026-03-31").needed_per_day == amount(needed)


def test_a_target_of_nothing_and_one_below_it() -> None:
    complaints = stand(goal("0", "at_most"), "0", "2026-02-13")
    assert (complaints.verdict, complaints.planned, complaints.gap_days) == ("on_course", 0, None)
    assert stand(goal("0", "at_most"), "1", "2026-02-13").verdict == "exceeded_limit"
    # A loss of at most 63,000: 31,000 planned; within 5 % of it on course.
    loss = [stand(goal("-63000"), value, "2026-03-30", today="2026-03-31") for value in ("-64000", "-70000")]
    assert [found.verdict for found in loss] == ["on_course", "behind"]
    assert [found.pace for found in loss] == [None, None]
    # A small loss early in the quarter has reached nothing yet, and exceeded nothing.
    for direction in ("at_least", "at_most"):
        early = stand(goal("-63000", direction), "-100", "2026-01-05")
        assert (early.verdict, early.reached) == ("too_early", None)


# --- what holds for every standing ---

days = st.dates(day("2025-12-20"), day("2026-04-10"))
numbers = st.decimals(-(10**6), 10**6, places=2)


@given(
    st.tuples(numbers, numbers, numbers),
    st.sampled_from(DIRECTIONS),
    st.one_of(st.none(), numbers),
    days,
    days,
    st.tuples(st.booleans(), st.booleans()),
    st.sampled_from([None, "0.6", "0"]),
)
def test_every_standing_can_be_told(
    levels: tuple[Decimal, Decimal, Decimal],
    direction: Direction,
    value: Decimal | None,
    at: date,
    today: date,
    flags: tuple[bool, bool],
    share: str | None,
) -> None:
    low, middle, high = sorted(levels)
    named = Levels(middle, upper=high) if direction == "between" else Levels(middle, low, high)
    if direction == "at_most":
        named = Levels(middle, high, low)
    wanted = replace(goal("1", direction), levels=named)
    people = Organisation({"P": Person("P", "P", working_share=amount(share))}, {}, (), {})
    workdays = workdays_of(wanted.whom, wanted.start, wanted.end, people, BERLIN)
    accumulates, complete = flags
    found = standing(wanted, plan(wanted, workdays, accumulates), Actual(value, complete), at, today)
    assert found.verdict in VERDICTS
    assert (found.reason is not None) == (found.verdict == "unknown")
    assert found.remaining_days + workdays.days_elapsed(at) == workdays.days[-1]
    if value is not None:
        assert found.gap == value - found.planned
        assert found.gap_days is None or accumulates
        if found.gap_days is not None and middle > 0:
            assert found.gap_days * (value - found.planned) >= 0
    if found.needed_per_day is not None and value is not None:
        assert abs(value + found.needed_per_day * found.remaining_days - middle) < Decimal("0.000001")
