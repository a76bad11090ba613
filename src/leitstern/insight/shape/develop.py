"""Where a period ends, from its value so far and from how earlier periods went on from the same place.

For each earlier period two values are known: ``then``, as it was known at the same place of the period, and
``final``, what it came to. Three simple rules say where the running one ends:

    ladder    now * (sum of final / sum of then)     development factors, the chain ladder of insurers
    pick-up   now + mean of (final - then)           booking curves of hotels and airlines
    usual     mean of final                          what such periods come to, whatever is known

Each rule is asked for every earlier period from the others alone, and counts by the inverse of its mean
square error there. So a value that hardly says anything yet (a cohort of young leads) leans on what is usual,
and one that is nearly whole (different companies in the last week) on itself. The weighted errors of the same
exercise give the spread, as Student's t: what the value is worth is measured, not assumed.

Works for what days do not add up to: different values, medians, scores, cohorts that ripen, rolling and
to-date values, coverage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.forecast.errors import LEVELS

if TYPE_CHECKING:
    from leitstern.insight.forecast.profile import Array

#: Fewer earlier periods that are known at both places tell nothing.
FEWEST = 4
#: What a period counts against the one after it: businesses change.
_FADE = 0.95
#: Errors below this part of the usual size are taken for it, so that no rule wins for a mere coincidence.
_LEAST = 1e-3
_USUAL = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True)
class Within:
    """Where a value can lie at all; ``grows``: it never ends below what it is now."""

    low: float = -np.inf
    high: float = np.inf
    grows: bool = False

    def cut(self, values: Array, now: float) -> Array:
        """Values moved to the nearest possible one."""
        low = max(self.low, now) if self.grows and np.isfinite(now) else self.low
        return np.clip(values, low, max(self.high, low))


@dataclass(frozen=True, slots=True)
class Developed:
    """The expected end, its quantiles at `LEVELS`, and from how many earlier periods it was learned."""

    point: float
    quantiles: Array
    n: int


def develop(then: Array, final: Array, now: float, within: Within, apart: float = 1.0) -> Developed | None:
    """Where a running period ends; ``then`` and ``final`` by earlier period, oldest first, NaN for unknown.

    ``apart``: how far earlier periods lie apart, in their length: of those that overlap, fewer count for the
    spread.

    Where nothing is known ``now`` (no answer yet), only what is usual counts. None where fewer than `FEWEST`
    earlier periods are known.
    """
    from scipy.special import stdtrit

    blank = not np.isfinite(now)
    known = np.isfinite(final) & (blank | np.isfinite(then))
    n = int(known.sum())
    if n < FEWEST:
        return None
    then, final = np.where(blank, 0.0, then[known]), final[known]
    weight: Array = np.asarray(_FADE ** np.arange(n - 1, -1, -1), dtype=float)
    every = np.where(np.eye(n, dtype=bool), 0.0, weight)  # row k: all periods but the k-th
    guesses = np.array([_rules(row, then, final, then[at]) for at, row in enumerate(every)])
    if not blank:
        guesses = np.array([within.cut(row, then[at]) for at, row in enumerate(guesses)])
    errors = final[:, None] - guesses
    size = max(float(np.abs(final).mean()), 1e-12)
    square = np.average(errors**2, axis=0, weights=weight) + (_LEAST * size) ** 2
    share = _USUAL if blank else (1 / square) / (1 / square).sum()
    point = float(within.cut(_rules(weight, then, final, 0.0 if blank else now), now) @ share)
    effective = float(weight.sum() ** 2 / (weight**2).sum()) * apart + (1 - apart)
    width = np.sqrt(np.average((errors @ share) ** 2, weights=weight))
    quantiles = within.cut(point + width * stdtrit(max(effective - 1, 2.0), LEVELS), now)
    return Developed(point, quantiles, n)


def _rules(weight: Array, then: Array, final: Array, now: float) -> Array:
    """What the three rules say, learned from periods by ``weight``."""
    total = float(weight @ then)
    usual = float(weight @ final / weight.sum())
    # Where nothing had come yet, no factor can be taken from it.
    ladder = now * float(weight @ final) / total if total > 0 else usual
    return np.array([ladder, now + float(weight @ (final - then) / weight.sum()), usual])
