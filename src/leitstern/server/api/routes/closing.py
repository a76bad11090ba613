"""Closed periods, and what the records say differently since."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from leitstern.server import closings
from leitstern.server.api.callers import caller
from leitstern.server.api.documents import AccountBrief, SubjectOut, brief
from leitstern.server.api.fields import Day, In, Name, Number, Out, Text, plain
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.permissions import require
from leitstern.server.api.refusals import Refused
from leitstern.server.closings import Restated

router = Router()


class ClosedOut(Out):
    """A closed period: its values stand."""

    period: str
    from_: Day = Field(alias="from")
    to: Day
    by: str
    at: str


class CloseIn(In):
    """A period to close."""

    period: Name = Field(examples=["2026-Q3"])


class RestatementOut(Out):
    """A closed value that would be another one today."""

    kpi: str
    version: int
    grain: str
    period: str
    subject: SubjectOut
    was: Number | None = Field(description="The value that stands.")
    now: Number | None = Field(description="What the records say today.")
    effect: Number | None
    files: list[str] = Field(description="Imports since the closing that touched the KPI's records.")
    acknowledged_by: AccountBrief | None
    note: str


class AcknowledgeIn(In):
    """Which restatements are taken note of."""

    period: Name | None = Field(None, description="Only those of this period; default: all.")
    note: Text = ""


class Acknowledged(Out):
    """How many restatements were taken note of now."""

    acknowledged: int


@router.get(
    "/periods/closed", response=Page[ClosedOut], by_alias=True, operation_id="list_closed_periods",
    url_name="closed_periods", summary="Closed periods",
)  # fmt: skip
def closed_periods(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """The periods whose values stand. For management and analysts."""
    ask = require(request, "close")
    return paged(request, response, list(ask.workspace.closed()), window, _closed)


@router.post(
    "/periods/closed", response={201: ClosedOut}, by_alias=True, operation_id="close_period",
    url_name="closed_periods", summary="Close a period",
)  # fmt: skip
def close_period(request: HttpRequest, asked: CloseIn) -> Status[dict[str, Any]]:
    """Let the values of a period stand. It must be over; this cannot be undone. For management and
    analysts."""
    ask = require(request, "close")
    if ask.generation() is None:
        raise Refused(503, "no_generation")
    return Status(201, _closed(closings.close(ask, caller(request).account, asked.period)))


@router.get(
    "/restatements", response=Page[RestatementOut], operation_id="list_restatements",
    url_name="restatements", summary="Restatements",
)  # fmt: skip
def restatements(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """Closed values that the records contradict today, new ones first. For management and analysts."""
    ask = require(request, "close")
    found = closings.restatements(ask) if ask.generation() is not None else []
    return paged(request, response, found, window, _restatement)


@router.post(
    "/restatements/acknowledge", response=Acknowledged, operation_id="acknowledge_restatements",
    url_name="acknowledge", summary="Take note of restatements",
)  # fmt: skip
def acknowledge(request: HttpRequest, asked: AcknowledgeIn) -> dict[str, Any]:
    """Take note of all restatements, or those of one period, that nobody took note of yet."""
    ask = require(request, "close")
    found = closings.restatements(ask) if ask.generation() is not None else []
    rows = [row for row in found if asked.period in (None, row.found.period)]
    return {"acknowledged": closings.acknowledge(ask, caller(request).account, rows, asked.note)}


def _closed(closed: Any) -> dict[str, Any]:
    return {
        "period": closed.period,
        "from": closed.start,
        "to": closed.end,
        "by": closed.by,
        "at": closed.at.isoformat(),
    }


def _restatement(row: Restated) -> dict[str, Any]:
    found, taken = row.found, row.acknowledged
    return {
        "kpi": found.kpi,
        "version": found.version,
        "grain": found.grain,
        "period": found.period,
        "subject": {"type": found.subject.type, "id": found.subject.id, "name": found.subject.name},
        "was": plain(found.was),
        "now": plain(found.now),
        "effect": found.effect,
        "files": sorted({t.file for t in row.imports}),
        "acknowledged_by": brief(taken.account) if taken else None,
        "note": taken.note if taken else "",
    }
