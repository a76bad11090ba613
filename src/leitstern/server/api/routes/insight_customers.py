"""What customers cost, how long they stay, what they are worth, and what they say."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from leitstern.server import insight
from leitstern.server.api.fields import Day, Out
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.insight import customers as about
from leitstern.server.sight import sight
from leitstern.server.views.insight.common import company_shown

router = Router()


class CustomersOut(Out):
    """The analysis of this generation; each part has its ``n`` and its ``verdict``."""

    as_of: Day
    currency: str
    acquisition: dict[str, Any] = Field(description="Cost of new customers by period, and of twelve months.")
    payback: dict[str, Any] = Field(description="Months until a new customer's margin has paid the cost.")
    cohorts: dict[str, Any] = Field(description="Who still buys, and how much, by first purchase.")
    value: dict[str, Any] = Field(description="What customers will bring, and the trial on the past.")
    shares: dict[str, Any] = Field(description="How the last 365 days' revenue spreads over customers.")
    surveys: dict[str, Any] = Field(description="NPS and CSAT with their ranges, reasons and own words.")


@router.get(
    "/insight/customers", response=CustomersOut, operation_id="get_customers", url_name="insight_customers",
    summary="Customers: cost, stay, value, answers", openapi_extra={"x-errors": [404]},
)  # fmt: skip
def customers(request: HttpRequest) -> dict[str, Any]:
    """What the page *Customers* shows. 503 until the analysis of the newest generation is made."""
    ask = sight(request)
    document = insight.document(ask, "customers")
    if document is None:
        raise Refused(503, "no_generation")
    if not company_shown(ask, about.SHOWS):
        raise Hidden
    return dict(document)
