"""The caller's own access tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from leitstern import clock
from leitstern.server import tokens
from leitstern.server.api.callers import caller
from leitstern.server.api.fields import WHOLE, Id, In, Out, ShortName
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.refusals import Hidden, Refused
from leitstern.server.models import Token

router = Router()

Scope = Literal["read", "write"]


class TokenIn(In):
    """A new access token."""

    name: ShortName = Field(examples=["Power BI"])
    scopes: list[Scope] = Field(min_length=1, max_length=2, examples=[["read"]])
    days: Annotated[int, Field(ge=1, le=366), WHOLE] | None = Field(
        None, description="For how many days it is good; default: 90."
    )


class TokenOut(Out):
    """An access token. The key itself is shown once, when it is made."""

    id: int
    name: str
    start: str = Field(description="The first letters of the key, so that one recognises it.")
    scopes: list[Scope]
    created_at: str
    expires_at: str | None
    used_at: str | None
    revoked_at: str | None


class NewToken(TokenOut):
    """A token with its key."""

    key: str = Field(description="Send it as `Authorization: Bearer KEY`. It is not shown again.")


@router.get(
    "/tokens", response=Page[TokenOut], operation_id="list_tokens", url_name="tokens", summary="My tokens"
)
def list_tokens(request: HttpRequest, response: HttpResponse, window: Paging) -> dict[str, Any]:
    """The caller's access tokens, newest first."""
    rows = Token.objects.filter(account=caller(request).account).order_by("-pk")
    return paged(request, response, rows, window, _token)


@router.post(
    "/tokens",
    response={201: NewToken},
    operation_id="create_token",
    url_name="tokens",
    summary="Make a token",
)
def create_token(request: HttpRequest, given: TokenIn) -> Status[dict[str, Any]]:
    """Make an access token. Only with the browser's log-in: no token makes another one."""
    who = caller(request)
    if who.token is not None:
        raise Refused(403, "session_needed")
    expires = clock.now() + timedelta(days=given.days) if given.days else None
    token, key = tokens.create(who.account, given.name, given.scopes, expires)
    return Status(201, {**_token(token), "key": key})


@router.delete(
    "/tokens/{int:id}", response={204: None}, operation_id="revoke_token", url_name="token",
    summary="Revoke a token",
)  # fmt: skip
def revoke_token(request: HttpRequest, id: Id) -> Status[None]:  # noqa: A002 - the word of the address
    """End one of the caller's tokens at once."""
    account = caller(request).account
    token = Token.objects.filter(account=account, pk=id, revoked_at=None).first()
    if token is None:
        raise Hidden
    tokens.revoke(account, token)
    return Status(204, None)


def _token(token: Token) -> dict[str, Any]:
    return {
        "id": token.pk,
        "name": token.name,
        "start": token.start,
        "scopes": token.scopes,
        **{name: _moment(token, name) for name in ("created_at", "expires_at", "used_at", "revoked_at")},
    }


def _moment(token: Token, name: str) -> str | None:
    moment = getattr(token, name)
    return None if moment is None else str(moment.isoformat())
