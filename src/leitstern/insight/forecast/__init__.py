"""Where a period ends: forecasts with intervals, chances, their record, and how realistic a target is."""

from leitstern.insight.forecast.backtest import Replay, backtest
from leitstern.insight.forecast.forecasting import forecast, forecasts
from leitstern.insight.forecast.known import Calendar, History
from leitstern.insight.forecast.realism import Growth, growth
from leitstern.insight.forecast.result import PUBLISHED, Forecast, Many

__all__ = [
    "PUBLISHED",
    "Calendar",
    "Forecast",
    "Growth",
    "History",
    "Many",
    "Replay",
    "backtest",
    "forecast",
    "forecasts",
    "growth",
]
