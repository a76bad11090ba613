"""What the log-in library does here: nobody signs up, nothing is mailed, single sign-on opens no new door."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leitstern.server import audit, guessing, tokens
from leitstern.server.models import Account


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator only."""

    error_messages = {  # noqa: RUF012 - read by the base class
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("E-mail address or password is wrong."),
        "email_password_mismatch": _("E-mail address or password is wrong."),
        "invalid_login": _("E-mail address or password is wrong."),
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("Enter your present password."),
        "incorrect_code": _("The code is wrong or has expired."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes and try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes and try again."),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def add_message(self, *_args: Any, **_more: Any) -> None:
        """Say nothing of log-ins and log-outs: the page shows them."""

    def send_mail(self, *_args: Any, **_more: Any) -> None:
        """Send nothing: there is no mail server."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Account | None:
        """The account, if it may log in: a deactivated one is answered like one that does not exist."""
        account: Account | None = super().authenticate(request, **credentials)
        return account if account is not None and account.is_active else None

    def reauthenticate(self, user: Account, password: str) -> bool:
        """Whether the password is the account's own."""
        return self.authenticate(context.request, email=user.email, password=password) == user

    def set_password(self, user: Account, password: str) -> None:
        """Keep a new password; keys to the API that were made with the old one end."""
        super().set_password(user, password)
        tokens.revoke_all(user, user)
        audit.note(user, "account.password", f"account:{user.pk}")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a try that comes too early after wrong ones."""
        if seconds := guessing.wait(request, str(credentials.get("email", ""))):
            said = ngettext(
                "Too many attempts. Try again in %(seconds)s second.",
                "Too many attempts. Try again in %(seconds)s seconds.",
                seconds,
            )
            raise ValidationError(said % {"seconds": seconds}, code="too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a wrong password, and write it down; what was typed is not kept, as it may be a password."""
        email = str(credentials.get("email", ""))
        guessing.failed(request, email)
        account = Account.objects.filter(email__iexact=email.strip()).first()
        audit.note(None, "login.failed", f"account:{account.pk}" if account else "")

    def post_login(self, request: HttpRequest, user: Account, **more: Any) -> HttpResponse:
        """Write down the log-in, and know the browser from now on."""
        response: HttpResponse = super().post_login(request, user, **more)
        guessing.succeeded(request, user.email)
        guessing.remember(request, user, response)
        audit.note(user, "login.done", f"account:{user.pk}")
        return response


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """One-time codes, whose keys are kept encrypted with the key that sessions are signed with."""

    error_messages = {  # noqa: RUF012 - read by the base class
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong or has expired."),
    }

    def encrypt(self, text: str) -> str:
        """A key as the database holds it."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The key as the app has it."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> Fernet:
    key = hashlib.sha256(b"one-time codes\n" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Lets in who has an account here: known by an earlier log-in, else by a verified e-mail address."""

    def is_open_for_signup(self, _request: HttpRequest, _sociallogin: SocialLogin) -> bool:
        """No account is made."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Account:
        """Know people by issuer and subject together, so that another issuer cannot name them."""
        issuer = sociallogin.provider.app.settings["server_url"]
        known = f"{issuer}\n{sociallogin.account.uid}"
        sociallogin.account.uid = hashlib.sha256(known.encode()).hexdigest()
        account: Account = super().populate_user(request, sociallogin, data)
        return account

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse whom nobody invited, and whatever another issuer says; link the others to their account."""
        if not _is_of_issuer(sociallogin):
            raise ImmediateHttpResponse(refused())
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                raise ImmediateHttpResponse(refused())
            return
        verified = {e.email.lower() for e in sociallogin.email_addresses if e.verified is True}
        account = Account.objects.filter(email__in=verified, is_active=True).first()
        if account is None:
            raise ImmediateHttpResponse(refused())
        sociallogin.connect(request, account)
        audit.note(account, "account.linked", f"account:{account.pk}")

    def on_authentication_error(self, *_args: Any, **_more: Any) -> None:
        """Whatever went wrong at the provider is said in one way."""
        raise ImmediateHttpResponse(refused())


def _is_of_issuer(sociallogin: SocialLogin) -> bool:
    """Whether the signed answer names the issuer that was set, and both answers the same person."""
    told = sociallogin.account.extra_data
    signed, asked = told.get("id_token") or {}, told.get("userinfo") or {}
    issuer = sociallogin.provider.app.settings["server_url"]
    return str(signed.get("iss", "")).rstrip("/") == issuer and signed.get("sub") == asked.get("sub")


def refused() -> HttpResponseRedirect:
    """To the page that says that single sign-on led to no account."""
    return HttpResponseRedirect(reverse("sso_refused"))
