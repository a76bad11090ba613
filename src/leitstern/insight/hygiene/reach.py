"""Whether a target lies far outside of what growth has brought so far.

Values of stretches as long as the goal's, one for each month they can end with, are compared with the same
months a year earlier: ln(value / value a year before). With mean g and standard deviation s of these changes,
the change the target asks for has the chance

    P(change >= asked) = 1 - T((asked - g) / (s * sqrt(1 + 1 / (n + 4))))    T: Student's t, n + 3 degrees

where n is the number of changes over the months of a stretch (those that overlap tell the same twice), and
s is drawn towards 25 % as if four more changes had been seen (a conjugate prior: Gelman et al., Bayesian
Data Analysis, 3rd ed., section 3.3), so that two quiet years do not make the third a certainty. Growth is
expected to go on at its mean, drawn towards none by the same four. It answers with two years already, where
``insight.forecast.realism`` has too little. A target with less than 1 chance in 10 is called out of reach;
of targets a little above last year's value, fewer than 1 in 100 are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

from leitstern.goals.student import t_cdf

PRIOR_SPREAD = 0.25
PRIOR_WEIGHT = 4
OUT_OF_REACH = 0.1
YEAR = 12
#: Fewer changes tell nothing.
FEWEST = 6


@dataclass(frozen=True, slots=True)
class Reach:
    """``chance`` to meet the target, from ``n`` changes from year to year; None where they are too few.

    ``base`` is the value of the newest comparable stretch, ``best`` the largest (for at most: the smallest)
    of all, ``asked`` the target over the base.
    """

    chance: float | None
    n: int
    base: float | None = None
    best: float | None = None
    asked: float | None = None

    @property
    def out_of_reach(self) -> bool:
        """Whether the target is far outside; a target that was met before never is."""
        return self.chance is not None and self.chance < OUT_OF_REACH


def reach(
    values: Sequence[float | None], months: int, ahead: int, target: float, *, at_least: bool = True
) -> Reach:
    """The chance to meet a target.

    ``values`` are those of stretches of ``months`` months, oldest first, each ending a month after the one
    before it; the goal's stretch ends ``ahead`` months after the last of them.
    """
    known = [value for value in values if value is not None and value > 0]
    changes = [
        log(new / old)
        for new, old in zip(values[YEAR:], values, strict=False)
        if new is not None and old is not None and new > 0 and old > 0
    ]
    base = _comparable(values, months, ahead)
    if len(changes) < FEWEST or base is None or base <= 0 or target <= 0:
        return Reach(None, len(changes))
    n = len(changes) / months
    years = max(1, round(ahead / YEAR)) if months < YEAR else 1
    weight = n + PRIOR_WEIGHT
    growth = sum(changes) / len(changes) * n / weight
    spread = sum((change - growth) ** 2 for change in changes) / len(changes)
    s = sqrt((PRIOR_WEIGHT * PRIOR_SPREAD**2 + n * spread) / weight) * sqrt(years)
    asked = log(target / base)
    below = t_cdf((asked - growth * years) / (s * sqrt(1 + 1 / weight)), weight - 1)
    best = max(known) if at_least else min(known)
    met = best >= target if at_least else best <= target
    chance = 1 - below if at_least else below
    return Reach(max(chance, OUT_OF_REACH) if met else chance, len(changes), base, best, target / base)


def _comparable(values: Sequence[float | None], months: int, ahead: int) -> float | None:
    """The newest stretch of the same months of the year; where it covers a year, the newest of all."""
    back = 0 if months % YEAR == 0 else -ahead % YEAR
    return values[-1 - back] if back < len(values) else None
