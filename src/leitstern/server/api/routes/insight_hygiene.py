"""KPI hygiene, goals that work against each other, and a selection of KPIs for a business goal."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from leitstern.analyses.choice import choice
from leitstern.server import insight
from leitstern.server.api.fields import In, Name, Out
from leitstern.server.api.refusals import Hidden
from leitstern.server.insight import hygiene as topic
from leitstern.server.sight import sight

router = Router()


class HygieneFinding(Out):
    """One thing to put right, with its sentence in the caller's language."""

    code: str
    severity: str = Field(description="high, medium or low.")
    kpis: list[str]
    goal: int | None = Field(description="The goal it is about.")
    fix: str = Field(description="Where it is put right: goal, new_goal, kpi, sources or goals.")
    text: str


class ConflictShare(Out):
    """``hits`` of ``n`` records that arrived."""

    hits: float
    n: float


class ConflictSegment(Out):
    """The group of records that grew most."""

    key: str
    name: str
    share_of_growth: float
    rate: ConflictShare
    others: ConflictShare


class ConflictEvidence(Out):
    """What happened to a pair: growth of the first, change of the second with its interval."""

    verdict: str = Field(description="collided, not_shown or too_little.")
    n: int
    growth: float | None
    before: ConflictShare | None
    after: ConflictShare | None
    low: float | None
    high: float | None
    segment: ConflictSegment | None


class Proposal(Out):
    """pair_them: ``kpi`` beside ``of`` as its counter-KPI; share: both answer for ``kpi``."""

    code: str
    kpi: str
    of: str | None


class Conflict(Out):
    """Two KPIs that work against each other by how they are built."""

    kind: str = Field(description="denominator, opposite, cost or numerator.")
    first: str
    second: str
    standing: str = Field(description="goals_of_two, goals_of_one, one_goal or no_goal.")
    watched: bool = Field(description="One names the other as its counter-KPI.")
    evidence: ConflictEvidence | None
    proposals: list[Proposal]
    text: str


class HygieneOut(Out):
    """What a caller may see of the findings of this generation."""

    used: list[str] = Field(description="KPIs in use.")
    goals: int = Field(description="Open goals.")
    findings: list[HygieneFinding]
    conflicts: list[Conflict]


class ChosenKpi(Out):
    """A KPI of the selection."""

    kpi: str
    role: str = Field(description="outcome, leading, counter or quality.")
    of: str | None = Field(description="The KPI it leads to, or keeps honest.")
    steps: int


class ChoiceOut(Out):
    """Three to five KPIs for a business goal."""

    aim: str
    outcome: str
    verdict: str = Field(description="ok or too_little.")
    n: int
    chosen: list[ChosenKpi]


class AskedFor(In):
    """The business goal."""

    goal: Name = Field(description="Its code, such as grow_sales, or words in German or English.")


@router.get(
    "/insight/hygiene", response=HygieneOut, operation_id="get_hygiene", url_name="insight_hygiene",
    summary="KPI hygiene and conflicts", openapi_extra={"x-errors": [404]},
)  # fmt: skip
def hygiene(request: HttpRequest) -> dict[str, Any]:
    """What is wrong with the KPIs in use; 404 while it is being analysed."""
    ask = sight(request)
    document = insight.document(ask, topic.ANALYSIS.name)
    if document is None:
        raise Hidden
    seen, said = topic.shown(ask, document), topic.said_by(ask)
    checked, against = seen["hygiene"], seen["conflicts"]["conflicts"]
    return {
        "used": checked["used"],
        "goals": checked["goals"],
        "findings": [{**one, "text": said.finding(one)} for one in checked["findings"]],
        "conflicts": [{**one, "text": said.conflict(one).what} for one in against],
    }


@router.get(
    "/insight/choice", response=ChoiceOut, operation_id="get_choice", url_name="insight_choice",
    summary="KPIs for a business goal",
)  # fmt: skip
def choose(request: HttpRequest, asked: Annotated[AskedFor, Query()]) -> dict[str, Any]:
    """Three to five KPIs with their roles; refused where no business goal is recognised."""
    return choice(sight(request).workspace, asked.goal).as_json()
