"""How often one may ask: by token or account, and by address for wrong tokens."""

from __future__ import annotations

import threading
from collections import Counter

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from leitstern import clock
from leitstern.server.api.refusals import Refused

#: Requests of one token or account in a minute, to one server process.
REQUESTS = 300
#: Wrong tokens from one address in a minute, to all server processes together.
FAILURES = 20

_MINUTE = 60
_lock = threading.Lock()
_asked: Counter[str] = Counter()
_minute = 0


def count_request(who: str) -> None:
    """Count a request of a token or account; `Refused` (429) where there were too many in this minute."""
    global _minute  # noqa: PLW0603 - the minute the counts are of
    now = int(clock.now().timestamp()) // _MINUTE
    with _lock:
        if now != _minute:
            _minute = now
            _asked.clear()
        _asked[who] += 1
        count = _asked[who]
    if count > REQUESTS:
        raise _too_many("too_many", REQUESTS)


def check_failures(request: HttpRequest) -> None:
    """`Refused` (429) where too many wrong tokens came from the caller's address in this minute."""
    if int(cache.get(_key(request), 0)) >= FAILURES:
        raise _too_many("too_many_failures", FAILURES)


def count_failure(request: HttpRequest) -> None:
    """Count a wrong token."""
    key = _key(request)
    cache.set(key, int(cache.get(key, 0)) + 1, timeout=2 * _MINUTE)


def _key(request: HttpRequest) -> str:
    try:
        address = get_adapter(request).get_client_ip(request)
    except PermissionDenied:  # behind a socket without addresses all callers are counted as one
        address = ""
    return f"api-failed:{address}:{int(clock.now().timestamp()) // _MINUTE}"


def _too_many(code: str, limit: int) -> Refused:
    seconds = _MINUTE - int(clock.now().timestamp()) % _MINUTE
    return Refused(429, code, headers={"Retry-After": str(seconds)}, limit=limit, seconds=seconds)
