"""A share with the interval that its number of observations allows.

Wilson's interval (1927): the values p with |x/n - p| <= z sqrt(p (1 - p) / n). It holds at small n and at
shares near 0 and 1. Weighted observations enter with their effective number, Kish's n = (sum w)² / sum w² or
the n whose binomial variance is the estimate's.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Literal

Z95 = 1.959963984540054
#: Below this many observations a share is not interpreted.
FEW = 10

Verdict = Literal["fine", "too_young", "too_little"]


@dataclass(frozen=True, slots=True)
class Share:
    """``value`` (0 to 1; None at n = 0) of ``n`` observations, with its 95 % interval."""

    n: int
    hits: int
    value: float | None
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """``too_little`` below ``FEW`` observations."""
        return "fine" if self.n >= FEW else "too_little"


def share(hits: int, n: int) -> Share:
    """``hits`` of ``n``. ValueError unless 0 <= hits <= n."""
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share")
    low, high = wilson(hits / n, n) if n else (0.0, 1.0)
    return Share(n, hits, hits / n if n else None, low, high)


def wilson(value: float, n: float, z: float = Z95) -> tuple[float, float]:
    """The interval of a share ``value`` that stands on ``n`` observations (above 0, whole or not)."""
    if not isfinite(n):
        return value, value
    middle = (value + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(value * (1 - value) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
