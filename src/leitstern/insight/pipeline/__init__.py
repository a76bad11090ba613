"""What is won in the next weeks and months: from open deals, and from those that are not open yet."""

from leitstern.insight.pipeline.deals import Deals, Stays, day_numbers, one_stay_each, snapshot
from leitstern.insight.pipeline.forecast import Line, OpenDeal, PipelineForecast, Told, forecast

__all__ = [
    "Deals",
    "Line",
    "OpenDeal",
    "PipelineForecast",
    "Stays",
    "Told",
    "day_numbers",
    "forecast",
    "one_stay_each",
    "snapshot",
]
