"""The language and theme switches: a form that stores a cookie and returns to where it was."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from leitstern.server.middleware import COOKIE_AGE, THEMES


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Store ``language`` or ``theme`` if known, then go back to ``next``."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    for name, known in (("language", tuple(dict(settings.LANGUAGES))), ("theme", THEMES)):
        value = request.POST.get(name, "")
        if value in known:
            response.set_cookie(name, value, max_age=COOKIE_AGE, samesite="Lax", httponly=True)
    return response
