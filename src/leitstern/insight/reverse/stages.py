"""What the past says about a stage on the way to a won deal: how many win, how long it takes, who arrived.

A stage is anything that begins on a day and may lead to a win: a lead, a qualified lead, a deal. Records that
began less than the usual time ago cannot have won yet; they are not counted as lost. The lag's distribution
and the conversion therefore come from the product-limit estimate over all records (Kaplan and Meier 1958):
of those still without a win after k months, the share that won in the next one. Conversion is what it has
reached after the longest lag that enough records have lived through.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: With fewer wins a stage says nothing.
FEWEST_WINS = 20
#: Of a lag, so many records must have had the time.
_FEWEST_AT_RISK = 30
#: No lag is looked at that is longer, in months.
LONGEST = 24
#: Only the last so many months count: what held long ago may not hold now.
RECENT = 24
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage as it was. Months are counted as year * 12 + month - 1.

    ``won_after[k]``: share of records that have won within k months after the month they began (0: in the
    same month), never falling. ``conversion`` is its last entry, ``low`` to ``high`` its 95 % interval
    (Greenwood 1926). ``arrived`` counts, by month from ``first_month`` on, the records that began;
    ``n`` records and ``wins`` wins went into it. None of it holds where ``enough`` is False.
    """

    name: str
    won_after: Floats
    low: float
    high: float
    first_month: int
    arrived: NDArray[np.int64]
    n: int
    wins: int

    @property
    def enough(self) -> bool:
        """Whether there were wins enough to say anything."""
        return self.wins >= FEWEST_WINS

    @property
    def conversion(self) -> float:
        """Share of records that win in the end."""
        return float(self.won_after[-1])

    def usual_lag(self) -> int:
        """Months after which half of those that will have won have won."""
        return int(np.searchsorted(self.won_after, self.conversion / 2))


def month_of(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """The months of days, counted as year * 12 + month - 1."""
    months: NDArray[np.int64] = days.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return months


def measure(name: str, began: NDArray[np.int64], won: NDArray[np.int64], now: int) -> Stage:
    """Measure a stage from its records, seen in month ``now`` (which is not over and does not count).

    ``began`` and ``won`` are months, one of each for every record; ``won`` is -1 where the record has not
    won by now. Records that began in ``now`` or more than ``RECENT`` + ``LONGEST`` months before it are
    left out; so are wins dated before the beginning, which cannot be.
    """
    known = (began < now) & (began >= now - RECENT - LONGEST) & ((won < 0) | (won >= began))
    began, won = began[known], np.where(won[known] >= now, -1, won[known])
    if len(began) == 0:
        return Stage(name, np.zeros(1), 0.0, 1.0, now, np.zeros(0, np.int64), 0, 0)
    lag = np.where(won < 0, np.int64(1 << 20), won - began)
    lived = now - 1 - began  # whole months after the first that each record has been seen for
    survival, variance, curve = 1.0, 0.0, []
    for k in range(LONGEST + 1):
        at_risk = int(((lived >= k) & (lag >= k)).sum())
        if at_risk == 0 or (k > 0 and int((lived >= k).sum()) < _FEWEST_AT_RISK):
            break
        won_now = int(((lived >= k) & (lag == k)).sum())
        survival *= 1 - won_now / at_risk
        if at_risk > won_now:
            variance += won_now / (at_risk * (at_risk - won_now))
        curve.append(1 - survival)
    low, high = _interval(curve[-1], variance)
    first = int(began.min())
    arrived = np.bincount(began - first, minlength=now - first)
    wins = int((won >= 0).sum())
    return Stage(name, np.array(curve), low, high, first, arrived, len(began), wins)


def _interval(share: float, variance: float) -> tuple[float, float]:
    """Greenwood's interval on the log of the share not won, so that it stays between 0 and 1."""
    width = _Z * sqrt(variance)
    rest = 1 - share
    return max(0.0, 1 - rest * float(np.exp(width))), min(1.0, 1 - rest * float(np.exp(-width)))
