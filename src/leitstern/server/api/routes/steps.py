"""An offer's way, and where a goal stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from leitstern.goals.offers import IN_FORCE
from leitstern.server import book
from leitstern.server.agreements import agreement_of
from leitstern.server.api.documents import AccountBrief, brief
from leitstern.server.api.fields import Day, Id, In, Number, Out, Text, plain
from leitstern.server.api.goal_documents import GoalOut, LevelsIn, State
from leitstern.server.api.goal_reading import levels
from leitstern.server.api.refusals import Hidden
from leitstern.server.api.routes.goals import found, shown
from leitstern.server.frame import language

if TYPE_CHECKING:
    from leitstern.goals.offers import Action
    from leitstern.goals.pace import Standing

router = Router()

SURFACE = "api"


class OfferIn(In):
    """How a goal is offered."""

    due_on: Day | None = Field(None, description="Until when the answer is due; default: in two weeks.")
    levels: LevelsIn | None = Field(None, description="Only for another offer after a counter or a refusal.")


class CounterIn(LevelsIn):
    """What the owner proposes instead, and why."""

    reason: Text = Field(min_length=1)


class DeclineIn(In):
    """Why the owner refuses."""

    reason: Text = Field(min_length=1)


class StandingOut(Out):
    """Where a goal stands."""

    value: Number | None
    target: Number
    attainment: Number | None = Field(
        description="Value over target, as a fraction; of a change of a level, the part of the way; 1 for "
        "a limit that is kept."
    )
    planned: Number = Field(description="The plan up to `through`.")
    pace: Number | None = Field(description="Value over planned.")
    gap: Number | None = Field(description="Value less planned, in the KPI's unit.")
    gap_days: Number | None = Field(description="The same in working days; negative where it lags.")
    remaining_days: Number = Field(description="Working days left.")
    needed_per_day: Number | None
    reached: Literal["minimum", "target", "stretch"] | None
    verdict: str = Field(
        description="not_begun, too_early, reached, on_course, at_risk, behind, missed, exceeded_limit or "
        "unknown."
    )
    reason: str | None = Field(description="Why the verdict is unknown.")
    through: Day = Field(description="The last whole day that counts.")
    chance: Number | None = Field(description="The chance to reach the target; the verdict follows it.")
    expected: Number | None = Field(description="The value expected at the end.")
    ripe_on: Day | None = Field(description="The day on which a cohort has come to its end.")
    open_share: Number | None = Field(description="The share of a cohort that may still come to it.")


class PointOut(Out):
    """One day (or week, or month) of the curve."""

    day: Day
    actual: Number | None
    plan: Number
    previous: Number | None
    needed: Number | None


class EventOut(Out):
    """What somebody noted on a day."""

    day: Day
    text: str
    author: str


class CurveOut(Out):
    """Actual against plan over a goal's period."""

    unit: str
    cumulative: bool = Field(
        description="True: the value accumulates, a point for every day. False: for every week or month. "
        "Each point is the value from the start up to its day."
    )
    through: Day
    points: list[PointOut]
    events: list[EventOut]
    reason: str | None


class LetterOut(Out):
    """One letter of SMART."""

    letter: Literal["S", "M", "A", "R", "T"]
    state: Literal["ok", "open", "wrong"]
    reason: str
    text: str = Field(description="In the caller's language.")
    fix: str | None


class SmartOut(Out):
    """Whether a goal is SMART, and how realistic it is."""

    ok: bool
    letters: list[LetterOut]
    probability: float | None = Field(
        description="Chance to reach the target; null: too little history, or not made yet."
    )
    chance_n: int = Field(description="How many earlier stretches the chance rests on.")
    times: int = Field(description="How many earlier periods reached such a target ...")
    n: int = Field(description="... out of so many.")


class StepOut(Out):
    """One step of an offer."""

    at: str
    by: AccountBrief
    action: str
    state: State
    reason: str


_BYTES = {"type": "string", "contentMediaType": "application/pdf"}
_WHERE: dict[str, Any] = {"response": GoalOut, "by_alias": True}


@router.post("/goals/{int:id}/offer", **_WHERE, operation_id="offer_goal", summary="Offer a goal")
def offer(
    request: HttpRequest,
    response: HttpResponse,
    id: Id,  # noqa: A002 - the word of the address
    given: Annotated[OfferIn | None, Body()] = None,
) -> dict[str, Any]:
    """Put a draft before its owner; a directive comes into force. What is known then is frozen with it.

    After a counter or a refusal the goal can be offered again, with other levels.
    """
    ask, row = found(request, id)
    wanted = levels(given.levels) if given and given.levels else None
    action: Action = "offer_again" if row.state in ("countered", "declined") else "offer"
    row = book.act(ask.viewer, row, action, wanted, due_on=given.due_on if given else None)
    return shown(response, ask, row)


@router.post("/goals/{int:id}/accept", **_WHERE, operation_id="accept_goal", summary="Accept an offer")
def accept(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Accept an offer made to the caller: the goal is in force, and is not changed any more."""
    return _act(request, response, id, "accept")


@router.post("/goals/{int:id}/counter", **_WHERE, operation_id="counter_goal", summary="Counter an offer")
def counter(request: HttpRequest, response: HttpResponse, id: Id, given: CounterIn) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Propose other levels, and say why."""
    ask, row = found(request, id)
    return shown(response, ask, book.act(ask.viewer, row, "counter", levels(given), given.reason))


@router.post("/goals/{int:id}/decline", **_WHERE, operation_id="decline_goal", summary="Decline an offer")
def decline(request: HttpRequest, response: HttpResponse, id: Id, given: DeclineIn) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Refuse an offer, and say why."""
    ask, row = found(request, id)
    return shown(response, ask, book.act(ask.viewer, row, "decline", reason=given.reason))


@router.post("/goals/{int:id}/agree", **_WHERE, operation_id="agree_goal", summary="Agree to a counter")
def agree(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Take what the owner proposed: the goal is in force with those levels."""
    return _act(request, response, id, "agree")


@router.post("/goals/{int:id}/withdraw", **_WHERE, operation_id="withdraw_goal", summary="Withdraw an offer")
def withdraw(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Take an offer back before it is in force."""
    return _act(request, response, id, "withdraw")


@router.get(
    "/goals/{int:id}/steps",
    response=list[StepOut],
    operation_id="list_goal_steps",
    summary="Steps of an offer",
)
def steps(request: HttpRequest, id: Id) -> list[dict[str, Any]]:  # noqa: A002 - the word of the address
    """Who did what when, oldest first."""
    _ask, row = found(request, id)
    return [
        {
            "at": step.at.isoformat(),
            "by": brief(step.account),
            "action": step.action,
            "state": step.state,
            "reason": step.reason,
        }
        for step in row.steps.select_related("account").order_by("pk")
    ]


@router.get(
    "/goals/{int:id}/standing", response=StandingOut, operation_id="get_goal_standing",
    summary="Where a goal stands",
)  # fmt: skip
def standing(request: HttpRequest, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Value, plan to date, pace and verdict by the working days of the goal's subject."""
    ask, row = found(request, id)
    now = book.standings(ask.viewer, [row], SURFACE)[row.pk]
    names = (
        "value", "target", "attainment", "planned", "pace", "gap", "gap_days", "remaining_days",
        "needed_per_day",
    )  # fmt: skip
    numbers = {name: plain(getattr(now, name)) for name in names}
    return {
        **numbers,
        **outlook_of(now),
        "reached": now.reached,
        "verdict": now.verdict,
        "reason": now.reason,
        "through": now.through,
    }


def outlook_of(now: Standing) -> dict[str, Any]:
    """What is expected, and how far a cohort has ripened."""
    ripe = now.ripe
    return {
        "chance": now.outlook.chance,
        "expected": plain(now.outlook.expected),
        "ripe_on": None if ripe is None else ripe.on,
        "open_share": None if ripe is None else plain(ripe.open),
    }


@router.get(
    "/goals/{int:id}/curve", response=CurveOut, operation_id="get_goal_curve", summary="A goal's curve"
)
def goal_curve(request: HttpRequest, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Actual, plan, last year and what is needed, by day for what adds up, else by week or month."""
    ask, row = found(request, id)
    line = book.curve(ask.viewer, row)
    points = zip(line.days, line.actual, line.plan, line.previous, line.needed, strict=True)
    return {
        "unit": line.unit,
        "cumulative": line.cumulative,
        "through": line.through,
        "points": [
            {
                "day": day,
                "actual": plain(actual),
                "plan": plain(plan),
                "previous": plain(previous),
                "needed": plain(needed),
            }
            for day, actual, plan, previous, needed in points
        ],
        "events": [{"day": e.day, "text": e.text, "author": e.author} for e in line.events],
        "reason": line.reason,
    }


@router.get(
    "/goals/{int:id}/smart", response=SmartOut, operation_id="get_goal_smart", summary="Is the goal SMART"
)
def smart(request: HttpRequest, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Specific, measurable, accepted, realistic, time-bound: each letter with its reason and one remedy."""
    ask, row = found(request, id)
    known, speech = book.evidence(ask.viewer, row), language()
    return {
        "ok": known.smart.ok,
        "letters": [
            {
                "letter": one.letter,
                "state": one.state,
                "reason": one.reason,
                "text": one.text(speech),
                "fix": one.fix_text(speech),
            }
            for one in known.smart.letters
        ],
        "probability": known.chance.probability,
        "chance_n": known.chance.n,
        "times": known.realism.times,
        "n": known.realism.n,
    }


@router.get(
    "/goals/{int:id}/agreement.pdf", response={200: None}, operation_id="get_agreement",
    url_name="agreement", summary="The agreement as PDF",
    openapi_extra={"responses": {200: {"content": {"application/pdf": {"schema": _BYTES}}}}},
)  # fmt: skip
def agreement(request: HttpRequest, id: Id) -> HttpResponse:  # noqa: A002 - the word of the address
    """What was agreed, for both sides, in the caller's language; for goals that are or were in force."""
    ask, row = found(request, id)
    if row.state not in (*IN_FORCE, "replaced"):
        raise Hidden
    paper = agreement_of(ask.viewer, row, "de" if language() == "de" else "en")
    return HttpResponse(paper, content_type="application/pdf")


def _act(request: HttpRequest, response: HttpResponse, id: int, action: Action) -> dict[str, Any]:  # noqa: A002 - the word of the address
    ask, row = found(request, id)
    return shown(response, ask, book.act(ask.viewer, row, action))
