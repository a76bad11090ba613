"""What customers will be worth: purchases ahead times their amount, tried out on the past first.

Value of the months ahead = expected purchases (`bgnbd`) times expected amount (`gamma_gamma`), discounted
by the month. Before it is believed, the models are fitted on the earlier part of the time and have to
foretell the later part better than going on at the pace so far; a model that does not is ``withdrawn``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.customers import bgnbd, gamma_gamma
from leitstern.insight.customers.bgnbd import BgNbd
from leitstern.insight.customers.gamma_gamma import GammaGamma
from leitstern.insight.customers.histories import Days, Histories, histories

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

WEEKS_A_MONTH = 365.25 / 12 / 7

#: The share of the observed time that the trial fits on.
_FITTED_SHARE = 2 / 3

_DRAWS, _SEED = 2000, 20260101


@dataclass(frozen=True, slots=True)
class Trial:
    """The models fitted up to ``split``, and what came after; the errors are means over customers.

    ``foretold`` and ``happened`` count purchases of ``n`` customers after the split; ``error`` is the mean
    absolute error of the model, ``pace_error`` that of going on at the pace so far. ``verdict``: ``better``,
    ``worse``, ``too_little``.
    """

    split: np.datetime64
    n: int
    foretold: float
    happened: float
    error: float
    pace_error: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is expected of each customer, arrays of shape (customers,) in the order of ``customer``.

    ``purchases`` within the months ahead; ``value`` their discounted amount, ``low`` and ``high`` the middle
    80 % of it, and ``alive`` the probability that the customer is still one.
    """

    customer: Codes
    alive: Floats
    purchases: Floats
    value: Floats
    low: Floats
    high: Floats


def trial(customer: Codes, day: Days, amount: Floats, end: np.datetime64) -> Trial:
    """Fit on the first two thirds of the time up to ``end``, foretell the rest. Arrays as in `histories`."""
    days = day.astype("datetime64[D]")
    start = days.min() if len(days) else end
    split = start + np.timedelta64(round((end - start).astype(int) * _FITTED_SHARE), "D")
    before = histories(customer, days, amount, split)
    model = bgnbd.fit(before.x, before.t_x, before.age)
    if model.verdict == "too_little":
        return Trial(split, before.n, np.nan, np.nan, np.nan, np.nan, "too_little")
    both = histories(customer, days, amount, end)
    later = both.x[np.searchsorted(both.customer, before.customer)] - before.x
    ahead = (end - split).astype(int) / 7
    foretold = bgnbd.expected(model, before.x, before.t_x, before.age, ahead)
    pace = before.x / np.maximum(before.age, 1 / 7) * ahead
    error, pace_error = float(np.abs(foretold - later).mean()), float(np.abs(pace - later).mean())
    return Trial(
        split,
        before.n,
        float(foretold.sum()),
        float(later.sum()),
        error,
        pace_error,
        "better" if error < pace_error else "worse",
    )


def discounted(
    model: BgNbd, x: Floats, t_x: Floats, age: Floats, months: int, discount: float
) -> tuple[Floats, Floats]:
    """Expected purchases within ``months``, plain and discounted with the yearly rate ``discount``.

    The purchases of a month are taken to fall in its middle.
    """
    upto = [
        bgnbd.expected(model, x, t_x, age, month * WEEKS_A_MONTH) if month else np.zeros(len(x))
        for month in range(months + 1)
    ]
    weight = (1 + discount) ** (-(np.arange(months) + 0.5) / 12)
    return upto[-1], np.tensordot(weight, np.diff(np.stack(upto), axis=0), axes=1)


def ahead(
    found: Histories,
    buying: BgNbd,
    spending: GammaGamma,
    months: int = 12,
    discount: float = 0.1,
) -> Ahead:
    """The value of each customer's purchases in the coming months.

    The intervals hold what is random about a customer (still there? how often? how much?), with the models'
    parameters taken as known and without what befalls all customers at once: they are for single
    customers, not for the sum.
    """
    purchases, worth = discounted(buying, found.x, found.t_x, found.age, months, discount)
    each = gamma_gamma.expected(spending, found.x, found.mean)
    drawn = _draws(found, buying, spending, months * WEEKS_A_MONTH)
    discounting = np.divide(worth, purchases, out=np.ones_like(worth), where=purchases > 0)
    low, high = np.quantile(drawn, (0.1, 0.9), axis=0) * discounting
    return Ahead(
        found.customer,
        bgnbd.alive(buying, found.x, found.t_x, found.age),
        purchases,
        worth * each,
        low,
        high,
    )


def _draws(found: Histories, buying: BgNbd, spending: GammaGamma, weeks: float) -> Floats:
    """Undiscounted amounts within ``weeks``, drawn from each customer's posterior: (draws, customers).

    Given that a customer is still there, the rate is gamma(r + x, alpha + T), the probability of leaving
    beta(a, b + x), independent of each other: both follow from equation 6 of Fader, Hardie and Lee (2005).
    """
    random = np.random.default_rng(_SEED)
    size = (_DRAWS, found.n)
    there = random.random(size) < bgnbd.alive(buying, found.x, found.t_x, found.age)
    rate = random.gamma(buying.r + found.x, 1.0, size) / (buying.alpha + found.age)
    leaving = np.maximum(random.beta(buying.a, buying.b + found.x, size), 1e-9)
    bought = np.minimum(random.poisson(rate * weeks), random.geometric(leaving))
    bought = np.where(there, bought, 0)
    nu = random.gamma(spending.q + spending.p * found.x, 1.0, size) / (spending.v + found.x * found.mean)
    drawn: Floats = random.gamma(np.maximum(spending.p * bought, 1e-12)) / np.maximum(nu, 1e-12)
    return np.where(bought > 0, drawn, 0.0)
