"""What the values rest on: the generation, and what is wrong with the data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from leitstern.facts.receipts import reason_text
from leitstern.server import audit
from leitstern.server.api.callers import caller
from leitstern.server.api.fields import Day, Out
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.permissions import require
from leitstern.server.api.refusals import Refused
from leitstern.server.frame import language
from leitstern.server.quality import quality as found_quality
from leitstern.server.sight import Sight, sight

router = Router()


class FactOut(Out):
    """What the generation holds of a kind of records."""

    fact: str
    rows: int
    newest: Day | None


class SetAsideOut(Out):
    """Records that count nowhere, for one reason."""

    fact: str
    reason: str
    detail: str = Field(description="The reason, in the caller's language.")
    count: int
    values: list[str] = Field(description="Values at fault, the most frequent first.")


class GenerationOut(Out):
    """The generation all answers are given from."""

    number: int
    built_at: str
    as_of: Day = Field(description="The day it was built on.")
    newest: Day = Field(description="The newest day it has a record of.")
    age_days: int = Field(description="Days from the newest record to today.")
    facts: list[FactOut]
    set_aside: list[SetAsideOut]


class FindingOut(Out):
    """Something that looks wrong with the data."""

    check: str
    fact: str
    fields: list[str]
    count: int
    share: float | None
    detail: str = Field(description="What is wrong, in the caller's language.")
    kpis: list[str] = Field(description="The KPIs it touches.")


@router.get(
    "/generation", response=GenerationOut, operation_id="get_generation", url_name="generation",
    summary="The generation",
)  # fmt: skip
def generation(request: HttpRequest) -> dict[str, Any]:
    """Which build of all facts and values is answered from, and how old its data is."""
    return _document(sight(request))


@router.post(
    "/generation", response={201: GenerationOut}, operation_id="build_generation", url_name="generation",
    summary="Build a generation",
)  # fmt: skip
def build(request: HttpRequest) -> Status[dict[str, Any]]:
    """Build a new generation from all imports, and wait for it. For analysts and administrators.

    409 while another process writes, and where nothing was imported yet.
    """
    ask = require(request, "import")
    info = ask.workspace.refresh()
    audit.note(caller(request).account, "data.refreshed", f"generation:{info.number}")
    ask.look()
    return Status(201, _document(ask))


def _document(ask: Sight) -> dict[str, Any]:
    info = ask.generation()
    if info is None:
        raise Refused(503, "no_generation")
    newest = ask.until()
    return {
        "number": info.number,
        "built_at": info.built_at.isoformat(),
        "as_of": info.as_of,
        "newest": newest,
        "age_days": max(0, (ask.today() - newest).days),
        "facts": [{"fact": name, "rows": f.rows, "newest": f.newest} for name, f in info.facts.items()],
        "set_aside": [
            {
                "fact": one.fact,
                "reason": one.reason,
                "detail": reason_text(one.reason, language()),
                "count": one.count,
                "values": list(one.values),
            }
            for one in info.set_aside
        ],
    }


@router.get(
    "/quality", response=Page[FindingOut], operation_id="list_quality", url_name="quality",
    summary="Quality of the data",
)  # fmt: skip
def quality(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """What is missing, double, old or impossible in the data, and the KPIs it touches.

    Examples are not given: they may name people.
    """
    found = found_quality(sight(request))
    speech = language()
    return paged(
        request,
        response,
        found,
        window,
        lambda f: {
            "check": f.check,
            "fact": f.fact,
            "fields": list(f.fields),
            "count": f.count,
            "share": f.share,
            "detail": f.text(speech),
            "kpis": list(f.kpis),
        },
    )
