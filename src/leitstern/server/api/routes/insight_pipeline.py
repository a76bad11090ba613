"""What is won in the next weeks and months."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from leitstern.server import insight
from leitstern.server.api.fields import Day, Out
from leitstern.server.api.refusals import Hidden
from leitstern.server.insight import pipeline as topic
from leitstern.server.sight import sight
from leitstern.server.views.insight import common

router = Router()


class PipelineLine(Out):
    """A week or month; values in the workspace's currency."""

    start: Day
    end: Day
    so_far: float = Field(description="Won in the period before the day of the forecast.")
    open: float = Field(description="Expected from deals open now.")
    new: float = Field(description="Expected from deals that are not open yet.")
    total: float
    low: float | None = Field(description="Lower end of the range that holds in 8 of 10 cases.")
    high: float | None
    deals: float = Field(description="Expected number of deals won.")
    n: int = Field(description="Past windows that the range stands on.")


class PipelineTold(Out):
    """A forecast made again for a past day, with what was known then, and what happened."""

    day: Day
    days: int
    forecast: float
    happened: float
    low: float | None
    high: float | None


class PipelineTeam(Out):
    """A team's open deals; ``expected`` by the end of each month."""

    team: str | None
    name: str | None
    deals: int
    expected: list[float]


class PipelineDeal(Out):
    """An open deal; ``chances`` to be won by the end of each month."""

    deal: str
    stage: str | None
    days_in_stage: int
    worth: float
    chances: list[float]
    expected: float


class PipelineOut(Out):
    """The forecast of this generation."""

    verdict: str = Field(description="ok or too_little.")
    n: int = Field(description="Deals won that it stands on.")
    day: Day
    open_deals: int
    tools: float = Field(description="Stage win rate times amount of the open deals, without timing.")
    bias: float | None
    wape: float | None
    coverage: float | None = Field(description="Share of past outcomes within their range.")
    weeks: list[PipelineLine]
    months: list[PipelineLine]
    told: list[PipelineTold]
    teams: list[PipelineTeam] = Field(description="Teams that the viewer may see.")
    deals: list[PipelineDeal] = Field(description="Those of which most is expected; empty where not shown.")


@router.get(
    "/insight/pipeline", response=PipelineOut, operation_id="get_pipeline", url_name="insight_pipeline",
    summary="What is won in the next weeks and months",
)  # fmt: skip
def pipeline(request: HttpRequest) -> dict[str, Any]:
    """What the page *Pipeline forecast* shows; 404 while it is being analysed."""
    ask = sight(request)
    document = insight.document(ask, topic.ANALYSIS.name)
    if document is None or not common.company_shown(ask, topic.SHOWS):
        raise Hidden
    shown: dict[str, Any] = {"teams": [], "deals": []}
    if document["verdict"] == "ok":
        shown["teams"] = topic.teams(ask, document)
        shown["deals"] = [deal.found for deal in topic.deals(ask, document, topic.MOST_DEALS) or ()]
    return {**document, **shown}
