"""What was known of deals on a day, and nothing more."""

from __future__ import annotations

import numpy as np
import pytest

from leitstern.insight.pipeline.deals import NEVER, amounts_on, day_numbers, snapshot, worth_on
from leitstern.insight.pipeline.track import roll
from tests.insight.pipeline.made import by_hand, steady


@pytest.mark.parametrize(
    ("day", "open_deals", "stages", "ages"),
    [
        (9, [], [], []),
        (10, [0], [0], [0]),
        (13, [0, 1, 2], [0, 0, 0], [3, 1, 2]),
        (14, [0, 1, 2], [1, 0, 0], [0, 2, 3]),
        (15, [0, 1], [1, 0], [1, 3]),  # lost on day 15: no longer open at its end
        (20, [1], [0], [8]),
    ],
)
def test_open_deals_with_stage_and_days_in_it(
    day: int, open_deals: list[int], stages: list[int], ages: list[int]
) -> None:
    found = snapshot(by_hand(), day)
    order = np.argsort(found.deal)
    assert found.deal[order].tolist() == open_deals
    assert found.stage[order].tolist() == stages
    assert found.age[order].tolist() == ages


def test_a_deals_whole_life_and_its_moves() -> None:
    found = snapshot(by_hand(), 16)
    first = int(np.flatnonzero(found.deal == 0)[0])
    assert (found.life[first], found.moves[first], found.age[first]) == (6, 2, 2)


def test_an_amount_is_the_one_of_that_day() -> None:
    deals = by_hand()
    assert amounts_on(deals, 15)[0] == 50
    assert amounts_on(deals, 16)[0] == 80


def test_unknown_amounts_come_from_deals_won_by_then() -> None:
    deals = by_hand()
    assert np.isnan(worth_on(deals, 19)[1])  # nothing was won yet
    assert worth_on(deals, 20)[1] == 80  # same product; (80 + 80) / 2


def test_days_as_numbers() -> None:
    days = np.array(["1970-01-03", "NaT"], dtype="datetime64[D]")
    assert day_numbers(days).tolist() == [2, NEVER]


def test_a_snapshot_does_not_know_the_future() -> None:
    """The forecast made at a day is the same whether or not later days are in the data."""
    later, then = steady(7), steady_until(7, 300)
    horizons = np.array([7, 28, 56])
    days = np.arange(160, 301, 28)
    with_future = roll(later, days, horizons, last=500)
    without = roll(then, days, horizons, last=300)
    assert with_future[-1].found.deal.tolist() == without[-1].found.deal.tolist()
    np.testing.assert_allclose(with_future[-1].expected, without[-1].expected)
    np.testing.assert_allclose(with_future[-1].chances, without[-1].chances)


def steady_until(seed: int, day: int):  # type: ignore[no-untyped-def]
    """The steady company as it was known on an earlier day."""
    from tests.insight.pipeline import made

    whole = made.steady(seed)
    return made.known(whole.created, whole.closed, whole.won, whole.amount, day)
