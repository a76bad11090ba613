"""Reverse plans against small cases worked out by hand, and against simulated months that they must reach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.insight.reverse.plan import Assumptions, Known, plan, whole
from leitstern.insight.reverse.stages import Stage, measure, month_of

NOW = 2026 * 12  # January 2026
PLAIN = Assumptions()


def stage(name: str, won_after: list[float], arrived: list[int] | None = None, wins: int = 100) -> Stage:
    past = np.array(arrived or [], np.int64)
    curve = np.array(won_after)
    return Stage(name, curve, curve[-1] * 0.8, curve[-1] * 1.25, NOW - len(past), past, 1000, wins)


def test_months_are_counted() -> None:
    days = np.array(["2026-01-01", "2025-12-31", "1969-12-31"], "datetime64[D]")
    assert month_of(days).tolist() == [2026 * 12, 2025 * 12 + 11, 1969 * 12 + 11]


def test_wins_at_once() -> None:
    """Half of all deals win in their own month: 100,000 of value at 1,000 a deal take 200 deals."""
    found = plan([60_000, 40_000], 0, NOW, [stage("deal", [0.5])], Known(1000, {}), PLAIN)
    assert found.wins == 100
    assert found.stages[0].arrive.tolist() == pytest.approx([120, 80])
    assert found.stages[0].high.tolist() == pytest.approx([150, 100])
    assert found.stages[0].low.tolist() == pytest.approx([96, 64])


def test_what_is_won_already_need_not_be_won_again() -> None:
    found = plan([60_000, 40_000], 30_000, NOW, [stage("deal", [0.5])], Known(1000, {}), PLAIN)
    assert found.wins == 70
    assert found.stages[0].arrive.sum() == pytest.approx(140)


def test_wins_a_month_later() -> None:
    """All wins come in the month after: only what arrives in January is won by February.

    The 60 deals of December bring 30 wins in January; 100 wins are wanted, so 70 are missing: 140 deals.
    """
    found = plan([50_000, 50_000], 0, NOW, [stage("deal", [0.0, 0.5], [60])], Known(1000, {}), PLAIN)
    [deal] = found.stages
    assert deal.on_the_way == pytest.approx(30)
    assert deal.arrive.tolist() == pytest.approx([140, 0])


def test_the_lag_of_leads_is_their_own() -> None:
    """Leads win after 0 (10 %), 1 (another 10 %) months; 80 % of wins came from leads: 80 of 100 wins."""
    leads = stage("lead", [0.1, 0.2])
    found = plan([100_000, 0], 0, NOW, [leads], Known(1000, {"lead": 0.8}), PLAIN)
    # All of the profile lies in January, whose leads win .2 of them by February: 80 / .2
    assert found.stages[0].arrive.tolist() == pytest.approx([400, 0])


def test_only_wins_of_the_period_count() -> None:
    """February is wanted, it is January: deals win at once (20 %) or a month later (30 %).

    The 50 deals of December win 15 in January, which does not count. A January deal wins .3 in February,
    a February deal .2; both months get their share of the profile: 3 to 2.
    """
    deals = stage("deal", [0.2, 0.5], [50])
    [found] = plan([0, 100_000], 0, NOW, [deals], Known(1000, {}), PLAIN).stages
    assert found.on_the_way == 0
    assert found.arrive[0] / found.arrive[1] == pytest.approx(1.5)
    assert found.arrive[0] * 0.3 + found.arrive[1] * 0.2 == pytest.approx(100)


def test_too_late_is_said() -> None:
    late = stage("lead", [0.0, 0.0, 0.0, 0.2])
    found = plan([10_000, 10_000], 0, NOW, [late], Known(1000, {}), PLAIN)
    assert found.stages[0].verdict == "too_late"
    assert found.stages[0].arrive.sum() == 0


def test_what_is_on_its_way_may_be_enough() -> None:
    found = plan([10_000], 0, NOW, [stage("deal", [0.0, 0.5], [40])], Known(1000, {}), PLAIN)
    assert (found.stages[0].verdict, found.stages[0].on_the_way) == ("already", 20)


def test_few_wins_say_nothing() -> None:
    found = plan([10_000], 0, NOW, [stage("deal", [0.5], wins=19)], Known(1000, {}), PLAIN)
    assert found.stages[0].verdict == "too_little"


def test_people_and_money() -> None:
    known = Known(1000, {}, spend_per_lead=50, meetings_per_deal=3, deals_per_head=20, heads=4)
    stages = [stage("lead", [0.1]), stage("deal", [0.5])]
    found = plan([60_000, 40_000], 0, NOW, stages, known, Assumptions(commission=0.1))
    assert found.spend is not None
    assert found.meetings is not None
    assert found.heads is not None
    assert found.spend.tolist() == pytest.approx([30_000, 20_000])  # 600 and 400 leads
    assert found.meetings.tolist() == pytest.approx([360, 240])  # 120 and 80 deals
    assert found.heads.tolist() == pytest.approx([6, 4])
    assert found.hires == pytest.approx(2)
    assert found.cost == pytest.approx(50_000 + 10_000)


def test_a_plan_that_comes_too_late_has_no_cost() -> None:
    known = Known(1000, {}, spend_per_lead=50)
    stages = [stage("lead", [0.1]), stage("deal", [0.0, 0.0, 0.0, 0.2])]
    found = plan([10_000, 10_000], 0, NOW, stages, known, Assumptions(commission=0.1))
    assert found.spend is not None
    assert found.cost is None


def test_what_if() -> None:
    known = Known(1000, {}, spend_per_lead=50, deals_per_head=20, heads=4)
    stages = [stage("lead", [0.1]), stage("deal", [0.5])]
    dearer = plan([100_000], 0, NOW, stages, known, Assumptions(price=1.25))
    assert dearer.stages[1].arrive.tolist() == pytest.approx([160])
    better = plan([100_000], 0, NOW, stages, known, Assumptions(conversion=1.25))
    assert better.stages[0].arrive.tolist() == pytest.approx([800])
    hired = plan([100_000], 0, NOW, stages, known, Assumptions(hires=2, cost_per_hire=5_000))
    assert hired.hires == pytest.approx(4)
    assert hired.cost == pytest.approx(1000 * 50 + 10_000)


def test_the_plan_reaches_its_goal_when_it_is_carried_out() -> None:
    """What arrives as planned, and wins as it always has, wins what was wanted."""
    random = np.random.default_rng(7)
    curve = np.cumsum([0.02, 0.05, 0.06, 0.04, 0.03])
    past = stage("deal", list(curve), random.integers(80, 120, 30).tolist())
    wanted = random.uniform(40_000, 90_000, 9)
    found = plan(list(wanted), 0, NOW, [past], Known(1000, {}), PLAIN).stages[0]
    won = 0.0
    lag = np.diff(curve, prepend=0)
    for month, count in [*enumerate(past.arrived, NOW - 30), *enumerate(found.arrive, NOW)]:
        won += sum(count * share for k, share in enumerate(lag) if NOW <= month + k <= NOW + 8)
    assert won * 1000 == pytest.approx(wanted.sum())


def test_young_records_are_not_lost() -> None:
    """Half win after one month and half never; the youngest have not had their month yet."""
    began = np.repeat(np.arange(NOW - 10, NOW), 40)
    won = np.where(np.arange(400) % 2 == 0, began + 1, -1)
    won[won >= NOW] = -1
    found = measure("deal", began, won, NOW)
    assert found.won_after.tolist() == pytest.approx([0.0, *[0.5] * 9])
    assert found.arrived.tolist() == [40] * 10
    assert found.low < 0.5 < found.high
    assert found.usual_lag() == 1


def test_a_known_truth_is_found() -> None:
    """A quarter win, after 0 to 5 months; the interval holds the truth in most of 200 samples."""
    held = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        began = random.integers(NOW - 24, NOW, 1500)
        wins = random.random(1500) < 0.25
        won = np.where(wins, began + random.integers(0, 6, 1500), -1)
        found = measure("deal", began, won, NOW)
        held += found.low <= 0.25 <= found.high
    assert 180 <= held <= 199


def test_no_records() -> None:
    assert not measure("lead", np.array([], np.int64), np.array([], np.int64), NOW).enough


def test_a_month_half_over() -> None:
    """All wins come a month later. December's 60 deals win 30 in January, half of which is over.

    15 of the 30 are expected still; the others are in what was won. 100,000 less 20,000 take 80 wins, so 65
    are missing: 130 deals in January, all of whose wins lie in February.
    """
    deals = stage("deal", [0.0, 0.5], [60])
    [found] = plan([50_000, 50_000], 20_000, NOW, [deals], Known(1000, {}), PLAIN, over=0.5).stages
    assert found.on_the_way == pytest.approx(15)
    assert found.arrive.tolist() == pytest.approx([130, 0])


def test_a_month_half_over_in_which_no_wins_are_planned() -> None:
    """The plan begins in February: what January brings does not count, however much of it is over."""
    deals = stage("deal", [0.0, 0.5], [60])
    [found] = plan([0, 50_000], 0, NOW, [deals], Known(1000, {}), PLAIN, over=0.5).stages
    assert found.on_the_way == 0
    assert found.arrive.tolist() == pytest.approx([100, 0])


@pytest.mark.parametrize(
    ("amounts", "found"),
    [
        ([2.5, 2.6, 1.7, 0.4], [3, 3, 2, 0]),  # 7.2, so 8
        ([1.5, 1.5], [2, 1]),
        ([0.1, 0.0, 0.0], [1, 0, 0]),
        ([0.0, 0.0], [0, 0]),
        ([39.999999999, 60.0000000001], [40, 60]),
    ],
)
def test_whole_amounts_add_up(amounts: list[float], found: list[int]) -> None:
    assert whole(np.array(amounts)) == found


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_whole_amounts_are_near_and_enough(amounts: list[float]) -> None:
    found = whole(np.array(amounts))
    assert sum(amounts) - 1e-3 <= sum(found) < sum(amounts) + 1
    assert all(abs(a - b) < 1 + 1e-3 for a, b in zip(amounts, found, strict=True))
