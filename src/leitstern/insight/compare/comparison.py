"""What a comparison answers, and how it is read from a posterior.

All three kinds (`rates`, `counts`, `averages`) take it that the subjects' true values vary around a typical
one, by an amount that is itself unknown, and let the data say how much (full Bayes on a grid). What few
observations show is drawn towards the typical value. Prior of the variation: the share by which a middling
subject is drawn in has the density 1/2 B^(-1/2) on 0 to 1 (Strawderman 1971, "Proper Bayes minimax
estimators of the multivariate normal mean", Annals of Mathematical Statistics 42, with a = 1/2). It knows no
units and works for few and many subjects.

A subject stands out only if its true value lies above (or below) the mean of those compared with a
probability of at least .96. Where all are equal, somebody is then named in at most 5 of 100 comparisons
(bench/decision_quality/comparison.py); otherwise the answer is that there is no evidence of a difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Who stands out does so with at least this probability.
CERTAIN = 0.96

#: Subjects with fewer observations are not compared.
LEAST = 5

#: The shares by which a middling subject is drawn to the typical value, equally likely before one looks.
SHRINKAGE = ((np.arange(40) + 0.5) / 40) ** 2

_DRAWS, _SEED = 4000, 20260102


@dataclass(frozen=True, slots=True)
class Comparison:
    """Arrays of shape (subjects,), in the order given.

    ``raw`` is what was seen, ``estimate`` the posterior mean, ``low`` and ``high`` the middle 95 % of the
    posterior; NaN for subjects with fewer than five observations, which are not compared. ``side`` is 1 for
    a subject that stands out above the typical value, -1 below, 0 otherwise. ``typical`` is the mean of all
    subjects compared. ``seen`` is the standard deviation of the raw values, ``by_chance`` what it would
    be if all were equal. ``n`` counts the observations. ``verdict``: ``difference``, ``no_evidence``,
    ``too_little`` (fewer than two subjects to compare).
    """

    raw: Floats
    estimate: Floats
    low: Floats
    high: Floats
    side: NDArray[np.int64]
    typical: float
    seen: float
    by_chance: float
    n: float
    subjects: int
    verdict: str


def nothing(raw: Floats, n: float, subjects: int) -> Comparison:
    """The answer where there are not two subjects to compare."""
    none = np.full(len(raw), np.nan)
    sides = np.zeros(len(raw), np.int64)
    return Comparison(raw, none, none, none, sides, np.nan, np.nan, np.nan, n, subjects, "too_little")


def answer(
    raw: Floats, used: NDArray[np.bool_], drawn: Floats, spreads: tuple[float, float], n: float
) -> Comparison:
    """Put an answer together for the ``used`` subjects.

    ``drawn`` holds joint posterior draws, shape (draws, used subjects); ``spreads`` are seen and by chance.
    """

    def everybody(values: Floats) -> Floats:
        whole = np.full(len(raw), np.nan)
        whole[used] = values
        return whole

    above = (drawn > drawn.mean(axis=1, keepdims=True)).mean(axis=0)
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    side = np.zeros(len(raw), np.int64)
    side[used] = (above >= CERTAIN).astype(int) - (above <= 1 - CERTAIN).astype(int)
    return Comparison(
        raw,
        everybody(drawn.mean(axis=0)),
        everybody(low),
        everybody(high),
        side,
        float(drawn.mean()),
        *spreads,
        n,
        int(used.sum()),
        "difference" if side.any() else "no_evidence",
    )


def places(weight: Floats, random: np.random.Generator) -> NDArray[np.int64]:
    """Grid points drawn by their weight, evenly spaced over the distribution; shape (draws,)."""
    upto = np.cumsum(weight / weight.sum())
    at = (np.arange(_DRAWS) + random.random()) / _DRAWS
    found: NDArray[np.int64] = np.minimum(np.searchsorted(upto, at), len(weight) - 1)
    return random.permutation(found)


def generator() -> np.random.Generator:
    """The source of draws: the same for each comparison, so that an answer can be repeated."""
    return np.random.default_rng(_SEED)


def weights(log_likelihood: Floats) -> Floats:
    """Posterior weights of grid points from the logarithms of their likelihood."""
    weight = np.exp(log_likelihood - log_likelihood.max())
    scaled: Floats = weight / weight.sum()
    return scaled
