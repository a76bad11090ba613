"""The chance of reaching a target, from what happened in earlier periods; and how often that happened.

Plain history, no forecast: the rest of the period is expected to bring what earlier periods of the same
length brought, in proportion to the planned share r that remains. With mean m and standard deviation s of n
values,

    rest ~ r * m + s * sqrt(r + r² / n) * t        t: Student's t with n - 1 degrees of freedom

The first term under the root is the rest's own chance (its variance grows with its length), the second is
that m is known from n values only; for a whole period it is the usual prediction interval s * sqrt(1 + 1/n).
A level (a rate, an average) is the mean of what was and what comes, each by its share of the period; then
the same holds. Small counts (fewer than 20 expected) follow a negative binomial with that mean and variance,
at least as wide as chance alone (Poisson) makes them. Amounts that were never negative never will be.

Three or more years of history are adjusted for the season first: each value is divided by the mean of its
season and multiplied by that of the season asked about; each season costs a degree of freedom. A trend is
not followed: after growth, the chance of reaching more is understated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, floor, inf, lgamma, log, sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Literal

from leitstern.goals.student import t_cdf

if TYPE_CHECKING:
    from decimal import Decimal

    from leitstern.goals.goal import Against, Direction, Levels

#: How the chance was found; pages say it in words (`goals.chance_<method>`). ``season`` and ``recent``:
#: Student's t with or without seasonal adjustment; ``counts``: negative binomial; ``too_little``: no chance
#: is told; ``over``: the period is over.
Method = Literal["season", "recent", "counts", "too_little", "over"]

#: Fewer values tell no chance.
FEWEST = 6
#: Without a season, so many of the last values count; with one, so many years.
RECENT = 12
SEASON_YEARS = 3
_SMALL = 20
_EDGE = 0.01


@dataclass(frozen=True, slots=True)
class Past:
    """Values of the periods right before the one asked about, oldest first; None where there was none.

    ``per_year``: how many such periods make a year (4 for quarters, 1 for a stretch of last years' same
    dates). ``adds_up``: the KPI accumulates over the period (`plan.additive`). ``counts``: its values are
    whole numbers.
    """

    values: Sequence[Decimal | float | None]
    per_year: int = 1
    adds_up: bool = True
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Chance:
    """``probability`` 0.01 to 0.99 (0 or 1 once the period is over), None where ``n`` values are too few."""

    probability: float | None
    n: int
    method: Method


@dataclass(frozen=True, slots=True)
class Realism:
    """It happened ``times`` out of ``n``."""

    times: int
    n: int


def chance(
    past: Past, so_far: Decimal | float | None, elapsed: Decimal | float, levels: Levels, direction: Direction
) -> Chance:
    """The chance that the period ends with its target reached.

    ``so_far`` is the value up to now (None before the period begins), ``elapsed`` the share of the plan that
    lies behind, 0 to 1. A stock has no mean over time: give None for ``so_far``.
    """
    rest = 1.0 if so_far is None else 1 - min(max(float(elapsed), 0.0), 1.0)
    now = 0.0 if so_far is None else float(so_far)
    low, high = _bounds(levels, direction)
    if rest == 0:
        return Chance(float(low <= now <= high), len(_known(past.values)), "over")
    values, seasons = _adjusted(past)
    if len(values) < FEWEST:
        return Chance(None, len(values), "too_little")
    done = now if past.adds_up else now * (1 - rest)
    low, high = low - done, high - done
    method: Method = "season" if seasons > 1 else "recent"
    if past.adds_up and past.counts and min(values) >= 0 and rest * fmean(values) < _SMALL:
        method, found = "counts", _by_counts(values, rest, low, high)
    else:
        found = _by_student(values, seasons, rest, (low, high), above_zero=past.adds_up and min(values) >= 0)
    return Chance(round(min(max(found, _EDGE), 1 - _EDGE), 4), len(values), method)


def realism(past: Past, levels: Levels, direction: Direction) -> Realism:
    """How many of the earlier periods reached such a target."""
    low, high = _bounds(levels, direction)
    known = _known(past.values)
    return Realism(sum(low <= value <= high for value in known), len(known))


def realism_of_change(past: Past, change: Decimal | float, against: Against) -> Realism:
    """How many of the earlier periods changed by ``change`` (a fraction; a decrease if below 0) or more,
    against the period before or a year before. Periods without a base above 0 do not count."""
    lag = past.per_year if against == "previous_year" else 1
    pairs = zip(past.values[lag:], past.values, strict=False)
    changes = [
        float(new) / float(old) - 1 for new, old in pairs if new is not None and old is not None and old > 0
    ]
    wanted = float(change)
    times = sum(found >= wanted if wanted >= 0 else found <= wanted for found in changes)
    return Realism(times, len(changes))


def _bounds(levels: Levels, direction: Direction) -> tuple[float, float]:
    """The lowest and highest value with which the target is reached."""
    target = float(levels.target)
    if direction == "at_most":
        return -inf, target
    return target, inf if direction == "at_least" or levels.upper is None else float(levels.upper)


def _known(values: Sequence[Decimal | float | None]) -> list[float]:
    return [float(value) for value in values if value is not None]


def _adjusted(past: Past) -> tuple[list[float], int]:
    """The values to judge by, and how many seasons they were adjusted for (1: none)."""
    seasonal = _of_this_season(past)
    return (seasonal, past.per_year) if seasonal else (_known(past.values[-RECENT:]), 1)


def _of_this_season(past: Past) -> list[float]:
    """The values of the last years as they would be in the season asked about; empty without such a past."""
    count = SEASON_YEARS * past.per_year
    recent = past.values[-count:]
    if past.per_year == 1 or len(recent) < count or None in recent:
        return []
    values = _known(recent)
    means = [fmean(values[season :: past.per_year]) for season in range(past.per_year)]
    if min(means) <= 0:
        return []
    # The period asked about follows the last value, so its season is that of the first one.
    return [value * means[0] / means[place % past.per_year] for place, value in enumerate(values)]


def _by_student(
    values: list[float], seasons: int, rest: float, bounds: tuple[float, float], *, above_zero: bool
) -> float:
    """P(low <= rest of the period <= high) by Student's t."""
    n, mean = len(values), fmean(values)
    freedom = n - seasons
    deviation = stdev(values) * sqrt((n - 1) / freedom)
    middle, width = rest * mean, deviation * sqrt(rest + rest * rest / n)
    if width == 0:
        return float(bounds[0] <= middle <= bounds[1])

    def below(bound: float) -> float:
        if abs(bound) == inf:
            return float(bound > 0)
        whole = t_cdf((bound - middle) / width, freedom)
        if not above_zero:
            return whole
        negative = t_cdf(-middle / width, freedom)
        return max(0.0, whole - negative) / (1 - negative)

    return below(bounds[1]) - below(bounds[0])


def _by_counts(values: list[float], rest: float, low: float, high: float) -> float:
    """P(low <= rest of the period <= high) by a negative binomial.

    The sum has half a count added (Jeffreys' prior for a rate): what never happened is not impossible.
    """
    n = len(values)
    mean = (sum(values) + 0.5) / n
    middle = rest * mean
    variance = max(stdev(values) ** 2, mean) * (rest + rest * rest / n)
    size = middle * middle / (variance - middle)

    def up_to(bound: float) -> float:
        if bound == inf:
            return 1.0
        return sum(_negative_binomial(k, size, middle) for k in range(floor(bound) + 1))

    return up_to(high) - (up_to(ceil(low) - 1) if low > 0 else 0.0)


def _negative_binomial(k: int, size: float, mean: float) -> float:
    """P(X = k) with variance mean + mean² / size."""
    ways = lgamma(k + size) - lgamma(size) - lgamma(k + 1)
    return exp(ways + size * log(size / (size + mean)) + k * log(mean / (size + mean)))
