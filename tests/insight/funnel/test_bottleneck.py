"""The bottleneck: found where it was put, named by its cost, and not found where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leitstern.insight.funnel.bottleneck import Board, Stretch, bottlenecks
from leitstern.insight.funnel.steps import Cases

YEAR = Stretch(np.datetime64("2026-01-01"), np.datetime64("2026-12-31"))
BEFORE = Stretch(np.datetime64("2025-01-01"), np.datetime64("2025-12-31"))
AS_OF = np.datetime64("2027-06-30")


def block(
    step: int, group: int, year: int, passed: int, left: int, *, stay: int = 10, amount: float = 1000.0
) -> Board:
    """Cases that entered evenly over a year, decided after about ``stay`` days; those that passed are won."""
    n = passed + left
    entered = np.datetime64(f"{year}-01-01") + (np.arange(n) * 360 // n).astype("timedelta64[D]")
    good = np.arange(n) * 7919 % n < passed
    never = np.datetime64("NaT", "D")
    after = entered + stay + np.arange(n) % 5 - 2
    cases = Cases(entered, np.where(good, after, never), np.where(good, never, after), AS_OF)
    same = [np.full(n, value, dtype=np.int64) for value in (step, group, 0)]
    return Board(*same, np.full(n, amount), cases, after + 5, good)


def joined(*blocks: Board) -> Board:
    plain = {
        name: np.concatenate([getattr(b, name) for b in blocks])
        for name in ("step", "group", "stratum", "amount", "closed", "won")
    }
    days = (
        np.concatenate([getattr(b.cases, name) for b in blocks]) for name in ("entered", "passed", "left")
    )
    return Board(cases=Cases(*days, AS_OF), **plain)


def company(passed: int = 160, left: int = 40, stay: int = 10) -> Board:
    """Five groups, three steps, two years; group 1 at step 1 in the later year as told."""
    alike = [
        block(step, group, year, 160, 40)
        for step in (0, 1, 2) for group in range(5) for year in (2025, 2026)
        if (step, group, year) != (1, 1, 2026)
    ]  # fmt: skip
    return joined(*alike, block(1, 1, 2026, passed, left, stay=stay))


def test_the_step_that_loses_more_is_found_and_costs_what_was_lost() -> None:
    found = bottlenecks(company(100, 100), YEAR, BEFORE)
    assert found.verdict == "hint"
    assert [(c.step, c.group) for c in found.hints] == [(1, 1)]
    first = found.hints[0]
    assert (first.entered, first.n, first.share, first.mean_amount) == (200, 200, 0.5, 1000.0)
    assert [(a.reference, a.n, a.share) for a in first.against] == [("past", 200, 0.8), ("peers", 800, 0.8)]
    assert all(a.loss < 0.001 and a.delay > 0.3 for a in first.against)
    # 200 a year, 30 points fewer, 1000 each, all that pass are won: 60,000 a year, 15,000 a quarter.
    cost = first.cost
    assert cost is not None
    assert 13_000 < cost.value < 15_500
    assert cost.low < 15_000 < cost.high
    assert cost.low > 5_000


def test_deals_that_take_money_away_leave_the_cost_a_number() -> None:
    """Credited deals, won and worth less than nothing, cannot make a share of what is won negative."""
    board = company(100, 100)
    won = board.won & (np.arange(len(board.won)) % 2 == 0)
    credited = replace(board, won=won, amount=np.where(won, -900.0, 1000.0))
    cost = bottlenecks(credited, YEAR, BEFORE).hints[0].cost
    assert cost is not None
    assert np.isfinite([cost.value, cost.low, cost.high]).all()


def test_what_is_lost_later_anyway_is_not_counted_as_lost_here() -> None:
    """Of those that went on every second is lost afterwards: the step costs half of it."""
    board = company(100, 100)
    won = board.won & (np.arange(len(board.won)) % 2 == 0)
    costs = [bottlenecks(one, YEAR, BEFORE).hints[0].cost for one in (board, replace(board, won=won))]
    assert costs[0] is not None
    assert costs[1] is not None
    assert costs[1].value == pytest.approx(costs[0].value / 2, rel=0.05)


def test_what_is_still_open_speaks_through_what_is_decided() -> None:
    """Half go on, after 10 days, and half are lost, after 100: at the end of the year losses are to come."""
    today, never = np.datetime64("2026-12-31"), np.datetime64("NaT", "D")
    one = block(0, 0, 2026, 100, 100)
    good, entered = one.cases.has_passed, one.cases.entered
    cases = Cases(entered, np.where(good, entered + 10, never), np.where(good, never, entered + 100), AS_OF)
    one = replace(one, cases=cases, closed=np.where(good, entered + 15, entered + 100))
    both = joined(one, replace(one, group=one.group + 1))
    found = bottlenecks(replace(both, cases=replace(both.cases, as_of=today)), YEAR, None)
    passed = int((good & (entered + 10 <= today)).sum())
    lost = int((~good & (entered + 100 <= today)).sum())
    assert passed / (passed + lost) > 0.55
    for cell in found.cells:
        assert cell.n == passed + lost
        assert cell.share == pytest.approx(0.5, abs=0.02)
        assert cell.against[0].share == pytest.approx(0.5, abs=0.005)


def test_nothing_is_shown_where_all_are_alike() -> None:
    found = bottlenecks(company(), YEAR, BEFORE)
    assert (found.verdict, found.hints, found.tests) == ("none", (), 60)
    assert {c.verdict for c in found.cells} == {"none"}


def test_a_step_that_only_takes_longer_is_a_hint_that_costs_nothing() -> None:
    found = bottlenecks(company(stay=40), YEAR, BEFORE)
    first = found.hints[0]
    assert (first.step, first.group, first.wait.median.days) == (1, 1, 40)
    assert [(a.wait.median.days, a.delay < 1e-7, a.loss > 0.3) for a in first.against] == [
        (10, True, True)
    ] * 2
    assert first.cost is not None
    assert first.cost.value == pytest.approx(0, abs=2500)


def test_like_is_compared_with_like() -> None:
    """Group 1 has existing customers, who buy more often everywhere: it is not better, it is as all."""
    mixed = []
    for group, (new, existing) in enumerate([(300, 100), (40, 360), (300, 100)]):
        for stratum, size, part in ((0, new, 0.5), (1, existing, 0.9)):
            good = round(size * part)
            one = block(0, group, 2026, good, size - good)
            mixed.append(replace(one, stratum=np.full(size, stratum)))
    found = bottlenecks(joined(*mixed), YEAR, None)
    assert [a.share for c in found.cells for a in c.against] == pytest.approx(
        [0.25 * 0.9 + 0.75 * 0.5, 0.9 * 0.9 + 0.1 * 0.5, 0.25 * 0.9 + 0.75 * 0.5]
    )
    assert found.verdict == "none"


def test_groups_that_always_differ_are_not_a_bottleneck() -> None:
    """Shares between .70 and .88 at every step: the lowest is as low as one of them has to be."""
    passed = {0: (140, 176, 160), 1: (176, 150, 140), 2: (160, 140, 176), 3: (150, 176, 140)}
    board = joined(*(block(s, g, 2026, p, 200 - p) for s, row in passed.items() for g, p in enumerate(row)))
    assert bottlenecks(board, YEAR, None).verdict == "none"


def test_few_cases_say_nothing() -> None:
    found = bottlenecks(joined(block(0, 0, 2026, 2, 7), block(0, 1, 2026, 100, 10)), YEAR, BEFORE)
    assert (found.verdict, found.tests) == ("too_little", 0)
    assert [c.verdict for c in found.cells] == ["too_little", "too_little"]


def test_records_without_a_group_are_nobodys_peers() -> None:
    alone = joined(block(0, 0, 2026, 80, 20), replace(block(0, 0, 2026, 90, 10), group=np.full(100, -1)))
    found = bottlenecks(alone, YEAR, None)
    assert (found.verdict, [c.entered for c in found.cells]) == ("too_little", [100])


def test_two_runs_say_the_same() -> None:
    assert bottlenecks(company(110, 90), YEAR, BEFORE) == bottlenecks(company(110, 90), YEAR, BEFORE)


def test_alarms_in_a_world_of_chance_are_rare() -> None:
    """Forty companies without a bottleneck, groups differing a little: at most four reports name one."""
    rng, named = np.random.default_rng(5), 0
    for _ in range(40):
        blocks = []
        for step in (0, 1, 2):
            for group in range(4):
                log_odds = 1.2 + 0.15 * rng.standard_normal()
                for year in (2025, 2026):
                    n = int(rng.integers(60, 160))
                    good = int(rng.binomial(n, 1 / (1 + np.exp(-log_odds - 0.1 * rng.standard_normal()))))
                    blocks.append(block(step, group, year, good, n - good, stay=int(rng.integers(9, 12))))
        named += bool(bottlenecks(joined(*blocks), YEAR, BEFORE).hints)
    assert named <= 4
