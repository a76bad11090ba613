"""Is "+g % on the stretch before" realistic? What the same months of earlier years did, and a simulation.

Two views, averaged. First, the growth of the same calendar window in each of the last eight years, in logs,
later years counting more; its standard deviation shrunk towards a usual one; Student's t for the one asked
about. Second, additive exponential smoothing of log values with trend and season (Holt and Winters), whose
errors so far give the spread of the sum of the coming values. Strengths were chosen on months before 2015
(bench/decision_quality/realism.py). A target of +14 % on the previous quarter is reached by many shops every
Christmas: always say compared with what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from leitstern.insight.forecast.profile import Array

_YEARS, _FADE = 8, 0.85
#: The usual standard deviation of a window's log growth from year to year, and what it is worth in years.
_USUAL_SD, _WORTH = 0.04, 3.0
#: Smoothing of level, trend and season.
_LEVEL, _TREND, _SEASON = 0.5, 0.02, 0.2
_ERRORS = 72
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Growth:
    """The growth of ``length`` coming values on those right before them.

    ``middle``  its median, as a fraction
    ``years``   how often the same window was seen; ``reached``: growth in each, oldest first
    """

    middle: float | None
    years: int
    reached: tuple[float, ...]
    verdict: Literal["ok", "too_little"]
    _views: tuple[tuple[float, float, float], ...]

    def chance(self, growth: float) -> float | None:
        """The chance to grow by ``growth`` (a fraction) or more; None where there is too little to tell."""
        if not self._views:
            return None
        if growth <= -1:
            return 1.0  # what was seen stays above 0
        from scipy.special import stdtr

        wanted = np.log1p(growth)
        return float(np.mean([1 - stdtr(free, (wanted - mean) / sd) for mean, sd, free in self._views]))

    def times(self, growth: float) -> int:
        """In how many of the years it was reached."""
        return sum(one >= growth for one in self.reached)


def growth(values: Array, length: int, per_year: int, before: int | None = None) -> Growth:
    """The growth of the next ``length`` values on the last ``before`` ones (as many, without it).

    ``values``: a KPI that adds up, by month or quarter, oldest first, none missing; ``per_year`` of them make
    a year. Too little: fewer than three years in which the window and the stretch before it were above 0.
    """
    known = np.asarray(values, dtype=float)
    base = length if before is None else before
    seen = _same_windows(known, length, base, per_year)
    if len(seen) < _FEWEST or known[-base:].sum() <= 0:
        return Growth(None, len(seen), tuple(np.expm1(seen[::-1]).tolist()), "too_little", ())
    views = [_by_years(seen)]
    if len(known) >= 3 * per_year and (known > 0).all():
        views.append(_by_smoothing(np.log(known), length, per_year, float(known[-base:].sum())))
    middle = float(np.expm1(np.mean([mean for mean, _, _ in views])))
    return Growth(middle, len(seen), tuple(np.expm1(seen[::-1]).tolist()), "ok", tuple(views))


def _same_windows(known: Array, length: int, base: int, per_year: int) -> Array:
    """Log growth of the same window one, two ... years ago, as far as it was above 0."""
    found = []
    for back in range(1, _YEARS + 1):
        at = len(known) - back * per_year
        if at < base or at + length > len(known):
            continue
        low, high = known[at - base : at].sum(), known[at : at + length].sum()
        if low > 0 and high > 0:
            found.append(np.log(high / low))
    return np.array(found)


def _by_years(seen: Array) -> tuple[float, float, float]:
    """Mean, standard deviation and degrees of freedom of the coming growth; the latest year first."""
    weight = _FADE ** np.arange(len(seen))
    weight /= weight.sum()
    effective = 1 / float((weight**2).sum())
    mean = float((weight * seen).sum())
    square = float((weight * (seen - mean) ** 2).sum()) * effective
    freedom = effective - 1 + _WORTH
    sd = np.sqrt((square + _WORTH * _USUAL_SD**2) / freedom)
    return mean, float(sd * np.sqrt(1 + 1 / effective)), freedom


def _by_smoothing(logs: Array, length: int, per_year: int, base: float) -> tuple[float, float, float]:
    """The same by exponential smoothing, started with the first three years."""
    years = logs[: 3 * per_year].reshape(3, per_year)
    season = (years - years.mean(axis=1, keepdims=True)).mean(axis=0)
    level, trend = float(years[0].mean()), float(years[2].mean() - years[0].mean()) / (2 * per_year)
    errors = []
    for at, value in enumerate(logs):
        error = float(value - (level + trend + season[at % per_year]))
        if at >= 2 * per_year:
            errors.append(error)
        level, trend = level + trend + _LEVEL * error, trend + _TREND * error
        season[at % per_year] += _SEASON * error
    ahead = np.arange(1, length + 1)
    coming = np.exp(level + trend * ahead + season[(len(logs) + ahead - 1) % per_year])
    share = coming / coming.sum()
    # A shock moves its own value in full and each later one by the level's and the trend's part of it.
    later = np.subtract.outer(ahead, ahead).T  # how long after its shock each value comes
    moves = np.where(later > 0, _LEVEL + _TREND * later, later == 0) @ share
    recent = np.array(errors[-_ERRORS:])
    sd = float(np.sqrt((recent**2).mean() * np.square(moves).sum()))
    return float(np.log(coming.sum() / base)), max(sd, 1e-6), max(len(recent) / 6, 2.0)
