"""Who the caller is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from leitstern.server.api.callers import caller
from leitstern.server.api.fields import Out
from leitstern.server.sight import sight

router = Router()


class Me(Out):
    """The caller's account, and what it may do."""

    id: int
    name: str
    email: str
    person: str | None = Field(description="Id of the person in the data that the account is.")
    roles: list[str] = Field(description="Granted roles: administrator, analyst, management, council.")
    leads: list[str] = Field(description="Ids of teams the account leads although the data do not say so.")
    language: str = Field(description="de, en, or empty: as the browser asks.")
    scopes: list[str] = Field(description="What the access token may do; both for a browser's session.")
    privacy_mode: str = Field(description="team_only, own, own_team or full.")
    today: str = Field(description="The day it is in the workspace's time zone.")


@router.get("/me", response=Me, operation_id="get_me", url_name="me", summary="Who am I")
def me(request: HttpRequest) -> dict[str, Any]:
    """The account the token or session belongs to, and what it may do."""
    who, ask = caller(request), sight(request)
    account = who.account
    return {
        "id": account.pk,
        "name": str(account),
        "email": account.email,
        "person": account.person,
        "roles": sorted(account.roles),
        "leads": sorted(account.leads),
        "language": account.language,
        "scopes": sorted(who.token.scopes) if who.token else ["read", "write"],
        "privacy_mode": ask.privacy.mode,
        "today": ask.today().isoformat(),
    }
