"""What counts where, and whether it is what another system says."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StringConstraints

from leitstern.engine.account.facts import Remark
from leitstern.engine.account.told import Told
from leitstern.server.accounts_of_data import lacks
from leitstern.server.api.fields import Amount, Code, In, Number, Out
from leitstern.server.api.permissions import require
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.api.routes.imports import TableOut, table_document
from leitstern.server.api.routes.values import period_named
from leitstern.server.frame import language
from leitstern.server.sight import sight

router = Router()

#: Values of another system that are compared at once.
MOST_TOLD = 24


class WordCountOut(Out):
    """How many records have a word, such as won; null: none, or it is not known."""

    choice: str | None
    count: int


class RemarkOut(Out):
    """How many records count nowhere, or less than they should, for one reason."""

    code: str
    field: str | None
    choice: str | None = Field(description="The word that all of them have, such as won.")
    count: int
    values: list[str] = Field(description="What is at fault, the most frequent first.")
    distinct: int = Field(description="How many different values are at fault.")
    example: str | None = Field(description="The key of one of the records.")
    detail: str = Field(description="The whole sentence, in the caller's language.")


class FactAccountOut(Out):
    """Of one fact: how many records there are, how many count, and what becomes of the others."""

    fact: str
    delivered: int
    counted: int
    groups: list[WordCountOut]
    nowhere: list[RemarkOut] = Field(description="delivered = counted + the sum of their counts.")
    partly: list[RemarkOut] = Field(description="Of records that count; one may be in several.")
    detail: str


class EmptyKpiOut(Out):
    """Why a KPI is empty."""

    kpi: str
    reason: str
    detail: str


class DataAccountOut(Out):
    """From the rows of files to what counts where."""

    built: bool = Field(description="Whether the generation holds all that was imported.")
    tables: list[TableOut]
    facts: list[FactAccountOut]
    empty: list[EmptyKpiOut]


class ToldIn(In):
    """What another system says of a KPI of the company in a period."""

    kpi: Code
    period: Annotated[str, StringConstraints(max_length=20)] = Field(examples=["2026", "2026-10"])
    value: Amount


class AskedMatch(In):
    """What is to be compared."""

    told: list[ToldIn] = Field(min_length=1, max_length=MOST_TOLD)


class MatchLine(Out):
    """A value beside ours."""

    kpi: str
    period: str
    told: Number
    ours: Number | None
    difference: Number | None = Field(description="Ours less what was told.")
    matches: bool


class ExplanationOut(Out):
    """What a difference may come from."""

    codes: list[str]
    explains: bool = Field(description="Whether all values told for the same records would match then.")
    count: int
    keys: list[str]
    detail: str


class MatchOut(Out):
    """What was told beside our values, and what explains the differences."""

    matches: bool
    lines: list[MatchLine]
    explanations: list[ExplanationOut]


@router.get(
    "/account", response=DataAccountOut, operation_id="get_account_of_data", url_name="account_of_data",
    summary="What counts where",
)  # fmt: skip
def account(
    request: HttpRequest,
    batch: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Only what this import brought.")
    ] = None,
) -> dict[str, Any]:
    """From the rows of files to what counts where: of all data, or of one import. For analysts and
    administrators."""
    ask = require(request, "import")
    found = ask.workspace.account(batch)
    speech = language()
    return {
        "built": found.built,
        "tables": [table_document(table) for table in found.tables],
        "facts": [
            {
                "fact": one.fact,
                "delivered": one.delivered,
                "counted": one.counted,
                "groups": [{"choice": g.choice, "count": g.count} for g in one.groups],
                "nowhere": [_remark(remark) for remark in one.nowhere],
                "partly": [_remark(remark) for remark in one.partly],
                "detail": one.text(speech),
            }
            for one in found.facts
        ],
        "empty": [
            {"kpi": one.kpi, "reason": one.code, "detail": one.text(speech)}
            for one in (lacks(ask) if ask.generation() and batch is None else [])
        ],
    }


@router.post(
    "/match", response=MatchOut, operation_id="match_values", url_name="match_values",
    summary="Compare with another system",
    openapi_extra={"x-errors": [404]},
)  # fmt: skip
def match(request: HttpRequest, asked: AskedMatch) -> dict[str, Any]:
    """Put what another system says of the company's values beside ours. Nothing is stored.

    What explains a difference is tried: records set aside or missing in the newest export, the same record
    twice, another date, days in UTC, another period, value added tax.
    """
    ask = sight(request)
    if ask.generation() is None:
        raise Refused(503, "no_generation")
    for one in asked.told:
        period_named(ask, one.period)
        if ask.definition(one.kpi) is None:
            raise Hidden
    found = ask.workspace.compare_told([Told(one.kpi, one.period, one.value) for one in asked.told])
    names = ("kpi", "period", "told", "ours", "difference", "matches")
    return {
        "matches": found.matches,
        "lines": [{name: getattr(line, name) for name in names} for line in found.lines],
        "explanations": [
            {
                "codes": list(one.codes),
                "explains": one.explains,
                "count": one.count,
                "keys": list(one.keys),
                "detail": one.text(language()),
            }
            for one in found.explanations
        ],
    }


def _remark(one: Remark) -> dict[str, Any]:
    return {
        "code": one.code,
        "field": one.field,
        "choice": one.choice,
        "count": one.count,
        "values": list(one.values),
        "distinct": one.distinct,
        "example": one.example,
        "detail": one.text(language()),
    }
