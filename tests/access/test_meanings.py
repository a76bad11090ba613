"""A value that reaches beyond its period is shown only where all the days it is made of would be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from tests.access.people import observation, organisation

from leitstern.access.meanings import Meanings
from leitstern.access.modes import Privacy
from leitstern.access.policy import Policy
from leitstern.access.viewer import Viewer
from leitstern.engine.observations import Observation, Subject
from leitstern.engine.organisation import Organisation, Person, Stay, Team
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain, Period, parse, periods_between

BOARD = Viewer(1, roles=frozenset({"management"}))
#: Shipped KPIs with a shape over time, and the plain one beneath.
SHAPED = {
    "revenue_rolling_12": "revenue",
    "revenue_ytd": "revenue",
    "won_value_growth": "won_value",
    "revenue_growth_ytd": "revenue",
    "revenue_growth": "revenue",
}
MEANINGS = Meanings(Catalogue.load(), 1)
SEEN_ON = date(2027, 1, 1)


def of(kpi: str, subject: str, period: Period, start: date | None = None, kind: str = "team") -> Observation:
    """A value of a KPI, in its unit."""
    unit = "percent" if "growth" in kpi else "currency"
    found = replace(observation(kind, subject, 700, period, unit=unit), kpi=kpi)
    return found if start is None else replace(found, grain=Grain.DAY, start=start, period="")


def by_month(who: Organisation, most_of: dict[tuple[str, str], int]):
    """Amounts by person: 10 a month, or what ``most_of`` says for a person and a month's label."""

    def amount(person: str, first: date, last: date) -> int:
        months = periods_between(first, last, Grain.MONTH)
        return sum(most_of.get((person, month.label), 10) for month in months)

    def ask(kpi: str, grain: str, first: date, last: date) -> Iterable[Observation]:
        stretches = [(first, last)]
        if grain != "stretch":
            stretches = [(p.start, p.end) for p in periods_between(first, last, grain)]
        return [
            replace(
                observation("person", person, amount(person, *days)),
                kpi=kpi.partition("@")[0], start=days[0], end=days[1],
            )
            for days in stretches for person in who.people
        ]  # fmt: skip

    return ask


def shown(policy: Policy, asked: Observation, people) -> bool:
    [found] = policy.observations(BOARD, [asked], people)
    return found.reason != "protected"


def test_the_last_twelve_months_are_kept_where_the_year_is() -> None:
    who = organisation({"a": 8, "b": 8, "c": 8})
    policy = Policy(Privacy(), who, SEEN_ON, MEANINGS)
    people = by_month(who, {("a1", "2025-03"): 5000})
    december, year = parse("2025-12"), parse("2025")
    assert shown(policy, of("revenue", "a", december), people)
    assert not shown(policy, of("revenue", "a", year), people)
    assert not shown(policy, of("revenue_rolling_12", "a", december), people)
    assert not shown(policy, of("revenue_ytd", "a", december), people)
    assert shown(policy, of("revenue_ytd", "a", parse("2025-02")), people)
    assert shown(policy, of("revenue_rolling_12", "a", parse("2026-03")), people)


def test_a_growth_is_kept_where_what_it_is_held_against_is() -> None:
    who = organisation({"a": 8, "b": 8, "c": 8})
    policy = Policy(Privacy(), who, SEEN_ON, MEANINGS)
    people = by_month(who, {("a1", "2025-03"): 5000})
    assert not shown(policy, of("won_value_growth", "a", parse("2026-03")), people)
    assert shown(policy, of("won_value_growth", "a", parse("2026-02")), people)
    assert not shown(policy, of("revenue_growth", "a", parse("2025-04")), people)
    assert not shown(policy, of("revenue_growth_ytd", "a", parse("2026-04")), people)
    assert shown(policy, of("revenue_growth_ytd", "a", parse("2026-02")), people)


def test_a_new_lead_sees_no_sums_with_days_of_before() -> None:
    people = {p: Person(p, p) for p in ("boss", "ada")}
    teams = {"old": Team("old", "Old", None, None), "new": Team("new", "New", "boss", None)}
    stays = (
        Stay("ada", "old", date.min, date(2026, 3, 31)),
        Stay("ada", "new", date(2026, 4, 1), date.max),
    )
    policy = Policy(Privacy(), Organisation(people, teams, stays, {}), SEEN_ON, MEANINGS)
    boss = Viewer(2, "boss")

    def sees(kpi: str, period: str) -> bool:
        asked = replace(of(kpi, "ada", parse(period)), subject=Subject("person", "ada", "Ada"))
        return bool(policy.observations(boss, [asked]))

    assert sees("revenue", "2026-05")
    assert not sees("revenue_ytd", "2026-05")
    assert not sees("revenue_rolling_12", "2026-12")
    assert sees("revenue_rolling_12", "2027-03")
    assert sees("revenue_ytd", "2027-01")
    assert not sees("won_value_growth", "2026-05")
    assert sees("revenue_growth", "2026-05")
    assert not sees("revenue_growth", "2026-04")
    assert not sees("customer_lifetime_value", "2026-12")
    assert policy.listed_from("revenue_rolling_12", parse("2026-05")) == date(2025, 6, 1)
    assert policy.listed_from("revenue_ytd", parse("2026-05")) == date(2026, 1, 1)
    assert policy.listed_from("revenue", parse("2026-05")) == date(2026, 5, 1)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_shown_of_a_shape_is_shown_beneath_it(seed: int) -> None:
    """In random companies: what a value with a shape shown to the board is made of is shown plainly, too."""
    rng = Random(seed)
    sizes = {team: rng.choice([3, 7, 8, 11]) for team in "abcd"}
    who = organisation(sizes)
    months = periods_between(date(2024, 1, 1), date(2026, 12, 31), Grain.MONTH)
    ids = sorted(who.people)
    large = {(rng.choice(ids), rng.choice(months).label): rng.choice([800, 5000]) for _ in range(12)}
    policy, people = Policy(Privacy(floor=rng.choice([3, 7])), who, SEEN_ON, MEANINGS), by_month(who, large)
    told = kept = 0
    for kpi, plain in SHAPED.items():
        for period in rng.sample(months[24:], 6):
            for team in sizes:
                stretches = [(p.start, p.end) for p in MEANINGS.parts(of(kpi, team, period))]
                beneath = all(
                    shown(policy, of(plain, team, replace(period, end=last), first), people)
                    for first, last in stretches
                )
                if shown(policy, of(kpi, team, period), people):
                    assert beneath, (kpi, period.label, team, stretches)
                    told += 1
                else:
                    kept += 1
    assert told
    assert kept


def test_the_days_a_value_is_made_of() -> None:
    def days(kpi: str, label: str) -> list[tuple[date, date]]:
        return [(p.start, p.end) for p in MEANINGS.parts(of(kpi, "a", parse(label)))]

    assert days("revenue", "2026-05") == []
    assert days("revenue_rolling_12", "2026-Q1") == [(date(2025, 4, 1), date(2026, 3, 31))]
    assert days("revenue_ytd", "2026-Q2") == [(date(2026, 1, 1), date(2026, 6, 30))]
    assert days("won_value_growth", "2026-02") == [
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2025, 2, 1), date(2025, 2, 28)),
    ]
    assert days("revenue_growth", "2026-Q1") == [
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2025, 10, 1), date(2025, 12, 31)),
    ]
    assert days("revenue_growth_ytd", "2026-02") == [
        (date(2026, 1, 1), date(2026, 2, 28)),
        (date(2025, 1, 1), date(2025, 2, 28)),
    ]
    assert days("customer_lifetime_value", "2026-02") == [(date.min, date(2026, 2, 28))]
