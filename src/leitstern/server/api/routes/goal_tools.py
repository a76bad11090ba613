"""Goals made from a sentence, a table, other goals; and what is said about them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from leitstern.goals import table
from leitstern.server import book
from leitstern.server.api.documents import AccountBrief, brief
from leitstern.server.api.fields import Amount, Code, Day, Flag, Id, In, Name, Out, Text
from leitstern.server.api.goal_documents import Direction, GoalOut, Maker
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.refusals import Forbidden, Hidden
from leitstern.server.api.routes.goals import found, ready
from leitstern.server.api.routes.values import period_named
from leitstern.server.book.rights import may_edit
from leitstern.server.frame import language
from leitstern.server.goal_names import names
from leitstern.server.goal_sentence import answers_of, choices
from leitstern.server.goal_sentence import read_sentence as read_for

if TYPE_CHECKING:
    from leitstern.goals.goal import Goal, Whom
    from leitstern.server.models import Comment

router = Router()


class SubjectRead(Out):
    """Whom a goal is for, as it was read."""

    type: str
    id: str | None


class SentenceIn(In):
    """A goal as a person says it."""

    text: Text = Field(
        min_length=1,
        examples=["Within three months sales will increase its revenue by 14 percent."],
    )
    kpi: Code | None = Field(None, description="The KPI chosen of those a question offered.")
    whom: Name | None = Field(None, description="The subject chosen of those a question offered.")


class MeantOut(Out):
    """An answer that a question offers."""

    value: str = Field(description="A KPI, or a subject such as team:T-1; sent back as kpi or whom.")
    name: str


class QuestionOut(Out):
    """What the sentence does not say."""

    letter: Literal["S", "M", "T"]
    field: str
    text: str = Field(description="The question in the caller's language.")
    choices: list[MeantOut] = Field(description="What may be meant; empty where anything may.")


class ChangeOut(Out):
    """A target said as a change."""

    amount: Amount = Field(description="0.14 is 14 % more, if relative; else in the KPI's unit.")
    relative: bool
    against: str


class ReadingOut(Out):
    """What was read of a sentence; nothing is guessed silently."""

    kpi: str | None
    version: int | None
    subject: SubjectRead | None
    from_: Day | None = Field(alias="from")
    to: Day | None
    period: str | None
    direction: Direction | None
    target: Amount | None
    upper: Amount | None
    change: ChangeOut | None
    missing: list[QuestionOut]
    unused: list[str] = Field(description="Words that say nothing known; each is asked about.")
    assumed: list[str] = Field(description="What was supposed, in the caller's language.")


class TableIn(In):
    """Goals in a table, as it is copied from a spreadsheet."""

    text: str = Field(
        min_length=1, max_length=500_000, examples=["KPI\tTeam\tQ1 2027\nUmsatz\tNord\t1,2 Mio."]
    )
    kpi: Code | None = Field(None, description="The KPI of rows that name none.")
    period: Name | None = Field(None, description="The period of rows that name none.")


class RowGoal(Out):
    """A goal that was read from a row."""

    row: int
    kpi: str
    subject: SubjectRead
    period: str | None
    from_: Day = Field(alias="from")
    to: Day
    direction: Direction
    target: Amount
    minimum: Amount | None
    stretch: Amount | None
    upper: Amount | None


class CellOut(Out):
    """What is wrong with a cell."""

    row: int = Field(description="From 1, headings included.")
    column: str
    value: str
    text: str = Field(description="Place, value and remedy in the caller's language.")


class GoalTable(Out):
    """What was read of a table. Nothing is stored."""

    goals: list[RowGoal]
    problems: list[CellOut]
    ignored: list[str] = Field(description="Headings that nobody knows.")


class CopyIn(In):
    """Which goals are copied, with which change, to which period."""

    goals: list[Id] = Field(min_length=1, max_length=500)
    period: Name = Field(examples=["2027-Q2"])
    change: Amount = Field(Decimal(0), description="0.05 is 5 % more.")


class SplitIn(In):
    """Among whom, and how, a goal is split."""

    to: Literal["team", "person", "customer"]
    by: Literal["even", "last_year", "working_share", "by_hand"] = "even"
    hand: dict[str, Amount] = Field({}, description="With by_hand: the target of each, by id.")
    chosen: list[Name] | None = Field(None, max_length=5000, description="Ids that get a part; default: all.")
    dry_run: Flag = Field(False, description="Only show what each would get.")


class ShareOut(Out):
    """What one of them gets."""

    subject: SubjectRead
    name: str
    last_year: Amount | None
    target: Amount | None = Field(description="Null: gets no part.")
    writable: bool = Field(description="False: the caller may not write this goal; the part stays open.")


class OthersOut(Out):
    """All customers that have no line of their own, together."""

    count: int
    last_year: Amount
    target: Amount | None = Field(description="Their part, which stays open. Null for a level.")


class SplitOut(Out):
    """How a goal is split."""

    divisible: bool = Field(description="False for a level, which each gets as a whole.")
    open: Amount = Field(description="What of the target nobody has.")
    over: Amount = Field(description="What is assigned beyond the target.")
    shares: list[ShareOut]
    others: OthersOut | None = Field(description="Customers beyond the largest; null where all are listed.")
    created: list[GoalOut] = Field(description="The drafts that were made.")


class CommentIn(In):
    """A word about a goal."""

    text: Text = Field(min_length=1, max_length=2000)
    day: Day | None = Field(None, description="With a day it is an event on the goal's curve.")


class CommentOut(Out):
    """A word about a goal, or its KPI."""

    id: int
    at: str
    by: AccountBrief
    text: str
    day: Day | None


@router.post(
    "/goals/read-sentence", response=ReadingOut, by_alias=True, operation_id="read_sentence",
    url_name="read_sentence", summary="Read a sentence",
)  # fmt: skip
def read_sentence(request: HttpRequest, given: SentenceIn) -> dict[str, Any]:
    """Read a sentence into a draft, and say what is missing. Nothing is stored."""
    ask, speech = ready(request), language()
    answers = answers_of(ask, {"kpi": given.kpi or "", "whom": given.whom or ""})
    read = read_for(ask, given.text, speech, answers)
    return {
        "kpi": read.kpi,
        "version": read.version,
        "subject": _subject(read.whom),
        "from": read.start,
        "to": read.end,
        "period": read.period,
        "direction": read.direction,
        "target": read.target,
        "upper": read.upper,
        "change": None
        if read.change is None
        else {
            "amount": read.change.amount,
            "relative": read.change.relative,
            "against": read.change.against,
        },
        "missing": [
            {
                "letter": m.letter,
                "field": m.asks,
                "text": m.text(speech),
                "choices": [{"value": c.value, "name": c.name} for c in choices(ask, m, speech)],
            }
            for m in read.missing
        ],
        "unused": list(read.unused),
        "assumed": [a.text(speech) for a in read.assumed],
    }


@router.post(
    "/goals/read-table", response=GoalTable, by_alias=True, operation_id="read_table", url_name="read_table",
    summary="Read a table",
)  # fmt: skip
def read_table(request: HttpRequest, given: TableIn) -> dict[str, Any]:
    """Read goals from a table, a problem for every cell that is not clear. Nothing is stored."""
    ask, speech = ready(request), language()
    period = period_named(ask, given.period) if given.period else None
    usual = table.Usual(given.kpi, period, ask.settings.fiscal_year_start)
    read = table.read_table(given.text, ask.catalogue, names(ask), usual)
    return {
        "goals": [_row(draft.row, draft.goal) for draft in read.drafts if draft.goal is not None],
        "problems": [
            {"row": p.row, "column": p.column, "value": p.value, "text": p.text(speech)}
            for p in read.problems
        ],
        "ignored": list(read.ignored),
    }


@router.post(
    "/goals/copy", response={201: list[GoalOut]}, by_alias=True, operation_id="copy_goals",
    url_name="copy_goals", summary="Copy goals",
)  # fmt: skip
def copy_goals(request: HttpRequest, given: CopyIn) -> Status[list[dict[str, Any]]]:
    """Drafts for another period from goals there are, their levels changed by a fraction: all or none.

    Whoever has such a goal in that period already is left out.
    """
    ask = ready(request)
    rows = list(book.visible(ask.viewer).filter(pk__in=given.goals))
    if len(rows) < len(set(given.goals)):
        raise Hidden
    made = book.copy(ask.viewer, rows, given.change, period_named(ask, given.period))
    return Status(201, Maker(ask).many(made))


@router.post(
    "/goals/{int:id}/split", response=SplitOut, by_alias=True, operation_id="split_goal",
    url_name="split_goal", summary="Split a goal",
)  # fmt: skip
def split_goal(request: HttpRequest, id: Id, given: SplitIn) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Drafts for the parts of a goal: even, by last year's share, by working time, or by hand."""
    ask, row = found(request, id)
    if not may_edit(ask, row):
        raise Forbidden
    how: dict[str, Any] = {"hand": given.hand or None, "chosen": given.chosen}
    proposal = book.proposed(ask.viewer, row, given.to, given.by, **how)
    made = [] if given.dry_run else book.split(ask.viewer, row, given.to, given.by, **how)
    return {
        "divisible": proposal.divisible,
        "open": proposal.gap.open,
        "over": proposal.gap.over,
        "shares": [
            {
                "subject": _subject(share.whom),
                "name": share.name,
                "last_year": share.last_year,
                "target": share.levels.target if share.levels else None,
                "writable": share.writable,
            }
            for share in proposal.shares
        ],
        "others": None
        if proposal.others is None
        else {
            "count": proposal.others.count,
            "last_year": proposal.others.last_year,
            "target": proposal.others.levels.target if proposal.others.levels else None,
        },
        "created": Maker(ask).many(made),
    }


@router.get(
    "/goals/{int:id}/comments", response=Page[CommentOut], operation_id="list_comments",
    url_name="comments", summary="Comments on a goal",
)  # fmt: skip
def comments(
    request: HttpRequest,
    response: HttpResponse,
    id: Id,  # noqa: A002 - the word of the address
    window: Paging,
) -> dict[str, Any]:
    """What was said about a goal, and about its KPI as a whole, oldest first."""
    _ask, row = found(request, id)
    return paged(request, response, book.comments(row), window, _comment)


@router.post(
    "/goals/{int:id}/comments", response={201: CommentOut}, operation_id="create_comment",
    url_name="comments", summary="Comment on a goal",
)  # fmt: skip
def create_comment(request: HttpRequest, id: Id, given: CommentIn) -> Status[dict[str, Any]]:  # noqa: A002 - the word of the address
    """Say a word about a goal, or note an event on its curve."""
    ask, row = found(request, id)
    return Status(201, _comment(book.say(ask.viewer, row, given.text, given.day)))


def _subject(whom: Whom | None) -> dict[str, Any] | None:
    return None if whom is None else {"type": whom.type, "id": whom.id}


def _row(row: int, goal: Goal) -> dict[str, Any]:
    levels = goal.levels
    return {
        "row": row,
        "kpi": goal.kpi,
        "subject": _subject(goal.whom),
        "period": goal.period,
        "from": goal.start,
        "to": goal.end,
        "direction": goal.direction,
        "target": levels.target,
        "minimum": levels.minimum,
        "stretch": levels.stretch,
        "upper": levels.upper,
    }


def _comment(said: Comment) -> dict[str, Any]:
    return {
        "id": said.pk,
        "at": said.at.isoformat(),
        "by": brief(said.account),
        "text": said.text,
        "day": said.day,
    }
