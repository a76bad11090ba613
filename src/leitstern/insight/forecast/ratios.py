"""Ratios are forecast through their parts: (above done + above to come) / (below done + below to come).

The denominator to come is forecast like any amount. Its rate is that of the last 16 weeks, the running
period's days counted like others, shrunk towards that of all subjects by a tenth of a period's denominator.
Errors of earlier windows are taken relative to the share of the denominator that was still to come. What
cannot be is not expected: a share of won deals ends between 0 and 1.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.forecast.blend import blend
from leitstern.insight.forecast.errors import spread
from leitstern.insight.forecast.known import panel_of
from leitstern.insight.forecast.many import FEWEST, months
from leitstern.insight.forecast.profile import FADE, WEEKS, pieces
from leitstern.insight.forecast.result import Ends, Many, certain
from leitstern.insight.forecast.windows import LEAST_HISTORY, windows

if TYPE_CHECKING:
    from leitstern.insight.forecast.known import History
    from leitstern.insight.forecast.profile import Array, Panel

_SHRINK = 0.1


def forecast_ratios(history: History, start: date, end: date, through: date) -> Many:
    """Forecasts of ratios, days after ``through`` left out.

    Subjects whose denominator is expected to stay 0 have no forecast (NaN).
    """
    assert history.below is not None  # a ratio has a denominator
    first = history.first
    over, under = (panel_of(history, one, end, through) for one in (history.values, history.below))
    sums, base = over.sums(), under.sums()
    begin, upto = min(max((start - first).days, 0), over.days), min((end - first).days + 1, over.days)
    done = _ratio(sums[:, upto] - sums[:, begin], base[:, upto] - base[:, begin])
    if through >= end:
        return certain(done, start, end, through, "over")
    asked = windows(first, start, end, through)
    if len(asked.past) < FEWEST or asked.asked.anchor < LEAST_HISTORY:
        return certain(done, start, end, through, "too_little")
    found, daily = pieces(under, asked.all)
    ahead = blend(found, asked, learned=history.learned).rest
    points, shares, plain_errors, errors = [], [], [], []
    for at, window in enumerate(asked.all):
        first_day = min(max(window.begin, 0), window.origin)
        known = sums[:, window.origin] - sums[:, first_day]
        known_base = base[:, window.origin] - base[:, first_day]
        whole = known_base + ahead[at]
        points.append(_ratio(known + ahead[at] * _rate(over, under, window.origin, whole), whole))
        shares.append(_ratio(ahead[at], whole))
        if window is not asked.asked:
            actual = _ratio(
                sums[:, window.end] - sums[:, first_day], base[:, window.end] - base[:, first_day]
            )
            errors.append(actual - points[-1])
            plain_errors.append(actual - _ratio(known, known_base))
    ends = _ends(points[-1], np.array(errors), np.array(shares), ahead, months(asked, range(len(errors))))
    plain = None
    if asked.asked.origin > asked.asked.begin:
        plain = _ends(
            done, np.array(plain_errors), np.array(shares), ahead, months(asked, range(len(errors)))
        )
    limits = _limits(over.values, under.values)
    ends, plain = ends.within(*limits), None if plain is None else plain.within(*limits)
    return Many(start, end, through, done, ends, plain, daily, len(errors), "ratio", "ok", adds_up=False)


def _limits(above: Array, below: Array) -> tuple[float, float]:
    """Where the ratio can lie: not below 0 where neither side ever was; not above 1 where the upper side is a
    part of the lower one on every day."""
    above, below = np.nan_to_num(above), np.nan_to_num(below)
    if (above < 0).any() or (below < 0).any():
        return -np.inf, np.inf
    return 0.0, 1.0 if (above <= below + 1e-9).all() else np.inf


def _ends(point: Array, errors: Array, shares: Array, ahead: Array, ago: Array) -> Ends:
    """Errors are standardised by the share to come; their usual size shrinks with the denominator."""
    past, now = shares[:-1], shares[-1]
    relative = np.divide(errors, past, out=np.full_like(errors, np.nan), where=past > 0)
    how = spread(relative * ahead[:-1], ahead[:-1], ahead[-1], ago)
    return Ends(point, point[:, None] + (np.nan_to_num(now) * how.scale)[:, None] * how.shape)


def _rate(over: Panel, under: Panel, origin: int, whole: Array) -> Array:
    """The rate of the last weeks before a day, shrunk towards that of all subjects."""
    lo = max(0, origin - 7 * WEEKS)
    weight = FADE ** ((origin - 1 - np.arange(lo, origin)) // 7)
    above = np.nan_to_num(over.values[:, lo:origin]) @ weight
    below = np.nan_to_num(under.values[:, lo:origin]) @ weight
    shared = above.sum() / below.sum() if below.sum() > 0 else 0.0
    more = _SHRINK * np.maximum(whole, 1e-9)
    return np.asarray((above + more * shared) / (below + more), dtype=float)


def _ratio(above: Array, below: Array) -> Array:
    found = np.full(below.shape, np.nan)
    np.divide(above, below, out=found, where=below > 0)
    return found
