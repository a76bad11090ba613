"""Goals: finding them, and writing drafts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router, Status
from pydantic import Field

from leitstern.server import book
from leitstern.server.api.callers import caller
from leitstern.server.api.fields import Code, Day, Id, In, Name
from leitstern.server.api.goal_documents import GoalChange, GoalIn, GoalOut, Maker, State, SubjectType, etag
from leitstern.server.api.goal_reading import about, changed_goal, new_goal
from leitstern.server.api.paging import Page, Paging, page
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.models import GoalRow
from leitstern.server.sight import Sight, sight

router = Router()

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The goal's ETag: refused with 412 where it has changed since."),
]


class AskedGoals(In):
    """Which goals are asked for."""

    kpi: Code | None = None
    subject_type: SubjectType | None = None
    subject_id: Name | None = None
    period: Name | None = Field(None, description="The label of a period, such as 2027-Q1.")
    on: Day | None = Field(None, description="Whose period holds this day.")
    state: list[State] = Field([], description="In one of these states; repeat for more.")
    owner: Id | Literal["me"] | None = Field(
        None, description="Answered by this account; `me`: the caller's."
    )


@router.get(
    "/goals", response=Page[GoalOut], by_alias=True, operation_id="list_goals", url_name="goals",
    summary="Goals",
)  # fmt: skip
def list_goals(
    request: HttpRequest, response: HttpResponse, window: Paging, asked: Annotated[AskedGoals, Query()]
) -> dict[str, Any]:
    """The goals that exist for the caller, newest period first."""
    ask = ready(request)
    owner = caller(request).account.pk if asked.owner == "me" else asked.owner
    rows = book.visible(ask.viewer, period=asked.period, owner=owner, state=asked.state or None, on=asked.on)
    for name in ("kpi", "subject_type", "subject_id"):
        if (value := getattr(asked, name)) is not None:
            rows = rows.filter(**{name: value})
    return page(request, response, rows, window, Maker(ask).many)


@router.post(
    "/goals", response={201: GoalOut}, by_alias=True, operation_id="create_goal", url_name="goals",
    summary="Write a draft",
)  # fmt: skip
def create_goal(request: HttpRequest, response: HttpResponse, given: GoalIn) -> Status[dict[str, Any]]:
    """Write the draft of a goal. Nobody else sees it before it is offered, but whoever may write goals of
    its subject."""
    ask = ready(request)
    row = book.create(ask.viewer, new_goal(ask, given), about(given))
    response.headers["Location"] = f"{request.path}/{row.pk}"
    return Status(201, shown(response, ask, row))


@router.get(
    "/goals/{int:id}", response=GoalOut, by_alias=True, operation_id="get_goal", url_name="goal",
    summary="A goal",
)  # fmt: skip
def get_goal(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """One goal. The header ETag changes with it."""
    ask, row = found(request, id)
    return shown(response, ask, row)


@router.patch(
    "/goals/{int:id}", response=GoalOut, by_alias=True, operation_id="change_goal", url_name="goal",
    summary="Change a draft", openapi_extra={"x-errors": [412]},
)  # fmt: skip
def change_goal(
    request: HttpRequest,
    response: HttpResponse,
    id: Id,  # noqa: A002 - the word of the address
    given: GoalChange,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Change a draft; what is left out stays. An offered goal changes by its offer only (409)."""
    ask, row = found(request, id)
    _unchanged(row, if_match)
    _draft(row)
    row = book.update(ask.viewer, row, changed_goal(ask, row, given), about(given, row))
    return shown(response, ask, row)


@router.delete(
    "/goals/{int:id}", response={204: None}, operation_id="delete_goal", url_name="goal",
    summary="Delete a draft", openapi_extra={"x-errors": [412]},
)  # fmt: skip
def delete_goal(request: HttpRequest, id: Id, if_match: IfMatch = None) -> Status[None]:  # noqa: A002 - the word of the address
    """Delete a draft. What was offered is withdrawn instead (409)."""
    ask, row = found(request, id)
    _unchanged(row, if_match)
    _draft(row)
    book.delete(ask.viewer, row)
    return Status(204, None)


def ready(request: HttpRequest) -> Sight:
    """The caller's sight, where there are numbers yet."""
    ask = sight(request)
    if ask.generation() is None:
        raise Refused(503, "no_generation")
    return ask


def found(request: HttpRequest, id: int) -> tuple[Sight, GoalRow]:  # noqa: A002 - the word of the address
    """A goal the caller may see; `Hidden` (404) otherwise."""
    ask = ready(request)
    row = book.get(ask.viewer, id)
    if row is None:
        raise Hidden
    return ask, row


def shown(response: HttpResponse, ask: Sight, row: GoalRow) -> dict[str, Any]:
    """The document of a goal, with its ETag."""
    response.headers["ETag"] = etag(row)
    return Maker(ask).one(row)


def _unchanged(row: GoalRow, if_match: str | None) -> None:
    if if_match is not None and if_match.strip() not in ("*", etag(row)):
        raise Refused(412, "changed")


def _draft(row: GoalRow) -> None:
    if row.state != "draft":
        raise Refused(409, "not_a_draft", more={"state": row.state}, state=row.state)
