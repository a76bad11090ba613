"""Rule 13: a team's value is that of its own members and of all teams beneath, each record once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest

from leitstern.engine.explain import sql
from leitstern.engine.generation import Generation
from leitstern.engine.records import records
from leitstern.engine.run import Request, compute
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain, parse

from .cases import BUYERS, MEDIAN_INVOICE, OPEN_DEALS, VALUES, WIN_RATE, WON_DEALS, WON_VALUE, Case, catalogue
from .conftest import Workshop
from .worlds import Row, World, local

MEDIAN_DEAL = next(c for c in VALUES if c.name == "median_deal")
CASES = (WON_DEALS, WON_VALUE, WIN_RATE, OPEN_DEALS, MEDIAN_DEAL, BUYERS, MEDIAN_INVOICE)

#: Sales has North and South beneath it, South has Coast. Hal leads Sales, is in no other team, and sells.
TEAMS: list[Row] = [
    {"key": "sales", "parent": None},
    {"key": "north", "parent": "sales"},
    {"key": "south", "parent": "sales"},
    {"key": "coast", "parent": "south"},
    {"key": "office", "parent": None},
]
PLACES = {"hal": "sales", "nia": "north", "sol": "south", "cora": "coast", "otto": "office"}


def deal(key: str, owner: str | None, amount: int, status: str = "won", day: str = "2025-02-10") -> Row:
    closed = None if status == "open" else local(f"{day} 12:00")
    begun = local("2025-01-02 09:00")
    return {"key": key, "owner": owner, "status": status, "amount": Decimal(amount), "created_at": begun} | {
        "closed_at": closed
    }


def invoice(key: str, owner: str, company: str, amount: int) -> Row:
    at = local("2025-02-11 12:00")
    return {
        "key": key,
        "kind": "invoice",
        "owner": owner,
        "company": company,
        "amount": Decimal(amount),
        "at": at,
    }


def world(**facts: list[Row]) -> World:
    members = [{"key": who, "person": who, "team": team} for who, team in PLACES.items()]
    return World({"team": TEAMS, "membership": members} | facts)


def by(
    generation: Generation, own: Catalogue, name: str, subject: str, grain: Grain
) -> dict[str | None, object]:
    request = Request((name,), (subject,), grain, date(2025, 1, 1), date(2025, 3, 31))
    return {o.subject.id: o.value for o in compute(generation, own, request) if o.value and o.start.month < 4}


def everywhere(
    workshop: Workshop, made: World, expected: Mapping[tuple[str, str], Mapping[str | None, object]]
) -> None:
    """Values of the first quarter: kept ones, those asked of the facts, and those of PostgreSQL."""
    own = catalogue(CASES)
    with workshop.both(made, own) as generations:
        for generation in generations:
            for kept in (True, False):
                if not kept:
                    generation.ready_parts = {}
                for (name, subject), values in expected.items():
                    found = by(generation, own, name, subject, Grain.QUARTER)
                    assert found == pytest.approx(values), (
                        generation.backend.dialect,
                        kept,
                        name,
                        subject,
                    )


def test_a_team_counts_its_tree_and_own_team_its_own_members(workshop: Workshop) -> None:
    made = world(
        deal=[
            deal("d1", "hal", 7),
            deal("d2", "nia", 500),
            deal("d3", "sol", 800),
            deal("d4", "cora", 90),
            deal("d5", "cora", 60, "lost"),
            deal("d6", "cora", 40, "open"),
            deal("d7", "otto", 3),
            deal("d8", None, 1),
        ]
    )
    everywhere(
        workshop,
        made,
        {
            (WON_VALUE.name, "team"): {
                "sales": 1397, "north": 500, "south": 890, "coast": 90, "office": 3, None: 1
            },
            (WON_VALUE.name, "own_team"): {
                "sales": 7, "north": 500, "south": 800, "coast": 90, "office": 3, None: 1
            },
            (WIN_RATE.name, "team"): {
                "sales": 4 / 5, "north": 1, "south": 2 / 3, "coast": 1 / 2, "office": 1, None: 1
            },
            (OPEN_DEALS.name, "team"): {"sales": 1, "south": 1, "coast": 1},
            (OPEN_DEALS.name, "own_team"): {"coast": 1},
            # Neither a median of medians nor a mean: of 7, 500, 800, 90, 60, 40.
            (MEDIAN_DEAL.name, "team"): {
                "sales": 75, "north": 500, "south": 75, "coast": 60, "office": 3, None: 1
            },
        },
    )  # fmt: skip


def test_who_buys_from_two_teams_is_one_buyer_of_the_team_above(workshop: Workshop) -> None:
    made = world(
        company=[{"key": "c1"}, {"key": "c2"}],
        invoice=[
            invoice("i1", "nia", "c1", 10),
            invoice("i2", "cora", "c1", 20),
            invoice("i3", "cora", "c2", 60),
            invoice("i4", "sol", "c2", 100),
        ],
    )
    everywhere(
        workshop,
        made,
        {
            (BUYERS.name, "team"): {"sales": 2, "north": 1, "south": 2, "coast": 2},
            (BUYERS.name, "own_team"): {"north": 1, "south": 1, "coast": 2},
            (MEDIAN_INVOICE.name, "team"): {"sales": 40, "north": 10, "south": 60, "coast": 40},
        },
    )


SHARED = world(
    deal=[deal("d1", "nia", 100), deal("d2", "cora", 30), deal("d3", "sol", 10)],
    deal_share=[
        {"key": who, "deal": "d1", "person": who, "share": Decimal(part)}
        for who, part in (("nia", "0.5"), ("cora", "0.25"), ("otto", "0.25"))
    ],
)


def test_a_deal_shared_within_a_tree_counts_once_for_it(workshop: Workshop) -> None:
    everywhere(
        workshop,
        SHARED,
        {
            (WON_VALUE.name, "team"): {"sales": 115, "north": 50, "south": 65, "coast": 55, "office": 25},
            (WON_DEALS.name, "team"): {
                "sales": 2.75,
                "north": 0.5,
                "south": 2.25,
                "coast": 1.25,
                "office": 0.25,
            },
            (MEDIAN_DEAL.name, "team"): {"sales": 30, "north": 100, "south": 30, "coast": 65, "office": 100},
            (MEDIAN_DEAL.name, "own_team"): {"north": 100, "south": 10, "coast": 65, "office": 100},
        },
    )


def test_the_list_behind_a_tree_names_each_share_and_its_own_team(workshop: Workshop) -> None:
    own = catalogue([WON_VALUE])
    with workshop.both(SHARED, own) as generations:
        for generation in generations:
            found = records(generation, own.resolved(WON_VALUE.name), parse("2025-02"), "team", "sales")
            listed = sorted((r.key, r.person, r.team, r.adds[0]) for r in found)
            assert listed == [
                ("d1", "cora", "coast", 25),
                ("d1", "nia", "north", 50),
                ("d2", "cora", "coast", 30),
                ("d3", "sol", "south", 10),
            ]
            request = Request((WON_VALUE.name,), ("team",), Grain.MONTH, date(2025, 2, 1), date(2025, 2, 28))
            rows = {o.subject.id: o.rows for o in compute(generation, own, request)}
            assert rows == {"sales": 3, "north": 1, "south": 3, "coast": 2, "office": 1}


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ({"a": "b", "b": "a"}, {"a": 3, "b": 3}),
        ({"a": "b", "b": "c", "c": "a"}, {"a": 7, "b": 7, "c": 7}),
        ({"a": "a", "b": "a"}, {"a": 3, "b": 2}),
        ({"a": "b", "b": "c", "c": "b"}, {"a": 1, "b": 7, "c": 7}),
        ({"a": "nobody told of it"}, {"a": 1, "nobody told of it": 1, "b": 2}),
    ],
)
def test_teams_in_a_circle_have_the_same_tree(
    workshop: Workshop, parents: dict[str, str], expected: dict[str, int]
) -> None:
    teams = [{"key": key, "parent": parents.get(key)} for key in ("a", "b", "c")]
    members = [{"key": f"m{t}", "person": f"p{t}", "team": t} for t in ("a", "b", "c")]
    deals = [deal(f"d{t}", f"p{t}", amount) for t, amount in (("a", 1), ("b", 2), ("c", 4))]
    made = World({"team": teams, "membership": members, "deal": deals})
    own: Sequence[Case] = [WON_VALUE]
    with workshop.duckdb(made, catalogue(own)) as generation:
        found = by(generation, catalogue(own), WON_VALUE.name, "team", Grain.QUARTER)
    assert {"c": 4} | expected == found


def test_the_statement_of_a_team_is_that_of_its_tree(workshop: Workshop) -> None:
    own = catalogue([WON_VALUE])
    with workshop.duckdb(SHARED, own) as generation:
        said = {kind: sql(generation, [own.resolved(WON_VALUE.name)], kind) for kind in ("team", "own_team")}
        rows = generation.backend.con.execute(said["team"].partition("\n")[2]).fetchall()  # type: ignore[attr-defined] # DuckDB's
        names = [s.id for s in generation.subjects("team")]
    assert {names[subject]: whole // 10_000 for _, subject, whole in rows} == {
        "sales": 115, "north": 50, "south": 65, "coast": 55, "office": 25,
    }  # fmt: skip
    assert "member_team" not in said["own_team"]
