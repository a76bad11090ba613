"""What KPIs claim to drive, and whether their outcomes move later."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from leitstern.server import insight
from leitstern.server.api.fields import Out
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.insight import leads as topic
from leitstern.server.sight import sight
from leitstern.server.views.insight import common

router = Router()


class LeadFinding(Out):
    """One claim with what the data say to it. Lags are weeks, effects correlations."""

    kpi: str
    outcome: str
    sign: int = Field(description="1: both should rise together, -1: one as the other falls, 0: either.")
    verdict: str = Field(description="leads, no_lead or too_little.")
    n: int = Field(description="Weeks compared.")
    first: int | None = Field(description="First week, after the KPI's, in which the effect is strongest.")
    last: int | None
    peak: int | None
    effect: float | None
    low: float | None = Field(description="Lower end of the 95 % interval.")
    high: float | None
    ceiling: float | None = Field(description="The largest effect that the data leave possible (95 %).")
    p: float | None = Field(description="Chance of so strong a lag where there is none.")
    q: float | None = Field(description="The same, corrected for the number of claims.")
    reason: str | None = Field(
        description="Why nothing was tested: few_weeks, gaps, constant, overlaps or known_late."
    )


class KpiLeads(Out):
    """One KPI: what sums it up, its own claims, and the outcomes it was tested against besides."""

    kpi: str
    timing: str = Field(description="leading or lagging, as the KPI's file claims.")
    main: LeadFinding | None
    claimed: list[LeadFinding]
    ends: list[LeadFinding]


class Leads(Out):
    """All findings of this generation."""

    weeks: int = Field(description="How many finished weeks there are.")
    useful: float = Field(description="The smallest effect that is called useful.")
    kpis: list[KpiLeads]


@router.get(
    "/insight/leads", response=Leads, operation_id="get_leads", url_name="insight_leads",
    summary="Which KPIs move their outcome later", openapi_extra={"x-errors": [404]},
)  # fmt: skip
def leads(request: HttpRequest) -> dict[str, Any]:
    """What KPIs claim to drive, against the data. 503 until the analysis of this generation is made."""
    ask = sight(request)
    document = insight.document(ask, topic.ANALYSIS.name)
    if document is None:
        raise Refused(503, "no_generation")
    gate = topic.gate(document)
    if gate is not None and not common.company_shown(ask, gate):
        raise Hidden
    return {name: document[name] for name in ("weeks", "useful", "kpis")}
