"""Nobody sees a page before logging in, and a log-in ends by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from leitstern import clock
from leitstern.server import second_factor

Handler = Callable[[HttpRequest], HttpResponse]

#: Addresses that answer without a log-in. What is beneath them asks for one, or for a token, itself.
OPEN = ("/account/", "/welcome/", "/api/", "/static/", "/preferences", "/deliver/")
_BEGAN, _SEEN = "began", "seen"
#: How often a session is told that it is still in use; each time is one write.
_EVERY = timedelta(minutes=5)


def log_in_first(get_response: Handler) -> Handler:
    """Lead whoever is not logged in to the log-in page, from any address, whether it exists or not."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated or request.path.startswith(OPEN):
            return get_response(request)
        there = reverse(settings.LOGIN_URL)
        if request.method == "GET" and request.path != "/":
            there = f"{there}?{urlencode({'next': request.get_full_path()})}"
        return HttpResponseRedirect(there)

    return middleware


def second_factor_first(get_response: Handler) -> Handler:
    """Lead whoever has to have one-time codes, and has none, to where they are set up."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        missing = user.is_authenticated and second_factor.is_missing_in(request, user)
        request.second_factor_missing = missing  # type: ignore[attr-defined] # the page says why
        if missing and not request.path.startswith(OPEN):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return get_response(request)

    return middleware


def sessions_end(get_response: Handler) -> Handler:
    """Log out a session that nobody used for a while, and every one that has grown old."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _look_at(request)
        return get_response(request)

    return middleware


def _look_at(request: HttpRequest) -> None:
    session, now = request.session, clock.now()
    began, seen = _moment(session.get(_BEGAN)), _moment(session.get(_SEEN))
    if began is None or seen is None:
        session[_BEGAN] = session[_SEEN] = now.isoformat()
    elif now - began > settings.SESSION_AT_MOST or now - seen > settings.SESSION_IDLE:
        logout(request)
    elif abs(now - seen) > _EVERY:
        session[_SEEN] = now.isoformat()


def _moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
