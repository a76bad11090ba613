"""The reverse plan, its scenarios, and the goals that follow from it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from leitstern.analyses.reverse import ReversePlan
from leitstern.insight.reverse.plan import Assumptions
from leitstern.server import insight
from leitstern.server.api.callers import caller
from leitstern.server.api.documents import AccountBrief, brief
from leitstern.server.api.fields import Code, Day, Id, In, Out, ShortName
from leitstern.server.api.goal_documents import GoalOut, Maker
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.insight import reverse as plans
from leitstern.server.models import Scenario
from leitstern.server.sight import Sight, sight
from leitstern.server.views.insight.common import company_shown

router = Router()

Factor = Annotated[
    float, Field(ge=0.1, le=10, allow_inf_nan=False, description="Times what was measured: 1.1 is 10 % more.")
]
Money = Annotated[float, Field(ge=0, le=plans.MOST, allow_inf_nan=False)]


class AskedPlan(In):
    """What is planned for, and what is assumed."""

    period: Code | None = Field(
        None, description="This or the next quarter or year, such as 2027-Q1; default: this quarter."
    )
    target: Money | None = Field(None, description="Won value; default: the company's goal for it.")
    price: Factor = 1.0
    conversion: Factor = 1.0
    cost_per_lead: Factor = 1.0
    meetings_per_deal: Factor = 1.0
    commission: float = Field(0.0, ge=0, le=1, allow_inf_nan=False, description="Share of the won value.")
    hires: float = Field(0.0, ge=0, le=1000, allow_inf_nan=False, description="New full-time sellers.")
    cost_per_hire: Money = Field(0.0, description="What each of them costs a month.")


class StageNeeded(Out):
    """What must arrive of a stage, by month of the plan."""

    stage: Literal["lead", "mql", "sql", "deal"]
    verdict: Literal["plan", "already", "too_late", "too_little"]
    on_the_way: float = Field(description="Wins to be expected from what has arrived already.")
    arrive: list[float]
    low: list[float | None] = Field(description="With the conversion at the upper end of its 95 % range.")
    high: list[float | None]
    usual: float = Field(description="How many arrived in a mean month of the last twelve.")


class PlanOut(Out):
    """A reverse plan. Lists go by month; the first one is running and planned as a whole."""

    start: Day
    end: Day
    target: float
    won: float = Field(description="Won of it by the day of the data.")
    as_of: Day
    currency: str
    assumptions: dict[str, Any]
    months: list[str]
    value: float = Field(description="What a won deal is worth.")
    wins: float = Field(description="Wins still needed.")
    so_far: dict[str, int] = Field(description="What has arrived in the running month, by stage.")
    sellers: float | None = Field(description="Full-time sellers today.")
    stages: list[StageNeeded]
    spend: list[float] | None
    meetings: list[float] | None
    heads: list[float] | None = Field(description="Full-time sellers needed.")
    hires: float | None = Field(description="Sellers missing in the busiest month.")
    cost: float | None = Field(description="Marketing spend, commission and new sellers.")


class ScenarioIn(In):
    """What a plan is kept as."""

    name: ShortName


class ScenarioOut(Out):
    """A plan that was kept to be compared."""

    id: int
    name: str
    by: AccountBrief | None
    at: str
    plan: PlanOut


@router.get(
    "/insight/reverse", response=PlanOut, operation_id="get_reverse_plan", url_name="insight_reverse",
    summary="Reverse plan",
    openapi_extra={"x-errors": [404]},
)  # fmt: skip
def reverse_plan(request: HttpRequest, asked: Query[AskedPlan]) -> dict[str, Any]:
    """From a won value back to the deals, leads, meetings and money it takes. 503 until it is analysed."""
    ask, document = _ready(request)
    return _made(ask, document, asked).as_json()


@router.post(
    "/insight/reverse/goals", response={201: list[GoalOut]}, by_alias=True,
    operation_id="create_reverse_goals", url_name="insight_reverse_goals", summary="Goals of a reverse plan",
    openapi_extra={"x-errors": [404]},
)  # fmt: skip
def draft_goals(request: HttpRequest, asked: Query[AskedPlan]) -> Status[list[dict[str, Any]]]:
    """Write the drafts of the company's goals that follow from a plan, all or none.

    For those who may write goals of the company.
    """
    ask, document = _planning(request)
    rows = plans.save_goals(ask, _made(ask, document, asked))
    return Status(201, Maker(ask).many(rows))


@router.get(
    "/insight/reverse/scenarios", response=Page[ScenarioOut], operation_id="list_scenarios",
    url_name="insight_scenarios", summary="Scenarios",
    openapi_extra={"x-errors": [404]},
)  # fmt: skip
def scenarios(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """The plans that were kept, in the order they were."""
    _ready(request)
    rows = Scenario.objects.select_related("created_by").order_by("pk")
    return paged(request, response, rows, window, _document)


@router.post(
    "/insight/reverse/scenarios", response={201: ScenarioOut}, operation_id="keep_scenario",
    url_name="insight_scenarios", summary="Keep a scenario",
    openapi_extra={"x-errors": [404]},
)  # fmt: skip
def keep(request: HttpRequest, asked: Query[AskedPlan], given: ScenarioIn) -> Status[dict[str, Any]]:
    """Keep a plan under a name. For those who may write goals of the company."""
    ask, document = _planning(request)
    return Status(
        201, _document(plans.keep(caller(request).account, given.name, _made(ask, document, asked)))
    )


@router.delete(
    "/insight/reverse/scenarios/{int:id}", response={204: None}, operation_id="remove_scenario",
    url_name="insight_scenario", summary="Remove a scenario",
)  # fmt: skip
def remove(request: HttpRequest, id: Id) -> Status[None]:  # noqa: A002 - the word of the address
    """Remove a scenario. For those who may write goals of the company."""
    _planning(request)
    found = Scenario.objects.filter(pk=id).first()
    if found is None:
        raise Hidden
    plans.forget(caller(request).account, found)
    return Status(204, None)


def _ready(request: HttpRequest) -> tuple[Sight, insight.Document]:
    """The caller's sight and what was measured; `Hidden` where it would tell of single people."""
    ask = sight(request)
    document = insight.document(ask, "reverse")
    if document is None:
        raise Refused(503, "no_generation")
    if not company_shown(ask, "won_value"):
        raise Hidden
    return ask, document


def _planning(request: HttpRequest) -> tuple[Sight, insight.Document]:
    ask, document = _ready(request)
    if not plans.may_plan(ask):
        raise Hidden
    return ask, document


def _made(ask: Sight, document: insight.Document, asked: AskedPlan) -> ReversePlan:
    assumed = Assumptions(**{name: getattr(asked, name) for name in plans.FIELDS})
    target = None if asked.target is None else Decimal(str(asked.target))
    return plans.made(ask, document, plans.choice(ask, asked.period or "", target, assumed))


def _document(scenario: Scenario) -> dict[str, Any]:
    return {
        "id": scenario.pk,
        "name": scenario.name,
        "by": brief(scenario.created_by),
        "at": scenario.created_at.isoformat(),
        "plan": scenario.plan,
    }
