"""What a reader sees when something is missing or wrong: what it is, and what to do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.errors import Problem
from leitstern.server import words
from leitstern.server.first_steps import for_whom
from leitstern.server.frame import bare, language
from leitstern.server.sight import viewer_of


def page(request: HttpRequest, status: int, title: str, text: str, **more: Any) -> HttpResponse:
    """The designed page for a state that is not the normal one."""
    context = {"title": title, "text": text, **more}
    return render(request, "leitstern/state.html", context, status=status)


def problem(request: HttpRequest, error: Problem, status: int = 400) -> HttpResponse:
    """A library's problem in the reader's language."""
    if error.code == "leitstern.no_workspace":
        status = 503
    title = _("This cannot be shown")
    return page(request, status, title, error.text(language()), code=error.code)


def protected(request: HttpRequest) -> HttpResponse:
    """Records that would tell of single people to somebody who may not see them."""
    title = _("These records are protected")
    text = _("The group is so small that its records would tell of single people.")
    return page(request, 403, title, text)


def no_generation(request: HttpRequest) -> HttpResponse:
    """A workspace without numbers yet: the first steps for whoever can take them."""
    title = _("No numbers yet")
    if for_whom(viewer_of(request)):
        text = _(
            "Nothing has been imported yet, or nothing has been made of it. Six steps lead to the first goal."
        )
        return page(request, 200, title, text, link=reverse("first_steps"), link_text=_("To the first steps"))
    text = _("Nothing has been imported yet. Whoever looks after the data brings it in; come back then.")
    return page(request, 200, title, text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: what our own pages say is missing, else that the address leads nowhere."""
    said = exception.args[0] if exception is not None and exception.args else ""
    shown = said if isinstance(said, str) else ""  # Django's own has the addresses it tried
    return page(
        request,
        404,
        _("There is nothing here"),
        shown or _("This address leads nowhere. Perhaps a KPI was renamed, or a link is incomplete."),
        near=[
            (words.text(d.name, language()), reverse("kpi", args=[d.kpi]))
            for d in getattr(exception, "near", [])
        ],
        link=reverse("catalogue"),
        link_text=_("To all KPIs"),
    )


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """400: a host that is not ours, or a request that cannot be read. No template, as no host is trusted."""
    return HttpResponse("Bad request", status=400, content_type="text/plain")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django calls it
    """A form that did not come from these pages."""
    text = _("The form was not sent from this page, or it was open too long. Go back, reload and try again.")
    return page(request, 403, _("Not accepted"), text)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403: what may not be done is answered like what is not there."""
    return not_found(request)


def too_many(request: HttpRequest) -> HttpResponse:
    """429: more attempts than a person makes."""
    text = _("Too many attempts. Wait a few minutes and try again.")
    return page(request, 429, _("One moment, please"), text)


def failed(request: HttpRequest) -> HttpResponse:
    """500: an error of the program. It has been written to the log of the server."""
    context = {
        **bare(request),
        "title": _("Something went wrong"),
        "text": _("The program made an error. The server's log names it. Your data is unchanged."),
        "link": "/",
        "link_text": _("To the overview"),
    }
    # Without the request no context processor runs: what failed may be the workspace itself.
    return HttpResponse(render_to_string("leitstern/state.html", context), status=500)
