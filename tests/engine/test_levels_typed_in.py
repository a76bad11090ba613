"""``manual`` with ``roll: last``: the latest value of each person and team, added up or averaged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from leitstern.engine.records import records
from leitstern.engine.run import Request, compute
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain, parse

from .cases import HOURS_LEFT, MOOD, Case, catalogue
from .conftest import Workshop
from .measuring import Asked
from .worlds import Row, World

TEAMS: list[Row] = [
    {"key": "all"},
    {"key": "north", "parent": "all"},
    {"key": "south", "parent": "all"},
]
#: Ann moves from North to South in the middle of February, Bo is in South, Cy in All, Di in no team.
MEMBERS: list[Row] = [
    {"key": "1", "person": "ann", "team": "north", "valid_to": date(2025, 2, 14)},
    {"key": "2", "person": "ann", "team": "south", "valid_from": date(2025, 2, 15)},
    {"key": "3", "person": "bo", "team": "south"},
    {"key": "4", "person": "cy", "team": "all"},
]
PEOPLE: list[Row] = [
    {"key": "ann", "region": "Nord"},
    {"key": "bo", "region": "Süd"},
    {"key": "cy"},
    {"key": "di"},
]


def typed(day: str, value: float, measure: str, person: str | None = None, team: str | None = None) -> Row:
    at = date.fromisoformat(f"2025-{day}")
    return {"measure": measure, "person": person, "team": team, "value": Decimal(str(value)), "at": at}


def values(
    workshop: Workshop,
    case: Case,
    rows: list[Row],
    by: str,
    grain: Grain = Grain.QUARTER,
    own: Catalogue | None = None,
) -> dict[tuple[str | None, str], object]:
    """What there is from January to March, by subject and period, alike on both backends."""
    own = own or catalogue([case])
    world = World({
        "team": TEAMS, "person": PEOPLE, "membership": MEMBERS,
        "manual_value": [{"key": f"v{n}"} | row for n, row in enumerate(rows)],
    })  # fmt: skip
    request = Request((case.name,), (by,), grain, date(2025, 1, 1), date(2025, 3, 31))
    with workshop.both(world, own) as generations:
        first, second = (
            {(o.subject.id, o.period): o.value for o in compute(g, own, request) if o.value is not None}
            for g in generations
        )
    assert first == second
    return first


def quarter(**found: float) -> dict[tuple[str | None, str], float]:
    return {(None if who == "none" else who, "2025-Q1"): value for who, value in found.items()}


BACKLOG = [
    typed("01-10", 5, "visits", "ann"),
    typed("02-10", 8, "visits", "ann"),
    typed("03-10", 3, "visits", "ann"),
    typed("01-20", 4, "visits", "bo"),
    typed("02-01", 10, "visits", "cy"),
    typed("02-01", 20, "visits", "di"),
    typed("01-05", 100, "visits", team="south"),
    typed("03-05", 7, "visits", team="south"),
    typed("03-06", 1000, "mood", "ann"),
]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("company", quarter(none=3 + 4 + 10 + 20 + 7)),
        ("person", quarter(ann=3, bo=4, cy=10, di=20, none=7)),
        # Ann's latest value counts where she was on its day, and nowhere else.
        ("team", quarter(all=24, south=14, none=20)),
        ("own_team", quarter(all=10, south=14, none=20)),
        ("region", quarter(Nord=3, Süd=4, none=37)),
    ],
)
def test_hours_are_added_up_over_whom_they_were_typed_for(
    workshop: Workshop, by: str, expected: dict[tuple[str | None, str], float]
) -> None:
    assert values(workshop, HOURS_LEFT, BACKLOG, by) == expected


def test_each_month_has_its_own_latest(workshop: Workshop) -> None:
    assert values(workshop, HOURS_LEFT, BACKLOG, "team", Grain.MONTH) == {
        ("north", "2025-01"): 5, ("south", "2025-01"): 104, ("all", "2025-01"): 109,
        ("north", "2025-02"): 8, ("all", "2025-02"): 18, (None, "2025-02"): 20,
        ("south", "2025-03"): 10, ("all", "2025-03"): 10,
    }  # fmt: skip


SCORES = [
    typed("01-10", 2, "mood", "ann"),
    typed("03-10", 4, "mood", "ann"),
    typed("01-20", 7, "mood", "bo"),
    typed("02-01", 1, "mood", "cy"),
]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("company", quarter(none=4)),
        ("team", quarter(all=4, south=5.5)),
        ("own_team", quarter(all=1, south=5.5)),
        ("person", quarter(ann=4, bo=7, cy=1)),
    ],
)
def test_scores_are_averaged_over_whom_they_were_typed_for(
    workshop: Workshop, by: str, expected: dict[tuple[str | None, str], float]
) -> None:
    assert values(workshop, MOOD, SCORES, by) == expected


@pytest.mark.parametrize(
    ("by", "subject", "adds"),
    [
        ("company", None, {"v2": 3, "v3": 4, "v4": 10, "v5": 20, "v7": 7}),
        ("person", "ann", {"v2": 3}),
        ("team", "north", {}),  # Ann's later values count in South
        ("team", "south", {"v2": 3, "v3": 4, "v7": 7}),
        ("own_team", "all", {"v4": 10}),
    ],
)
@pytest.mark.parametrize("closed", [False, True])
def test_the_list_behind_a_level_adds_up_to_it(
    workshop: Workshop, by: str, subject: str | None, adds: dict[str, int], closed: bool
) -> None:
    """Earlier values are listed as well, and add nothing."""
    own = catalogue([HOURS_LEFT])
    world = World({
        "team": TEAMS, "person": PEOPLE, "membership": MEMBERS,
        "manual_value": [{"key": f"v{n}"} | row for n, row in enumerate(BACKLOG)],
    })  # fmt: skip
    with workshop.place() as place:
        if closed:
            with place.built(world, own) as generation:
                place.ledger().close(generation, own, parse("2025-01"), "Ines")
        with place.built(world, own) as generation:
            found = records(generation, own.resolved(HOURS_LEFT.name, 1), parse("2025-Q1"), by, subject)
            quarter = Request((HOURS_LEFT.name,), (by,), Grain.QUARTER, date(2025, 1, 1), date(2025, 3, 31))
            told = {o.subject.id: o for o in compute(generation, own, quarter, place.ledger())}
    assert {r.key: r.adds[0] for r in found if r.adds[0] is not None} == adds
    assert found.total(found.parts[0]) == sum(adds.values())
    if subject in told:
        assert (told[subject].value or 0, told[subject].rows) == (sum(adds.values()), len(found))


def test_two_values_of_a_day_add_half_each_and_scores_are_not_added(workshop: Workshop) -> None:
    rows = [typed("01-10", 2, "visits", "bo"), typed("01-10", 5, "visits", "bo"), *SCORES]
    world = World({"manual_value": [{"key": f"v{n}"} | row for n, row in enumerate(rows)]})
    own = catalogue([HOURS_LEFT, MOOD])
    with workshop.duckdb(world, own) as generation:
        hours = records(generation, own.resolved(HOURS_LEFT.name, 1), parse("2025-Q1"))
        moods = records(generation, own.resolved(MOOD.name, 1), parse("2025-Q1"))
    assert [r.adds for r in hours] == [(1,), (Decimal("2.5"),)]
    assert hours.total(hours.parts[0]) == Decimal("3.5")
    assert [r.adds[0] for r in moods] == [None, 7, 1, 4]  # Ann's first is not the latest
    assert moods.total(moods.parts[0]) is None


def test_a_value_typed_for_nobody_is_the_companys_own(workshop: Workshop) -> None:
    rows = [*BACKLOG, typed("01-02", 50, "visits"), typed("02-02", 60, "visits")]
    assert values(workshop, HOURS_LEFT, rows, "company", Grain.MONTH) == {
        (None, "2025-01"): 50, (None, "2025-02"): 60, (None, "2025-03"): 10
    }  # fmt: skip
    assert values(workshop, HOURS_LEFT, rows, "team") == quarter(all=24, south=14, none=80)


def test_two_values_of_one_day_are_their_mean(workshop: Workshop) -> None:
    rows = [
        typed("01-10", 2, "visits", "bo"),
        typed("01-10", 5, "visits", "bo"),
        typed("01-10", 1, "visits", "ann"),
    ]
    assert values(workshop, HOURS_LEFT, rows, "company") == quarter(none=4.5)


def test_both_sides_of_a_quotient_are_added_up_and_a_score_in_a_formula_is_averaged(
    workshop: Workshop,
) -> None:
    asked = (Asked("manual_last", "manual_value"),)
    last = {"done": {"manual": "visits", "roll": "last"}, "all": {"manual": "mood", "roll": "last"}}
    share = Case("share_done", last, asked, "done / all", unit="percent")
    rows = [
        typed("01-01", 1, "visits", "ann"), typed("01-01", 10, "mood", "ann"),
        typed("01-01", 2, "visits", "bo"), typed("01-01", 2, "mood", "bo"),
    ]  # fmt: skip
    assert values(workshop, share, rows, "company") == quarter(none=0.25)
    half = Case("half_mood", {"mood": {"manual": "mood", "roll": "last"}}, asked, "mood / 2", unit="score")
    assert values(workshop, half, rows, "company") == quarter(none=3)
    twice = Case("twice_half", {}, asked, "half_mood * 2", unit="count")
    assert values(workshop, twice, rows, "company", own=catalogue([half, twice])) == quarter(none=6)
