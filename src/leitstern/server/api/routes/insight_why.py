"""Why a KPI changed: its change taken apart over segments."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StringConstraints

from leitstern.periods.grains import parse
from leitstern.server.api.fields import Code, In, Out
from leitstern.server.api.refusals import Refused
from leitstern.server.insight import why as topic
from leitstern.server.sight import sight
from leitstern.server.views.kpi import known

router = Router()


class AskedWhy(In):
    """What is taken apart."""

    period: Annotated[str, StringConstraints(max_length=20)] = Field(examples=["2026-10", "2026-W47"])
    against: Literal["previous_period", "previous_year"] = "previous_period"
    over: Literal["team", "person", "customer", "campaign", "product", "region"] = "team"


class PieceOut(Out):
    """One segment: its values and what it did to the whole."""

    id: str | None = Field(description="Null: not assigned; `*`: all that is not shown one by one.")
    name: str | None
    before: float | None
    after: float | None
    rows_before: int
    rows_after: int
    total: float | None
    volume: float | None
    mix: float | None
    rate: float | None


class WhyOut(Out):
    """A change and its pieces, the largest first; their totals add up to the difference."""

    kpi: str
    unit: str
    good: str
    period: str
    then: str
    over: str
    before: float | None
    after: float | None
    difference: float | None
    way: Literal["parts", "volume_rate", "mix_rate", "above_below", "none"]
    volume: float | None
    mix: float | None
    rate: float | None
    n: int
    verdict: Literal["exact", "not_exact", "too_little"]
    complete: bool
    other_version: bool
    pieces: list[PieceOut]
    text: str = Field(description="The change in sentences.")


@router.get(
    "/insight/why/{kpi}", response=WhyOut, operation_id="explain_change", url_name="insight_why",
    summary="Take a KPI's change apart",
    openapi_extra={"x-errors": [404]},
)  # fmt: skip
def why(request: HttpRequest, kpi: Code, asked: Query[AskedWhy]) -> dict[str, Any]:
    """Take the change of the company's value apart, as far as the caller may see its segments."""
    ask = sight(request)
    if ask.generation() is None:
        raise Refused(503, "no_generation")
    definition = known(ask, kpi)
    period = parse(asked.period, ask.settings.fiscal_year_start)
    found = topic.taken_apart(ask, definition.kpi, period, asked.against, asked.over)
    return {**found.as_json(), "text": " ".join(topic.said(ask, found))}
