"""How the company's value spreads over its customers: how much hangs on how few.

Shares of what was paid are facts and have no interval. The concentration index is the sum of the squared
shares (Herfindahl 1950, Hirschman 1945); its inverse reads as a number of equal customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Concentration:
    """How value spreads over ``n`` customers with a positive value.

    ``share`` of shape (n,) is each one's share and ``upto`` the sum of the shares up to it, both in the
    order ``order`` of the given values, greatest first. ``largest`` is the share of the first, ``top_ten``
    of the first ten customers, ``top_fifth`` of the first fifth. ``for_80`` is how many make 80 %, ``equals``
    how many equal customers would be as concentrated. ``verdict``: ``shares``, or ``too_little`` for fewer
    than five.
    """

    order: NDArray[np.int64]
    share: Floats
    upto: Floats
    largest: float
    top_ten: float
    top_fifth: float
    for_80: int
    equals: float
    n: int
    verdict: str


def concentration(value: Floats) -> Concentration:
    """The concentration of values of shape (customers,); customers with nothing or less are left out."""
    order = np.argsort(-value, kind="stable")
    order = order[value[order] > 0]
    n = len(order)
    if n == 0:
        none = np.zeros(0)
        return Concentration(order, none, none, np.nan, np.nan, np.nan, 0, np.nan, 0, "too_little")
    share = value[order] / value[order].sum()
    upto = np.cumsum(share)
    return Concentration(
        order,
        share,
        upto,
        float(share[0]),
        float(upto[min(n, 10) - 1]),
        float(upto[int(np.ceil(n / 5)) - 1]),
        int(np.searchsorted(upto, 0.8 - 1e-12)) + 1,
        float(1 / (share**2).sum()),
        n,
        "shares" if n >= 5 else "too_little",
    )
