"""Deals that are not open yet: begun and won within the horizon.

Expected number begun each day (its recent level times the calendar's factors) times the chance that a deal
of age 0 is won in the days that are left. The level is a weighted mean of the past with a half-life, so that
growth and slumps are followed; deals are counted by the stage in which they begin.
"""

from __future__ import annotations

import numpy as np

from leitstern.insight.pipeline import season
from leitstern.insight.pipeline.deals import Deals, Floats, Ints

#: Days after which what was seen counts half.
HALF_LIFE = 42.0
#: Days of the past that are looked at.
LOOK_BACK = 1100


def expected_begun(deals: Deals, day: int, count: int, days_off: Ints | None = None) -> Floats:
    """Deals expected to begin on each of ``count`` days after ``day``."""
    past = deals.created[deals.created <= day]
    if not len(past):
        return np.zeros(count)
    first = max(int(past.min()), day - LOOK_BACK, min(deals.first_close, day))
    days = np.arange(first, day + 1)
    got = np.bincount(past[past >= first] - first, minlength=len(days)).astype(float)
    fade = 0.5 ** ((day - days) / HALF_LIFE)
    trend = _local_level(got)
    known = season.learn(
        np.concatenate([days, np.repeat(days, got.astype(np.int64))]),
        np.concatenate([trend, np.zeros(int(got.sum()))]),
        np.concatenate([np.zeros(len(days), bool), np.ones(int(got.sum()), bool)]),
        first,
        day,
        days_off,
    )
    level = (got * fade).sum() / max((known.factors(first, len(days)) * fade).sum(), 1e-9)
    return np.asarray(level * known.factors(day + 1, count))


def _local_level(got: Floats) -> Floats:
    """The mean number a day over half a year about each day."""
    width = min(len(got), 183)
    kernel = np.ones(width)
    seen = np.convolve(np.ones(len(got)), kernel, "same")
    return np.convolve(got, kernel, "same") / seen


def first_stages(deals: Deals, day: int) -> Floats:
    """The share of deals begun in the last year that began in each stage."""
    stays = deals.stays
    begins = (
        (stays.entered == deals.created[stays.deal]) & (stays.entered <= day) & (stays.entered > day - 365)
    )
    number = np.bincount(stays.stage[begins], minlength=deals.stages).astype(float)
    return np.asarray(number / max(number.sum(), 1.0))
