"""What a new customer costs, people included, and when the money is back.

Cost per new customer = all spending on marketing and sales of a period over the new customers of that
period. The spending is known, the number of customers is a count: its exact interval (Garwood 1936) makes
that of the cost. Spending works later than it is paid; with a long sales cycle a period's cost and its
customers belong together only roughly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Fewer new customers in a period give a cost, but no verdict.
LEAST = 5


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Arrays of shape (periods,); ``parts`` of shape (kinds, periods): cost per customer by kind of cost.

    ``cost`` is NaN without a new customer; ``low`` and ``high`` its 95 % interval (``high`` infinite where
    none came). ``verdict`` is ``cost``, or ``too_little`` if no period has five new customers.
    """

    spent: Floats
    won: Floats
    cost: Floats
    low: Floats
    high: Floats
    parts: Floats
    n: int
    verdict: str


def acquisition(spent: Floats, won: Floats) -> Acquisition:
    """The cost of new customers: ``spent`` of shape (kinds, periods), ``won`` counts of shape (periods,)."""
    total = spent.sum(axis=0)
    fewest, most = count_interval(won)
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = np.where(won > 0, total / won, np.nan)
        low = np.where(total > 0, total / most, 0.0)
        high = np.where(total > 0, total / fewest, 0.0)
        parts = np.where(won > 0, spent / won, np.nan)
    verdict = "cost" if np.any(won >= LEAST) else "too_little"
    return Acquisition(total, won, cost, low, high, parts, int(won.sum()), verdict)


def count_interval(count: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """The exact interval of the expectation behind a count (Garwood 1936); fractions are allowed."""
    from scipy.special import gammaincinv

    count = np.asarray(count, float)
    tail = (1 - level) / 2
    low = np.zeros(count.shape)
    low[count > 0] = gammaincinv(count[count > 0], tail)
    return low, np.asarray(gammaincinv(count + 1, 1 - tail), np.float64)


@dataclass(frozen=True, slots=True)
class Payback:
    """When a new customer's margin has paid for the customer.

    ``months`` is the number of months after the first purchase, counted as begun (1: within the first
    month); None where ``observed`` months do not suffice. ``margin`` of shape (observed,) is the margin of a
    new customer up to the end of each month, over the ``n`` customers of all cohorts old enough.
    ``verdict``: ``paid_back``, ``not_yet``, ``too_little``.
    """

    months: int | None
    observed: int
    margin: Floats
    cost: float
    n: int
    verdict: str


def payback(cost: float, margin: Floats, size: NDArray[np.int64]) -> Payback:
    """Months until the margin of new customers reaches what one cost.

    ``margin`` of shape (cohorts, months) holds each monthly cohort's margin by month of age (NaN: not lived
    yet), ``size`` its customers. An age counts where at least five customers have lived it.
    """
    lived = ~np.isnan(margin)
    at_risk = (lived * size[:, None]).sum(axis=0)
    observed = int((at_risk >= LEAST).sum())
    if observed == 0 or not np.isfinite(cost):
        return Payback(None, 0, np.zeros(0), cost, int(size.sum()), "too_little")
    by_age = np.nansum(margin[:, :observed], axis=0) / at_risk[:observed]
    upto = np.cumsum(by_age)
    reached = np.flatnonzero(upto >= cost)
    months = int(reached[0]) + 1 if len(reached) else None
    return Payback(months, observed, upto, cost, int(size.sum()), "paid_back" if months else "not_yet")
