"""Does a series move another one some weeks later? The strongest lagged correlation, held against chance.

For whitened series x (the KPI) and y (the outcome), the correlation of x at week t - k with y at week t is
taken for k = 1 to 12 weeks: only the KPI's past counts, so an outcome that moves the KPI (reverse causality)
is no lead. A push that arrives over several weeks shows in the sum over neighbouring lags, so windows of
one to four weeks are searched; a wide one must be stronger by ``HANDICAP`` to be preferred.

The strongest window is compared with what the same search finds where there is nothing to find: the
outcome's rest in shuffled order, in blocks, so that what little autocorrelation whitening left is kept (the
stationary bootstrap's blocks, Politis and Romano 1994, doi 10.1080/01621459.1994.10476870, without
replacement), and cleared again of trend and season as the outcome itself was.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.leads.whiten import Array, White

LONGEST = 12
WIDTHS = (1, 2, 3, 4)
#: In standard deviations; so much stronger a window of several weeks must be than a single week.
HANDICAP = 0.6

#: Windows as first and last lag, in weeks, in the order of `effects`.
WINDOWS = tuple((first, first + width - 1) for width in WIDTHS for first in range(1, LONGEST - width + 2))
_HANDICAPS = np.array([0.0 if first == last else HANDICAP for first, last in WINDOWS])
_LAST = np.array([last for _, last in WINDOWS])


def correlations(kpis: Array, outcomes: Array, lags: tuple[int, ...]) -> Array:
    """Correlation of each whitened KPI (a, weeks) with each outcome (b, weeks) so many weeks later: (a, b,
    lags).

    Each is scaled as if both varied in the weeks that overlap as they do in all.
    """
    weeks = kpis.shape[1]
    found = np.empty((len(kpis), len(outcomes), len(lags)))
    scale = _lengths(kpis)[:, None] * _lengths(outcomes)[None, :]
    for place, lag in enumerate(lags):
        early, late = (kpis, outcomes) if lag >= 0 else (outcomes, kpis)
        gap = abs(lag)
        together = early[:, : weeks - gap] @ late[:, gap:].T
        if lag < 0:
            together = together.T
        found[:, :, place] = together / scale * (weeks / (weeks - gap))
    return np.clip(found, -0.999, 0.999)


def _lengths(values: Array) -> Array:
    length = np.sqrt((values**2).sum(axis=1))
    return np.asarray(np.where(length > 0, length, np.inf))


def effects(kpis: Array, outcomes: Array) -> Array:
    """The effect in each of ``WINDOWS``: (a, b, windows).

    For one week the correlation; for several the sum of their correlations over the root of their number,
    whose square is the share of the outcome's week-to-week variation that an even push over these weeks
    explains.
    """
    found = correlations(kpis, outcomes, tuple(range(1, LONGEST + 1)))
    run = np.concatenate([np.zeros((*found.shape[:2], 1)), found.cumsum(axis=2)], axis=2)
    sums = [(run[..., width:] - run[..., :-width]) / np.sqrt(width) for width in WIDTHS]
    return np.asarray(np.clip(np.concatenate(sums, axis=2), -0.999, 0.999))


def strengths(found: Array, weeks: int) -> Array:
    """Effects (..., windows) in standard deviations, wide windows less their handicap; the sign stays."""
    z = np.abs(found) * np.sqrt(weeks - _LAST)
    return np.asarray(np.sign(found) * np.maximum(z - _HANDICAPS, 0.0))


def strongest(found: Array, weeks: int, sign: int) -> tuple[NDArray[np.int64], Array]:
    """Which window is the strongest, and how strong; ``sign`` 1 or -1 looks in one direction, 0 in both."""
    z = strengths(found, weeks)
    directed = np.abs(z) if sign == 0 else sign * z
    return directed.argmax(axis=-1), np.asarray(directed.max(axis=-1))


def shuffled(outcome: White, times: int, rng: np.random.Generator) -> Array:
    """The rest of one outcome in ``times`` shuffled orders: (times, weeks)."""
    rest, basis = outcome.rest[0], outcome.basis[0]
    known = np.flatnonzero(rest)
    count = len(known)
    paths = np.zeros((times, len(rest)))
    if not count:
        return paths
    block = (rng.random((times, count)) < 1 / block_length(len(rest))).cumsum(axis=1)
    keys = np.take_along_axis(rng.random((times, count + 1)), block, axis=1)
    order = np.argsort(keys, axis=1, kind="stable")
    paths[:, known] = rest[known][order]
    paths -= (paths @ basis) @ basis.T
    paths[:, : known[0]] = 0.0
    return paths


def block_length(weeks: int) -> float:
    """Mean length of the blocks that stay together: a thirteenth of the weeks, at most 8."""
    return min(8.0, weeks / 13)


def p_value(seen: float, by_chance: Array) -> float:
    """How often chance is at least as strong: (1 + hits) / (1 + times), as what was seen is one of the
    orders.

    Phipson and Smyth 2010, doi 10.2202/1544-6115.1585.
    """
    return float((1 + (by_chance >= seen).sum()) / (1 + len(by_chance)))
