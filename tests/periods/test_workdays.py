"""Working days are counted as the calendar on the wall shows them, by region and person."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.errors import Problem
from leitstern.periods.grains import parse, period_of
from leitstern.periods.regions import REGIONS
from leitstern.periods.workdays import WorkCalendar

BERLIN = WorkCalendar(region="BE")


def day(text: str) -> date:
    return date.fromisoformat(text)


def in_period(calendar: WorkCalendar, label: str) -> Decimal:
    period = parse(label)
    return calendar.working_days(period.start, period.end)


@pytest.mark.parametrize(
    ("settings", "label", "count"),
    [
        # August 2025 has 21 days from Monday to Friday; the 15th (Mariä Himmelfahrt), the 8th (Friedensfest)
        # and the 1st (Swiss national day) are Fridays.
        ({"region": "BE"}, "2025-08", "21"),
        ({"region": "BY"}, "2025-08", "21"),
        ({"region": "BY", "extras": {"catholic"}}, "2025-08", "20"),
        ({"region": "BY", "extras": {"augsburg"}}, "2025-08", "19"),
        ({"region": "SL"}, "2025-08", "20"),
        ({"country": "AT", "region": "Wien"}, "2025-08", "20"),
        ({"country": "CH", "region": "GE"}, "2025-08", "20"),
        # In 2026 the 1st, 8th and 15th of August are Saturdays: nobody loses a day.
        ({"region": "BY", "extras": {"augsburg"}}, "2026-08", "21"),
        ({"country": "CH", "region": "GE"}, "2026-08", "21"),
        # June 2026 has 22; Fronleichnam is Thursday the 4th.
        ({"region": "BE"}, "2026-06", "22"),
        ({"region": "NW"}, "2026-06", "21"),
        ({"region": "SN"}, "2026-06", "22"),
        ({"region": "SN", "extras": {"catholic"}}, "2026-06", "21"),
        ({"region": "TH", "extras": {"catholic"}}, "2026-06", "21"),
        ({"country": "AT", "region": "9"}, "2026-06", "21"),
        # Buß- und Bettag, Wednesday 18 November 2026: only Saxony.
        ({"region": "SN"}, "2026-11", "20"),
        ({"region": "BY"}, "2026-11", "21"),
        # Jeûne genevois, Thursday 10 September 2026; Zürich works.
        ({"country": "CH", "region": "Genève"}, "2026-09", "21"),
        ({"country": "CH", "region": "Zürich"}, "2026-09", "22"),
        # December 2026 has 23; the 25th is a Friday, the 26th a Saturday, the 24th and 31st are Thursdays.
        ({"region": "BE"}, "2026-12", "21"),
        ({"region": "BE", "half_days": ()}, "2026-12", "22"),
        ({"region": "BE", "half_days": [(12, 24)]}, "2026-12", "21.5"),
        ({"region": "BE", "half_day_share": 0}, "2026-12", "20"),
        ({"region": "BE", "share": "0.6"}, "2026-12", "12.6"),
        ({"country": "AT", "region": "Vienna"}, "2026-12", "20"),  # Tuesday 8: Mariä Empfängnis
        ({"country": "CH", "region": "Geneva"}, "2026-12", "20.5"),  # the 31st is a holiday there
        ({"region": "BE", "closing_days": [day("2026-12-28"), day("2026-12-26")]}, "2026-12", "20"),
        ({"region": "BE", "open_days": [day("2026-12-26")]}, "2026-12", "22"),
        # Monday to Thursday, and Friday until noon: 4 Fridays, one of them Christmas Day.
        ({"region": "BE", "week": (1, 1, 1, 1, "0.5", 0, 0)}, "2026-12", "19.5"),
        # In 2022 both half days are Saturdays, on which no more is worked for that; Monday 26 is free.
        ({"region": "BE"}, "2022-12", "21"),
        # Saturdays as well: 4, the 26th is a holiday.
        ({"region": "BE", "week": (1, 1, 1, 1, 1, 1, 0)}, "2026-12", "24"),
        # Good Friday 3 April 2026 is a workday in Vienna unless the collective agreement says otherwise.
        ({"country": "AT", "region": "9"}, "2026-04", "21"),
        ({"country": "AT", "region": "9", "extras": {"bank"}}, "2026-04", "20"),
        ({"country": "AT", "region": "9", "extras": {"bank"}}, "2026-12", "20"),
        # 1 May 2026, a Friday, is half a day in Solothurn; Auffahrt is the 14th. Berchtoldstag by custom.
        ({"country": "CH", "region": "SO", "extras": {"half_day"}}, "2026-05", "19.5"),
        ({"country": "CH", "region": "GL", "extras": {"optional"}}, "2026-01", "20"),
        ({"country": "CH", "region": "GL"}, "2026-01", "21"),
        # France, whose regions nobody typed in here: 14 July 2026 is a Tuesday.
        ({"country": "FR"}, "2026-07", "22"),
    ],
)
def test_working_days_of_a_month(settings: dict[str, object], label: str, count: str) -> None:
    assert in_period(WorkCalendar(**settings), label) == Decimal(count)  # type: ignore[arg-type]  # a table of settings


# Holidays of 2026 that fall on Monday to Friday. Easter Sunday is 5 April.
EVERYWHERE = {"01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "12-25"}
EPIPHANY, CORPUS_CHRISTI, REPENTANCE = "01-06", "06-04", "11-18"
# On weekends in 2026: 8 March, 15 August, 20 September, 3 and 31 October, 1 November, 26 December.
GERMAN_LAENDER = {
    "BB": set(),
    "BE": set(),
    "BW": {EPIPHANY, CORPUS_CHRISTI},
    "BY": {EPIPHANY, CORPUS_CHRISTI},
    "HB": set(),
    "HE": {CORPUS_CHRISTI},
    "HH": set(),
    "MV": set(),
    "NI": set(),
    "NW": {CORPUS_CHRISTI},
    "RP": {CORPUS_CHRISTI},
    "SH": set(),
    "SL": {CORPUS_CHRISTI},
    "SN": {REPENTANCE},
    "ST": {EPIPHANY},
    "TH": set(),
}


@pytest.mark.parametrize("land", sorted(GERMAN_LAENDER))
def test_the_holidays_of_every_german_land_in_2026(land: str) -> None:
    calendar = WorkCalendar(region=land, half_days=frozenset())
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    free = {f"{each:%m-%d}" for each in days if each.weekday() < 5 and not calendar.is_workday(each)}
    assert free == EVERYWHERE | GERMAN_LAENDER[land]
    # 261 days of 2026 are Monday to Friday.
    assert in_period(calendar, "2026") == 261 - len(free)


@pytest.mark.parametrize(("country", "count"), [("DE", 16), ("AT", 9), ("CH", 26)])
def test_every_region_is_known_by_code_and_name_in_both_languages(country: str, count: int) -> None:
    assert len(REGIONS[country]) == count
    for code, names in REGIONS[country].items():
        for written in (code, code.lower(), f"{country}-{code}", *names):
            assert WorkCalendar(country=country, region=written).region == code
        # New Year's Day is free all over, and no region has fewer than 225 or more than 262 working days.
        calendar = WorkCalendar(country=country, region=code)
        assert not calendar.is_workday(date(2026, 1, 1))
        assert 225 < in_period(calendar, "2026") < 262


def test_holidays_bear_their_names() -> None:
    names = WorkCalendar(region="BY", extras=frozenset({"augsburg"})).holidays(2025)
    assert names[day("2025-08-08")] == "Augsburger Hohes Friedensfest"
    assert names[day("2025-08-15")] == "Mariä Himmelfahrt"
    assert day("2025-08-15") not in WorkCalendar(region="BY").holidays(2025)


def test_the_nth_working_day() -> None:
    # January 2026: Thursday 1 is free, Friday 2 is the first working day; in Bavaria Tuesday 6 is free.
    first = day("2026-01-01")
    assert BERLIN.nth_working_day(first, 1) == day("2026-01-02")
    assert BERLIN.nth_working_day(first, 3) == day("2026-01-06")
    assert WorkCalendar(region="BY").nth_working_day(first, 3) == day("2026-01-07")
    # Backwards from the end of December 2026: the 31st (a half day) is a working day.
    assert BERLIN.nth_working_day(day("2026-12-31"), -1) == day("2026-12-31")
    assert BERLIN.nth_working_day(day("2026-12-27"), -1) == day("2026-12-24")
    with pytest.raises(Problem, match="number 0"):
        BERLIN.nth_working_day(first, 0)


def test_elapsed_remaining_and_hours() -> None:
    december = parse("2026-12")
    # 1 to 24 December: 17 full days and half of the 24th.
    assert BERLIN.elapsed(december, day("2026-12-24")) == Decimal("17.5")
    # Monday 28 to Wednesday 30, and half of the 31st.
    assert BERLIN.remaining(december, day("2026-12-24")) == Decimal("3.5")
    assert BERLIN.elapsed(december, day("2026-11-30")) == 0
    assert BERLIN.remaining(december, day("2026-11-15")) == 21
    assert BERLIN.elapsed(december, day("2027-01-15")) == 21
    assert BERLIN.remaining(december, day("2027-01-15")) == 0
    assert BERLIN.hours(december.start, december.end) == 168
    part_time = WorkCalendar(region="BE", share=Decimal("0.6"), hours_per_day=Decimal("7.7"))
    assert part_time.hours(december.start, december.end) == Decimal("97.02")  # 21 * 0.6 * 7.7


@pytest.mark.parametrize(
    ("through", "label", "other", "until"),
    [
        # Friday 13 March 2026 ends the tenth working day. In March 2025 (Saturday 1) that is Friday 14.
        ("2026-03-13", "2026-03", "2025-03", "2025-03-14"),
        # Sunday the 15th: ten as well, and the weekend belongs to both.
        ("2026-03-15", "2026-03", "2025-03", "2025-03-16"),
        ("2026-03-16", "2026-03", "2025-03", "2025-03-17"),
        # Sunday 1 March 2026: nothing worked yet; March 2025 began with a weekend.
        ("2026-03-01", "2026-03", "2025-03", "2025-03-02"),
        # Saturday 1 August 2026 against August 2025, begun on a working Friday: nothing to compare.
        ("2026-08-01", "2026-08", "2025-08", "2025-07-31"),
        # The period is over, or has not begun.
        ("2026-03-31", "2026-03", "2025-03", "2025-03-31"),
        ("2026-07-01", "2026-03", "2025-03", "2025-03-31"),
        ("2026-02-27", "2026-03", "2025-03", "2025-02-28"),
        # March 2026 has 22 working days, February 20: the whole February from the 20th on.
        ("2026-03-27", "2026-03", "2026-02", "2026-02-27"),
        ("2026-03-30", "2026-03", "2026-02", "2026-02-28"),
        # 62 days through Monday 30 March 2026 (21 + 20 + 21); in 2025 22 + 20 + 20 on Friday 28 March.
        ("2026-03-30", "2026", "2025", "2025-03-28"),
    ],
)
def test_the_same_stretch_of_working_days(through: str, label: str, other: str, until: str) -> None:
    assert BERLIN.same_stretch(parse(label), day(through), parse(other)) == day(until)
    part_time = BERLIN.with_share("0.5")
    assert part_time.same_stretch(parse(label), day(through), parse(other)) == day(until)
    assert BERLIN.with_share(0).same_stretch(parse(label), day(through), parse(other)) == day(until)


DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
CALENDARS = st.builds(
    WorkCalendar,
    region=st.sampled_from([None, "BY", "SN", "BE"]),
    week=st.sampled_from([(1, 1, 1, 1, 1, 0, 0), (1, 1, 1, 1, "0.5", 0, 0), (0, 1, 1, 0, 1, 1, 1)]),
    closing_days=st.frozensets(DAYS, max_size=5),
    share=st.sampled_from(["1", "0.6", "0.75", "0.3333"]),
)


@given(CALENDARS, st.lists(DAYS, min_size=2, max_size=5))
def test_adjacent_stretches_add_up(calendar: WorkCalendar, days: list[date]) -> None:
    marks = sorted(days)
    parts = [
        calendar.working_days(marks[place], marks[place + 1] - timedelta(days=1))
        for place in range(len(marks) - 1)
    ]
    assert sum(parts) == calendar.working_days(marks[0], marks[-1] - timedelta(days=1))


@given(CALENDARS, DAYS, st.integers(0, 800))
def test_counting_day_by_day_gives_the_same(calendar: WorkCalendar, start: date, length: int) -> None:
    days = [start + timedelta(days=number) for number in range(length)]
    assert calendar.working_days(start, start + timedelta(days=length - 1)) == sum(map(calendar.weight, days))
    for each in days[:40]:
        assert calendar.is_workday(each) == (calendar.weight(each) > 0)
        assert 0 <= calendar.weight(each) <= calendar.share
        if each in calendar.closing_days or each in calendar.holidays(each.year):
            assert calendar.weight(each) == 0


@given(CALENDARS, DAYS, st.integers(1, 700).map(lambda tenths: Decimal(tenths) / 2))
def test_the_day_after_so_many_working_days_is_the_first_that_reaches_them(
    calendar: WorkCalendar, start: date, amount: Decimal
) -> None:
    reached = calendar.day_after_working_days(start, amount)
    assert calendar.working_days(start, reached) >= amount
    assert calendar.working_days(start, reached - timedelta(days=1)) < amount


@given(CALENDARS, DAYS, st.integers(1, 300))
def test_the_nth_working_day_is_a_workday_with_so_many_before(
    calendar: WorkCalendar, start: date, number: int
) -> None:
    ahead = calendar.nth_working_day(start, number)
    days = [start + timedelta(days=count) for count in range((ahead - start).days + 1)]
    assert calendar.is_workday(ahead)
    assert sum(map(calendar.is_workday, days)) == number
    assert calendar.nth_working_day(ahead, -number) == next(
        each for each in days if calendar.is_workday(each)
    )


@given(CALENDARS, DAYS, DAYS, st.sampled_from(["week", "month", "quarter", "year", "fiscal_year"]))
def test_the_same_stretch_is_the_longest_that_fits(
    calendar: WorkCalendar, one: date, other_day: date, grain: str
) -> None:
    period, other = period_of(one, grain, 7), period_of(other_day, grain, 7)
    until = calendar.same_stretch(period, one, other)
    done = calendar.elapsed(period, one)
    assert other.start - timedelta(days=1) <= until <= other.end
    if one == period.end:
        assert until == other.end
    elif calendar.is_workday(one):
        # It ends with the first day that reaches the amount, or with the period.
        assert calendar.elapsed(other, until - timedelta(days=1)) < done or until == other.end
        assert calendar.elapsed(other, until) >= done or until == other.end
    else:
        # It may not hold more work than was done, and one day more would, or there is no day more.
        assert calendar.elapsed(other, until) <= done
        assert until == other.end or calendar.elapsed(other, until + timedelta(days=1)) > done
    # A period against itself ends on the very day.
    assert calendar.same_stretch(period, one, period) in (one, _last_free(calendar, one, period.end))


def _last_free(calendar: WorkCalendar, start: date, end: date) -> date:
    """The last day of the run of free days that follows ``start`` when it is free itself."""
    last = start
    while not calendar.is_workday(start) and last < end and not calendar.is_workday(last + timedelta(days=1)):
        last += timedelta(days=1)
    return last


@pytest.mark.parametrize(
    ("settings", "code", "named"),
    [
        ({"country": "XX"}, "unknown_country", "XX"),
        ({"region": "Bavariaa"}, "unknown_region", "BY (Bayern)"),
        ({"country": "FR", "region": "Berlin"}, "unknown_region", "Berlin"),
        ({"region": "BE", "extras": {"catholic"}}, "unknown_extra", "DE-BE"),
        ({"region": "BY", "extras": {"carnival"}}, "unknown_extra", "catholic, augsburg"),
        ({"share": "1.2"}, "share_out_of_range", "1.2"),
        ({"share": "-0.1"}, "share_out_of_range", "-0.1"),
        ({"share": Decimal(1) / 3}, "share_out_of_range", "0.3333"),
        ({"share": "NaN"}, "share_out_of_range", "NaN"),
        ({"hours_per_day": 25}, "share_out_of_range", "hours_per_day"),
        ({"week": (0, 0, 0, 0, 0, 0, 0)}, "week_without_work", "0, 0"),
        ({"week": (1, 1, 1, 1, 1)}, "week_without_work", "1, 1"),
        ({"half_days": {(2, 30)}}, "unknown_half_day", "2-30"),
    ],
)
def test_wrong_settings_are_refused_and_named(settings: dict[str, object], code: str, named: str) -> None:
    with pytest.raises(Problem) as caught:
        WorkCalendar(**settings)  # type: ignore[arg-type]  # a table of wrong settings
    assert caught.value.code == f"periods.{code}"
    assert named in caught.value.text("de")
    assert named in caught.value.text("en")


def test_a_person_without_working_time_is_no_endless_search() -> None:
    nobody = BERLIN.with_share(0)
    assert in_period(nobody, "2026") == 0
    with pytest.raises(Problem, match="no working time"):
        nobody.day_after_working_days(day("2026-01-01"), 1)


def test_the_day_after_no_working_days_is_the_day_before() -> None:
    assert BERLIN.day_after_working_days(day("2026-03-02"), 0) == day("2026-03-01")
    assert BERLIN.working_days(day("2026-03-02"), day("2026-03-01")) == 0


def test_equal_settings_make_equal_calendars() -> None:
    assert WorkCalendar(region="Bayern", share="0.50") == WorkCalendar(region="de-by", share=Decimal("0.5"))  # type: ignore[arg-type]  # settings as typed
    assert len({WorkCalendar(region="Bayern"), WorkCalendar(region="BY"), BERLIN}) == 2


def test_ten_thousand_questions_take_no_time_to_speak_of() -> None:
    start, end = day("2024-01-01"), day("2026-12-31")
    BERLIN.working_days(start, end)
    begin = perf_counter()
    for _ in range(10_000):
        BERLIN.working_days(start, end)
    assert perf_counter() - begin < 2  # measured: 0.03 s; the limit leaves room for a busy machine
