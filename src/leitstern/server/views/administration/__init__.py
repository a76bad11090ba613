"""The pages of administration: who may come in, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.access.policy import ALLOWED, Action
from leitstern.server import frame
from leitstern.server.links import Option
from leitstern.server.models import Account
from leitstern.server.reader import reader
from leitstern.server.sight import viewer_of

View = Callable[..., HttpResponseBase]


def needs(*actions: Action) -> Callable[[View], View]:
    """Answer to whom one of the actions is allowed; for others there is nothing here."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
            if not any(may(request, action) for action in actions):
                raise Http404
            return view(request, *args, **more)

        return guarded

    return decorate


def may(request: HttpRequest, action: Action) -> bool:
    """Whether the reader's roles allow an action. Nothing about people is asked: it holds without data."""
    return viewer_of(request).has(*ALLOWED[action])


def actor(request: HttpRequest) -> Account:
    """The account that asks."""
    user = request.user
    if not isinstance(user, Account):
        raise Http404
    return user


@needs("administer", "read_audit", "read_access_log", "approve_privacy")
def index(request: HttpRequest) -> HttpResponse:
    """The first page that the reader may enter."""
    return redirect(_pages(request)[0][0])


def page(request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
    """Context of a page of administration: its title and the way to the others."""
    match = request.resolver_match
    here = match.view_name if match else ""
    parts = [Option(name, reverse(view), here.startswith(view.rstrip("s"))) for view, name in _pages(request)]
    return {"title": title, "parts": parts, **more}


def _pages(request: HttpRequest) -> list[tuple[str, str]]:
    pages: list[tuple[str, str, tuple[Action, ...]]] = [
        ("administration_accounts", _("Accounts"), ("administer",)),
        ("administration_people", _("People and teams"), ("administer",)),
        ("administration_company", _("Company and calendar"), ("administer",)),
        ("administration_privacy", _("Privacy"), ("change_privacy", "approve_privacy")),
        ("administration_audit", _("Changes"), ("read_audit",)),
        ("administration_access", _("Access log"), ("read_access_log",)),
    ]
    return [(view, name) for view, name, actions in pages if any(may(request, a) for a in actions)]


def moment(at: datetime | None) -> str:
    """A moment in the workspace's time zone; a dash for none."""
    if at is None:
        return "–"
    local = at.astimezone(ZoneInfo(reader().settings.timezone))
    return f"{frame.calendar().day(local.date())}, {local:%H:%M}"


def role_names() -> dict[str, str]:
    """The roles in words."""
    return {
        "administrator": _("Administration"),
        "analyst": _("Analysis"),
        "management": _("Management"),
        "council": _("Works council"),
    }
