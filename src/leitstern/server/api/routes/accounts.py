"""Accounts, for administrators."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Status
from pydantic import Field, StringConstraints

from leitstern.server import account_changes, accounts
from leitstern.server.api.callers import caller
from leitstern.server.api.documents import AccountBrief, brief
from leitstern.server.api.fields import Flag, Id, In, Name, Out
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.permissions import require
from leitstern.server.api.refusals import Hidden
from leitstern.server.models import Account
from leitstern.server.models import AccountChange as Proposed

router = Router()

Role = Literal["administrator", "analyst", "management", "council"]
Email = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
]


class RightsOut(Out):
    """The rights an account is to have."""

    roles: list[Role]
    person: str | None
    leads: list[str]


class ChangeOfAccount(Out):
    """A change that an administrator proposed, and that a second person approves."""

    id: int
    account: AccountBrief
    kind: Literal["rights", "reset", "codes_off", "disable"] = Field(
        description="Other rights; a new invitation; one-time codes switched off; disabled."
    )
    after: RightsOut | None
    proposed_by: AccountBrief
    proposed_at: str
    state: Literal["open", "approved", "rejected"]


class AccountOut(Out):
    """Somebody who may log in."""

    id: int
    email: str
    name: str
    person: str | None = Field(description="Id of the person in the data.")
    roles: list[Role]
    leads: list[str] = Field(description="Ids of teams it leads although the data do not say so.")
    active: bool
    created_at: str
    last_login: str | None
    waiting: list[ChangeOfAccount] = Field(description="What waits for a second person's approval.")


class AccountIn(In):
    """Somebody to invite."""

    email: Email = Field(examples=["anneke.bruening@example.org"])
    name: Name | None = None
    person: Name | None = None
    roles: list[Role] = Field([], max_length=4)
    leads: list[Name] = Field([], max_length=200)


class AccountChange(In):
    """What is to change; what is left out stays."""

    name: Name | None = None
    person: Name | None = Field(None, description="Null: nobody in the data.")
    roles: list[Role] | None = Field(None, max_length=4)
    leads: list[Name] | None = Field(None, max_length=200)
    active: Flag | None = Field(None, description="False: may not log in any more; sessions and tokens end.")


class Invited(Out):
    """An account and its invitation, which is shown this once."""

    account: AccountOut
    link: str = Field(description="Address at which the password is set; good once, for seven days.")


@router.get(
    "/accounts", response=Page[AccountOut], operation_id="list_accounts", url_name="accounts",
    summary="Accounts",
)  # fmt: skip
def list_accounts(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """All accounts by e-mail address. For administrators."""
    require(request, "administer")
    return paged(request, response, Account.objects.order_by("email"), window, _account)


@router.post(
    "/accounts", response={201: Invited}, operation_id="invite_account", url_name="accounts",
    summary="Invite somebody",
)  # fmt: skip
def invite_account(request: HttpRequest, given: AccountIn) -> Status[dict[str, Any]]:
    """Make an account and its invitation. Nothing is mailed: the link is yours to hand over. For
    administrators."""
    require(request, "administer")
    account, token = accounts.create(
        caller(request).account,
        given.email,
        given.name or "",
        roles=set(given.roles),
        person=given.person,
        leads=set(given.leads),
    )
    return Status(201, _invited(request, account, token))


@router.patch(
    "/accounts/{int:id}", response=AccountOut, operation_id="change_account", url_name="account",
    summary="Change an account",
)  # fmt: skip
def change_account(request: HttpRequest, id: Id, given: AccountChange) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Change roles, person or teams of an account, or whether it may log in. Nobody changes their own
    roles. What takes a second person is proposed and stands under `waiting`. For administrators."""
    account, actor = _found(request, id), caller(request).account
    sent = given.model_fields_set - {"active"}
    if sent:
        accounts.change(
            actor,
            account,
            name=given.name or account.name,
            roles=account.roles if given.roles is None else set(given.roles),
            person=given.person if "person" in sent else account.person,
            leads=account.leads if given.leads is None else set(given.leads),
        )
    if given.active is not None:
        accounts.activate(actor, account, given.active)
    return _account(account)


@router.post(
    "/accounts/{int:id}/invite", response={201: Invited}, operation_id="invite_again",
    url_name="invite_again", summary="Invite again",
)  # fmt: skip
def invite_again(request: HttpRequest, id: Id) -> Status[dict[str, Any]]:  # noqa: A002 - the word of the address
    """A new invitation; earlier ones are void. For an account in use it takes a second person: 409 until the
    works council or management has approved it. For administrators."""
    account = _found(request, id)
    if not account.is_active:
        raise Hidden
    token = accounts.invite(caller(request).account, account)
    return Status(201, _invited(request, account, token))


@router.get(
    "/accounts/changes", response=Page[ChangeOfAccount], operation_id="list_account_changes",
    url_name="account_changes", summary="Proposed changes of accounts",
)  # fmt: skip
def list_changes(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """What waits for a second person, oldest first. For administrators, management and the works council."""
    require(request, "administer", "approve_account")
    return paged(request, response, account_changes.waiting(), window, _change)


@router.post(
    "/accounts/changes/{int:id}/approve", response=ChangeOfAccount, operation_id="approve_account_change",
    url_name="approve_account_change", summary="Approve a change of an account",
)  # fmt: skip
def approve_change(request: HttpRequest, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Approve what an administrator proposed, unless it is about oneself. For management and the works
    council."""
    return _decide(request, id, approved=True)


@router.post(
    "/accounts/changes/{int:id}/reject", response=ChangeOfAccount, operation_id="reject_account_change",
    url_name="reject_account_change", summary="Reject a change of an account",
)  # fmt: skip
def reject_change(request: HttpRequest, id: Id) -> dict[str, Any]:  # noqa: A002 - the word of the address
    """Reject a proposal, or take one's own back."""
    return _decide(request, id, approved=False)


def _decide(request: HttpRequest, id: int, *, approved: bool) -> dict[str, Any]:  # noqa: A002 - the word of the address
    require(request, "administer", "approve_account")
    change = Proposed.objects.filter(pk=id).first()
    if change is None:
        raise Hidden
    account_changes.decide(caller(request).account, change, approved)
    change.refresh_from_db()
    return _change(change)


def _change(change: Proposed) -> dict[str, Any]:
    return {
        "id": change.pk,
        "account": brief(change.account),
        "kind": change.kind,
        "after": change.after,
        "proposed_by": brief(change.proposed_by),
        "proposed_at": change.proposed_at.isoformat(),
        "state": {None: "open", True: "approved", False: "rejected"}[change.approved],
    }


def _found(request: HttpRequest, id: int) -> Account:  # noqa: A002 - the word of the address
    require(request, "administer")
    account = Account.objects.filter(pk=id).first()
    if account is None:
        raise Hidden
    return account


def _invited(request: HttpRequest, account: Account, token: str) -> dict[str, Any]:
    link = request.build_absolute_uri(reverse("welcome", args=[token]))
    return {"account": _account(account), "link": link}


def _account(account: Account) -> dict[str, Any]:
    return {
        "id": account.pk,
        "email": account.email,
        "name": account.name,
        "person": account.person,
        "roles": sorted(account.roles),
        "leads": sorted(account.leads),
        "active": account.is_active,
        "waiting": [_change(one) for one in account_changes.waiting(account)],
        "created_at": account.created_at.isoformat(),
        "last_login": account.last_login.isoformat() if account.last_login else None,
    }
