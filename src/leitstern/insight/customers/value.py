"""What customers will be worth: purchases ahead times their amount, tried out on the past first.

Value of the months ahead = expected purchases (`bgnbd`) times expected amount (`gamma_gamma`), discounted
by the month. Here a customer's first purchase counts for the amount as well, as who bought once has told
something. Amounts that depend on how often somebody buys make the sum too high or too low; so it is scaled by
what came over what was foretold, in the last third of the time.

Before it is believed, the same is done a third earlier: models fitted on the first two thirds (scaled by
what came in the second) have to foretell the last third better than going on at the pace so far, customer by
customer, in purchases and in money. A model that does not is withdrawn.
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

#: The shares of the observed time after which the trials of the scale and of the whole begin.
_SPLITS = (4 / 9, 2 / 3)

#: Fewer later purchases give no scale.
_LEAST_LATER = 50

_DRAWS, _SEED = 2000, 20260101


@dataclass(frozen=True, slots=True)
class Errors:
    """Sums over customers, and mean absolute errors of the model and of the pace so far."""

    foretold: float
    happened: float
    error: float
    pace_error: float


@dataclass(frozen=True, slots=True)
class Trial:
    """The models fitted up to ``split``, and what ``n`` customers known by then did after it.

    ``purchases`` in numbers, ``revenue`` in money; None where there is too little. ``scale`` is the revenue
    that came over the one foretold without scaling. ``verdict``: ``better`` than the pace in both, ``worse``,
    ``too_little``.
    """

    split: np.datetime64
    n: int
    purchases: Errors | None
    revenue: Errors | None
    scale: float
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
    """Foretell the last third of the time up to ``end`` from what came before. Arrays as in `histories`."""
    days = day.astype("datetime64[D]")
    start = days.min() if len(days) else end
    first, split = (start + np.timedelta64(round((end - start).astype(int) * at), "D") for at in _SPLITS)
    judged = _foretold(customer, days, amount, split, end)
    if judged is None:
        return Trial(split, len(np.unique(customer[days <= split])), None, None, 1.0, "too_little")
    earlier = _foretold(customer, days, amount, first, split)
    scale = 1.0 if earlier is None else earlier.scale
    purchases = _errors(judged.purchases, judged.pace, judged.bought)
    revenue = _errors(judged.revenue * scale, judged.pace * judged.mean, judged.paid)
    better = purchases.error < purchases.pace_error and revenue.error < revenue.pace_error
    return Trial(split, len(judged.paid), purchases, revenue, judged.scale, "better" if better else "worse")


@dataclass(frozen=True, slots=True)
class _Foretold:
    """By customer: purchases and revenue as foretold, the pace with the mean amount, and what came."""

    purchases: Floats
    revenue: Floats
    pace: Floats
    mean: Floats
    bought: Floats
    paid: Floats

    @property
    def scale(self) -> float:
        foretold = float(self.revenue.sum())
        return (
            float(self.paid.sum()) / foretold if foretold > 0 and self.bought.sum() >= _LEAST_LATER else 1.0
        )


def _foretold(
    customer: Codes, days: Days, amount: Floats, split: np.datetime64, end: np.datetime64
) -> _Foretold | None:
    before = histories(customer, days, amount, split)
    buying = bgnbd.fit(before.x, before.t_x, before.age)
    count, mean = amounts(before)
    spending = gamma_gamma.fit(count, mean)
    # Parameters on a bound are no finding, but they foretell all the same.
    if "too_little" in (buying.verdict, spending.verdict) or spending.q <= 1:
        return None
    after = histories(customer, days, amount, end)
    same = np.searchsorted(after.customer, before.customer)
    ahead = (end - split).astype(int) / 7
    purchases = bgnbd.expected(buying, before.x, before.t_x, before.age, ahead)
    return _Foretold(
        purchases,
        purchases * gamma_gamma.expected(spending, count, mean),
        before.x / np.maximum(before.age, 1 / 7) * ahead,
        mean,
        after.x[same] - before.x,
        after.total[same] - before.total,
    )


def _errors(foretold: Floats, pace: Floats, happened: Floats) -> Errors:
    return Errors(
        float(foretold.sum()),
        float(happened.sum()),
        float(np.abs(foretold - happened).mean()),
        float(np.abs(pace - happened).mean()),
    )


def amounts(found: Histories) -> tuple[Floats, Floats]:
    """Number and mean amount of all purchases, the first included; each of shape (customers,)."""
    count = found.x + 1
    return count, found.total / count


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
    scale: float = 1.0,
) -> Ahead:
    """The value of each customer's purchases in the coming months; ``scale`` as in `Trial`.

    The intervals hold what is random about a customer (still there? how often? how much?), with the models'
    parameters taken as known and without what befalls all customers at once: they are for single
    customers, not for the sum.
    """
    purchases, worth = discounted(buying, found.x, found.t_x, found.age, months, discount)
    each = gamma_gamma.expected(spending, *amounts(found)) * scale
    drawn = _draws(found, buying, spending, months * WEEKS_A_MONTH)
    discounting = np.divide(worth, purchases, out=np.ones_like(worth), where=purchases > 0)
    low, high = np.quantile(drawn, (0.1, 0.9), axis=0) * discounting * scale
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
    count, mean = amounts(found)
    nu = random.gamma(spending.q + spending.p * count, 1.0, size) / (spending.v + count * mean)
    drawn: Floats = random.gamma(np.maximum(spending.p * bought, 1e-12)) / np.maximum(nu, 1e-12)
    return np.where(bought > 0, drawn, 0.0)
