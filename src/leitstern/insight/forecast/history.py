"""One door for all kinds of KPIs: what is known of a KPI day by day, and its forecasts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from leitstern.insight.forecast.many import Calendar, forecast_many
from leitstern.insight.forecast.ratios import forecast_ratios
from leitstern.insight.forecast.stocks import forecast_stocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leitstern.insight.forecast.profile import Array
    from leitstern.insight.forecast.result import Forecast, Many

#: ``amount``: a sum; ``count``: whole numbers; ``ratio``: above over below; ``stock``: a level.
Kind = Literal["amount", "count", "ratio", "stock"]


@dataclass(frozen=True, slots=True)
class History:
    """Daily values of one KPI for many subjects.

    ``first``     the first day
    ``values``    subjects × days, in the KPI's unit (a ratio's numerator); NaN where nothing is known
    ``below``     a ratio's denominator, of the same shape
    ``calendar``  special days and working time, from ``first`` to the last day asked about; without it all
                  days are ordinary
    """

    first: date
    values: Array
    kind: Kind
    below: Array | None = None
    calendar: Calendar | None = None

    def only(self, at: int) -> History:
        """The history of one subject."""
        below = None if self.below is None else self.below[at : at + 1]
        return replace(self, values=self.values[at : at + 1], below=below)

    def value(self, start: date, end: date) -> Array:
        """The value of each subject in a known stretch, both days included."""
        lo, hi = max((start - self.first).days, 0), (end - self.first).days + 1
        if self.kind == "stock":
            return np.asarray(self.values[:, hi - 1], dtype=float)
        above = np.nan_to_num(self.values[:, lo:hi]).sum(axis=1)
        if self.below is None:
            return np.asarray(above, dtype=float)
        below = np.nan_to_num(self.below[:, lo:hi]).sum(axis=1)
        found = np.full(len(above), np.nan)
        np.divide(above, below, out=found, where=below > 0)
        return found


def forecasts(history: History, start: date, end: date, through: date) -> Many:
    """The forecast of every subject's value at ``end`` of the period from ``start``, from the days through
    ``through`` alone. All subjects are looked at together; one alone learns from itself only."""
    first, values, calendar = history.first, history.values, history.calendar
    if history.kind == "stock":
        return forecast_stocks(first, values, start, end, through)
    if history.kind == "ratio":
        assert history.below is not None  # a ratio has a denominator
        return forecast_ratios(first, values, history.below, start, end, through, calendar)
    return forecast_many(first, values, start, end, through, calendar, history.kind)


def forecast(
    days: NDArray[np.datetime64],
    values: Array,
    start: date,
    end: date,
    through: date,
    *,
    pool: Array | None = None,
    kind: Literal["amount", "count", "stock"] = "amount",
) -> Forecast:
    """The forecast of one series of daily ``values`` on ``days`` (no day left out).

    ``pool``: daily values of comparable subjects, subjects × days, from which season and errors are learned
    as well. A ratio, and a calendar of special days, is given as a `History`.
    """
    rows = np.atleast_2d(np.asarray(values, dtype=float))
    if pool is not None:
        rows = np.vstack([rows, np.atleast_2d(pool)])
    first: date = days[0].astype("datetime64[D]").astype(object)
    assert len(days) == rows.shape[1]
    assert days[-1] - days[0] == np.timedelta64(len(days) - 1, "D")
    known = first + timedelta(days=rows.shape[1] - 1)
    return forecasts(History(first, rows, kind), start, end, min(through, known)).one(0)
