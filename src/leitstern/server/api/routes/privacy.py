"""The rules of the works council: what they are, and changing them by two people."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field, WithJsonSchema

from leitstern.access.modes import LEAST_FLOOR, Mode, Privacy
from leitstern.server import privacy_changes
from leitstern.server.api.callers import caller
from leitstern.server.api.documents import AccountBrief, brief
from leitstern.server.api.fields import WHOLE, Amount, Flag, Id, In, Number, Out, Text
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.permissions import require
from leitstern.server.api.refusals import Hidden
from leitstern.server.models import PrivacyChange
from leitstern.server.privacy import privacy

router = Router()

#: The digits of a share that are kept.
_STEP = Decimal("0.001")


Share = Annotated[Amount, WithJsonSchema({"type": "number", "minimum": 0.5, "maximum": 1})]


class Rules(Out):
    """How much of persons' values is shown."""

    mode: Mode
    floor: int = Field(description="The least number of people in a group whose value is shown to others.")
    dominance: Number = Field(description="The largest share that one of them may have in it.")
    rankings: bool = Field(description="Whether persons may be put in order.")


class ProposalIn(In):
    """Rules to propose, and why."""

    mode: Mode
    floor: Annotated[int, Field(ge=LEAST_FLOOR, le=1000), WHOLE] = 7
    dominance: Share = Field(Decimal("0.85"), description="A fraction from 0.5 to 1.")
    rankings: Flag = False
    reason: Text = Field(min_length=1)


class ChangeOfRules(Rules):
    """Rules that somebody proposed."""

    id: int
    reason: str
    proposed_by: AccountBrief
    proposed_at: str
    decided_by: AccountBrief | None
    decided_at: str | None
    state: Literal["open", "approved", "rejected"]


@router.get(
    "/privacy", response=Rules, operation_id="get_privacy", url_name="privacy", summary="Privacy rules"
)
def get_privacy(request: HttpRequest) -> dict[str, Any]:
    """The rules in force. Everybody may know them."""
    caller(request)
    return _rules(privacy())


@router.get(
    "/privacy/changes", response=Page[ChangeOfRules], operation_id="list_privacy_changes",
    url_name="privacy_changes", summary="Changes of the rules",
)  # fmt: skip
def list_changes(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """Proposed changes, newest first. For administrators and the works council."""
    require(request, "change_privacy", "approve_privacy")
    rows = PrivacyChange.objects.select_related("proposed_by", "decided_by").order_by("-pk")
    return paged(request, response, rows, window, _change)


@router.post(
    "/privacy/changes", response={201: ChangeOfRules}, operation_id="propose_privacy",
    url_name="privacy_changes", summary="Propose rules",
)  # fmt: skip
def propose(request: HttpRequest, given: ProposalIn) -> Status[dict[str, Any]]:
    """Propose rules; they hold once somebody else approves them. For administrators."""
    require(request, "change_privacy")
    rules = Privacy(given.mode, given.floor, given.dominance.quantize(_STEP), given.rankings)
    change = privacy_changes.propose(caller(request).account, rules, given.reason)
    return Status(201, _change(change))


@router.post(
    "/privacy/changes/{int:id}/approve", response=ChangeOfRules, operation_id="approve_privacy",
    url_name="approve_privacy", summary="Approve rules",
)  # fmt: skip
def approve(request: HttpRequest, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Approve what somebody else proposed; it holds at once. For the works council and management."""
    return _decide(request, id, approved=True)


@router.post(
    "/privacy/changes/{int:id}/reject", response=ChangeOfRules, operation_id="reject_privacy",
    url_name="reject_privacy", summary="Reject rules",
)  # fmt: skip
def reject(request: HttpRequest, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Reject a proposal, or take one's own back."""
    return _decide(request, id, approved=False)


def _decide(request: HttpRequest, id: int, *, approved: bool) -> dict[str, Any]:  # noqa: A002 - the word of the address
    require(request, "change_privacy", "approve_privacy")
    change = PrivacyChange.objects.filter(pk=id).first()
    if change is None:
        raise Hidden
    privacy_changes.decide(caller(request).account, change, approved)
    change.refresh_from_db()
    return _change(change)


def _rules(rules: Privacy) -> dict[str, Any]:
    return {
        "mode": rules.mode,
        "floor": rules.floor,
        "dominance": rules.dominance,
        "rankings": rules.rankings,
    }


def _change(change: PrivacyChange) -> dict[str, Any]:
    state = {None: "open", True: "approved", False: "rejected"}[change.approved]
    return {
        **_rules(privacy_changes.rules_of(change)),
        "id": change.pk,
        "reason": change.reason,
        "proposed_by": brief(change.proposed_by),
        "proposed_at": change.proposed_at.isoformat(),
        "decided_by": brief(change.decided_by),
        "decided_at": change.decided_at.isoformat() if change.decided_at else None,
        "state": state,
    }
