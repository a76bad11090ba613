"""Who worked where, as a generation tells it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from leitstern.engine.organisation import organisation

from .cases import WON_DEALS, catalogue
from .conftest import Workshop
from .worlds import World

YEAR = (date(2025, 1, 1), date(2025, 12, 31))
WORLD = World(
    {
        "team": [
            {"key": "all", "name": "Vertrieb", "lead": "boss"},
            {"key": "n", "name": "Nord", "parent": "all"},
            {"key": "s", "name": "Süd", "parent": "all", "lead": "sue"},
        ],
        "person": [
            {"key": "boss", "name": "Berta", "working_share": Decimal("0.8"), "calendar": "DE-BY"},
            {"key": "sue", "name": "Sue", "manager": "boss"},
            {"key": "ann", "name": "Ann", "manager": "sue", "joined_at": date(2025, 2, 1)},
        ],
        "membership": [
            {
                "key": "m1",
                "person": "ann",
                "team": "n",
                "valid_from": date(2025, 2, 1),
                "valid_to": date(2025, 6, 30),
            },
            {"key": "m2", "person": "ann", "team": "s", "valid_from": date(2025, 7, 1)},
            {"key": "m3", "person": "sue", "team": "s"},
        ],
        "company": [{"key": "c1", "name": "A", "segment": "Großkunde"}, {"key": "c2", "name": "B"}],
    }
)


def test_people_teams_and_their_history(workshop: Workshop) -> None:
    with workshop.duckdb(WORLD, catalogue([WON_DEALS])) as generation:
        found = organisation(generation)
    assert {p.id: (p.manager, p.working_share, p.calendar) for p in found.people.values()} == {
        "boss": (None, Decimal("0.8"), "DE-BY"), "sue": ("boss", None, None), "ann": ("sue", None, None),
    }  # fmt: skip
    assert found.teams["s"].lead == "sue"
    assert found.members("n", *YEAR) == ("ann",)
    assert found.members("s", *YEAR) == ("ann", "sue")
    assert found.members("s", date(2025, 1, 1), date(2025, 6, 30)) == ("sue",)
    assert found.teams_of("ann", *YEAR) == ("n", "s")
    assert [found.team_on("ann", date(2025, month, day)) for month, day in ((1, 31), (6, 30), (7, 1))] == [
        None, "n", "s",
    ]  # fmt: skip
    assert set(found.below("all")) == {"all", "n", "s"}
    assert found.led_by("boss") == ("all", "n", "s")
    assert found.reports_of("boss") == {"sue", "ann"}
    assert found.segments == {"c1": "Großkunde"}


def test_a_circle_of_managers_and_parents_ends(workshop: Workshop) -> None:
    world = World(
        {
            "team": [{"key": "a", "name": "A", "parent": "b"}, {"key": "b", "name": "B", "parent": "a"}],
            "person": [
                {"key": "x", "name": "X", "manager": "y"},
                {"key": "y", "name": "Y", "manager": "x"},
            ],
        }
    )
    with workshop.duckdb(world, catalogue([WON_DEALS])) as generation:
        found = organisation(generation)
    assert found.below("a") == ("a", "b")
    assert found.reports_of("x") == {"y"}
