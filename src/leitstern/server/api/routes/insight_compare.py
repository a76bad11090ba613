"""One KPI over campaigns, products, teams or persons; "no evidence of a difference" is an answer."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from leitstern.server import insight
from leitstern.server.api.fields import Code, Day, In, Out
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.insight import compare as comparisons
from leitstern.server.sight import sight

router = Router()


class Asked(In):
    """What is compared."""

    by: Literal["campaign", "product", "team", "person"] = "campaign"


class ComparedOne(Out):
    """One subject; its estimate is drawn towards the mean of all. None: too little to compare."""

    id: str
    name: str
    n: float = Field(description="Tries of a rate, records of a count, months of an average.")
    raw: float | None
    estimate: float | None
    low: float | None = Field(description="Lower end of the middle 95 %.")
    high: float | None
    side: Literal[-1, 0, 1] = Field(description="1: stands out above the mean of all, -1: below.")


class ComparedOut(Out):
    """A comparison in the order of names."""

    kpi: str
    version: int
    unit: str
    by: str
    how: Literal["rates", "counts", "averages"]
    from_: Day = Field(alias="from")
    to: Day
    subjects: list[ComparedOne]
    typical: float | None
    seen: float | None = Field(description="Spread of the values as seen.")
    by_chance: float | None = Field(description="Spread to expect if all were equal.")
    n: float
    verdict: Literal["difference", "no_evidence"]
    text: str = Field(description="The answer in a sentence.")


@router.get(
    "/insight/compare/{kpi}", response=ComparedOut, by_alias=True, operation_id="compare_kpi",
    url_name="insight_compare", summary="Compare a KPI, chance included",
)  # fmt: skip
def compare(request: HttpRequest, kpi: Code, asked: Query[Asked]) -> dict[str, Any]:
    """Compare a KPI over the last twelve months that are over. 503 until the analysis is made.

    Persons (and teams) are compared only for whom may see every one of them.
    """
    ask = sight(request)
    document = insight.document(ask, "compare")
    if document is None:
        raise Refused(503, "no_generation")
    found = comparisons.shown(ask, document, kpi, asked.by)
    if found is None:
        raise Hidden
    return {**found, "text": comparisons.said(found)}
