"""Is a group worse at a step than it was, or than its peers: shares and waits, and what may be said of them.

*Shares* are compared as log-odds, *waits* by the log-rank test with Peto's one-step log hazard ratio (O - E)
/ V and its variance 1 / V (Peto and others 1977), which a few cases that nobody closes do not move.

*Like with like*: the reference is weighted to the same mix of strata (such as new and existing customers) as
the group it is held against (direct standardisation).

*Some difference is normal*: groups and years differ by more than the luck of the draw. tau² is that variance,
estimated by the method of moments (DerSimonian and Laird 1986, mean zero) from all *other* differences, so
that a bottleneck does not hide itself. A difference d with variance v is judged by t = d / sqrt(v + tau²),
with as many degrees of freedom as there are others.

*Many were looked at*: all comparisons of a group at a step are one question (Simes 1986), and the questions
are adjusted for their number (Holm 1979). The chance that anything at all is called a hint, while nothing is
worse than normal, is at most the level.

*The largest found is too large*: estimates are shrunken with a prior in two parts (Efron 2008): most steps
differ as is normal (variance tau²), one in twenty by more (variance tau² + 1 on log-odds); of a hint it is
as likely as not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leitstern.insight.funnel.waits import Bools, Floats, Ints
from leitstern.insight.shares import FEW

#: How often a share is expected to be off by more than is normal, also in a hint; the variance of that on
#: log-odds.
RARE, RARE_IN_HINT, WIDE = 0.05, 0.5, 1.0
#: From fewer others what is normal is not learnt apart from a step.
_OTHERS = 3


@dataclass(frozen=True, slots=True)
class Odds:
    """A share that passes, among the ``n`` decided: its value, its log-odds and their variance."""

    n: int
    value: float
    log_odds: float
    variance: float

    @property
    def enough(self) -> bool:
        """Whether it stands on at least ``FEW`` decided cases."""
        return self.n >= FEW


def odds(passed: Bools, worth: Floats) -> Odds:
    """The weighted share of ``passed`` (n); ``worth`` (n) is each case's weight, 0 for the undecided.

    Half a case is added on either side (Haldane 1956, Anscombe 1956), so that 0 and 1 have log-odds too. The
    number behind it is Kish's (sum w)² / sum w².
    """
    total = float(worth.sum())
    if total <= 0:
        return Odds(0, float("nan"), 0.0, float("inf"))
    size = total**2 / float((worth**2).sum())
    good = size * float(worth[passed].sum()) / total
    up, down = good + 0.5, size - good + 0.5
    return Odds(int((worth > 0).sum()), good / size, float(np.log(up / down)), 1 / up + 1 / down)


def like(worth: Floats, strata: Ints, mine: Bools, other: Bools) -> Floats:
    """Weights (n) of the cases ``other`` with the mix of ``strata`` (n, whole numbers) of the cases ``mine``.

    A stratum that ``mine`` has and ``other`` lacks is left to the remaining ones.
    """
    size = int(strata.max(initial=0)) + 1
    wanted = np.bincount(strata[mine], worth[mine], size)
    there = np.bincount(strata[other], worth[other], size)
    factor = np.divide(wanted, there, out=np.zeros(size), where=there > 0)
    return np.where(other, worth * factor[strata], 0.0)


def others_variance(differences: Floats, variances: Floats, kin: Ints) -> tuple[Floats, Floats]:
    """tau² (n) seen from each difference, and from how many others: what these vary by beyond chance.

    Not among the others are those of the same ``kin`` (n, whole numbers): a group that is worse than its
    peers makes its peers better than theirs. With fewer than three left, all but itself are the others.
    """
    each, weight = differences**2 / variances, 1 / variances
    one = np.ones(len(differences))
    square, scale, count = (_others(column, kin) for column in (each, weight, one))
    few = count < _OTHERS
    square[few], scale[few], count[few] = (column.sum() - column[few] for column in (each, weight, one))
    tau = np.divide(square - count, scale, out=np.zeros(len(count)), where=scale > 0)
    return np.maximum(0.0, tau), count


def _others(column: Floats, kin: Ints) -> Floats:
    """For each row the sum over the rows that are not of its kin."""
    return np.asarray(column.sum() - np.bincount(kin, column)[kin]) if len(kin) else np.zeros(0)


def tail(differences: Floats, variances: Floats, kin: Ints) -> Floats:
    """The one-sided p-value (n) of each difference being above what is normal; 1 at infinite variance."""
    from scipy.special import stdtr

    p = np.ones(len(differences))
    known = np.isfinite(variances)
    d, v = differences[known], variances[known]
    tau, count = others_variance(d, v, kin[known])
    p[known] = stdtr(np.where(count > 0, count, np.inf), -d / np.sqrt(v + tau))
    return p


def simes(values: Sequence[float]) -> float:
    """One p-value for several, at least one: the least p times their number over its rank."""
    p = np.sort(np.asarray(values, dtype=float))
    return float(np.min(p * len(p) / np.arange(1, len(p) + 1)))


def holm(values: Sequence[float]) -> Floats:
    """Holm's adjusted p-values, in the order given."""
    p = np.asarray(values, dtype=float)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def slower(days: Ints, ended: Bools, mine: Bools, strata: Ints) -> tuple[float, float]:
    """How much slower the cases ``mine`` end than the others, as a log hazard ratio, and its variance.

    All arguments (n,): days waited, whether that was the end, the stratum. Only cases of one stratum are
    compared. The variance is infinite where there is nothing to compare.
    """
    late, spread = 0.0, 0.0
    for stratum in np.unique(strata):
        here = strata == stratum
        expected, variance = _log_rank(days[here], ended[here], mine[here])
        late += expected - float((ended & mine & here).sum())
        spread += variance
    return (late / spread, 1 / spread) if spread > 0 else (0.0, float("inf"))


def _log_rank(days: Ints, ended: Bools, mine: Bools) -> tuple[float, float]:
    """Expected ends of ``mine`` if all ended alike, and the hypergeometric variance."""
    times, place = np.unique(days[ended], return_inverse=True)
    events = np.bincount(place, minlength=len(times)).astype(float)
    waiting = len(days) - np.searchsorted(np.sort(days), times).astype(float)
    own = mine.sum() - np.searchsorted(np.sort(days[mine]), times).astype(float)
    part = own / waiting
    left = np.divide(waiting - events, waiting - 1, out=np.zeros(len(times)), where=waiting > 1)
    return float((events * part).sum()), float((events * part * (1 - part) * left).sum())


def shrunken(
    difference: float, variance: float, tau: float, rare: float, draws: int, rng: np.random.Generator
) -> Floats:
    """Draws (``draws``,) of what a difference is, given what was seen; ``rare``: the chance of a big one."""
    total = np.array([tau + variance, tau + WIDE + variance])
    share = np.array([1 - rare, rare]) * np.exp(-(difference**2) / (2 * total)) / np.sqrt(total)
    kept = np.array([tau, tau + WIDE]) / total
    part = (rng.random(draws) < share[1] / share.sum()).astype(np.int64)
    spread = np.sqrt(kept * variance)
    return np.asarray(difference * kept[part] + spread[part] * rng.standard_normal(draws))
