"""Splitting goals, people who move, copies and first goals, counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from leitstern.engine.organisation import Organisation, Stay, Team
from leitstern.errors import Problem
from leitstern.periods.grains import parse
from leitstern.server import book
from leitstern.server.models import Account, Default, GoalRow
from leitstern.server.reader import reader

from . import accounts
from .fake import FIRST, LAST, ORGANISATION, FakeWorkspace
from .goals import goal, in_force
from .known import RATES, KnownWorkspace


@pytest.fixture
def people(show: Callable[[FakeWorkspace], None], db: None) -> dict[str, Account]:
    """One account of each kind, at the company whose numbers can be counted."""
    show(KnownWorkspace())
    return {kind: accounts.make_kind(kind) for kind in accounts.KINDS}


@pytest.fixture
def team(people: dict[str, Account]) -> GoalRow:
    """The goal of team T1 (P1, P2, P8, who leads it; beneath it T2 with P3 and P5) for the quarter."""
    what = goal("won_value", "team:T1", "105000", minimum="94500")
    return in_force(people["management"], people["lead"], what)


def targets(split: book.Split) -> dict[str | None, Decimal | None]:
    return {share.whom.id: share.levels and share.levels.target for share in split.shares}


def test_ways_to_split(people: dict[str, Account], team: GoalRow) -> None:
    viewer = people["lead"].viewer
    even = book.proposed(viewer, team, "person", "even", chosen=["P1", "P2"])
    assert targets(even) == {"P1": 52500, "P2": 52500, "P3": None, "P5": None}
    # Last year P1 won twice as much as P2, and P2 twice as much as P3.
    last_year = book.proposed(viewer, team, "person", "last_year")
    assert targets(last_year) == {"P1": 60000, "P2": 30000, "P3": 15000, "P5": None}
    minima = {share.whom.id: share.levels.minimum for share in last_year.shares if share.levels}
    assert minima == {"P1": 54000, "P2": 27000, "P3": 13500}
    assert (last_year.gap.assigned, last_year.gap.open, last_year.gap.over) == (105000, 0, 0)
    # Q4 2025 has 66 weekdays.
    before = {share.whom.id: share.last_year for share in last_year.shares}
    assert before == {"P1": 66000, "P2": 33000, "P3": 16500, "P5": 0}
    hand = book.proposed(viewer, team, "person", "by_hand", hand={"P1": Decimal(50000)})
    assert targets(hand) == {"P1": 50000, "P2": None, "P3": None, "P5": None}
    assert (hand.gap.assigned, hand.gap.open) == (50000, 55000)
    over = book.proposed(viewer, team, "person", "by_hand", hand={"P1": Decimal(50000), "P2": Decimal(60000)})
    assert (over.gap.open, over.gap.over) == (0, 5000)


def test_a_lead_who_sells_has_a_part(people: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> None:
    """P8 leads T1 and sold as much as P3: her part is shown, stays open, and becomes no draft of hers."""
    monkeypatch.setitem(RATES, "P8", 250)
    row = in_force(people["management"], people["lead"], goal("won_value", "team:T1", "120000"))
    found = book.proposed(people["lead"].viewer, row, "person", "last_year")
    assert targets(found) == {"P1": 60000, "P2": 30000, "P3": 15000, "P5": None, "P8": 15000}
    assert [share.whom.id for share in found.shares if not share.writable] == ["P8"]
    assert (found.gap.assigned, found.gap.open, found.gap.over) == (105000, 15000, 0)
    made = book.split(people["lead"].viewer, row, "person", "last_year")
    assert {draft.subject_id: draft.target for draft in made} == {"P1": 60000, "P2": 30000, "P3": 15000}
    management = book.proposed(people["management"].viewer, row, "person", "last_year")
    assert all(share.writable for share in management.shares)


def test_the_company_is_split_among_its_customers_all_of_them(people: dict[str, Account]) -> None:
    """Of 120 customers who bought alike 50 have a line; the other 70 are one, with their part."""
    row = book.create(people["management"].viewer, goal("won_value", "company:", "120000"))
    for by in ("last_year", "even"):
        found = book.proposed(people["management"].viewer, row, "customer", by)
        assert len(found.shares) == 50
        assert {share.levels and share.levels.target for share in found.shares} == {1000}
        assert found.others is not None
        assert (found.others.count, found.others.last_year) == (70, 70 * 6600)
        assert found.others.levels is not None
        assert found.others.levels.target == 70_000
        assert (found.gap.assigned, found.gap.open) == (50_000, 70_000)


def test_a_persons_goal_is_split_among_the_own_customers(people: dict[str, Account]) -> None:
    """P1 owns C1 to C10 and deals with C11, which nobody owns; that P2 deals with C1 makes it not P2's."""
    row = in_force(people["lead"], people["person"], goal("won_value", "person:P1", "11000"))
    found = book.proposed(people["lead"].viewer, row, "customer", "last_year")
    assert targets(found) == {f"C{place}": 1000 for place in range(1, 12)}
    assert found.others is None
    other = in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "11000"))
    nobody = book.proposed(people["lead"].viewer, other, "customer", "last_year")
    assert (nobody.shares, nobody.gap.open) == ((), 11000)
    made = book.split(people["management"].viewer, row, "customer", "even")
    assert {draft.owner for draft in made} == {people["person"]}


def test_a_team_with_teams_is_split_once(people: dict[str, Account]) -> None:
    """T2 lies beneath T1: the company's teams are T1, T3 and T4; T1's people are those of both."""
    whole = book.create(people["management"].viewer, goal("won_value", "company:", "90000"))
    assert {*targets(book.proposed(people["management"].viewer, whole, "team", "even"))} == {"T1", "T3", "T4"}
    row = book.create(people["management"].viewer, goal("won_value", "team:T1", "90000"))
    below = book.proposed(people["management"].viewer, row, "person", "even", chosen=["P1", "P2", "P3"])
    assert {id_: target for id_, target in targets(below).items() if target} == dict.fromkeys(
        ("P1", "P2", "P3"), Decimal(30000)
    )


def test_a_team_that_holds_all_others_is_not_the_only_part(
    people: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody sells in teams beneath T0, where only the head is: the company's parts are those teams."""
    beneath = {id_: replace(t, parent=t.parent or "T0") for id_, t in ORGANISATION.teams.items()}
    stays = (*ORGANISATION.stays, Stay("P10", "T0", FIRST, LAST))
    sales = Organisation(
        ORGANISATION.people, {"T0": Team("T0", "Vertrieb"), **beneath}, stays, ORGANISATION.segments
    )
    monkeypatch.setattr("leitstern.server.book.candidates.organisation", lambda _: sales)
    whole = book.create(people["management"].viewer, goal("won_value", "company:", "90000"))
    assert {*targets(book.proposed(people["management"].viewer, whole, "team", "even"))} == {"T1", "T3", "T4"}
    monkeypatch.setattr(
        "leitstern.server.book.candidates.organisation",
        lambda _: Organisation(sales.people, {"T0": sales.teams["T0"]}, stays[-1:], {}),
    )
    assert {*targets(book.proposed(people["management"].viewer, whole, "team", "even"))} == {"T0"}


def test_nobody_makes_an_offer_to_oneself_unasked(people: dict[str, Account]) -> None:
    author = people["management"]
    row = book.create(author.viewer, goal("won_value", "company:", "90000"))
    assert row.owner is None
    with pytest.raises(Problem) as problem:
        book.act(author.viewer, row, "offer")
    assert problem.value.code == "leitstern.goal_without_owner"
    second = accounts.make("management")
    row = book.create(author.viewer, goal("won_deals", "company:", "100"))
    assert row.owner == second
    chosen = book.create(author.viewer, goal("nps", "company:", "40"), book.About(owner=author.pk))
    assert chosen.owner == author


def test_a_rate_is_not_split(people: dict[str, Account]) -> None:
    row = in_force(people["management"], people["lead"], goal("win_rate", "team:T1", "0.3"))
    found = book.proposed(people["lead"].viewer, row, "person", "even")
    assert not found.divisible
    assert targets(found) == dict.fromkeys(("P1", "P2", "P3", "P5", "P8"), Decimal("0.3"))
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
    assert (gap.assigned, gap.open, gap.over) == (80000, 25000, 0)
    assert book.split(viewer, team, "person", "even", chosen=["P1", "P2"]) == []  # they have a part already
    row = book.act(viewer, made[1], "offer")
    book.act(people["person"].viewer, row, "decline", reason="nein")
    gap = book.open_part(reader(), team)
    assert gap is not None
    assert gap.open == 75000  # what was declined is open again


def test_a_mover_brings_the_part_of_the_days(people: dict[str, Account]) -> None:
    """P4 left T1 on 30 June 2026: June has 22 weekdays less Corpus Christi, July 23; T1 gets 21 of 44."""
    parent = book.create(
        people["management"].viewer,
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
    assert (whole.target, whole.minimum, whole.period, whole.state) == (110250, 99225, "2027-Q1", "draft")
    assert whole.owner == people["lead"]
    assert book.copy(management, [team], Decimal("0.05"), parse("2027-Q1")) == []
    again = book.copy(viewer, [child, team], Decimal("-0.1"), parse("2027-Q2"))
    assert [(row.subject_type, row.target) for row in again] == [("team", 94500), ("person", 45000)]
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
