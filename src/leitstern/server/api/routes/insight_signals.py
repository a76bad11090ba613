"""Which KPIs really changed."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from leitstern.server import insight
from leitstern.server.api.fields import Day, Out
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.insight import signals as topic
from leitstern.server.sight import sight
from leitstern.server.views.insight import common

router = Router()


class SignalOut(Out):
    """A change: a shift of the level, or one unusual day or week."""

    kind: Literal["shift", "spike"]
    direction: Literal["up", "down"]
    said: Day = Field(description="The day on which it could first be said.")
    since: Day = Field(description="The day it seems to begin with.")
    expected: float | None = Field(description="The usual value before, of a day or week.")
    seen: float | None
    change: float | None = Field(description="The relative change, as a fraction.")
    strength: float | None = Field(description="The deviation over its threshold, at least 1.")
    beside: str | None = Field(description="The KPI of the same records whose signal this one goes with.")


class WatchedOut(Out):
    """What was found for one KPI of the company."""

    kpi: str
    unit: str
    good: str
    verdict: Literal["signals", "quiet", "too_little", "stale", "not_watched"]
    step: Literal["day", "week"]
    n: int = Field(description="Days or weeks watched.")
    until: Day | None = Field(description="The newest day of its data.")
    signals: list[SignalOut]
    news: int = Field(description="How many of the signals are of the last four weeks.")


class SignalsOut(Out):
    """The signals of all KPIs."""

    as_of: Day
    watched: int
    alarms: float = Field(description="Accepted false alarms a year for each KPI watched.")
    rows: list[WatchedOut]
    text: str = Field(description="The summary in a sentence.")


@router.get(
    "/insight/signals", response=SignalsOut, operation_id="list_signals", url_name="insight_signals",
    summary="Signals",
)  # fmt: skip
def signals(request: HttpRequest) -> dict[str, Any]:
    """Say which KPIs of the company really changed. 503 until the analysis is made."""
    ask = sight(request)
    document = insight.document(ask, "signals")
    if document is None:
        raise Refused(503, "no_generation")
    if not common.company_shown(ask, "new_deals"):
        raise Hidden
    return {**document, "text": topic.headline(ask, document)}
