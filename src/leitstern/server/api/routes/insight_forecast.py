"""The forecast of a goal: where its period ends, with ranges and chances."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from leitstern.server import book
from leitstern.server.api.fields import Day, Id, Out
from leitstern.server.api.routes.goals import found

router = Router()

Chances = dict[Literal["minimum", "target", "stretch"], float | None]


class AheadOut(Out):
    """What is expected by a day, with the values that hold in 8 and in 5 of 10 cases."""

    day: Day
    expected: float
    low_80: float
    low_50: float
    high_50: float
    high_80: float


class SeasonOut(Out):
    """How the same months of earlier years grew on the stretch right before them."""

    change: float = Field(description="What the target asks for, as a fraction.")
    times: int = Field(description="In how many years that was reached ...")
    years: int = Field(description="... of so many.")
    chance: float | None


class ForecastOut(Out):
    """The forecast of this generation. ``waiting``: it is being made; ``withdrawn``: forecasts of this KPI
    did worse than the plain pace, whose chances are given instead."""

    verdict: Literal["ok", "over", "too_little", "waiting", "withdrawn", "protected"]
    through: Day | None = Field(None, description="The last day that was known.")
    done: float | None = None
    point: float | None = Field(None, description="Expected at the end.")
    quantiles: dict[str, float | None] = Field(default_factory=dict, description="By percent, 5 to 95.")
    chances: Chances = Field(default_factory=dict, description="To reach each level.")
    arrivals: dict[Literal["minimum", "target", "stretch"], Day | None] = Field(default_factory=dict)
    pace_point: float | None = Field(None, description="Where the plain working-day pace would end.")
    pace_chances: Chances = Field(default_factory=dict)
    n: int = Field(0, description="Earlier stretches it stands on.")
    method: str = ""
    ahead: list[AheadOut] = Field(default_factory=list)
    season: SeasonOut | None = None


@router.get(
    "/goals/{int:id}/forecast", response=ForecastOut, operation_id="get_goal_forecast",
    url_name="insight_forecast", summary="A goal's forecast",
)  # fmt: skip
def forecast(request: HttpRequest, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Where the goal's period is expected to end, as its page shows it."""
    ask, row = found(request, id)
    known = book.evidence(ask.viewer, row)
    if known.protected:
        return {"verdict": "protected"}
    if known.forecast is None:
        return {"verdict": "waiting"}
    kept = dict(known.forecast.kept)
    days = ("day", "expected", "low_80", "low_50", "high_50", "high_80")
    kept["ahead"] = [dict(zip(days, one, strict=True)) for one in kept["path"]]
    if kept["method"] == "withdrawn":
        kept |= {"verdict": "withdrawn", "point": None, "quantiles": {}}
    return kept
