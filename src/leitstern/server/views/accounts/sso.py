"""Single sign-on: the way to the provider, and what is said to whom it does not let in."""

from __future__ import annotations

import logging

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from requests import RequestException


@require_GET
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Go to the provider, if a link on our own page was followed; from elsewhere, show the log-in page.

    It is a link, not a form, as the pages forbid forms that end elsewhere (``form-action 'self'``). That
    the visitor came from here, browsers say in ``Sec-Fetch-Site``.
    """
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"
    if elsewhere or request.user.is_authenticated or set(request.GET) - {"next"}:
        return redirect(settings.LOGIN_URL)
    try:
        answer: HttpResponse = oidc.login(request, provider_id)
    except (RequestException, OAuth2Error, ValueError, KeyError):
        # The provider cannot be reached, or what it tells about itself makes no sense.
        logging.getLogger("django").exception("Single sign-on: the provider does not answer")
        return redirect("sso_refused")
    return answer


@require_GET
def refused(request: HttpRequest) -> HttpResponse:
    """The provider knows the visitor, but nobody invited them here; or it did not answer."""
    context = {"title": _("This log-in opens no account")}
    return render(request, "account/refused.html", context, status=403)
