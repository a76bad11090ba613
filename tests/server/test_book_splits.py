"""Splitting goals, people who move, copies and first goals, counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from leitstern.errors import Problem
from leitstern.periods.grains import parse
from leitstern.server import book
from leitstern.server.models import Account, Default, GoalRow
from leitstern.server.reader import reader

from . import accounts
from .fake import FakeWorkspace
from .goals import goal, in_force
from .known import KnownWorkspace


@pytest.fixture
def people(show: Callable[[FakeWorkspace], None], db: None) -> dict[str, Account]:
    """One account of each kind, at the company whose numbers can be counted."""
    show(KnownWorkspace())
    return {kind: accounts.make_kind(kind) for kind in accounts.KINDS}


@pytest.fixture
def team(people: dict[str, Account]) -> GoalRow:
    """The goal of team T1 (P1, P2 and P8, who leads it) for the fourth quarter."""
    what = goal("won_value", "team:T1", "90000", minimum="81000")
    return in_force(people["management"], people["lead"], what)


def targets(split: book.Split) -> dict[str | None, Decimal | None]:
    return {share.whom.id: share.levels and share.levels.target for share in split.shares}


def test_ways_to_split(people: dict[str, Account], team: GoalRow) -> None:
    viewer = people["lead"].viewer
    even = book.proposed(viewer, team, "person", "even", chosen=["P1", "P2"])
    assert targets(even) == {"P1": 45000, "P2": 45000}
    # Last year P1 won twice as much as P2.
    last_year = book.proposed(viewer, team, "person", "last_year")
    assert targets(last_year) == {"P1": 60000, "P2": 30000}
    assert [share.levels.minimum for share in last_year.shares if share.levels] == [27000, 54000]
    assert (last_year.gap.assigned, last_year.gap.open, last_year.gap.over) == (90000, 0, 0)
    # Q4 2025 has 66 weekdays.
    assert [share.last_year for share in last_year.shares] == [33000, 66000]
    hand = book.proposed(viewer, team, "person", "by_hand", hand={"P1": Decimal(50000)})
    assert targets(hand) == {"P1": 50000, "P2": None}
    assert (hand.gap.assigned, hand.gap.open) == (50000, 40000)
    over = book.proposed(viewer, team, "person", "by_hand", hand={"P1": Decimal(50000), "P2": Decimal(45000)})
    assert (over.gap.open, over.gap.over) == (0, 5000)


def test_a_rate_is_not_split(people: dict[str, Account]) -> None:
    row = in_force(people["management"], people["lead"], goal("win_rate", "team:T1", "0.3"))
    found = book.proposed(people["lead"].viewer, row, "person", "even")
    assert not found.divisible
    assert targets(found) == {"P1": Decimal("0.3"), "P2": Decimal("0.3")}
    assert book.open_part(reader(), row) is None


def test_drafts_of_a_split(people: dict[str, Account], team: GoalRow) -> None:
    viewer = people["lead"].viewer
    made = book.split(viewer, team, "person", "by_hand", hand={"P1": Decimal(50000), "P2": Decimal(30000)})
    assert [(row.subject_id, row.target, row.state, row.parent) for row in made] == [
        ("P2", 30000, "draft", team),
        ("P1", 50000, "draft", team),
    ]
    assert [row.owner for row in made] == [people["colleague"], people["person"]]
    gap = book.open_part(reader(), team)
    assert gap is not None
    assert (gap.assigned, gap.open, gap.over) == (80000, 10000, 0)
    assert book.split(viewer, team, "person", "even") == []  # everybody has a part already
    row = book.act(viewer, made[1], "offer")
    book.act(people["person"].viewer, row, "decline", reason="nein")
    gap = book.open_part(reader(), team)
    assert gap is not None
    assert gap.open == 60000  # what was declined is open again


def test_a_mover_brings_the_part_of_the_days(people: dict[str, Account]) -> None:
    """P4 left T1 on 30 June 2026: June has 22 weekdays less Corpus Christi, July 23; T1 gets 21 of 44."""
    parent = in_force(
        people["management"],
        people["lead"],
        goal("won_value", "team:T1", "90000", period="2026-06-01..2026-07-31"),
    )
    book.create(
        people["management"].viewer,
        goal("won_value", "person:P8", "10000", period="2026-06-01..2026-07-31"),
        book.About(parent=parent.pk),
    )
    mover = goal("won_value", "person:P4", "43000", period="2026-06-01..2026-07-31")
    row = book.create(people["other_lead"].viewer, mover)
    GoalRow.objects.filter(pk=row.pk).update(parent=parent)
    gap = book.open_part(reader(), parent)
    assert gap is not None
    assert gap.assigned == 10000 + 20523  # 43,000 * 21 / 44 is 20,522.7


def test_what_cannot_be_split(people: dict[str, Account], team: GoalRow) -> None:
    with pytest.raises(Problem) as problem:
        book.proposed(people["lead"].viewer, team, "campaign", "even")
    assert problem.value.code == "leitstern.goal_split"
    with pytest.raises(Problem) as problem:
        book.proposed(people["lead"].viewer, team, "person", "even", chosen=[])
    assert problem.value.code == "goals.nobody_to_split_to"


def test_copies_with_a_change(people: dict[str, Account], team: GoalRow) -> None:
    viewer = people["lead"].viewer
    [child] = book.split(viewer, team, "person", "by_hand", hand={"P1": Decimal(50000)})
    management = people["management"].viewer
    [whole] = book.copy(management, [team], Decimal("0.05"), parse("2027-Q1"))
    assert (whole.target, whole.minimum, whole.period, whole.state) == (94500, 85050, "2027-Q1", "draft")
    assert whole.owner == people["lead"]
    assert book.copy(management, [team], Decimal("0.05"), parse("2027-Q1")) == []
    again = book.copy(viewer, [child, team], Decimal("-0.1"), parse("2027-Q2"))
    assert [(row.subject_type, row.target) for row in again] == [("team", 81000), ("person", 45000)]
    assert again[1].parent == again[0]


def test_first_goals_for_new_people(people: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> None:
    """P4 joined T3 on 1 July 2026: that quarter has 66 of the workplace's 253 working days of 2026."""
    Default.objects.create(team="T3", kpi="won_deals", per_year=Decimal(100), created_by=people["lead"])
    [row] = book.newcomers(people["other_lead"].viewer, parse("2026-Q3"))
    assert (row.subject_id, row.start, row.end, row.period) == (
        "P4",
        date(2026, 7, 1),
        date(2026, 9, 30),
        "2026-Q3",
    )
    assert row.target == 26
    assert book.newcomers(people["other_lead"].viewer, parse("2026-Q3")) == []
    assert book.newcomers(people["lead"].viewer, parse("2026-Q3")) == []
