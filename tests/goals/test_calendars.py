"""A subject's working time, counted by hand on the calendar on the wall."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.organisation import Organisation, Person, Stay, Team
from leitstern.errors import Problem
from leitstern.goals.calendars import Workdays, calendar_of, workdays_of
from leitstern.goals.goal import Whom
from leitstern.periods.grains import parse
from leitstern.periods.workdays import WorkCalendar

BERLIN = WorkCalendar(region="BE")
LONG_AGO, FAR_AHEAD = date(2000, 1, 1), date(2100, 1, 1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def person(id_: str, calendar: str | None = None, share: str | None = None, **more: date) -> Person:
    share_ = Decimal(share) if share else None
    return Person(id_, id_, calendar=calendar, working_share=share_, **more)


def company(*people: Person, stays: tuple[Stay, ...] = ()) -> Organisation:
    teams = {stay.team: Team(stay.team, stay.team) for stay in stays}
    return Organisation({p.id: p for p in people}, teams, stays, {})


def workdays(
    label: str, whom: Whom, organisation: Organisation | None, place: WorkCalendar = BERLIN
) -> Workdays:
    period = parse(label)
    return workdays_of(whom, period.start, period.end, organisation, place)


def total(label: str, calendar: str, share: str | None = None) -> Decimal:
    return workdays(label, Whom("person", "P"), company(person("P", calendar, share))).total


@pytest.mark.parametrize(
    ("label", "calendar", "count"),
    [
        # August 2025 has 21 days from Monday to Friday; Mariä Himmelfahrt, the 15th, is a Friday.
        ("2025-08", "DE-BE", "21"),
        ("2025-08", "DE-BY", "21"),
        ("2025-08", "DE-BY-catholic", "20"),
        # June 2026 has 22; Fronleichnam is Thursday the 4th.
        ("2026-06", "DE-BE", "22"),
        ("2026-06", "DE-BY", "21"),
        ("2026-06", "Bayern", "21"),
        # September 2026 has 22; Jeûne genevois is Thursday the 10th.
        ("2026-09", "CH-GE", "21"),
        ("2026-09", "CH-Genf", "21"),
        ("2026-09", "CH-ZH", "22"),
        # December 2026 has 23. The 24th and 31st, Thursdays, are half days, the 25th is a Friday, the 26th a
        # Saturday: 23 - 1 - 0.5 - 0.5 = 21. Vienna also has the 8th, a Tuesday, off. In Geneva the 31st is
        # the Restauration: 23 - 1 - 0.5 - 1 = 20.5.
        ("2026-12", "DE-BE", "21"),
        ("2026-12", "AT-9", "20"),
        ("2026-12", "CH-ZH", "21"),
        ("2026-12", "CH-GE", "20.5"),
        # October 2026 has 22; Monday the 26th is Austria's national day.
        ("2026-10", "AT-9", "21"),
        ("2026-10", "AT", "21"),
        # Codes nobody knows mean the workplace, Berlin: 8 March 2027 (Frauentag) is a Monday, so
        # 23 - 1 - Good Friday 26th - Easter Monday 29th = 20.
        ("2027-03", "Mars", "20"),
        ("2027-03", "DE-XX", "20"),
        ("2027-03", "DE-BE-augsburg", "20"),
        ("2027-03", " ", "20"),
        ("2027-03", "DE", "21"),
    ],
)
def test_a_person_works_by_the_calendar_of_the_own_region(label: str, calendar: str, count: str) -> None:
    assert total(label, calendar) == Decimal(count)


def test_local_holidays_of_the_workplace_count_for_people_of_its_region_only() -> None:
    munich = WorkCalendar(
        region="BY", extras=frozenset({"catholic"}), closing_days=frozenset({day("2025-08-18")})
    )
    august = [
        munich_or_not.working_days(day("2025-08-01"), day("2025-08-31"))
        for munich_or_not in (
            calendar_of(person("P"), munich),
            calendar_of(person("P", "DE-BY"), munich),
            calendar_of(person("P", "Bayern"), munich),
            calendar_of(person("P", "DE-BE"), munich),
            calendar_of(None, munich),
        )
    ]
    # 21 weekdays, less the 15th where it is a holiday, less the company's closing day for all.
    assert august == [19, 19, 19, 20, 19]
    plain = calendar_of(person("P", "DE-BY-catholic"), WorkCalendar(region="BY"))
    assert plain.working_days(day("2025-08-01"), day("2025-08-31")) == 20


def test_part_time_counts_by_its_share() -> None:
    # August 2025 in Berlin: 0.6 * 21 = 12.6, and by Friday the 15th 0.6 * (1 + 5 + 5) = 6.6.
    found = workdays("2025-08", Whom("person", "P"), company(person("P", "DE-BE", "0.6")))
    assert (found.total, found.elapsed(day("2025-08-15"))) == (Decimal("12.6"), Decimal("6.6"))
    assert found.remaining(day("2025-08-15")) == Decimal("6.0")
    assert found.weight(day("2025-08-15")) == Decimal("0.6")


@pytest.mark.parametrize(("share", "counts"), [("0.66666666", "14.0007"), ("1.2", "21"), ("-1", "21")])
def test_a_share_that_cannot_be_is_brought_into_range(share: str, counts: str) -> None:
    # Four decimals: 0.6667 * 21 = 14.0007. A share below 0 is 0, and nobody's time is the workplace's.
    assert total("2025-08", "DE-BE", share) == Decimal(counts)


def test_who_joins_or_leaves_counts_for_the_days_in_between() -> None:
    people = company(
        person("J", joined=day("2026-01-15")),
        person("L", left=day("2026-01-15")),
        person("G", left=day("2025-12-31")),
    )
    # January 2026 in Berlin: 22 weekdays less New Year = 21. From Thursday the 15th: 2 + 5 + 5 = 12. Up
    # to it: Friday the 2nd, 5th to 9th, 12th to 15th = 1 + 5 + 4 = 10; the 15th is in both.
    assert workdays("2026-01", Whom("person", "J"), people).total == 12
    assert workdays("2026-01", Whom("person", "L"), people).total == 10
    # Who was gone before has no working time; a goal that exists nevertheless is planned by the workplace.
    assert workdays("2026-01", Whom("person", "G"), people).total == 21
    assert workdays("2026-01", Whom("company"), people).total == 22


def test_a_team_counts_nobody_before_joining_or_after_leaving() -> None:
    people = company(
        person("J", joined=day("2026-01-15")),
        person("L", left=day("2026-01-15")),
        stays=(Stay("J", "T", LONG_AGO, FAR_AHEAD), Stay("L", "T", LONG_AGO, FAR_AHEAD)),
    )
    # 12 days and 10, as above.
    assert workdays("2026-01", Whom("team", "T"), people).total == 22


def test_a_change_of_team_divides_the_persons_working_time() -> None:
    mover = person("M", "DE-BY", "0.8")
    stays = (
        Stay("M", "N", LONG_AGO, day("2026-02-13")),
        Stay("M", "S", day("2026-02-14"), FAR_AHEAD),
        Stay("A", "S", LONG_AGO, FAR_AHEAD),
    )
    people = company(mover, person("A", "DE-BE"), stays=stays)
    north, south = (workdays("2026-Q1", Whom("team", t), people) for t in "NS")
    alone = workdays("2026-Q1", Whom("person", "M"), people)
    # Bavaria: January 22 - New Year - Epiphany (Tuesday) = 20, February 20, March 22: 62 * 0.8 = 49.6.
    # To 13 February 20 + 10 = 30 days, after it 10 + 22 = 32. Berlin has 21 + 20 + 22 = 63.
    assert alone.total == Decimal("49.6")
    assert north.total == Decimal("24.0")
    assert south.total == Decimal("25.6") + 63
    assert north.total + south.total == workdays("2026-Q1", Whom("company"), people).total
    assert north.weight(day("2026-02-13")) == Decimal("0.8")
    assert north.weight(day("2026-02-16")) == 0
    # The north's own days are those on which somebody was there and worked: 30, whatever the share.
    assert north.days_elapsed(day("2026-03-31")) == 30


def test_a_groups_own_days_are_the_part_of_its_staff_that_works() -> None:
    stays = tuple(Stay(id_, "T", LONG_AGO, FAR_AHEAD) for id_ in "ABCD")
    people = company(
        person("A", "DE-BE"), person("B", "DE-BE"), person("C", "DE-BE"), person("D", "DE-BY"), stays=stays
    )
    found = workdays("2026-06", Whom("team", "T"), people)
    # 4 * 22 less one Bavarian Fronleichnam, on which three of four work.
    assert found.total == 87
    assert found.days_elapsed(day("2026-06-30")) == Decimal("21.75")
    assert found.days_elapsed(day("2026-06-04")) == Decimal("3.75")
    assert found.days_remaining(day("2026-06-04")) == 18
    # Of three, two work: 0.6667 of a day, to four decimals as in calendars.
    three = replace(people, stays=stays[1:])
    assert workdays("2026-06", Whom("team", "T"), three).days_elapsed(day("2026-06-04")) == Decimal("3.6667")


@pytest.mark.parametrize(
    "whom",
    [Whom("customer", "K"), Whom("region", "Nord"), Whom("person", "?"), Whom("team", "?"), Whom("team")],
)
def test_all_others_go_by_the_workplace(whom: Whom) -> None:
    people = company(person("P", "DE-BY", "0.5"))
    assert workdays("2026-06", whom, people).total == 22
    assert workdays("2026-06", whom, None).total == 22
    assert workdays("2026-06", Whom("company"), company()).total == 22


def test_a_fiscal_year_from_july() -> None:
    year = parse("FY2027", fiscal_start=7)
    found = workdays_of(Whom("company"), year.start, year.end, None, BERLIN)
    # 2026: July 23, August 21, September 22, October 22 (the 3rd is a Saturday), November 21,
    # December 21 = 130.
    # 2027: January 21 - 1 = 20, February 20, March 23 - Frauentag - 2 at Easter = 20, April 22, May 21 -
    # Ascension (6th) - Whit Monday (17th) = 19, June 22 = 123.
    assert found.elapsed(day("2026-12-31")) == 130
    assert found.remaining(day("2026-12-31")) == 123


def test_week_53_has_three_and_a_half_days() -> None:
    # 28 December 2026 to 3 January 2027: Monday to Wednesday, half of New Year's Eve; 1 January is a holiday.
    found = workdays("2026-W53", Whom("company"), None)
    week = [found.weight(day("2026-12-28") + timedelta(days=n)) for n in range(7)]
    assert week == [1, 1, 1, Decimal("0.5"), 0, 0, 0]


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [("2026-03-27", "2026-03-29", "2026-03-30"), ("2026-10-23", "2026-10-25", "2026-10-26")],
)
def test_a_day_is_a_day_where_the_clocks_change(before: str, change: str, after: str) -> None:
    found = workdays("2026", Whom("company"), None)
    assert [found.weight(day(d)) for d in (before, change, after)] == [1, 0, 1]
    assert found.between(day(before), day(after)) == 2
    assert found.elapsed(day(after)) - found.elapsed(day(change)) == 1


def test_the_day_on_which_an_amount_is_done() -> None:
    december = workdays("2026-12", Whom("company"), None)
    # 4 + 5 + 5 + 3 = 17 by Wednesday the 23rd, 17.5 on the 24th, 18.5 on Monday the 28th.
    assert december.day_reaching(Decimal(17)) == day("2026-12-23")
    assert december.day_reaching(Decimal("17.1")) == day("2026-12-24")
    assert december.day_reaching(Decimal(18)) == day("2026-12-28")
    assert december.day_reaching(Decimal(0)) == day("2026-11-30")
    assert december.day_reaching(Decimal(21)) == day("2026-12-31")
    assert december.day_reaching(Decimal("21.5")) is None


def test_days_outside_the_stretch_count_nothing() -> None:
    june = workdays("2026-06", Whom("company"), None)
    assert june.between(day("2026-05-01"), day("2026-07-31")) == 22
    assert june.between(day("2026-06-03"), day("2026-06-02")) == 0
    assert (june.weight(day("2026-05-29")), june.weight(day("2026-07-01"))) == (0, 0)
    assert (june.elapsed(day("2026-05-31")), june.remaining(day("2026-07-31"))) == (0, 0)


def test_a_stretch_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        workdays_of(Whom("company"), day("2026-02-01"), day("2026-01-31"), None, BERLIN)
    assert refused.value.code == "periods.reversed"


days = st.dates(day("2025-06-01"), day("2026-06-30"))
calendars = st.sampled_from([None, "DE-BY", "DE-BE", "AT-9", "CH-GE"])


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    people, stays = [], []
    for number in range(draw(st.integers(1, 4))):
        id_ = f"P{number}"
        share = draw(st.sampled_from([None, "0.6", "0.25", "1"]))
        first, last = sorted((draw(days), draw(days)))
        people.append(person(id_, draw(calendars), share, joined=first, left=last))
        moves = sorted({first, *(d for d in draw(st.lists(days, max_size=3)) if first < d <= last)})
        ends = [move - timedelta(days=1) for move in moves[1:]] + [last]
        stays += [Stay(id_, draw(st.sampled_from("NS")), a, b) for a, b in zip(moves, ends, strict=True)]
    return company(*people, stays=tuple(stays))


@given(organisations(), days)
def test_teams_people_and_the_company_have_the_same_working_time(people: Organisation, through: date) -> None:
    start, end = day("2025-05-01"), day("2026-07-31")
    workplace = workdays_of(Whom("region"), start, end, None, BERLIN)

    def upto(whom: Whom) -> Decimal:
        found = workdays_of(whom, start, end, people, BERLIN)
        # Nobody is there all the time: who has the workplace's time has no working day of their own.
        return Decimal(0) if found.sums == workplace.sums else found.elapsed(through)

    everybody = upto(Whom("company"))
    assert sum(upto(Whom("person", id_)) for id_ in people.people) == everybody
    assert sum(upto(Whom("team", id_)) for id_ in people.teams) == everybody


@given(organisations(), st.sampled_from(["company", "N", "P0"]), days, days, days)
def test_stretches_add_up(people: Organisation, name: str, one: date, two: date, three: date) -> None:
    whom = Whom({"company": "company", "N": "team", "P0": "person"}[name], name)
    found = workdays_of(whom, day("2025-09-01"), day("2026-03-31"), people, BERLIN)
    first, middle, last = sorted((one, two, three))
    after = middle + timedelta(days=1)
    assert found.between(first, middle) + found.between(after, last) == found.between(first, last)
    assert found.elapsed(middle) + found.remaining(middle) == found.total
    each_day = (first + timedelta(days=n) for n in range((last - first).days + 1))
    assert sum(map(found.weight, each_day)) == found.between(first, last)
