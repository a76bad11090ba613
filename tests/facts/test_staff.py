"""Moves, joiners, leavers and teams: which records they make, and what they leave as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from leitstern.errors import Problem
from leitstern.facts.staff import Membership, Person, Staff, Team
from leitstern.facts.typed import Row

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def staff(*memberships: Membership) -> Staff:
    people = {
        "P1": Person("P1", "Ada Lang", joined=date(2020, 1, 1)),
        "P2": Person("P2", "Bo Kurz"),
    }
    teams = {"T1": Team("T1", "Nord"), "T2": Team("T2", "Süd", parent="T1"), "T3": Team("T3", "West")}
    return Staff(people, teams, memberships)


def said(rows: list[Row]) -> list[tuple[object, ...]]:
    return [(row.key, *(value for value in row.fields.values())) for row in rows]


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Problem) as found:
        yield
    assert found.value.code == f"facts.{code}"
    assert found.value.text("de") != found.value.text("en")


def test_a_move_ends_the_old_membership_on_the_day_before() -> None:
    rows = staff(Membership("m", "P1", "T1", date(2020, 1, 1), None)).move("P1", "T3", MAY)
    assert said(rows) == [
        ("m", "P1", "T1", "2020-01-01", "2026-04-30"),
        ("typed|P1|T3|2026-05-01", "P1", "T3", "2026-05-01", None),
    ]


def test_a_move_of_somebody_without_a_date_or_without_a_team() -> None:
    """A membership of a list without dates has been there for ever."""
    assert said(staff(Membership("m", "P1", "T1", None, None)).move("P1", "T2", MAY))[0] == (
        "m", "P1", "T1", None, "2026-04-30"
    )  # fmt: skip
    assert len(staff().move("P2", "T2", MAY)) == 1


def test_a_membership_that_is_over_stays_as_it_is() -> None:
    over = Membership("m", "P1", "T1", date(2020, 1, 1), date(2026, 3, 31))
    assert [row.key for row in staff(over).move("P1", "T1", MAY)] == ["typed|P1|T1|2026-05-01"]


def test_a_move_on_the_day_it_began_is_corrected() -> None:
    rows = staff(Membership("m", "P1", "T1", MAY, None)).move("P1", "T2", MAY)
    assert said(rows) == [("m", "P1", "T2", "2026-05-01", None)]


def test_what_a_move_is_refused_for() -> None:
    open_ = Membership("m", "P1", "T1", MAY, None)
    with refused("staff_there"):
        staff(open_).move("P1", "T1", JUNE)
    with refused("staff_later"):
        staff(open_).move("P1", "T2", date(2026, 4, 1))
    with refused("staff_unknown"):
        staff(open_).move("P9", "T2", JUNE)
    with refused("staff_unknown"):
        staff(open_).move("P1", "T9", JUNE)


def test_a_joiner_is_a_person_in_a_team_from_the_first_day_on() -> None:
    rows = staff().join("", "Cleo Neu", "cleo@example.org", "T1", MAY)
    assert said(rows) == [
        ("Cleo Neu", "Cleo Neu", "cleo@example.org", "2026-05-01", None),
        ("typed|Cleo Neu|T1|2026-05-01", "Cleo Neu", "T1", "2026-05-01", None),
    ]
    assert [row.fact for row in staff().join("77", "Cleo Neu", None, None, MAY)] == ["person"]
    with refused("staff_known"):
        staff().join("P1", "Cleo Neu", None, None, MAY)
    with refused("staff_name"):
        staff().join("", "", None, None, MAY)


def test_a_leaver_ends_with_the_last_day() -> None:
    rows = staff(Membership("m", "P1", "T1", date(2020, 1, 1), None)).leave("P1", MAY)
    assert [(row.fact, row.key, dict(row.fields)) for row in rows] == [
        ("person", "P1", {"left_at": "2026-05-01"}),
        (
            "membership",
            "m",
            {"person": "P1", "team": "T1", "valid_from": "2020-01-01", "valid_to": "2026-05-01"},
        ),
    ]
    with refused("staff_later"):
        staff(Membership("m", "P1", "T1", JUNE, None)).leave("P1", MAY)
    with refused("staff_before"):
        staff().leave("P1", date(2019, 12, 31))


def test_a_team_has_a_name_of_its_own_and_never_stands_above_itself() -> None:
    assert said(staff().team(None, "Ost", "P1", "T2")) == [("Ost", "Ost", "P1", "T2")]
    assert said(staff().team("T3", "Westen", None, None)) == [("T3", "Westen", None, None)]
    with refused("staff_known"):
        staff().team(None, "Nord", None, None)
    with refused("staff_circle"):
        staff().team("T1", "Nord", None, "T2")
    with refused("staff_circle"):
        staff().team("T1", "Nord", None, "T1")
    with refused("staff_unknown"):
        staff().team(None, "Ost", "P9", None)


def test_the_team_of_a_day_is_the_one_that_began_last() -> None:
    first = Membership("a", "P1", "T1", None, None)
    second = Membership("b", "P1", "T2", MAY, date(2026, 5, 31))
    there = staff(first, second)
    assert [there.now("P1", day).team for day in (date(2026, 4, 30), MAY, JUNE)] == ["T1", "T2", "T1"]
