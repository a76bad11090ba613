"""Shares of a whole: whether the numbers of a column are 0 to 1, or 0 to 100 without a percent sign.

One number does not tell (1 is all of it, or a hundredth); the column as a whole does, or it is asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leitstern.sources.arrow import Bools, Ints

_HUNDRED = 100
#: A column whose largest number lies between 1 and this may be percent or not: nobody can know.
_SURELY = 5
#: Numbers over 1 are mistakes in a column of shares when they are rarer than this.
_RARE = 0.05


_NAMED = re.compile(r"%|prozent|percent", re.I)


def says_percent(name: str) -> bool:
    """Whether the name of a column says that its numbers are in percent."""
    return bool(_NAMED.search(name))


def told(
    whole: int | None, numbers: NDArray[np.float64], signed: Bools
) -> Literal["shares", "percent"] | None:
    """How the numbers are meant where somebody has said what a ``whole`` is, 1 or 100; None where nobody has,
    or the numbers say otherwise."""
    sizes = np.abs(numbers[~signed])
    if whole == 1 and not (sizes > 1).any():
        return "shares"
    within = bool(len(sizes)) and sizes.max() <= 1 and bool(((sizes > 0) & (sizes < 1)).any())
    return "percent" if whole == _HUNDRED and not within else None


def written(
    numbers: NDArray[np.float64], signed: Bools, weights: Ints, *, before: bool, named: bool
) -> Literal["shares", "percent", "unclear"]:
    """How the numbers without a percent sign are meant.

    ``numbers`` as they stand, how often each occurs (``weights``) and whether it is ``signed`` with a
    percent sign; ``before``: the column was in percent when it was last imported; ``named``: its name
    says percent.
    """
    plain = ~signed & (numbers != 0)
    sizes, counts = np.abs(numbers[plain]), weights[plain]
    if not len(sizes):
        return "shares"
    parts, over = sizes < 1, sizes > 1
    if not over.any():
        return "unclear" if signed.any() or before else "shares"
    if named:  # a workbook's cells may be 0.6 under such a name, but never 60 and 0.6
        return "percent"
    if not parts.any() and not signed.any() and sizes.max() < _SURELY:
        return "percent" if before else "unclear"
    if parts.any():
        rare = counts[over].sum() < _RARE * counts[parts].sum()
        return "shares" if rare and not signed.any() and not before else "unclear"
    return "percent"
