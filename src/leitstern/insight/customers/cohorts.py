"""What becomes of the customers who were won together: who still buys, and how much, by age.

A cohort are the customers whose first purchase falls into the same period. Age 0 is that period itself.
A cell is known where its period is over; the periods that a cohort has not lived yet are NaN, and so is
the running one: half a period would look like customers lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.customers.binomial import share_interval

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

#: Fewer customers at an age give no share worth a look.
LEAST = 5


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Arrays of shape (cohorts, ages); ``first`` and ``size`` of shape (cohorts,), by the first period.

    ``active`` counts who bought at that age, ``revenue`` is what they paid. ``retained``, ``low`` and
    ``high`` of shape (ages,): the share who bought at that age, over all cohorts old enough, with its
    95 % interval, and ``at_risk`` the customers it stands on (NaN for fewer than five).
    """

    first: Codes
    size: Codes
    active: Floats
    revenue: Floats
    at_risk: Codes
    retained: Floats
    low: Floats
    high: Floats
    n: int
    verdict: str

    @property
    def per_customer(self) -> Floats:
        """Revenue at each age for each customer the cohort began with."""
        value: Floats = self.revenue / self.size[:, None]
        return value


def cohorts(
    customer: Codes, period: Codes, amount: Floats, last: int, begun: int | None = None,
    bought: NDArray[np.bool_] | None = None,
) -> Cohorts:  # fmt: skip
    """The cohorts of purchases, arrays of shape (purchases,).

    ``period`` numbers the periods without gaps; ``last`` is the last one that is over. Customers whose first
    purchase lies before ``begun`` (the first period in which a first purchase can be told from a later one)
    are no cohort. ``bought`` tells purchases from other rows, such as credit notes, whose amounts count but
    which are no sign of buying (default: all are purchases).
    """
    if bought is None:
        bought = np.ones(len(customer), np.bool_)
    codes, person = np.unique(customer, return_inverse=True)
    birth = np.full(len(codes), np.iinfo(np.int64).max)
    np.minimum.at(birth, person[bought], period[bought])
    born = birth[person]
    kept = born <= last if begun is None else (born <= last) & (born >= begun)
    if not kept.any():
        return _none()
    # A credit note from before the first purchase we know of belongs to none.
    kept &= period >= born
    person, period, amount = person[kept], period[kept], amount[kept]
    born, bought = born[kept], bought[kept]
    first = np.arange(born.min(), born.max() + 1)
    row, age, lived = born - first[0], period - born, period <= last
    shape = (len(first), int(last - first[0]) + 1)
    revenue, active = np.zeros(shape), np.zeros(shape)
    np.add.at(revenue, (row[lived], age[lived]), amount[lived])
    sign = lived & bought
    buyers = np.unique(np.stack([row[sign], age[sign], person[sign]], axis=1), axis=0)
    np.add.at(active, (buyers[:, 0], buyers[:, 1]), 1.0)
    ahead = first[:, None] + np.arange(shape[1]) > last
    active[ahead], revenue[ahead] = np.nan, np.nan
    size = active[:, 0].astype(np.int64)
    some = size > 0
    return _with_shares(first[some], size[some], active[some], revenue[some])


def _none() -> Cohorts:
    grid, whole, none = np.zeros((0, 0)), np.zeros(0, np.int64), np.zeros(0)
    return Cohorts(whole, whole, grid, grid, whole, none, none, none, 0, "too_little")


def _with_shares(first: Codes, size: Codes, active: Floats, revenue: Floats) -> Cohorts:
    at_risk = (~np.isnan(active) * size[:, None]).sum(axis=0)
    bought = np.nansum(active, axis=0)
    enough = at_risk >= LEAST
    n = np.maximum(at_risk, 1)
    low, high = share_interval(bought, n)
    nothing = np.full(len(at_risk), np.nan)
    return Cohorts(
        first,
        size,
        active,
        revenue,
        at_risk,
        np.where(enough, bought / n, nothing),
        np.where(enough, low, nothing),
        np.where(enough, high, nothing),
        int(size.sum()),
        "cohorts" if enough[1:].any() else "too_little",
    )
