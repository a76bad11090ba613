"""Weekly series of which the truth is known: what the lead test is held against.

Nine worlds in which the KPI leads nothing, one more with growing counts, and one in which it does lead. Each
function takes a seeded generator, and gives KPIs and outcomes of shape (pairs, weeks).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.leads.whiten import WEEKS_A_YEAR, Array

Pairs = tuple[Array, Array]
World = Callable[[np.random.Generator, int, int], Pairs]


def wave(rng: np.random.Generator, pairs: int, weeks: int, phase: Array) -> Array:
    """Annual seasons of different strength; ``phase`` (pairs, 1) as a share of the year."""
    year = np.arange(weeks) / WEEKS_A_YEAR
    strong = rng.uniform(1.0, 2.0, (pairs, 1))
    return np.asarray(strong * np.sin(2 * np.pi * (year + phase)))


def slope(rng: np.random.Generator, pairs: int, weeks: int) -> Array:
    """Straight trends that gain or lose 2 to 5 standard deviations over the whole time."""
    gain = rng.uniform(2.0, 5.0, (pairs, 1)) * rng.choice([-1, 1], (pairs, 1))
    return np.asarray(gain * np.linspace(0, 1, weeks))


def remembering(rng: np.random.Generator, pairs: int, weeks: int, phi: Array | float) -> Array:
    """Autoregressions of order 1 with standard normal innovations."""
    path = rng.standard_normal((pairs, weeks + 50))
    memory = np.broadcast_to(phi, (pairs, 1))[:, 0]
    for t in range(1, weeks + 50):
        path[:, t] += memory * path[:, t - 1]
    return path[:, 50:]


def white_noise(rng: np.random.Generator, pairs: int, weeks: int) -> Pairs:
    """Nothing but chance."""
    return rng.standard_normal((pairs, weeks)), rng.standard_normal((pairs, weeks))


def autoregressive(rng: np.random.Generator, pairs: int, weeks: int) -> Pairs:
    """Both remember: autoregressions of order 1 with coefficients .3 to .8."""
    x, y = (remembering(rng, pairs, weeks, rng.uniform(0.3, 0.8, (pairs, 1))) for _ in "xy")
    return x, y


def trending(rng: np.random.Generator, pairs: int, weeks: int) -> Pairs:
    """Both grow or shrink."""
    x, y = (slope(rng, pairs, weeks) + remembering(rng, pairs, weeks, 0.3) for _ in "xy")
    return x, y


def seasonal(rng: np.random.Generator, pairs: int, weeks: int) -> Pairs:
    """Both have an annual season, of nearly the same phase."""
    phase = rng.random((pairs, 1))
    x, y = (
        wave(rng, pairs, weeks, phase + rng.uniform(-0.1, 0.1, (pairs, 1)))
        + remembering(rng, pairs, weeks, 0.3)
        for _ in "xy"
    )
    return x, y


def trend_and_season(rng: np.random.Generator, pairs: int, weeks: int) -> Pairs:
    """Both grow, have a season and remember."""
    phase = rng.random((pairs, 1))
    x, y = (
        slope(rng, pairs, weeks) + wave(rng, pairs, weeks, phase) + remembering(rng, pairs, weeks, 0.5)
        for _ in "xy"
    )
    return x, y


def random_walks(rng: np.random.Generator, pairs: int, weeks: int) -> Pairs:
    """Both walk at random."""
    x, y = (rng.standard_normal((pairs, weeks)).cumsum(axis=1) for _ in "xy")
    return x, y


def shared_break(rng: np.random.Generator, pairs: int, weeks: int) -> Pairs:
    """Both change their level by 2 to 4 standard deviations in the same week."""
    week = rng.integers(int(0.25 * weeks), int(0.75 * weeks), (pairs, 1))
    step = np.arange(weeks) >= week
    x, y = (
        rng.uniform(2, 4, (pairs, 1)) * rng.choice([-1, 1], (pairs, 1)) * step
        + remembering(rng, pairs, weeks, 0.3)
        for _ in "xy"
    )
    return x, y


def counts_with_outliers(rng: np.random.Generator, pairs: int, weeks: int) -> Pairs:
    """Counts of 3 to 20 a week with a season; 3 % of the weeks hold five times as many."""
    phase = rng.random((pairs, 1))

    def one() -> Array:
        level = rng.uniform(3, 20, (pairs, 1)) * np.exp(0.2 * wave(rng, pairs, weeks, phase))
        burst = np.where(rng.random((pairs, weeks)) < 0.03, 5, 1)
        return np.asarray(rng.poisson(level * burst), dtype=np.float64)

    return one(), one()


def reverse(rng: np.random.Generator, pairs: int, weeks: int) -> Pairs:
    """The outcome moves the KPI, 1 to 6 weeks later."""
    y, x = leading(rng, pairs, weeks, rng.integers(1, 7, pairs), rng.choice([0.5, 0.8], pairs))
    return x, y


def growing_counts(rng: np.random.Generator, pairs: int, weeks: int) -> Pairs:
    """Counts that grow four- to sixfold, so that their spread grows, too."""

    def one() -> Array:
        grown = rng.uniform(4, 6, (pairs, 1)) ** np.linspace(0, 1, weeks)
        return np.asarray(rng.poisson(rng.uniform(2, 10, (pairs, 1)) * grown), dtype=np.float64)

    return one(), one()


#: The nine worlds of the published comparison, in which no KPI leads.
NOTHING_LEADS: dict[str, World] = {
    "white noise": white_noise,
    "autoregressive": autoregressive,
    "trend": trending,
    "season": seasonal,
    "trend and season": trend_and_season,
    "random walk": random_walks,
    "shared level break": shared_break,
    "counts with outliers": counts_with_outliers,
    "reverse causality": reverse,
}


def leading(
    rng: np.random.Generator, pairs: int, weeks: int, lag: NDArray[np.int64] | int, effect: Array | float
) -> Pairs:
    """The KPI moves the outcome ``lag`` weeks later: ``effect`` times what the KPI is above its season.

    The KPI's innovations and the outcome's own noise have standard deviation 1. Both remember (.2 to .6),
    both have a season, and the outcome has a trend.
    """
    early = 12
    lags = np.broadcast_to(lag, (pairs,)).astype(int)[:, None]
    size = np.broadcast_to(effect, (pairs,)).astype(float)[:, None]
    memory = rng.uniform(0.2, 0.6, (2, pairs, 1))
    kpi = remembering(rng, pairs, weeks + early, memory[0])
    noise = remembering(rng, pairs, weeks, memory[1]) * np.sqrt(1 - memory[1] ** 2)
    pushed = np.take_along_axis(kpi, np.arange(weeks) + early - lags, axis=1)
    phase = rng.random((pairs, 1))
    outcome = noise + size * pushed + wave(rng, pairs, weeks, phase) + slope(rng, pairs, weeks)
    return kpi[:, early:] + wave(rng, pairs, weeks, phase), outcome
