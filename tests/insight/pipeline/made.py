"""Deals to test with: a few by hand, and many from known rates."""

from __future__ import annotations

import numpy as np

from leitstern.insight.pipeline.deals import LOST, NEVER, STILL, WON, Bools, Deals, Floats, Ints, Stays


def by_hand() -> Deals:
    """Three deals. The first goes from stage 0 (day 10) to stage 1 (day 14) and is won on day 20; the second
    is still in stage 0 since day 12; the third was lost on day 15. The first one's amount was 50 before day
    16."""
    stays = Stays(
        np.array([0, 0, 1, 2]),
        np.array([0, 1, 0, 0]),
        np.array([10, 14, 12, 11]),
        np.array([14, 20, NEVER, 15]),
        np.array([1, WON, STILL, LOST]),
    )
    amount = np.array([80.0, np.nan, 30.0])
    return Deals(
        np.array([10, 12, 11]),
        np.array([20, NEVER, 15]),
        np.array([True, False, False]),
        amount,
        amount,
        stays,
        2,
        {"product": np.array([1, 1, 0])},
        (np.array([0]), np.array([16]), np.array([50.0])),
    )


def steady(seed: int, per_day: float = 3.0, days: int = 500, win: float = 0.02, lose: float = 0.02) -> Deals:
    """Deals of 100 each in one stage with constant daily chances to be won or lost, known up to day
    ``days``."""
    rng = np.random.default_rng(seed)
    created: Ints = np.repeat(np.arange(days), rng.poisson(per_day, days)).astype(np.int64)
    closed = created + rng.geometric(win + lose, len(created))
    won: Bools = rng.random(len(created)) < win / (win + lose)
    return known(created, closed, won, np.full(len(created), 100.0), days)


def known(created: Ints, closed: Ints, won: Bools, amount: Floats, day: int) -> Deals:
    """What of deals in one stage is known at the end of ``day``."""
    there = created <= day
    created, closed, won, amount = created[there], closed[there], won[there], amount[there]
    closed = np.where(closed <= day, closed, NEVER)
    won = won & (closed < NEVER)
    ends = np.where(closed < NEVER, np.where(won, WON, LOST), STILL)
    rows = np.arange(len(created))
    stays = Stays(rows, np.zeros(len(rows), np.int64), created, closed, ends)
    return Deals(created, closed, won, amount, amount, stays, 1)
