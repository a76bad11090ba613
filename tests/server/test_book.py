"""The goal book: who sees which goals, what may be written, and where goals stand, counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from leitstern.errors import Problem
from leitstern.goals.goal import Part
from leitstern.server import book
from leitstern.server.models import AccessEntry, Account, AuditEntry, GoalRow, PrivacySetting

from . import accounts
from .fake import FakeWorkspace
from .goals import goal, in_force
from .known import KnownWorkspace

# The fourth quarter of 2026 in Bavaria: 22 working days in October, 21 in November, and in December 22 of
# which the 24th and 31st are half ones, so 64. The data were built on Saturday, 21 November: 37 are done.


@pytest.fixture
def workspace(show: Callable[[FakeWorkspace], None]) -> KnownWorkspace:
    """The company whose numbers can be counted."""
    found = KnownWorkspace()
    show(found)
    return found


@pytest.fixture
def people(workspace: KnownWorkspace, db: None) -> dict[str, Account]:
    """One account of each kind."""
    return {kind: accounts.make_kind(kind) for kind in accounts.KINDS}


def test_a_standing_by_hand(people: dict[str, Account]) -> None:
    row = in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "64000"))
    found = book.standings(people["lead"].viewer, [row])[row.pk]
    assert found.value == Decimal(37 * 500)
    assert found.planned == Decimal(37000)
    assert found.gap == Decimal(-18500)
    assert found.gap_days == Decimal("-18.5")
    assert found.attainment == Decimal("0.2890625")
    assert found.remaining_days == Decimal(27)
    assert found.needed_per_day == Decimal(64000 - 18500) / 27
    assert (found.verdict, found.through) == ("behind", date(2026, 11, 20))


@pytest.mark.parametrize(
    ("newest", "verdict"), [(date(2026, 11, 15), "behind"), (date(2026, 11, 14), "unknown")]
)
def test_a_generation_that_grows_old_has_no_verdict(
    people: dict[str, Account], workspace: KnownWorkspace, newest: date, verdict: str
) -> None:
    # Today is the 22nd: a source that is late after 7 days of silence may be of the 15th, not of the 14th.
    workspace.newest, workspace.late_after = newest, 7
    row = in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "64000"))
    found = book.standings(people["lead"].viewer, [row])[row.pk]
    assert found.verdict == verdict
    assert found.reason == ("source_late" if verdict == "unknown" else None)


@pytest.mark.parametrize(
    ("kpi", "whom", "target", "more", "value", "verdict"),
    [
        ("won_value", "person:P1", "64000", {}, "37000", "on_course"),
        ("won_value", "person:P1", "37000", {}, "37000", "reached"),
        # 18,500 of 37,000 are behind; but the minimum asks for 18,500 by now.
        ("won_value", "person:P2", "64000", {"minimum": "32000"}, "18500", "at_risk"),
        ("won_value", "person:P1", "60000", {"direction": "at_most"}, "37000", "at_risk"),
        ("won_value", "person:P1", "30000", {"direction": "at_most"}, "37000", "exceeded_limit"),
        ("won_value", "person:P5", "64000", {}, "0", "behind"),
        ("won_value", "company:", "118400", {}, "68450", "on_course"),
        ("won_value", "team:T1", "96000", {}, "64750", "on_course"),
        ("win_rate", "company:", "0.3", {}, "0.3", "on_course"),
        ("win_rate", "company:", "0.35", {}, "0.3", "behind"),
        ("win_rate", "company:", "0.2", {"direction": "between", "upper": "0.31"}, "0.3", "on_course"),
        ("won_value", "customer:C1", "6400", {}, "3700", "on_course"),
        # One customer belongs to the segment A.
        ("won_value", "segment:A", "6400", {}, "3700", "on_course"),
        ("win_rate", "segment:A", "0.3", {}, "0.3", "on_course"),
    ],
)
def test_verdicts_by_hand(
    people: dict[str, Account], kpi: str, whom: str, target: str, more: dict[str, object], value: str,
    verdict: str,
) -> None:  # fmt: skip
    PrivacySetting.objects.create(mode="full")
    by = people["lead"] if whom.startswith("person") else people["management"]
    row = in_force(by, people["lead"], goal(kpi, whom, target, **more))
    found = book.standings(by.viewer, [row])[row.pk]
    assert (found.value, found.verdict) == (Decimal(value), verdict)


def test_two_free_dates(people: dict[str, Account]) -> None:
    """Monday, 2, to Friday, 27 November: 20 working days, 15 of them done by the 20th."""
    row = in_force(
        people["lead"],
        people["colleague"],
        goal("won_value", "person:P2", "10000", period="2026-11-02..2026-11-27"),
    )
    found = book.standings(people["lead"].viewer, [row])[row.pk]
    assert (found.value, found.planned) == (Decimal(7500), Decimal(7500))


def test_a_late_source_gives_no_verdict(people: dict[str, Account]) -> None:
    row = in_force(people["management"], people["lead"], goal("nps", "company:", "40"))
    found = book.standings(people["management"].viewer, [row])[row.pk]
    assert (found.value, found.verdict, found.reason) == (None, "unknown", "source_late")


def test_a_customer_without_records_bought_for_nothing(
    people: dict[str, Account], workspace: KnownWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        workspace, "_subjects", lambda by: [s for s in FakeWorkspace._subjects(workspace, by) if s.id != "C2"]
    )
    row = in_force(people["management"], people["lead"], goal("won_value", "customer:C2", "6400"))
    found = book.standings(people["management"].viewer, [row])[row.pk]
    assert (found.value, found.verdict) == (Decimal(0), "behind")


def test_no_segment_for_what_cannot_be_added_up(people: dict[str, Account]) -> None:
    with pytest.raises(Problem) as problem:
        book.create(people["management"].viewer, goal("sales_cycle", "segment:A", "30"))
    assert problem.value.code == "leitstern.goal_segment"


def test_one_question_for_all_people(people: dict[str, Account], workspace: KnownWorkspace) -> None:
    rows = [
        in_force(people["lead"], people["lead"], goal("won_value", f"person:{one}", "64000"))
        for one in ("P1", "P2", "P3", "P5")
    ]
    workspace.asked.clear()
    from leitstern.server.reader import reader

    reader()._answers.clear()
    book.standings(people["lead"].viewer, rows)
    assert workspace.asked == [("won_value@1", "person")]


def test_a_standing_follows_its_goal(people: dict[str, Account]) -> None:
    viewer = people["lead"].viewer
    row = book.create(viewer, goal("won_value", "person:P2", "64000"))
    assert book.standings(viewer, [row])[row.pk].planned == 37000
    row = book.update(viewer, row, goal("won_value", "person:P2", "32000"))
    assert book.standings(viewer, [row])[row.pk].planned == 18500


def test_the_plan_counts_cents_whatever_the_database_gives_back(people: dict[str, Account]) -> None:
    row = in_force(people["lead"], people["colleague"], goal("won_value", "person:P2", "10000"))
    again = GoalRow.objects.get(pk=row.pk)
    assert str(again.goal.levels.target) == "10000"
    assert str(book.standings(people["lead"].viewer, [again])[row.pk].planned) == "5781.25"


# --- who sees what ---


def test_goals_one_may_not_see_do_not_exist(people: dict[str, Account]) -> None:
    row = in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    seen = {kind for kind, account in people.items() if book.get(account.viewer, row.pk) is not None}
    assert seen == {"person", "lead", "management"}
    assert set(book.visible(people["lead"].viewer)) == {row}
    assert not book.visible(people["other_lead"].viewer).exists()


def test_a_small_team_keeps_its_value_from_others(people: dict[str, Account]) -> None:
    row = in_force(people["management"], people["lead"], goal("won_value", "team:T1", "96000"))
    found = book.standings(people["person"].viewer, [row])[row.pk]
    assert (found.value, found.verdict, found.reason) == (None, "unknown", "protected")
    assert book.curve(people["person"].viewer, row).actual == [None] * 92
    assert book.evidence(people["person"].viewer, row).past == ()
    assert book.standings(people["lead"].viewer, [row])[row.pk].value == Decimal(64750)


def test_drafts_are_seen_by_those_who_write_them(people: dict[str, Account]) -> None:
    row = book.create(people["lead"].viewer, goal("won_value", "person:P1", "64000"))
    assert book.get(people["lead"].viewer, row.pk) == row
    for kind in ("person", "colleague", "other_lead", "council", "administrator", "analyst"):
        assert book.get(people[kind].viewer, row.pk) is None, kind


def test_who_saw_whose_value_is_written_down(people: dict[str, Account]) -> None:
    row = in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    book.standings(people["person"].viewer, [row], "goal")
    assert not AccessEntry.objects.exists()  # one's own
    book.standings(people["lead"].viewer, [row], "goal")
    entry = AccessEntry.objects.get()
    assert (entry.account, entry.person, entry.kpi, entry.surface) == (
        people["lead"],
        "P1",
        "won_value",
        "goal",
    )


# --- what may be written ---


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (goal("won_valu", "company:", "1"), "kpis.kpi_unknown"),
        (goal("won_value", "customer:C999", "1"), "leitstern.goal_subject_unknown"),
        (goal("won_value", "company:", "10", minimum="12"), "leitstern.goal_levels"),
        (goal("won_value", "company:", "10", stretch="9"), "leitstern.goal_levels"),
        (goal("won_value", "company:", "10", minimum="9", direction="at_most"), "leitstern.goal_levels"),
        (goal("win_rate", "company:", "0.5", direction="between"), "leitstern.goal_between"),
        (goal("won_value", "company:", "1", period="2026-12-31..2026-10-01"), "periods.reversed"),
        (goal("won_value", "company:", "1", corridor=Decimal(1)), "leitstern.goal_weight"),
        (
            goal(
                "won_value", "company:", "10", spread="by_hand",
                parts=(Part(date(2026, 10, 1), date(2026, 10, 31), Decimal(9)),),
            ),
            "goals.plan_parts_sum",
        ),
    ],
)  # fmt: skip
def test_a_goal_that_cannot_be(people: dict[str, Account], what: object, code: str) -> None:
    with pytest.raises(Problem) as problem:
        book.create(people["management"].viewer, what)  # type: ignore[arg-type]
    assert problem.value.code == code
    assert problem.value.text("de")
    assert not GoalRow.objects.exists()


def test_goals_for_others_people_are_refused_like_those_for_nobody(people: dict[str, Account]) -> None:
    texts = set()
    for whom in ("person:P1", "person:P999", "team:T1"):
        with pytest.raises(Problem) as problem:
            book.create(people["other_lead"].viewer, goal("won_value", whom, "1"))
        texts.add(problem.value.text("de"))
    assert len(texts) == 1
    with pytest.raises(Problem):  # nobody writes goals for oneself
        book.create(people["person"].viewer, goal("won_value", "person:P1", "1"))


def test_drafts_change_and_go(people: dict[str, Account]) -> None:
    viewer = people["lead"].viewer
    row = book.create(viewer, goal("won_value", "person:P1", "64000"))
    assert row.owner == people["person"]
    row = book.update(viewer, row, goal("won_value", "person:P1", "70000"))
    assert row.goal.levels.target == 70000
    book.delete(viewer, row)
    assert not GoalRow.objects.exists()
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["goal.drafted", "goal.changed", "goal.deleted"]
    entry = AuditEntry.objects.get(action="goal.changed")
    assert (entry.before["levels"], entry.after["levels"]) == ({"target": "64000"}, {"target": "70000"})


def test_a_goal_that_was_offered_is_immutable(people: dict[str, Account]) -> None:
    row = in_force(people["lead"], people["person"], goal("won_value", "person:P1", "64000"))
    before = GoalRow.objects.values().get(pk=row.pk)
    with pytest.raises(Problem) as problem:
        book.update(people["lead"].viewer, row, goal("won_value", "person:P1", "1"))
    assert problem.value.code == "leitstern.goal_no_draft"
    with pytest.raises(Problem):
        book.delete(people["lead"].viewer, row)
    assert GoalRow.objects.values().get(pk=row.pk) == before


# --- the curve ---


def test_the_curve_by_day(people: dict[str, Account]) -> None:
    row = in_force(
        people["lead"], people["colleague"], goal("won_value", "person:P2", "64000", minimum="48000")
    )
    book.say(people["lead"].viewer, row, "Messe", date(2026, 10, 20))
    book.say(people["lead"].viewer, row, "Nur ein Wort")
    curve = book.curve(people["lead"].viewer, row)
    assert curve.cumulative
    assert (len(curve.days), curve.days[0], curve.days[-1]) == (92, date(2026, 10, 1), date(2026, 12, 31))
    # Thursday, Friday, a weekend, Monday.
    assert curve.actual[:5] == [500, 1000, 1000, 1000, 1500]
    assert curve.plan[:5] == [1000, 2000, 2000, 2000, 3000]
    at = curve.days.index(date(2026, 11, 20))
    assert (curve.actual[at], curve.plan[at], curve.actual[at + 1]) == (18500, 37000, None)
    assert (curve.needed[at], curve.needed[-1], curve.needed[at - 1]) == (18500, 64000, None)
    assert curve.plan[-1] == 64000
    # A year before, 1 October was a Wednesday and Friday, the 3rd, a holiday: on the free days after the
    # second working day its 500 were there as well, and the third working day was Monday, the 6th.
    assert curve.previous[:5] == [500, 1000, 1500, 1500, 2000]
    assert [(event.day, event.text) for event in curve.events] == [(date(2026, 10, 20), "Messe")]


def test_the_curve_of_a_level_by_week(people: dict[str, Account]) -> None:
    row = in_force(people["management"], people["lead"], goal("win_rate", "company:", "0.35"))
    curve = book.curve(people["management"].viewer, row)
    assert not curve.cumulative
    assert curve.days[:2] == [date(2026, 10, 4), date(2026, 10, 11)]
    assert curve.actual[:8] == [Decimal("0.3")] * 8
    assert curve.actual[8:] == [None] * 6
    assert set(curve.plan) == {Decimal("0.35")}
    assert curve.needed == [None] * 14
