"""Which KPIs collide by how they are built, each case by hand."""

from __future__ import annotations

from datetime import date

import pytest

from leitstern.insight.conflicts.pairs import Pair, pairs
from leitstern.insight.conflicts.proposal import Proposal, proposals
from leitstern.insight.conflicts.pulls import pulls
from leitstern.insight.hygiene.notes import GoalNote
from leitstern.kpis.load import Catalogue, Resolved
from tests.insight.by_hand import CONVERTED, COST, DECIDED, LEADS, VALUE, WON, catalogue, kpi

NEW_LEADS = kpi("new_leads", "new_leads", measures={"new_leads": LEADS}, owner="marketing")
CONVERSION = kpi("conversion", "won", measures={"won": CONVERTED}, unit="percent")
WIN_RATE = kpi("win_rate", "won / decided", measures={"won": WON, "decided": DECIDED}, unit="percent")
WON_DEALS = kpi("won_deals", "won", measures={"won": WON})
VALUE_OF_DEAL = kpi("avg", "value / won", measures={"value": VALUE, "won": WON}, unit="currency")
COST_PER_LEAD = kpi(
    "cost_per_lead", "cost / leads", measures={"cost": COST, "leads": LEADS}, unit="currency", good="down",
    owner="marketing",
)  # fmt: skip


def _found(*documents: dict[str, object]) -> list[tuple[str, str, str]]:
    return [(one.kind, one.first, one.second) for one in pairs(catalogue(*documents).values())]


def test_the_denominator_of_a_cohort_is_what_the_other_counts() -> None:
    assert _found(NEW_LEADS, CONVERSION) == [("denominator", "new_leads", "conversion")]


def test_what_stands_above_and_below_does_not_collide() -> None:
    """A won deal is decided as well, and raises the rate."""
    assert _found(WON_DEALS, WIN_RATE) == []


def test_a_part_of_the_denominator_collides_too() -> None:
    fair = {**LEADS, "where": "source = 'Messe'"}
    assert _found(kpi("fair", "fair", measures={"fair": fair}), CONVERSION) == [
        ("denominator", "fair", "conversion")
    ]
    lost = {**DECIDED, "where": "status = 'lost'"}
    assert _found(kpi("lost", "lost", measures={"lost": lost}), WIN_RATE) == [
        ("denominator", "lost", "win_rate")
    ]


def test_other_records_do_not_collide() -> None:
    mine = {**CONVERTED, "where": "source = 'Website'"}
    fair = {**LEADS, "where": "source = 'Messe'"}
    number = kpi("fair", "fair", measures={"fair": fair})
    assert _found(number, kpi("web", "won", measures={"won": mine}, unit="percent")) == []


def test_a_number_that_should_fall_does_not_push_a_denominator() -> None:
    assert _found(NEW_LEADS | {"good": "down"}, CONVERSION) == []


def test_an_average_over_what_the_other_counts() -> None:
    assert _found(WON_DEALS, VALUE_OF_DEAL) == [("denominator", "won_deals", "avg")]


def test_opposite_directions_on_the_same_number() -> None:
    fewer = kpi("calm", "new_leads", measures={"new_leads": LEADS}, good="down")
    assert _found(NEW_LEADS, fewer) == [("opposite", "new_leads", "calm")]
    assert _found(VALUE_OF_DEAL, WIN_RATE) == [("opposite", "win_rate", "avg")]


def test_many_and_cheap() -> None:
    assert _found(COST_PER_LEAD, NEW_LEADS) == [("cost", "new_leads", "cost_per_lead")]


def test_the_same_successes_claimed_by_two_departments() -> None:
    ours = kpi(
        "ours", "won / leads", measures={"won": WON, "leads": LEADS}, owner="marketing", unit="percent"
    )
    assert _found(ours, WIN_RATE) == [("numerator", "ours", "win_rate")]
    assert _found(ours | {"owner": "sales"}, WIN_RATE) == []


def test_a_kpi_without_a_direction_pulls_nowhere() -> None:
    made = catalogue(NEW_LEADS | {"good": "between"})
    assert pulls(made["new_leads"]).more == frozenset()
    assert _found(NEW_LEADS | {"good": "between"}, CONVERSION) == []


def _goal(name: str, owner: str | None, start: date = date(2026, 10, 1)) -> GoalNote:
    return GoalNote(f"{name}-{owner}", name, owner, "company", start, date(2026, 12, 31), "at_least", 1.0)


@pytest.mark.parametrize(
    ("goals", "standing"),
    [
        ([], "no_goal"),
        ([_goal("new_leads", "m")], "one_goal"),
        ([_goal("new_leads", "m"), _goal("conversion", "m")], "goals_of_one"),
        ([_goal("new_leads", "m"), _goal("conversion", "s")], "goals_of_two"),
        ([_goal("new_leads", "m"), _goal("conversion", "m"), _goal("conversion", "s")], "goals_of_two"),
        ([_goal("new_leads", "m", date(2026, 1, 1)), _goal("conversion", None)], "goals_of_two"),
    ],
)
def test_where_a_pair_stands(goals: list[GoalNote], standing: str) -> None:
    [found] = pairs(catalogue(NEW_LEADS, CONVERSION).values(), goals)
    assert found.standing == standing


def test_goals_at_different_times_do_not_meet() -> None:
    over = GoalNote("g", "new_leads", "m", "company", date(2026, 1, 1), date(2026, 9, 30), "at_least", 1.0)
    [found] = pairs(catalogue(NEW_LEADS, CONVERSION).values(), [over, _goal("conversion", "s")])
    assert found.standing == "one_goal"
    assert found.goals == ()


def test_goals_of_two_people_come_first() -> None:
    goals = [_goal("won_deals", "a"), _goal("avg", "a"), _goal("new_leads", "m"), _goal("conversion", "s")]
    made = catalogue(NEW_LEADS, CONVERSION, WON_DEALS, VALUE_OF_DEAL)
    found = pairs(made.values(), goals)
    assert [(one.first, one.standing) for one in found] == [
        ("new_leads", "goals_of_two"), ("won_deals", "goals_of_one"),
    ]  # fmt: skip
    assert found[0].goals == (("new_leads-m", "conversion-s"),)


def _proposals(made: dict[str, Resolved], *goals: GoalNote) -> list[Proposal]:
    found = {(one.first, one.second): one for one in pairs(made.values(), goals)}
    return proposals(found["new_leads", "conversion"], made)


def test_the_proposals() -> None:
    whole = kpi("cac", "cost / won", measures={"cost": COST, "won": WON}, unit="currency", level="strategic")
    made = catalogue(NEW_LEADS, CONVERSION, whole | {"good": "down"})
    assert _proposals(made) == [Proposal("pair_them", "conversion", "new_leads"), Proposal("share", "cac")]
    two = _goal("new_leads", "m"), _goal("conversion", "s")
    assert [one.code for one in _proposals(made, *two)] == ["share", "pair_them"]
    watched = catalogue(NEW_LEADS | {"paired_with": ["conversion"]}, CONVERSION)
    assert _proposals(watched) == []


def test_without_a_cost_the_nearest_common_outcome_is_shared() -> None:
    made = catalogue(
        NEW_LEADS | {"drives": ["won_deals"]}, CONVERSION | {"drives": ["won_deals"]},
        WON_DEALS | {"drives": ["value"]}, kpi("value", "value", measures={"value": VALUE}, unit="currency"),
    )  # fmt: skip
    assert Proposal("share", "won_deals") in _proposals(made)


@pytest.fixture(scope="module")
def shipped() -> list[Pair]:
    """The pairs among the KPIs that are shipped."""
    known = Catalogue.load()
    return pairs([known.resolved(one.kpi) for one in known])


def test_the_pair_of_the_issue_is_found_among_the_shipped_kpis(shipped: list[Pair]) -> None:
    found = {(one.kind, one.first, one.second) for one in shipped}
    assert ("denominator", "new_leads", "lead_to_customer_rate") in found
    assert ("denominator", "won_deals", "avg_deal_value") in found
    assert ("cost", "new_leads", "cost_per_lead") in found
    assert not {("won_deals", "win_rate"), ("won_deals", "sales_velocity")} & {one[1:] for one in found}


def test_the_shared_kpi_of_leads_is_the_cost_of_won_deals_from_qualified_leads(shipped: list[Pair]) -> None:
    known = Catalogue.load()
    made = {one.kpi: known.resolved(one.kpi) for one in known}
    [pair] = [one for one in shipped if (one.first, one.second) == ("new_leads", "lead_to_customer_rate")]
    assert proposals(pair, made) == [Proposal("share", "cost_per_won_deal")]
