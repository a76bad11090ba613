"""Forecasts of a period's end for many subjects of one KPI at once; see `blend` and `errors` for the method.

One call replays the history of all subjects at the same place of earlier stretches, so what one of them
cannot show alone (last year's season, the shape of errors) is learned from all. A thousand monthly forecasts
with intervals take a few tenths of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.forecast import counts
from leitstern.insight.forecast.blend import Blended, blend
from leitstern.insight.forecast.errors import Spread, spread
from leitstern.insight.forecast.known import panel_of
from leitstern.insight.forecast.profile import MONTH, pieces, weeks_back
from leitstern.insight.forecast.result import Counted, Ends, Many, certain
from leitstern.insight.forecast.windows import LEAST_HISTORY, Windows, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leitstern.insight.forecast.known import History
    from leitstern.insight.forecast.profile import Array, Panel, Pieces

#: Fewer earlier windows tell no chances.
FEWEST = 4


def forecast_many(history: History, start: date, end: date, through: date) -> Many:
    """Forecasts of amounts and counts for all subjects of ``history``, days after ``through`` left out.

    ``start`` to ``end`` is the period, both included; it may lie ahead. Too little: less than six weeks of
    history before the period (or before the last month of a longer one), or fewer than 4 earlier stretches
    of its length.
    """
    first = history.first
    panel = panel_of(history, history.values, end, through)
    sums = panel.sums()
    begin, upto = (start - first).days, min((end - first).days + 1, panel.days)
    done = sums[:, upto] - sums[:, min(max(begin, 0), upto)]
    if through >= end:
        return certain(done, start, end, through, "over")
    asked = windows(first, start, end, through)
    if len(asked.past) < FEWEST or asked.asked.anchor < LEAST_HISTORY:
        return certain(done, start, end, through, "too_little")
    found, daily = pieces(panel, asked.all)
    blended = blend(found, asked, learned=history.learned)
    alike = _alike(blended)
    ahead = np.where(_young(panel, asked)[alike], 0.0, found.ahead[alike])
    how = spread(found.rest[alike] - blended.rest[alike], ahead, found.ahead[-1], months(asked, alike))
    if how.n < FEWEST:
        return certain(done, start, end, through, "too_little")
    ends = _ends(done, found, blended, how, counting=history.kind == "count")
    share = np.divide(
        blended.rest[-1], daily.sum(axis=1), out=np.zeros(len(done)), where=daily.sum(axis=1) > 0
    )
    plain = plain_pace(panel, sums, asked, done)
    return Many(
        start,
        end,
        through,
        done,
        ends,
        plain,
        daily * share[:, None],
        how.n,
        "pooled" if len(done) > 1 else "own",
        "ok",
    )


def _ends(done: Array, found: Pieces, blended: Blended, how: Spread, *, counting: bool) -> Ends:
    rest, width = blended.rest[-1], found.ahead[-1] * how.scale
    if counting:
        # Half an event more: what never happened is not impossible (Jeffreys' prior of a rate).
        rest = rest + 0.5 / (how.n + 1)
    point = done + rest
    quantiles = point[:, None] + width[:, None] * how.shape
    if (found.done >= 0).all() and (np.nan_to_num(found.rest) >= 0).all():
        quantiles = np.maximum(quantiles, done[:, None])
    if not counting:
        return Ends(point, quantiles)
    small = (rest < counts.SMALL) & (rest > 0)
    table = counts.distribution(np.where(small, rest, 1.0), np.where(small, width**2, 1.0))
    quantiles = np.where(small[:, None], done[:, None] + counts.quantiles(table), quantiles)
    return Counted(point, quantiles, done, table, small)


def _young(panel: Panel, asked: Windows) -> NDArray[np.bool_]:
    """Windows × subjects: those in which a subject that came later than the data had not all of the history
    that its profile looks back on: its errors then say nothing about today's."""
    some = np.nan_to_num(panel.values) != 0
    first = np.where(some.any(axis=1), some.argmax(axis=1), panel.days)
    back = np.array([weeks_back(one.end - one.rest) * 7 for one in asked.past])
    anchors = np.array([one.anchor for one in asked.past])
    return np.asarray((first > MONTH) & (first > (anchors - back)[:, None]), dtype=np.bool_)


def _alike(blended: Blended) -> list[int]:
    """The earlier windows that had a year before them if the asked one has (or had none); all if few."""
    past = range(len(blended.with_year) - 1)
    alike = [at for at in past if blended.with_year[at] == blended.with_year[-1]]
    return alike if len(alike) > FEWEST else list(past)


def months(asked: Windows, places: Sequence[int]) -> Array:
    """How many months ago earlier windows were."""
    return np.array([asked.past[at].back for at in places]) * 12 / asked.year


def plain_pace(panel: Panel, sums: Array, asked: Windows, done: Array) -> Ends | None:
    """Where the plain working-day pace ends: what was done over the working time of the days done, times
    that of the period, with an interval from its errors in earlier windows. None before the period begins."""
    work = np.concatenate([[0.0], panel.working.cumsum()])
    window = asked.asked
    elapsed = work[window.origin] - work[window.begin]
    if window.origin <= window.begin or elapsed <= 0:
        return None
    errors, ahead = [], []
    for one in asked.past:
        begin = max(one.begin, 0)
        over, left = work[one.origin] - work[begin], work[one.end] - work[one.origin]
        expected = (sums[:, one.origin] - sums[:, begin]) * left / over if over > 0 else np.zeros(len(sums))
        errors.append(sums[:, one.end] - sums[:, one.origin] - expected)
        ahead.append(expected)
    now = done * (work[window.end] - work[window.origin]) / elapsed
    how = spread(np.array(errors), np.array(ahead), now, months(asked, range(len(errors))))
    return Ends(done + now, (done + now)[:, None] + (now * how.scale)[:, None] * how.shape)
