"""An actual value beside its previous year: the difference, and whether it is good news."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from leitstern.server.figures import Number, decimal

Verdict = Literal["better", "worse", "same", "none"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A difference in the KPI's unit (percent: a fraction) and relative to the previous year.

    ``relative`` is None where the base is zero or negative, and for percent and scores, which differ
    by points. ``verdict`` is none where the KPI is neither better up nor down.
    """

    difference: Decimal | None = None
    relative: Decimal | None = None
    verdict: Verdict = "none"

    @property
    def direction(self) -> str:
        """up, down or level; empty without a difference."""
        if self.difference is None:
            return ""
        return "level" if self.difference == 0 else "up" if self.difference > 0 else "down"


def compare(value: Number | None, previous: Number | None, unit: str, good: str) -> Comparison:
    """Compare with the previous year; ``good`` says which direction is (up, down, between)."""
    if value is None or previous is None:
        return Comparison()
    difference = decimal(value) - decimal(previous)
    relative = None
    if unit not in ("percent", "score") and previous > 0:
        relative = difference / decimal(previous)
    verdict: Verdict = "same"
    if difference:
        better = (difference > 0) == (good == "up")
        verdict = "none" if good == "between" else "better" if better else "worse"
    return Comparison(difference, relative, verdict)
