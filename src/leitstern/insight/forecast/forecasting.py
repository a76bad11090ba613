"""One door for all kinds of KPIs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from leitstern.insight.forecast.known import History
from leitstern.insight.forecast.many import forecast_many
from leitstern.insight.forecast.ratios import forecast_ratios
from leitstern.insight.forecast.stocks import forecast_stocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leitstern.insight.forecast.profile import Array
    from leitstern.insight.forecast.result import Forecast, Many


def forecasts(history: History, start: date, end: date, through: date) -> Many:
    """The forecast of every subject's value at ``end`` of the period from ``start``, from the days through
    ``through`` alone. All subjects are looked at together; one alone learns from itself only."""
    if history.kind == "stock":
        return forecast_stocks(history.first, history.values, start, end, through)
    if history.kind == "ratio":
        return forecast_ratios(history, start, end, through)
    return forecast_many(history, start, end, through)


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
