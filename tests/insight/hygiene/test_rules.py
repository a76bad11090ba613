"""Each rule of good KPIs: a case that breaks it, and the same case put right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from leitstern.insight.hygiene.notes import GoalNote
from leitstern.insight.hygiene.reach import Reach
from leitstern.insight.hygiene.rules import RULE_NAMES, Finding, Known, Late, check
from tests.insight.by_hand import DECIDED, LEADS, VALUE, WON, catalogue, kpi

TODAY = date(2026, 11, 22)
Q4 = date(2026, 10, 1), date(2026, 12, 31)

KPIS = catalogue(
    kpi("won_value", "value", measures={"value": VALUE}, unit="currency", level="strategic"),
    kpi("won_deals", "won", measures={"won": WON}, drives=["won_value"], paired_with=["win_rate"]),
    kpi("orders", "deals", measures={"deals": WON}),
    kpi("win_rate", "won / all_of_them", measures={"won": WON, "all_of_them": DECIDED}, unit="percent",
        about="efficiency", drives=["won_deals"]),
    kpi("new_leads", "leads", measures={"leads": LEADS}, timing="leading", about="activity",
        drives=["won_deals"]),
    kpi("impressions", "seen", measures={"seen": {"count": "touchpoint"}}, about="reach",
        drives=["won_deals"]),
    kpi("calls", "calls", measures={"calls": {"count": "activity"}}, timing="leading", about="activity"),
)  # fmt: skip


def _goal(name: str, owner: str | None = "anna", **more: Any) -> GoalNote:
    plain = GoalNote(f"{name}/{owner}", name, owner, "company", *Q4, "at_least", 10.0, review_on=TODAY)
    return replace(plain, **more)


def _known(*goals: GoalNote, **more: Any) -> Known:
    return Known(KPIS, goals, TODAY, **more)


def _found(known: Known, code: str) -> list[Finding]:
    return [one for one in check(known) if one.code == code]


def test_a_good_set_has_no_findings() -> None:
    assert check(_known(_goal("won_value"), _goal("win_rate"), _goal("new_leads"))) == []
    assert check(_known()) == []


def test_more_than_five_at_the_same_time() -> None:
    six = [name for name in KPIS if name != "impressions"]
    goals = [_goal(name) for name in six]
    [found] = _found(_known(*goals), "too_many")
    assert (found.owners, found.values["n"], found.kpis) == (("anna",), 6, tuple(sorted(six)))
    assert not _found(_known(*goals[:5]), "too_many")
    other = replace(goals[5], start=date(2027, 1, 1), end=date(2027, 3, 31))
    assert not _found(_known(*goals[:5], other), "too_many")


def test_two_goals_on_one_kpi_are_one_kpi() -> None:
    goals = [_goal("won_value", whom=f"team:{n}", key=str(n)) for n in range(9)]
    assert not _found(_known(*goals), "too_many")


def test_no_owner() -> None:
    [found] = _found(_known(_goal("won_value", None)), "no_owner")
    assert (found.severity, found.goal, found.fix) == ("high", "won_value/None", "goal")
    nobodys = catalogue(kpi("calls", "calls", measures={"calls": {"count": "activity"}}, owner=" "))
    [found] = _found(Known(nobodys, (), TODAY, own=frozenset(["calls"])), "no_owner")
    assert (found.severity, found.fix) == ("medium", "kpi")


def test_no_review() -> None:
    [found] = _found(_known(_goal("won_value", review_on=None)), "no_review")
    assert found.goal == "won_value/anna"
    over = _goal("won_value", review_on=None, start=date(2026, 7, 1), end=date(2026, 9, 30))
    assert not _found(_known(over), "no_review")


def test_no_goal() -> None:
    looks = {"new_leads": date(2026, 11, 1), "calls": date(2026, 9, 1), "win_rate": TODAY}
    found = _found(_known(_goal("won_deals"), looks=looks), "no_goal")
    assert [one.kpis for one in found] == [("new_leads",)]  # calls: too long ago; win_rate: a counter-KPI


def test_unseen_for_sixty_days() -> None:
    looks = {"won_value": date(2026, 9, 23), "win_rate": date(2026, 9, 22)}
    goals = [_goal("won_value"), _goal("win_rate"), _goal("new_leads")]
    found = _found(_known(*goals, looks=looks, looks_since=date(2026, 1, 1)), "unseen")
    assert [one.kpis[0] for one in found] == ["new_leads", "win_rate"]
    assert not _found(_known(*goals, looks=looks, looks_since=date(2026, 11, 1)), "unseen")
    assert not _found(_known(*goals, looks=looks), "unseen")


def test_duplicates_by_meaning() -> None:
    [found] = _found(_known(_goal("won_deals")), "duplicate")
    assert found.kpis == ("orders", "won_deals")
    assert not _found(_known(_goal("win_rate")), "duplicate")


def test_no_link_to_an_outcome() -> None:
    found = _found(_known(_goal("new_leads"), _goal("calls")), "no_outcome")
    assert [one.kpis for one in found] == [("calls",)]


def test_a_late_source_matters_most_for_goals() -> None:
    late = {Late("deal", date(2026, 10, 29), 24, 9): ("orders", "won_deals")}
    [found] = _found(_known(_goal("won_deals"), late=late), "late_source")
    assert (found.severity, found.kpis, found.values["days"]) == ("high", ("won_deals",), 24)
    [found] = _found(_known(late=late), "late_source")
    assert (found.severity, found.kpis) == ("medium", ("orders", "won_deals"))


def test_only_quantity_and_only_lagging() -> None:
    known = _known(_goal("won_value", "anna"), _goal("won_value", "bert"), _goal("win_rate", "carl"))
    [found] = _found(known, "quantity_only")
    assert (found.owners, found.values["n"]) == (("anna", "bert"), 2)
    lagging = _found(known, "lagging_only")
    assert [one.owners for one in lagging] == [("carl",), ("anna", "bert")]
    assert not _found(_known(_goal("won_value"), _goal("new_leads")), "lagging_only")


def test_reach_as_a_goal_is_vanity() -> None:
    [found] = _found(_known(_goal("impressions")), "vanity")
    assert (found.severity, found.kpis) == ("high", ("impressions",))
    assert not _found(_known(own=frozenset(["impressions"])), "vanity")


def test_strange_words() -> None:
    strange = {"calls": ("ABC",), "orders": ("XYZ",)}
    found = _found(_known(own=frozenset(["calls"]), strange=strange), "strange_words")
    assert [(one.kpis, one.values["words"]) for one in found] == [(("calls",), "ABC")]


@pytest.mark.parametrize(("chance", "found"), [(0.01, 1), (0.2, 0), (None, 0)])
def test_out_of_reach(chance: float | None, found: int) -> None:
    goal = _goal("won_value", target=900.0)
    told = _found(_known(goal, reach={goal.key: Reach(chance, 2, 300.0, 360.0, 3.0)}), "out_of_reach")
    assert len(told) == found
    if told:
        assert told[0].values == {"target": 900.0, "asked": 3.0, "base": 300.0, "n": 2, "whom": "company"}


def test_what_matters_most_comes_first() -> None:
    found = check(_known(_goal("impressions", review_on=None), _goal("calls", None)))
    assert [one.severity for one in found] == sorted(
        (one.severity for one in found), key="high medium low".find
    )
    assert {one.code for one in found} <= set(RULE_NAMES)
