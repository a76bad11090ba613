"""How wrong such forecasts were: from the errors of earlier windows to the quantiles of this one.

Each error is taken relative to what was expected and divided by the subject's own scale (the root of its mean
square error, shrunk towards what is usual for subjects of its size); the standardised errors of all subjects
and windows together give the shape, Student's t fills in where there are few. An error's own window does not
count in the scale it is divided by, so that the shape knows that scales are estimates. A window counts
a tenth less than one a month after it: businesses get calmer and wilder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from leitstern.insight.forecast.profile import Array

#: Probabilities at which quantiles are kept.
LEVELS: Array = np.concatenate(
    [[0.002, 0.005, 0.01, 0.025], np.arange(5, 100, 5) / 100, [0.975, 0.99, 0.995, 0.998]]
)
#: What all subjects' errors are worth against the subject's own, in windows.
_WORTH = 4
#: So many standardised errors count as much as Student's t.
_SHAPE = 40
#: What a window counts against one a month after it.
FADE = 0.9
#: Fewer subjects tell nothing about how errors shrink with size: a root is taken for granted.
_FEW_SUBJECTS, _USUAL_SLOPE = 8, -1.0


@dataclass(frozen=True, slots=True)
class Spread:
    """``scale``: root mean square error of each subject, relative to what is expected. ``shape``: quantiles
    of the standardised error at `LEVELS`. ``n``: windows they stand on."""

    scale: Array
    shape: Array
    n: int


def spread(errors: Array, ahead: Array, now: Array, months: Array) -> Spread:
    """The spread of forecasts of ``now`` (subjects) from earlier ``errors`` of what was ``ahead``, both
    windows × subjects, in the KPI's unit, ``months`` before (windows)."""
    usable = (ahead > 0) & np.isfinite(errors)
    weight = usable * (FADE ** (months - months.min(initial=np.inf)))[:, None]
    signed = np.divide(errors, ahead, out=np.zeros_like(errors), where=usable)
    square = signed**2 * weight
    count, total = weight.sum(axis=0), square.sum(axis=0)
    size = np.divide((ahead * weight).sum(axis=0), count, out=np.zeros_like(count), where=count > 0)
    usual = _usual(total, count, size, now)
    scale = np.sqrt((total + _WORTH * usual) / (count + _WORTH))
    others = np.sqrt((total - square + _WORTH * usual) / np.maximum(count - weight + _WORTH, 1))
    standard = np.divide(signed, others, out=np.zeros_like(signed), where=others > 0)
    windows = usable.any(axis=1)
    known = weight[windows].max(axis=1)
    effective = float(known.sum() ** 2 / (known**2).sum()) if len(known) else 0.0
    return Spread(scale, _shape(standard[usable], weight[usable], effective), int(windows.sum()))


def _usual(total: Array, count: Array, size: Array, now: Array) -> Array:
    """The mean square relative error that is usual at a subject's size."""
    known = (count > 0) & (size > 0) & (total > 0)
    if not known.any():
        return np.ones_like(now)
    mean = total[known] / count[known]
    logs = np.log(size[known])
    slope = _USUAL_SLOPE
    if known.sum() >= _FEW_SUBJECTS and np.ptp(logs) > 0:
        slope = float(np.clip(np.polyfit(logs, np.log(mean), 1)[0], -1.0, 0.0))
    level = np.average(mean * size[known] ** -slope)
    return np.asarray(level * np.maximum(now, size[known].min() * 0.1) ** slope, dtype=float)


def _shape(standard: Array, weight: Array, effective: float) -> Array:
    """Quantiles at `LEVELS`: of what was seen, by weight, and of Student's t for as many windows."""
    from scipy.special import stdtrit

    student = stdtrit(max(effective - 1, 2.0), LEVELS) * np.sqrt(1 + 1 / max(effective, 1.0))
    if not standard.size:
        return np.asarray(student, dtype=float)
    order = np.argsort(standard)
    upto = weight[order].cumsum()
    seen = np.interp(LEVELS, (upto - weight[order] / 2) / upto[-1], standard[order])
    part = standard.size / (standard.size + _SHAPE)
    return np.asarray(part * seen + (1 - part) * student, dtype=float)
