"""The process-behaviour chart: what a series does by itself, and what is out of the ordinary.

Natural process limits are mean ± 2.66 times the average moving range (XmR chart; Shewhart 1931, Wheeler 1993:
3 / d2 with d2 = 1.128 for ranges of two). Here mean and range are medians, with 3.145 in place of 2.66
(Wheeler, "Understanding Variation", 1993), so that the very points one looks for do not widen the limits.

Two rules: a point outside the limits; eight points in a row on one side of the centre. For independent normal
values a point falls outside in about 1 of 370 cases, and a run of eight begins at about 1 of 128 points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

#: Points a chart needs, so that its limits mean something.
LEAST = 10

#: Points in a row on one side that are a run.
RUN = 8

_RANGES = 3.145

Mark = Literal["usual", "outside", "run", "none"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A process-behaviour chart. ``marks`` has one entry a value; ``none`` stands for a missing one.

    ``verdict``: ``too_little`` (no limits), ``usual`` (only natural scatter), ``outside``, ``run``, or
    ``both``. ``n`` counts the values the limits stand on.
    """

    centre: float
    lower: float
    upper: float
    marks: tuple[Mark, ...]
    n: int
    verdict: Literal["too_little", "usual", "outside", "run", "both"]


def behaviour(values: Sequence[float | None], *, not_negative: bool = False) -> Behaviour:
    """The chart of a series in order of time; None for missing values.

    ``not_negative``: the lower limit is at least 0, as for counts and shares.
    """
    known = np.array([v for v in values if v is not None], dtype=np.float64)
    if len(known) < LEAST:
        marks: tuple[Mark, ...] = tuple("none" if v is None else "usual" for v in values)
        return Behaviour(float("nan"), float("nan"), float("nan"), marks, len(known), "too_little")
    centre = float(np.median(known))
    reach = _RANGES * float(np.median(np.abs(np.diff(known))))
    lower, upper = centre - reach, centre + reach
    if not_negative:
        lower = max(lower, 0.0)
    runs = _runs([None if v is None else np.sign(v - centre) for v in values])
    marked: list[Mark] = []
    for value, in_run in zip(values, runs, strict=True):
        if value is None:
            marked.append("none")
        elif not lower <= value <= upper:
            marked.append("outside")
        else:
            marked.append("run" if in_run else "usual")
    found = {m for m in marked if m in ("outside", "run")}
    verdict = "both" if len(found) == 2 else next(iter(found), "usual")
    return Behaviour(centre, lower, upper, tuple(marked), len(known), verdict)  # type: ignore[arg-type]


def _runs(sides: Sequence[float | None]) -> list[bool]:
    """Which places belong to at least ``RUN`` neighbours on one side; missing values are passed over."""
    found = [False] * len(sides)
    places: list[int] = []
    side = 0.0
    for place, here in [*enumerate(sides), (len(sides), 0.0)]:
        if here is None:
            continue
        if here != side:
            if len(places) >= RUN:
                for one in places:
                    found[one] = True
            places, side = [], here
        if here:
            places.append(place)
    return found
