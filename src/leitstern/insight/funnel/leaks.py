"""Where cases leave the funnel, and for which reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leitstern.insight.funnel.waits import Floats, Ints
from leitstern.insight.shares import Share, share


@dataclass(frozen=True, slots=True)
class Leak:
    """What left at a step for a reason (None: none given): ``share`` of all that left, their ``value``.

    The value is None where none of them has one.
    """

    step: int
    reason: str | None
    share: Share
    value: float | None

    @property
    def count(self) -> int:
        """How many left."""
        return self.share.hits


def leaks(step: Ints, reason: Sequence[str | None], value: Floats) -> list[Leak]:
    """The leaks by step and reason, most cases first; ``value`` (n) in money, NaN where it is unknown.

    All three are about the same n cases that left. Cases without a value count, and add nothing to the value.
    """
    found: dict[tuple[int, str | None], list[int]] = {}
    for place, key in enumerate(zip(step.tolist(), reason, strict=True)):
        found.setdefault(key, []).append(place)
    listed = [
        Leak(at, why, share(len(places), len(step)), _sum(value[places]))
        for (at, why), places in found.items()
    ]
    return sorted(listed, key=lambda leak: (-leak.count, leak.step, leak.reason or ""))


def _sum(value: Floats) -> float | None:
    return None if np.isnan(value).all() else float(np.nansum(value))
