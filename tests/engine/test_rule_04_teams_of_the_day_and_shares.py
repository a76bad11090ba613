"""Rule 4: a record counts for the team its person was in that day; a shared deal by its shares."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given

from leitstern.engine.run import Request, compute
from leitstern.periods.grains import Grain

from .cases import (
    COUNTS,
    DISTINCT,
    DURATIONS,
    OPEN_DEALS,
    PLAIN,
    SUMS,
    VALUES,
    WON_DEALS,
    WON_VALUE,
    Case,
    catalogue,
)
from .comparing import Expected, check
from .conftest import Workshop, examples
from .oracle import Oracle
from .worlds import Row, World, local, worlds

DEALS = tuple(c for c in PLAIN if c.asked[0].fact == "deal")


def _membership(key: str, person: str, team: str, start: str | None, end: str | None) -> Row:
    return {
        "key": key,
        "person": person,
        "team": team,
        "valid_from": start and date.fromisoformat(start),
        "valid_to": end and date.fromisoformat(end),
    }


def _won(key: str, owner: str | None, day: str, **more: object) -> Row:
    deal = {"key": key, "owner": owner, "status": "won", "amount": Decimal(100)}
    return deal | {"created_at": local("2025-01-01 09:00"), "closed_at": local(f"{day} 12:00")} | more


def by_team(workshop: Workshop, world: World, case: Case, by: str = "team") -> dict[str | None, object]:
    """A year's values by team, without teams that have none; both backends must agree."""
    own = catalogue([case])
    found = []
    with workshop.both(world, own) as generations:
        for generation in generations:
            request = Request((case.name,), (by,), Grain.YEAR, date(2025, 1, 1), date(2025, 12, 31))
            found.append({o.subject.id: o.value for o in compute(generation, own, request) if o.value})
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize(
    ("memberships", "day", "team"),
    [
        ([("t1", None, None)], "2025-06-30", "t1"),
        ([("t1", None, "2025-06-30"), ("t2", "2025-07-01", None)], "2025-06-30", "t1"),
        ([("t1", None, "2025-06-30"), ("t2", "2025-07-01", None)], "2025-07-01", "t2"),
        # In no team on that day.
        ([("t1", None, "2025-05-31"), ("t2", "2025-07-01", None)], "2025-06-15", None),
        ([], "2025-06-15", None),
        # Of two at once the one that began last; the first again after it.
        ([("t1", "2025-01-01", None), ("t2", "2025-06-01", "2025-06-30")], "2025-06-15", "t2"),
        ([("t1", "2025-01-01", None), ("t2", "2025-06-01", "2025-06-30")], "2025-07-01", "t1"),
        # An end before the beginning is no stay.
        ([("t1", "2025-12-01", "2025-01-01")], "2025-06-15", None),
    ],
)
def test_the_team_of_that_day(
    workshop: Workshop, memberships: list[tuple[str, str | None, str | None]], day: str, team: str | None
) -> None:
    stays = [_membership(f"m{n}", "p1", *stay) for n, stay in enumerate(memberships)]
    world = World({"deal": [_won("d1", "p1", day)], "membership": stays})
    assert by_team(workshop, world, WON_DEALS) == {team: 1}


@pytest.mark.parametrize(
    ("owner", "named", "team"),
    [
        ("p1", "t2", "t1"),
        ("p2", "t2", "t2"),
        (None, "t2", "t2"),
        ("p9", "t2", "t2"),
        (None, None, None),
        ("p9", None, None),
    ],
)
def test_the_team_a_deal_names_counts_where_its_person_had_none(
    workshop: Workshop, owner: str | None, named: str | None, team: str | None
) -> None:
    world = World(
        {
            "deal": [_won("d1", owner, "2025-06-15", team=named)],
            "membership": [_membership("m1", "p1", "t1", None, None)],
            "person": [{"key": "p2"}],
        }
    )
    assert by_team(workshop, world, WON_DEALS) == {team: 1}


def test_a_moved_person_leaves_earlier_deals_behind(workshop: Workshop) -> None:
    world = World(
        {
            "deal": [_won(f"d{m}", "p1", f"2025-{m:02d}-01") for m in range(1, 13)],
            "membership": [
                _membership("m1", "p1", "t1", None, "2025-03-31"),
                _membership("m2", "p1", "t2", "2025-04-01", "2025-08-31"),
                _membership("m3", "p1", "t1", "2025-11-01", None),
            ],
        }
    )
    assert by_team(workshop, world, WON_DEALS) == {"t1": 5, "t2": 5, None: 2}


def _shared(deal: Row, *shares: tuple[str, str]) -> World:
    rows = [{"key": who, "deal": deal["key"], "person": who, "share": Decimal(part)} for who, part in shares]
    members = [_membership("m1", "p1", "t1", None, None), _membership("m2", "p2", "t1", None, None)]
    return World({"deal": [deal], "deal_share": rows, "membership": members, "team": [{"key": "t2"}]})


def test_sixty_to_forty(workshop: Workshop) -> None:
    world = _shared(_won("d1", "p1", "2025-06-15"), ("p1", "60"), ("p3", "40"))
    assert by_team(workshop, world, WON_VALUE, "person") == {"p1": 60, "p3": 40}
    assert by_team(workshop, world, WON_DEALS, "person") == {"p1": Decimal("0.6"), "p3": Decimal("0.4")}
    assert by_team(workshop, world, WON_DEALS) == {"t1": Decimal("0.6"), None: Decimal("0.4")}
    assert by_team(workshop, world, WON_DEALS, "company") == {None: 1}


@pytest.mark.parametrize(
    ("owner", "shares", "expected"),
    [
        # What is not listed stays with the owner, added to what is listed for the owner.
        ("p1", [("p2", "0.5")], {"p1": 50, "p2": 50}),
        ("p1", [("p1", "0.2"), ("p2", "0.3")], {"p1": 70, "p2": 30}),
        # Without an owner it is not assigned.
        (None, [("p2", "0.6")], {None: 40, "p2": 60}),
        # More than the whole is scaled to its sum, whatever it is written in.
        ("p1", [("p2", "0.9"), ("p3", "0.6")], {"p2": 60, "p3": 40}),
        ("p1", [("p2", "3"), ("p3", "2")], {"p2": 60, "p3": 40}),
        ("p1", [("p2", "1")], {"p2": 100}),
        # Shares of nothing, or less, are none.
        ("p1", [("p2", "0"), ("p3", "-1")], {"p1": 100}),
    ],
)
def test_shares_of_less_or_more_than_the_whole(
    workshop: Workshop, owner: str | None, shares: list[tuple[str, str]], expected: dict[str | None, int]
) -> None:
    world = _shared(_won("d1", owner, "2025-06-15"), *shares)
    assert by_team(workshop, world, WON_VALUE, "person") == expected
    parts = {who: Decimal(value) / 100 for who, value in expected.items()}
    assert by_team(workshop, world, WON_DEALS, "person") == parts
    assert by_team(workshop, world, WON_DEALS, "company") == {None: 1}


def test_a_filter_on_the_owner_means_the_records_owner_for_everybody(workshop: Workshop) -> None:
    """The deal is p1's, of the north: it counts for both who share it, or for nobody."""
    world = _shared(_won("d1", "p1", "2025-06-15"), ("p1", "0.5"), ("p2", "0.5"))
    people = [{"key": "p1", "region": "North"}, {"key": "p2", "region": "South"}]
    world = world.with_rows(person=people)
    for where, expected in (("= 'North'", {"p1": 50, "p2": 50}), ("= 'South'", {})):
        measure = {"sum": "deal.amount", "where": f"owner.region {where}", "on": "closed_at"}
        case = Case("of_owners", {"value": measure}, (), unit="currency")
        assert by_team(workshop, world, case, "person") == expected
        assert sum(by_team(workshop, world, case, "company").values()) == sum(expected.values())  # type: ignore[arg-type]
    owners = Case("owners", {"owners": {"distinct": "deal.owner", "on": "closed_at"}}, (), unit="count")
    assert by_team(workshop, world, owners, "person") == {"p1": 1, "p2": 1}
    assert by_team(workshop, world, owners, "company") == {None: 1}


def test_the_region_of_a_shared_deal_is_its_owners(workshop: Workshop) -> None:
    """By region it counts once, whole; a filter on the region says the same for all who share it."""
    world = _shared(_won("d1", "p1", "2025-06-15"), ("p1", "0.5"), ("p2", "0.5"))
    world = world.with_rows(person=[{"key": "p1", "region": "North"}, {"key": "p2", "region": "South"}])
    assert by_team(workshop, world, WON_VALUE, "region") == {"North": 100}
    case = Case("north", {"north": {"count": "deal", "where": "region = 'North'", "on": "closed_at"}}, ())
    assert by_team(workshop, world, case, "person") == {"p1": Decimal("0.5"), "p2": Decimal("0.5")}


def test_thirds_add_up_to_the_cent(workshop: Workshop) -> None:
    world = _shared(_won("d1", "p1", "2025-06-15"), ("p1", "1"), ("p2", "1"), ("p3", "1"))
    parts = by_team(workshop, world, WON_VALUE, "person")
    assert parts == {"p1": Decimal("33.34"), "p2": Decimal("33.33"), "p3": Decimal("33.33")}
    assert by_team(workshop, world, WON_VALUE, "company") == {None: 100}


def test_who_shares_a_deal_without_being_in_a_team_counts_for_the_deals_team(workshop: Workshop) -> None:
    deal = _won("d1", "p1", "2025-06-15", team="t2")
    world = _shared(deal, ("p1", "1"), ("p3", "1"))
    assert by_team(workshop, world, WON_DEALS) == {"t1": Decimal("0.5"), "t2": Decimal("0.5")}


def test_two_of_a_team_who_share_a_deal_are_one_value_of_its_median(workshop: Workshop) -> None:
    median = next(c for c in VALUES if c.name == "median_deal")
    world = _shared(_won("d1", "p1", "2025-06-15"), ("p1", "1"), ("p2", "1"))
    others = [
        _won("d2", "p1", "2025-06-15", amount=Decimal(300)),
        _won("d3", "p1", "2025-06-15", amount=Decimal(200)),
    ]
    world = world.with_rows(deal=[*world.rows("deal"), *others])
    assert by_team(workshop, world, median) == {"t1": 200}
    assert by_team(workshop, world, median, "person") == {"p1": 200, "p2": 100}


@examples(3)
@given(world=worlds(shared=True))
def test_a_shared_deal_counts_once_in_total(workshop: Workshop, world: World) -> None:
    owners = next(c for c in COUNTS if c.name == "northern_owners")
    cases = (WON_VALUE, WON_DEALS, OPEN_DEALS, owners)
    own = catalogue(cases)
    with workshop.duckdb(world, own) as generation:
        request = Request(
            tuple(c.name for c in cases),
            ("company", "person"),
            Grain.QUARTER,
            date(2025, 1, 1),
            date(2026, 3, 31),
        )
        total: dict[tuple[str, str, date], Fraction] = {}
        for o in compute(generation, own, request):
            key = (o.subject.type, o.kpi, o.start)
            total[key] = total.get(key, Fraction(0)) + Fraction(o.value or 0)
        for (subject, kpi, start), value in total.items():
            assert value == total["company", kpi, start], (subject, kpi, start)


@examples(3)
@given(world=worlds(shared=True))
def test_shares_and_teams_as_the_oracle_divides_them(workshop: Workshop, world: World) -> None:
    cases = (*DEALS, *(c for c in (*COUNTS, *DISTINCT, *SUMS, *DURATIONS) if c not in DEALS))
    own, expected = catalogue(cases), Expected(Oracle(world))
    request = Request(
        tuple(c.name for c in cases),
        ("team", "own_team", "person"),
        Grain.HALF_YEAR,
        date(2025, 1, 1),
        date(2026, 3, 18),
    )
    with workshop.both(world, own) as generations:
        for generation in generations:
            check(generation, own, expected, cases, request)
