"""How many of those who reach a step of the funnel reach the next one, as a cohort and as a flow.

*Cohort*: of those who entered in the period, the share that has passed within ``horizon`` days of entering.
Cases younger than that are not thrown away and not taken for failures: they count for as long as they were
seen (Aalen and Johansen's cumulative incidence 1978, written as a weighted mean). A cohort of which nobody is
as old as the horizon has no value yet: it is ``too_young``, and only the share passed so far is told.

*Period* (flow): of all who passed or left in the period, whenever they had entered, the share that passed.

The variance of a weighted mean takes the censoring curve as known, which is slightly too large (Robins and
Rotnitzky 1992); the interval is Wilson's at the number of observations that has that variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leitstern.insight.funnel.waits import Bools, Days, Ints, length, weights
from leitstern.insight.shares import FEW, Share, Verdict, share, wilson


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases of one step: day ``entered``, and day ``passed`` to the next step or ``left`` for good.

    All (n,), datetime64[D]; NaT: never. A case with neither is open on ``as_of``. What came after ``as_of``
    is not known yet. Who passed has not left.
    """

    entered: Days
    passed: Days
    left: Days
    as_of: np.datetime64

    @property
    def has_passed(self) -> Bools:
        """Passed by ``as_of``."""
        return ~np.isnat(self.passed) & (self.passed <= self.as_of)

    @property
    def has_left(self) -> Bools:
        """Left by ``as_of`` without passing."""
        return ~np.isnat(self.left) & (self.left <= self.as_of) & ~self.has_passed

    @property
    def days(self) -> Ints:
        """Days from entering to passing, leaving, or ``as_of``; never below 0."""
        end = np.where(self.has_passed, self.passed, np.where(self.has_left, self.left, self.as_of))
        return np.maximum(length(self.entered, end), 0)

    def where(self, chosen: Bools) -> Cases:
        """Only the chosen cases (n, bool)."""
        return Cases(self.entered[chosen], self.passed[chosen], self.left[chosen], self.as_of)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who entered in a period and what became of them by today.

    ``value`` is the estimated share that passes within ``horizon`` days, with its 95 % interval; ``whole``
    counts those watched for the whole horizon, and ``within`` is the plain share among them.
    """

    entered: int
    passed: int
    left: int
    open: int
    horizon: int
    value: float | None
    low: float
    high: float
    within: Share
    verdict: Verdict

    @property
    def so_far(self) -> float | None:
        """The share passed by today: what the value cannot fall below for this cohort."""
        return self.passed / self.entered if self.entered else None


@dataclass(frozen=True, slots=True)
class Flow:
    """What moved in a period: ``entered``, ``passed`` and ``left`` are counted by their own dates."""

    entered: int
    passed: int
    left: int
    share: Share


def horizon(cases: Cases, part: float = 0.95) -> int:
    """The days within which ``part`` of all passes so far happened, at least 1: the cohort's fixed window."""
    days = cases.days[cases.has_passed]
    return max(1, int(np.quantile(days, part, method="higher"))) if len(days) else 1


def cohort(cases: Cases, start: np.datetime64, end: np.datetime64, within: int) -> Cohort:
    """The cases that entered from ``start`` to ``end``, both included; ``within`` is the horizon in days."""
    mine = cases.where((cases.entered >= start) & (cases.entered <= end) & (cases.entered <= cases.as_of))
    passed, left, days = mine.has_passed, mine.has_left, mine.days
    n = len(days)
    old = length(mine.entered, np.full(n, cases.as_of)) >= within
    plain = share(int((passed & (days <= within))[old].sum()), int(old.sum()))
    counts = n, int(passed.sum()), int(left.sum()), int((~passed & ~left).sum())
    if n < FEW or not old.any():
        young: Verdict = "too_little" if n < FEW else "too_young"
        return Cohort(*counts, within, None, 0.0, 1.0, plain, young)
    worth = weights(days, passed | left, within) * passed
    value = min(1.0, float(worth.mean()))
    # Cases not passed count 0, so this is the variance of a mean of n terms.
    variance = float(np.mean((worth - worth.mean()) ** 2)) / n
    # Weights can add up to more than all; a share of 0 or 1 then says nothing of its variance.
    size = value * (1 - value) / variance if variance > 0 and 0 < value < 1 else float(n)
    return Cohort(*counts, within, value, *wilson(value, min(size, n)), plain, "fine")


def flow(cases: Cases, start: np.datetime64, end: np.datetime64) -> Flow:
    """What entered, passed and left from ``start`` to ``end``, both included."""

    def inside(days: Days) -> Bools:
        return np.asarray((days >= start) & (days <= end) & (days <= cases.as_of))

    passed = int((inside(cases.passed) & cases.has_passed).sum())
    left = int((inside(cases.left) & cases.has_left).sum())
    return Flow(int(inside(cases.entered).sum()), passed, left, share(passed, passed + left))
