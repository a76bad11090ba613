"""Goals as they travel: what is sent to write one, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from leitstern.server.api.documents import AccountBrief, SubjectOut, brief
from leitstern.server.api.fields import WHOLE, Amount, Code, Day, Id, In, Name, Out, Text
from leitstern.server.book import rights
from leitstern.server.book.names import name_of

if TYPE_CHECKING:
    from leitstern.server.models import GoalRow
    from leitstern.server.sight import Sight

SubjectType = Literal["company", "team", "person", "customer", "segment", "campaign", "product", "region"]
Direction = Literal["at_least", "at_most", "between"]
Spread = Literal["working_days", "season", "by_hand"]
Kind = Literal["agreed", "directive"]
State = Literal[
    "draft", "offered", "accepted", "countered", "declined", "withdrawn", "replaced", "directed"
]  # fmt: skip

_EXAMPLE: JsonDict = {
    "kpi": "won_value",
    "subject": {"type": "company"},
    "period": "2027-Q1",
    "target": 1250000,
    "minimum": 1100000,
    "due_on": "2026-12-18",
}


class SubjectIn(In):
    """Whom a goal is for. The company has no id."""

    type: SubjectType
    id: Name | None = None


class LevelsIn(In):
    """What is to be reached, in the KPI's unit; percent as a fraction."""

    target: Amount
    minimum: Amount | None = None
    stretch: Amount | None = None
    upper: Amount | None = Field(None, description="For `between`: the upper limit.")


class PartIn(In):
    """A share of a goal that is spread by hand."""

    from_: Day = Field(alias="from")
    to: Day
    amount: Amount


class GoalChange(In):
    """What is to change of a draft; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"target": 1300000}]})

    kpi: Code | None = None
    version: Annotated[int, Field(ge=1, le=9999), WHOLE] | None = Field(
        None, description="Default: the one that holds when it starts."
    )
    subject: SubjectIn | None = None
    period: Name | None = Field(None, description="A period such as 2027-Q1; or else from and to.")
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    direction: Direction | None = Field(None, description="Default: at_most where lower is better.")
    target: Amount | None = None
    minimum: Amount | None = None
    stretch: Amount | None = None
    upper: Amount | None = None
    spread: Spread | None = None
    parts: list[PartIn] | None = Field(None, max_length=400)
    weight: Amount | None = None
    corridor: Amount | None = None
    kind: Kind | None = None
    owner: Id | None = Field(None, description="Account that answers the offer; default: the subject's.")
    due_on: Day | None = None
    review_on: Day | None = None
    note: Text | None = None
    parent: Id | None = Field(None, description="The goal it is a part of.")
    replaces: Id | None = Field(None, description="The goal whose place it takes once it is in force.")


class GoalIn(GoalChange):
    """A draft of a goal. It needs a KPI, a subject, a period (or two dates) and a target."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    kpi: Code
    subject: SubjectIn
    target: Amount


class PartOut(Out):
    """A share of a goal that is spread by hand."""

    from_: Day = Field(alias="from")
    to: Day
    amount: Amount


class ImprovementOut(Out):
    """A target said as a change."""

    change: Amount = Field(description="0.14 is 14 % more, if relative; else in the KPI's unit.")
    relative: bool
    against: str = Field(
        description="previous_year or previous_period; where that was not complete, year_forecast, "
        "year_complete, period_forecast, period_complete or trailing."
    )
    base: Amount = Field(description="The value it is counted from, as it was when the goal was written.")


class CounterOut(Out):
    """What the owner proposed instead."""

    target: Amount
    minimum: Amount | None
    stretch: Amount | None
    upper: Amount | None
    reason: str


class GoalOut(Out):
    """A goal, and where its offer stands."""

    id: int
    kpi: str
    version: int
    unit: str
    subject: SubjectOut
    grain: str | None
    period: str | None
    from_: Day = Field(alias="from")
    to: Day
    direction: Direction
    target: Amount
    minimum: Amount | None
    stretch: Amount | None
    upper: Amount | None
    improvement: ImprovementOut | None
    spread: Spread
    parts: list[PartOut]
    weight: Amount
    corridor: Amount
    kind: Kind
    state: State
    owner: AccountBrief | None
    offered_by: AccountBrief | None
    offered_at: str | None
    decided_at: str | None
    due_on: Day | None
    review_on: Day | None
    countered: CounterOut | None
    note: str
    parent: int | None
    replaces: int | None
    changed_at: str
    actions: list[str] = Field(
        description="What the caller may do with it now: offer, accept, counter, decline, agree, "
        "offer_again, withdraw."
    )
    editable: bool = Field(description="Whether the caller may change it: a draft, and one's own to write.")


@dataclass(frozen=True)
class Maker:
    """Makes documents of goals for one caller."""

    ask: Sight

    def many(self, rows: Iterable[GoalRow]) -> list[dict[str, Any]]:
        """Documents of several goals."""
        return [self.one(row) for row in rows]

    def one(self, row: GoalRow) -> dict[str, Any]:
        """The document of a goal."""
        goal, levels = row.goal, row.goal.levels
        better = goal.improvement
        return {
            "id": row.pk,
            "kpi": row.kpi,
            "version": row.version,
            "unit": self.ask.catalogue.get(row.kpi, row.version).unit,
            "subject": {
                "type": row.subject_type,
                "id": row.subject_id,
                "name": name_of(self.ask.whole, row.whom),
            },
            "grain": row.grain,
            "period": row.period,
            "from": row.start,
            "to": row.end,
            "direction": row.direction,
            "target": levels.target,
            "minimum": levels.minimum,
            "stretch": levels.stretch,
            "upper": levels.upper,
            "improvement": None
            if better is None
            else {
                "change": better.change,
                "relative": better.relative,
                "against": better.against,
                "base": better.base,
            },
            "spread": row.spread,
            "parts": [{"from": p.start, "to": p.end, "amount": p.amount} for p in goal.parts],
            "weight": row.weight,
            "corridor": row.corridor,
            "kind": row.kind,
            "state": row.state,
            "owner": brief(row.owner),
            "offered_by": brief(row.offered_by),
            "offered_at": row.offered_at.isoformat() if row.offered_at else None,
            "decided_at": row.decided_at.isoformat() if row.decided_at else None,
            "due_on": row.due_on,
            "review_on": row.review_on,
            "countered": _countered(row),
            "note": row.note,
            "parent": row.parent_id,
            "replaces": row.replaces_id,
            "changed_at": row.changed_at.isoformat(),
            "actions": list(rights.actions(self.ask, row)),
            "editable": self.editable(row),
        }

    def editable(self, row: GoalRow) -> bool:
        """Whether the caller may change the goal."""
        mine = row.created_by_id == self.ask.viewer.account or rights.may_edit(self.ask, row)
        return row.state == "draft" and mine


def etag(row: GoalRow) -> str:
    """What the header ETag says of a goal: another one after every change."""
    return f'"{row.pk}-{int(row.changed_at.timestamp() * 1_000_000)}-{row.state}"'


def _countered(row: GoalRow) -> dict[str, Any] | None:
    if not row.countered:
        return None
    from leitstern.server.book.acts import countered_levels

    levels = countered_levels(row)
    return {
        "target": levels.target,
        "minimum": levels.minimum,
        "stretch": levels.stretch,
        "upper": levels.upper,
        "reason": row.countered.get("reason", ""),
    }
