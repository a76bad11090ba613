"""Whether two KPIs that collide by how they are built did so: the number rose, and the rate fell.

The last year is held against the two years before it, each seen from its own last day, so that what takes
time to arrive has had as long in both. Per year of the past the number must have grown by a quarter or more,
and the rate must have fallen: the upper limit of the interval for the difference of two proportions is below
0 (Newcombe 1998, doi 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 10, from two
Wilson intervals). With m pairs tried, each interval has the confidence 1 - 2 * .05 / m (Bonferroni): where
nothing has changed, at most 1 company in 20 is told of any fall. Successes are taken as independent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Literal

from leitstern.insight.shares import wilson

#: The number has to grow by so much before it can be what pulls the rate down.
GROWTH = 0.25
#: The chance that any of the pairs of a company is told to collide although nothing changed.
FALSE_ALARMS = 0.05
#: Fewer successes in the years before tell nothing.
FEWEST = 10

Verdict = Literal["collided", "not_shown", "too_little"]


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``n`` records that arrived."""

    hits: float
    n: float

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Segment:
    """The group of records that grew most: its share of the growth, its rate and that of all others."""

    key: str
    share_of_growth: float
    rate: Share
    others: Share


@dataclass(frozen=True, slots=True)
class Evidence:
    """What happened to a pair.

    ``growth`` of the number per year as a fraction, ``before`` and ``after`` the rate, ``low`` and ``high``
    the interval of its change in points (fractions), ``n`` the records of both times together.
    """

    verdict: Verdict
    n: int
    growth: float | None = None
    before: Share | None = None
    after: Share | None = None
    low: float | None = None
    high: float | None = None
    segment: Segment | None = None


def evidence(before: Share, after: Share, years: float, tried: int = 1) -> Evidence:
    """Whether a rate fell while its denominator rose.

    ``before`` covers ``years`` years, ``after`` the one that followed; ``tried`` is the number of pairs that
    are tried in this company.
    """
    n = round(before.n + after.n)
    if before.hits < FEWEST or not after.n:
        return Evidence("too_little", n, before=before, after=after)
    growth = after.n * years / before.n - 1
    low, high = difference(before, after, 1 - 2 * FALSE_ALARMS / max(tried, 1))
    verdict: Verdict = "collided" if growth >= GROWTH and high < 0 else "not_shown"
    return Evidence(verdict, n, growth, before, after, low, high)


def difference(before: Share, after: Share, confidence: float) -> tuple[float, float]:
    """The interval of ``after - before`` for two independent shares (Newcombe's method 10)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p1, p2 = after.hits / after.n, before.hits / before.n
    (l1, u1), (l2, u2) = wilson(p1, after.n, z), wilson(p2, before.n, z)
    d = p1 - p2
    return d - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2), d + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def segment(before: Mapping[str, Share], after: Mapping[str, Share], years: float) -> Segment | None:
    """The group whose records grew most, whatever its rate; None where no group is known to have grown."""
    grown = {key: share.n - _of(before, key).n / years for key, share in after.items()}
    growth = sum(share.n for share in after.values()) - sum(share.n for share in before.values()) / years
    best = max(grown, key=lambda key: grown[key], default=None)
    if best is None or growth <= 0 or grown[best] <= 0:
        return None
    others = [share for key, share in after.items() if key != best]
    rest = Share(sum(share.hits for share in others), sum(share.n for share in others))
    return Segment(best, min(grown[best] / growth, 1.0), after[best], rest)


def _of(shares: Mapping[str, Share], key: str) -> Share:
    return shares.get(key, Share(0, 0))
