"""Who calls: an access token in the header, or the session of a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from leitstern.server import second_factor, tokens
from leitstern.server.api import limits
from leitstern.server.api.refusals import Refused

if TYPE_CHECKING:
    from leitstern.server.models import Account, Token

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: Operations that are POST as they take a text, but change nothing.
READING = frozenset({"read_sentence", "read_table"})


@dataclass(frozen=True, slots=True)
class Caller:
    """An account, and the token it came with; without one it is a browser's session."""

    account: Account
    token: Token | None = None


def caller(request: HttpRequest) -> Caller:
    """Who is calling; only where authentication has passed."""
    found = request.auth  # type: ignore[attr-defined] # ninja puts it there
    assert isinstance(found, Caller)
    return found


class AccessToken(HttpBearer):
    """``Authorization: Bearer ls_...``, with the scope ``read``, or ``write`` for what changes something."""

    def __call__(self, request: HttpRequest) -> Any:
        """The caller; None without the header, so that a session is looked for."""
        given = request.headers.get("Authorization")
        if given is None:
            return None
        scheme, _, key = given.partition(" ")
        return self.authenticate(request, key.strip() if scheme.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """The token's account; `Refused` where it is not valid, or lacks the scope."""
        limits.check_failures(request)
        found = tokens.find(token)
        if found is None:
            limits.count_failure(request)
            raise Refused(401, "token_invalid", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        limits.count_request(f"token:{found.pk}")
        needed = "read" if _only_reads(request) else "write"
        if needed not in found.scopes:
            challenge = f'Bearer error="insufficient_scope", scope="{needed}"'
            raise Refused(403, "scope_missing", headers={"WWW-Authenticate": challenge}, scope=needed)
        if found.account.has_usable_password() and second_factor.is_missing(found.account):
            raise Refused(403, "second_factor_missing")
        request.user = found.account
        return Caller(found.account, found)


class Session(APIKeyCookie):
    """The session of somebody who logged in with the browser; a change needs the CSRF header."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)  # checked below, once it is clear that there is a session

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """The session's account; None without one."""
        user = request.user
        if key is None or not user.is_authenticated:
            return None
        if request.method not in SAFE and check_csrf(request) is not None:
            raise Refused(403, "csrf")
        if second_factor.is_missing_in(request, user):
            raise Refused(403, "second_factor_missing")
        limits.count_request(f"account:{user.pk}")
        return Caller(user)


def _only_reads(request: HttpRequest) -> bool:
    match = request.resolver_match
    return request.method in SAFE or (match is not None and match.url_name in READING)
