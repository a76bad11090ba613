"""Who sees whom, by role, mode and day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.access.people import organisation

from leitstern.access.modes import MODES, Privacy
from leitstern.access.people import led, whom_sees
from leitstern.access.viewer import OPERATOR, ROLES, Viewer
from leitstern.engine.organisation import Stay
from leitstern.errors import Problem

YEAR = (date(2026, 1, 1), date(2026, 12, 31))

# Ada leads sales; beneath it Ben leads north, and beneath that Cem leads coast. Dora reports to Cem.
HOUSE = organisation(
    {"sales": ["ada"], "north": ["ben", "nele"], "coast": ["cem", "cleo"], "staff": ["dora", "sven"]},
    parents={"north": "sales", "coast": "north"},
    leads={"sales": "ada", "north": "ben", "coast": "cem"},
    managers={"ben": "ada", "cem": "ben", "dora": "cem"},
)
ALL = set(HOUSE.people)


def sees(viewer: Viewer, mode: str = "own_team", days: tuple[date, date] = YEAR, house=HOUSE) -> set[str]:
    return set(whom_sees(viewer, Privacy(mode), house, *days))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        ("ada", {"ada", "ben", "nele", "cem", "cleo"}),  # the tree of sales; dora reports three levels below
        ("ben", {"ben", "nele", "cem", "cleo", "dora"}),
        ("cem", {"cem", "cleo", "dora"}),
        ("nele", {"nele"}),
        ("sven", {"sven"}),
    ],
)
def test_the_own_team(viewer, expected):
    someone = Viewer(1, viewer)
    assert sees(someone) == expected
    assert sees(someone, "own") == {viewer}
    assert sees(someone, "team_only") == set()
    assert sees(someone, "full") == ALL


def test_a_team_given_to_an_account_is_led_by_it():
    assert sees(Viewer(1, leads=frozenset({"staff"}))) == {"dora", "sven"}
    assert sees(Viewer(1, "sven", leads=frozenset({"north"}))) == {"sven", "ben", "nele", "cem", "cleo"}
    assert sees(Viewer(1, leads=frozenset({"no such team"}))) == set()


@pytest.mark.parametrize("mode", MODES)
def test_roles_alone_open_nobody(mode):
    expected = ALL if mode == "full" else set()
    for role in ROLES:
        assert sees(Viewer(1, roles=frozenset({role})), mode) == expected
    assert sees(OPERATOR, mode) == ALL
    assert sees(Viewer(), mode) == set()


def moved(house=HOUSE):
    """Nele moves from north to staff in May."""
    stays = [s for s in house.stays if s.person != "nele"]
    stays += [
        Stay("nele", "north", date(2026, 1, 15), date(2026, 4, 30)),
        Stay("nele", "staff", date(2026, 5, 1), date.max),
    ]
    return replace(house, stays=tuple(stays))


@pytest.mark.parametrize(
    ("start", "end", "seen", "is_led"),
    [
        (date(2026, 2, 1), date(2026, 2, 28), True, True),
        (date(2026, 4, 30), date(2026, 4, 30), True, True),
        (date(2026, 5, 1), date(2026, 5, 1), False, False),
        # Seen is who is seen on each day: else a year and its months would tell what is not.
        (date(2026, 4, 1), date(2026, 6, 30), False, True),
        (date(2026, 1, 1), date(2026, 12, 31), False, True),
        # Before the first team there is, results are the later lead's to compare with.
        (date(2025, 1, 1), date(2025, 12, 31), True, True),
    ],
)
def test_who_changes_the_team_is_seen_on_the_days_in_it(start, end, seen, is_led):
    ben = Viewer(1, "ben")
    assert ("nele" in sees(ben, days=(start, end), house=moved())) == seen
    assert ("nele" in led(ben, moved(), start, end)) == is_led


def test_who_left_stays_with_the_last_lead():
    house = moved()
    people = house.people | {"nele": replace(house.people["nele"], left=date(2026, 4, 30))}
    gone = replace(house, people=people)
    assert "nele" in sees(Viewer(1, "ben"), house=gone)
    staff = Viewer(1, leads=frozenset({"staff"}))
    assert "nele" not in sees(staff, house=gone)
    assert "nele" in sees(staff, days=(date(2026, 5, 1), YEAR[1]), house=house)


def test_a_manager_needs_no_team():
    house = moved()
    people = house.people | {"nele": replace(house.people["nele"], manager="ben")}
    assert "nele" in sees(Viewer(1, "ben"), house=replace(house, people=people))


def test_circles_of_managers_and_teams_end():
    house = organisation({"a": ["x", "y"]}, {"a": "a"}, {"a": "x"}, {"x": "y", "y": "x"})
    assert sees(Viewer(1, "x"), house=house) == {"x", "y"}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"mode": "open"}, "“open” is not a mode. Choose one of: team_only, own, own_team, full."),
        ({"floor": 2}, "A least group of 2 protects nobody. Give at least 3 (usual: 7)."),
        (
            {"dominance": 0},
            "The largest share of one person cannot be 0. Give a number from 0.5 to 1 (usual: 0.85).",
        ),
    ],
)
def test_rules_that_protect_nobody_are_refused(values, text):
    with pytest.raises(Problem) as refused:
        Privacy(**values)
    assert str(refused.value) == text
    assert refused.value.text("de") != text
