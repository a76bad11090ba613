"""What keeps passwords from being guessed: after some wrong ones, each further one waits a little longer.

Nobody is locked out. Waits are by account *and* address, so that neither a colleague behind the same address
nor somebody elsewhere keeps an owner from logging in; guesses at one account from many addresses, and at many
accounts from one, wait as well, but briefly. A browser that logged in to the account before is known by a
cookie and counted by itself. While one waits, nothing is tried, and nothing is counted.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from leitstern import clock
from leitstern.server.models import Account

if TYPE_CHECKING:
    from django.http import HttpResponse

COOKIE = "known"
#: Accounts that one browser is known for.
_ACCOUNTS = 5
_SALT = "leitstern.known"
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Counter:
    """Wrong passwords of one kind within an hour: after ``free`` of them the next waits a second, then two,
    then four, at most ``longest``."""

    key: str
    free: int
    longest: int

    def wait(self, now: float) -> float:
        """Seconds until the next one may be tried."""
        count, last = self._kept()
        delay = min(2 ** min(count - self.free, 20), self.longest) if count >= self.free else 0
        return last + delay - now

    def count(self, now: float) -> None:
        """One more."""
        cache.set(self.key, (self._kept()[0] + 1, now), timeout=_HOUR)

    def _kept(self) -> tuple[int, float]:
        found: tuple[int, float] = cache.get(self.key) or (0, 0.0)
        return found


def wait(request: HttpRequest, email: str) -> int:
    """Seconds until a password for an account may be tried from here; 0 where it may be now."""
    now = clock.now().timestamp()
    longest = max(counter.wait(now) for counter in _counters(request, email))
    return max(0, -int(-longest // 1))


def failed(request: HttpRequest, email: str) -> None:
    """Count a wrong password."""
    now = clock.now().timestamp()
    for counter in _counters(request, email):
        counter.count(now)


def succeeded(request: HttpRequest, email: str) -> None:
    """Forget the wrong ones that were typed here before the right one."""
    cache.delete(next(_counters(request, email)).key)


def remember(request: HttpRequest, account: Account, response: HttpResponse) -> None:
    """Let the browser be known for an account that logged in with it."""
    kept = _cookie(request)
    accounts = {**kept.get("accounts", {}), str(account.pk): _mark(account)}
    newest = dict(list(accounts.items())[-_ACCOUNTS:])
    response.set_cookie(
        COOKIE,
        signing.dumps({"id": kept.get("id") or secrets.token_urlsafe(16), "accounts": newest}, salt=_SALT),
        max_age=365 * 24 * _HOUR,
        httponly=True,
        secure=settings.HTTPS,
        samesite="Lax",
        path="/account/",
    )


def _counters(request: HttpRequest, email: str) -> Iterator[Counter]:
    """The counters of a try; the first is of this browser, or of this account from this address."""
    email = email.strip().lower()
    if (device := _known(request, email)) is not None:
        yield Counter(_key("device", device, email), 10, 300)
        return
    address = _address(request)
    yield Counter(_key("pair", email, address), 10, 300)
    yield Counter(_key("account", email), 50, 60)
    yield Counter(_key("address", address), 100, 30)


def _known(request: HttpRequest, email: str) -> str | None:
    """The browser's id, if it logged in to the account since the password was set."""
    kept = _cookie(request)
    if not kept:
        return None
    account = Account.objects.filter(email__iexact=email).first()
    known = account is not None and kept["accounts"].get(str(account.pk)) == _mark(account)
    return str(kept["id"]) if known else None


def _cookie(request: HttpRequest) -> dict[str, Any]:
    try:
        found: dict[str, Any] = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT)
    except signing.BadSignature:
        return {}
    return found


def _mark(account: Account) -> str:
    """Changes with the password, without telling anything of it."""
    return account.get_session_auth_hash()[:16]


def _address(request: HttpRequest) -> str:
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:  # behind a socket without addresses all are counted as one
        return ""


def _key(*parts: str) -> str:
    return "guess:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()
