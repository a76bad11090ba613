"""The words of a decomposition: segments, their effects, and the change they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Number = Fraction | int | float

#: How a change was taken apart: ``parts`` for sums that nothing more is known of, ``volume_rate`` for sums
#: over records, ``mix_rate`` for ratios, ``above_below`` for ratios whose segments have no rate of their
#: own; ``none`` where nothing adds up.
Way = Literal["parts", "volume_rate", "mix_rate", "above_below", "none"]


@dataclass(frozen=True, slots=True)
class Segment:
    """What one segment adds to the upper and the lower side of a KPI, before (0) and now (1).

    Of a sum, ``above`` is the sum and ``below`` the number of records; of a ratio its numerator and
    denominator. Numbers may be whole, fractions (then all is exact) or floats.
    """

    key: str | None
    above0: Number
    above1: Number
    below0: Number = 0
    below1: Number = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What one segment did to the KPI, in the KPI's unit: ``total`` is the sum of the three.

    ``volume``: more or fewer records (of a ratio's way ``above_below``: the denominator). ``mix``: a larger
    or smaller share of all. ``rate``: more or less for each record (``above_below``: the numerator).
    """

    key: str | None
    volume: Number
    mix: Number
    rate: Number

    @property
    def total(self) -> Number:
        return self.volume + self.mix + self.rate


@dataclass(frozen=True, slots=True)
class Change:
    """A KPI's change and its effects. ``volume``, ``mix`` and ``rate`` are those of the whole.

    The effects' totals add up to ``after - before``, and so do the three. ``effects`` are in order of their
    size. ``n`` counts the records of both periods. ``verdict``: ``exact``, or why there are no effects:
    ``not_exact`` (its parts do not add up over segments) and ``too_little`` (no value in one of the periods).
    """

    way: Way
    before: Number | None
    after: Number | None
    volume: Number
    mix: Number
    rate: Number
    effects: tuple[Effect, ...]
    n: int
    verdict: Literal["exact", "not_exact", "too_little"]

    @property
    def difference(self) -> Number | None:
        """The change itself; None without both values."""
        return None if self.before is None or self.after is None else self.after - self.before


def not_exact(before: Number | None, after: Number | None, n: int) -> Change:
    """The answer for KPIs whose segments do not add up: distinct counts, medians, products of KPIs."""
    verdict: Literal["not_exact", "too_little"] = (
        "too_little" if before is None or after is None else "not_exact"
    )
    return Change("none", before, after, 0, 0, 0, (), n, verdict)


def ordered(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The largest first; equal ones by key."""
    return tuple(sorted(effects, key=lambda e: (-abs(e.total), e.key is None, e.key or "")))


def half(first: Number, second: Number) -> Number:
    """The mean of two numbers; exact for whole numbers and fractions."""
    total = first + second
    return total / 2 if isinstance(total, float) else Fraction(total) / 2


def over(above: Number, below: Number) -> Number:
    """A quotient; exact for whole numbers and fractions."""
    if isinstance(above, float) or isinstance(below, float):
        return above / below
    return Fraction(above) / Fraction(below)
