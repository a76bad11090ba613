"""Forecasts for many subjects whose periods develop alike; see `develop` for the method."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.forecast.errors import LEVELS
from leitstern.insight.forecast.result import Ends, Many
from leitstern.insight.shape.develop import develop

if TYPE_CHECKING:
    from leitstern.insight.forecast.profile import Array
    from leitstern.insight.shape.develop import Within


def forecast_developing(
    then: Array,
    past: Array,
    so_far: Array,
    within: Within,
    when: tuple[date, date, date],
    apart: float = 1.0,
) -> Many:
    """Forecasts of a running (or ripening) period for each subject.

    ``then``, ``past``: earlier periods at the same place and in the end, subjects × periods, oldest first,
    NaN where there was none. ``so_far``: the running period's value. ``when``: its first and last day, and
    the last known one. ``apart``: see `develop`. NaN where a subject has too little history.
    """
    count = len(so_far)
    point, quantiles, seen = np.full(count, np.nan), np.full((count, len(LEVELS)), np.nan), [0]
    for at in range(count):
        found = develop(then[at], past[at], float(so_far[at]), within, apart)
        if found is not None:
            point[at], quantiles[at] = found.point, found.quantiles
            seen.append(found.n)
    return Many(
        *when, np.asarray(so_far, dtype=float), Ends(point, quantiles), None,
        np.zeros((count, 0)), max(seen), "developed", "ok", adds_up=False,
    )  # fmt: skip
