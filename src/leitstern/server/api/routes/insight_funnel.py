"""The funnel, its bottleneck, and the handovers, as the page shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from leitstern.server import insight
from leitstern.server.api.fields import Day, In, Out
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.insight import funnel as words
from leitstern.server.sight import sight
from leitstern.server.views.insight.common import company_shown

router = Router()


class AskedFunnel(In):
    """By which groups the steps are told."""

    by: Literal["campaign", "source", "team", "segment"] = "team"


class FunnelOut(Out):
    """The funnel of the last 365 days, as `leitstern funnel --format json` prints it."""

    from_: Day = Field(alias="from")
    to: Day
    as_of: Day = Field(description="The last day of the data; what is open was open on it.")
    by: str
    steps: list[dict[str, Any]] = Field(
        description="From step to step, for all (`group` null) and by group: `cohort`, `flow` and `wait`."
    )
    whole: list[dict[str, Any]] = Field(description="From end to end: lead to won, deal to won.")
    stages: list[dict[str, Any]] = Field(description="From stage to stage of the pipeline.")
    leaks: list[dict[str, Any]] = Field(description="Deals lost, by stage and reason, the most first.")
    bottleneck: dict[str, Any] = Field(
        description="`verdict` (hint, none, too_little), `hints` with their cost per quarter, all `cells`."
    )
    handovers: dict[str, Any] = Field(description="Waits between departments; customers without a contact.")
    hidden: bool = Field(description="Whether teams were left out that could tell about single persons.")
    text: str = Field(description="The bottleneck in a sentence.")


@router.get(
    "/insight/funnel", response=FunnelOut, by_alias=True, operation_id="get_funnel",
    url_name="insight_funnel", summary="Funnel and bottleneck", openapi_extra={"x-errors": [404]},
)  # fmt: skip
def funnel(request: HttpRequest, asked: Annotated[AskedFunnel, Query()]) -> dict[str, Any]:
    """Conversion from step to step, where deals are lost, and what the bottleneck costs.

    503 until the analysis of the newest generation is made.
    """
    ask = sight(request)
    document = insight.document(ask, "funnel")
    if document is None:
        raise Refused(503, "no_generation")
    if not company_shown(ask, "won_value"):
        raise Hidden
    seen = words.cut(ask, document)
    return {
        **seen["by"][asked.by],
        **{name: seen[name] for name in ("bottleneck", "handovers", "hidden")},
        "text": words.sentence(seen["bottleneck"]),
    }
