"""The first run and invitations: a link that is good once, behind which somebody sets their password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from leitstern.server import invitations
from leitstern.server.forms import password_help
from leitstern.server.models import Account, Invitation

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Welcome(forms.Form):
    """Name and password; e-mail address too, where the first account is made."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), widget=forms.EmailInput({"autocomplete": "username"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("The same password again"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, invitation: Invitation, *args: Any) -> None:
        self.account = invitation.account
        super().__init__(*args)
        self.fields["password"].help_text = password_help()
        if self.account is not None:
            self.fields["name"].initial = self.account.name
            self.fields["email"].initial = self.account.email
            self.fields["email"].disabled = True

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same and keep the rules."""
        given = self.cleaned_data
        password = given.get("password", "")
        if password and given.get("again") and given["again"] != password:
            self.add_error("again", _("The two passwords differ."))
        try:
            validate_password(password, Account(email=given.get("email", ""), name=given.get("name", "")))
        except ValidationError as wrong:
            self.add_error("password", wrong)
        return given


@sensitive_post_parameters("password", "again")
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form of a good link; a used, expired or unknown one is answered in the same way."""
    invitation = invitations.find(token)
    if invitation is None:
        return _expired(request)
    form = Welcome(invitation, request.POST) if request.method == "POST" else Welcome(invitation)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        account = invitations.accept(invitation, given["name"], given["email"], given["password"])
        if account is None:
            return _expired(request)
        if account.mfa_on:
            return redirect("account_login")
        login(request, account, backend=_BACKEND)
        return redirect("today")
    title = _("Welcome to Leitstern") if invitation.account else _("The first account")
    context = {"title": title, "form": form, "first": invitation.account is None}
    return no_referrer(render(request, "account/welcome.html", context))


def no_referrer(response: HttpResponse) -> HttpResponse:
    """The address of the page is a secret: links and forms tell the site they come from, and no more.

    With ``no-referrer`` browsers send a form without its origin, which looks like a foreign one.
    """
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _expired(request: HttpRequest) -> HttpResponse:
    context = {"title": _("This link is no longer good")}
    return no_referrer(render(request, "account/expired.html", context, status=404))
