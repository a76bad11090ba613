"""Who did what, and who saw whose values."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from leitstern.server.api.documents import AccountBrief, brief
from leitstern.server.api.fields import Day, In, Name, Out
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.permissions import require
from leitstern.server.models import AccessEntry, AuditEntry

router = Router()


class AuditOut(Out):
    """A change somebody made."""

    id: int
    at: str
    by: AccountBrief | None = Field(description="Null: the program itself, or somebody at the console.")
    action: str = Field(examples=["goal.offered"])
    object: str = Field(examples=["goal:17"])
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AccessOut(Out):
    """Somebody was shown a person's values of a KPI: one entry a day."""

    id: int
    at: str
    by: AccountBrief | None
    person: str
    kpi: str
    surface: str = Field(description="On which page or by which way.")


class AskedAudit(In):
    """Which changes are asked for."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    action: Name | None = Field(None, description="Beginning of the action, such as goal.")
    object: Name | None = None


class AskedAccess(In):
    """Which views are asked for."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    person: Name | None = None


@router.get(
    "/audit", response=Page[AuditOut], operation_id="list_audit", url_name="audit", summary="Audit log"
)
def audit_log(
    request: HttpRequest, response: HttpResponse, window: Paging, asked: Annotated[AskedAudit, Query()]
) -> dict[str, Any]:
    """Every change, newest first. For administrators and the works council."""
    require(request, "read_audit")
    rows = _between(AuditEntry.objects.select_related("account").order_by("-pk"), asked)
    if asked.action:
        rows = rows.filter(action__startswith=asked.action)
    if asked.object:
        rows = rows.filter(object=asked.object)
    return paged(request, response, rows, window, _change)


@router.get(
    "/access-log", response=Page[AccessOut], operation_id="list_access", url_name="access_log",
    summary="Access log",
)  # fmt: skip
def access_log(
    request: HttpRequest, response: HttpResponse, window: Paging, asked: Annotated[AskedAccess, Query()]
) -> dict[str, Any]:
    """Who was shown values about other persons, newest first. For the works council."""
    require(request, "read_access_log")
    rows = _between(AccessEntry.objects.select_related("account").order_by("-pk"), asked)
    if asked.person:
        rows = rows.filter(person=asked.person)
    return paged(request, response, rows, window, _access)


def _between(rows: Any, asked: AskedAudit | AskedAccess) -> Any:
    if asked.from_:
        rows = rows.filter(at__date__gte=asked.from_)
    if asked.to:
        rows = rows.filter(at__date__lte=asked.to)
    return rows


def _change(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": entry.at.isoformat(),
        "by": brief(entry.account),
        "action": entry.action,
        "object": entry.object,
        "before": entry.before,
        "after": entry.after,
    }


def _access(entry: AccessEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": entry.at.isoformat(),
        "by": brief(entry.account),
        "person": entry.person,
        "kpi": entry.kpi,
        "surface": entry.surface,
    }
