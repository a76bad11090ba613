"""Accounts, for administrators."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Status
from pydantic import Field, StringConstraints

from leitstern.server import accounts, invitations
from leitstern.server.api.callers import caller
from leitstern.server.api.fields import Flag, Id, In, Name, Out
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.permissions import require
from leitstern.server.api.refusals import Hidden
from leitstern.server.models import Account

router = Router()

Role = Literal["administrator", "analyst", "management", "council"]
Email = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
]


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
    roles. For administrators."""
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
    """A new invitation; earlier ones are void. For administrators."""
    account = _found(request, id)
    if not account.is_active:
        raise Hidden
    token = invitations.invite(caller(request).account, account)
    return Status(201, _invited(request, account, token))


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
        "created_at": account.created_at.isoformat(),
        "last_login": account.last_login.isoformat() if account.last_login else None,
    }
