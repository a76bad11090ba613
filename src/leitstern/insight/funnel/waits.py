"""How long something takes, with what still waits counted for as long as it has waited.

Kaplan and Meier's estimate (1958): S(t) is the product over the event times u <= t of 1 - d(u) / r(u), with d
events among the r who had waited that long. Its p-quantile is the first t with S(t) <= 1 - p; its interval is
that of the times at which the log(-log S) band (Kalbfleisch and Prentice) crosses 1 - p (Brookmeyer and
Crowley 1982). A quantile that the still open ones leave unknown is None, never a guess.

Waits are whole days; an event on a day comes before a censoring on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.shares import FEW, Z95, Verdict

Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quantile:
    """The days after which a share of all has ended, with a 95 % interval; None: not reached yet."""

    days: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Wait:
    """``n`` waits, of which ``ended`` ended and ``open`` still last; median and 75 % with the open ones."""

    n: int
    ended: int
    open: int
    median: Quantile
    upper: Quantile

    @property
    def verdict(self) -> Verdict:
        """``too_little`` with fewer than ``FEW`` waits, ``too_young`` where the median is not reached yet."""
        if self.n < FEW:
            return "too_little"
        return "fine" if self.median.days is not None else "too_young"


@dataclass(frozen=True, slots=True)
class Survival:
    """``times`` in days, ascending; ``left``: the share that waits on; ``spread``: Greenwood's sum."""

    times: Ints
    left: Floats
    spread: Floats

    def quantile(self, part: float) -> Quantile:
        """The time by which ``part`` (0 to 1) has ended."""
        with np.errstate(divide="ignore", invalid="ignore"):
            inner = np.log(-np.log(self.left))
            width = Z95 * np.sqrt(self.spread) / np.abs(np.log(self.left))
            early = np.exp(-np.exp(inner + width))
            late = np.exp(-np.exp(inner - width))
        # Where nobody is left there is no band: the curve itself ends it.
        early, late = (np.where(np.isfinite(band), band, self.left) for band in (early, late))
        return Quantile(*(self._first(band, 1 - part) for band in (self.left, early, late)))

    def _first(self, band: Floats, height: float) -> int | None:
        below = np.flatnonzero(band <= height + 1e-12)
        return int(self.times[below[0]]) if len(below) else None


def survival(days: Ints, ended: Bools) -> Survival:
    """Kaplan and Meier's curve of waits of ``days`` (n), which have ``ended`` (n) or still last."""
    times, place = np.unique(days[ended], return_inverse=True)
    events = np.bincount(place, minlength=len(times)).astype(float)
    waiting = len(days) - np.searchsorted(np.sort(days), times, side="left").astype(float)
    with np.errstate(divide="ignore"):
        spread = np.cumsum(events / (waiting * (waiting - events)))
    return Survival(times.astype(np.int64), np.cumprod(1 - events / waiting), spread)


def wait(entered: Days, left: Days, as_of: np.datetime64) -> Wait:
    """Waits from ``entered`` to ``left`` (both n, day; NaT: still open on ``as_of``).

    What begins after ``as_of``, or ends before it began, is left out; what ended later was still open.
    """
    known = ~np.isnat(entered) & (entered <= as_of) & ~(left < entered)
    entered, left = entered[known], left[known]
    ended = ~np.isnat(left) & (left <= as_of)
    days = length(entered, np.where(ended, left, as_of))
    curve = survival(days, ended)
    return Wait(
        len(days), int(ended.sum()), int((~ended).sum()), curve.quantile(0.5), curve.quantile(0.75)
    )  # fmt: skip


def length(first: Days, last: Days) -> Ints:
    """Days from ``first`` to ``last``; 0 on the same day."""
    return ((last - first) / np.timedelta64(1, "D")).astype(np.int64)


def weights(days: Ints, decided: Bools, most: int | None = None) -> Floats:
    """What each decided case counts for, so that decided cases speak for those whose time ran out: 1 / G(t-).

    G is Kaplan and Meier's curve of the censoring; summed and divided by n the weights of one kind of exit
    give Aalen and Johansen's cumulative incidence (Satten and Datta 2001). Cases that are not decided, or
    decided after ``most`` days, count 0.
    """
    counted = decided if most is None else decided & (days <= most)
    if len(days) == 0:
        return np.zeros(0)
    # Censored cases of a day are still under watch when the events of that day happen.
    ends, place = np.unique(days[~decided], return_inverse=True)
    gone = np.bincount(place, minlength=len(ends)).astype(float)
    watched = len(days) - np.searchsorted(np.sort(days), ends, side="left").astype(float)
    watched -= np.array([np.sum(decided & (days == end)) for end in ends])
    kept = np.concatenate([[1.0], np.cumprod(1 - gone / watched)])
    before = kept[np.searchsorted(ends, days, side="left")]
    return np.where(counted, 1 / np.where(counted, before, 1.0), 0.0)
