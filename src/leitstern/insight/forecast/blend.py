"""From what was expected to what is forecast: how far to believe the pace, last year, and the usual error.

With e the expected rest of a window, the forecast is

    rest = e * (1 + a + b * pace + c * last year + b' * own pace + c' * own last year)

``pace`` is what was done over what was due, less 1, of all subjects together; ``own pace`` is the subject's
less that; ``last year`` is what the rest brought over what was expected, less 1, in the window a year before.
The coefficients are fitted by ridge regression to the windows over by then, towards a = 0, b = k / (k + 15)
after k days (15 times the months ahead, where they are more than one), c = 1/2 (0 without a year before),
b' = b and c' = 0.3. The first three rest on few windows, so they stay near these; the own ones rest on
windows × subjects. The blend k / (k + 15) and last year's correction were the best of the methods compared
before; fitting them is ours. The strengths of the priors were chosen on every second store and cash machine
(bench/decision_quality/month_end.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.forecast.profile import MONTH

if TYPE_CHECKING:
    from leitstern.insight.forecast.profile import Array, Pieces
    from leitstern.insight.forecast.windows import Windows

#: Days after which the pace counts half, before anything was learned.
_HALF_TRUST = 15
_YEAR, _OWN_YEAR = 0.5, 0.3
#: How far the coefficients may move: standard deviations of their priors, shared and own.
_SHARED_SD = np.array([0.05, 0.05, 0.05])
_OWN_SD = 0.5
#: What the relative error of a window is before any was seen, shared and own, and what that is worth.
_SHARED_NOISE, _OWN_NOISE, _WORTH = 0.06, 0.15, 4
_LEAST, _MOST_PACE, _MOST_YEAR, _MOST_REST = 0.05, 4.0, 2.0, 3.0


@dataclass(frozen=True, slots=True)
class Blended:
    """Forecasts of the rest, windows × subjects, with the coefficients of the last one, and whether a window
    had one a year before it."""

    rest: Array
    with_year: list[bool]


@dataclass(frozen=True, slots=True)
class _Row:
    """One window: features and outcome, shared (3 and 1) and own (subjects × 2 and subjects)."""

    shared: Array
    own: Array
    shared_rest: float
    own_rest: Array
    weight: Array


def blend(found: Pieces, windows: Windows, *, learned: bool = True) -> Blended:
    """The forecast of every window; without ``learned`` with the coefficients before anything was fitted."""
    every = windows.all
    place = {window.back: at for at, window in enumerate(every)}
    years = [place.get(window.back + windows.year) for window in every]
    years = [
        None if year is None or every[year].end > w.origin else year
        for year, w in zip(years, every, strict=True)
    ]
    rows = [_row(found, at, year) for at, year in enumerate(years)]
    asked = windows.asked
    known = [row for row, other in zip(rows, every, strict=True) if learned and other.end <= asked.origin]
    far = max(1.0, (asked.end - asked.rest) / MONTH)
    trust = asked.paced / (asked.paced + _HALF_TRUST * far)
    own = _own(known, trust)
    shared = {with_year: _shared(known, trust, with_year) for with_year in (True, False)}
    rest = np.empty_like(found.ahead)
    for at, row in enumerate(rows):
        change = row.shared @ shared[years[at] is not None] + row.own @ own
        rest[at] = found.ahead[at] * np.maximum(1 + change, _LEAST)
    return Blended(rest, [year is not None for year in years])


def _row(found: Pieces, at: int, year: int | None) -> _Row:
    ahead = found.ahead[at]
    pace = _less_one(found.done[at].sum(), found.due[at].sum(), _MOST_PACE)
    own_pace = _less_one(found.done[at], found.due[at], _MOST_PACE) - pace
    last = _shared_rest(found, year)
    own_last = np.zeros_like(ahead)
    if year is not None:
        own_last = _less_one(found.rest[year], found.ahead[year], _MOST_YEAR) - last
    rest = _shared_rest(found, at)
    own_rest = _less_one(found.rest[at], ahead, _MOST_REST) - rest
    size = ahead.mean()
    weight = np.maximum(ahead, 0) / size if size > 0 else np.zeros_like(ahead)
    return _Row(np.array([1.0, pace, last]), np.column_stack([own_pace, own_last]), rest, own_rest, weight)


def _shared_rest(found: Pieces, at: int | None) -> float:
    return 0.0 if at is None else float(_less_one(found.rest[at].sum(), found.ahead[at].sum(), _MOST_REST))


def _less_one(is_: Array, due: Array, most: float) -> Array:
    """What was over what was due, less 1; 0 where nothing was due."""
    ratio = np.divide(is_, due, out=np.ones_like(np.asarray(due, dtype=float)), where=np.asarray(due) > 0)
    return np.asarray(np.clip(np.nan_to_num(ratio, nan=1.0) - 1, -0.9, most), dtype=float)


def _shared(rows: list[_Row], trust: float, with_year: bool) -> Array:
    prior = np.array([0.0, trust, _YEAR if with_year else 0.0])
    if not rows:
        return prior
    x, y = np.array([row.shared for row in rows]), np.array([row.shared_rest for row in rows])
    return _ridge(x.T @ x, x.T @ (y - x @ prior), _noise(y - x @ prior, _SHARED_NOISE), prior, _SHARED_SD)


def _own(rows: list[_Row], trust: float) -> Array:
    prior = np.array([trust, _OWN_YEAR])
    if not rows or len(rows[0].own) == 1:
        return prior
    x = np.concatenate([row.own for row in rows])
    y = np.concatenate([row.own_rest for row in rows])
    weight = np.concatenate([row.weight for row in rows])
    left = y - x @ prior
    noise = _noise(left * np.sqrt(weight), _OWN_NOISE)
    weighted = x * weight[:, None]
    return _ridge(weighted.T @ x, weighted.T @ left, noise, prior, np.full(2, _OWN_SD))


def _noise(left: Array, before: float) -> float:
    """Variance of what is left, with what was thought before."""
    return float((np.sum(left**2) + _WORTH * before**2) / (len(left) + _WORTH))


def _ridge(gram: Array, moment: Array, noise: float, prior: Array, sd: Array) -> Array:
    """Mean of the coefficients given the data: Gaussian noise, Gaussian priors."""
    return prior + np.linalg.solve(gram / noise + np.diag(sd**-2.0), moment / noise)
