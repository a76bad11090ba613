"""Forms of the log-in pages in our words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa import app_settings as mfa
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from leitstern.server.models import Account


class LogIn(LoginForm):  # type: ignore[misc]
    """E-mail address and password."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        plain(self.fields["login"], _("E-mail address"))
        plain(self.fields["password"], _("Password"))
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ChangePassword(ChangePasswordForm):  # type: ignore[misc]
    """The present password, and the new one twice."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        plain(self.fields["oldpassword"], _("Present password"))
        plain(self.fields["password1"], _("New password"))
        plain(self.fields["password2"], _("The new password again"))
        self.fields["password1"].help_text = password_help()


class Reauthenticate(ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something delicate."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        plain(self.fields["password"], _("Password"))


class SecondFactorCode(AuthenticateForm):  # type: ignore[misc]
    """A code of the app, or a recovery code."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        plain(self.fields["code"], _("Code of the app, or a recovery code"))

    def clean_code(self) -> str:
        """The code, which is good once."""
        return used_up(self.user, super().clean_code())


class SecondFactorAgain(ReauthenticateByCodeForm):  # type: ignore[misc]
    """The same, before something delicate."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        plain(self.fields["code"], _("Code of the app, or a recovery code"))

    def clean_code(self) -> str:
        """The code, which is good once."""
        return used_up(self.user, super().clean_code())


class SecondFactorOn(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a newly set up app."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        plain(self.fields["code"], _("Code that the app shows"))

    def clean_code(self) -> str:
        """The code, which is good once: it does not log in as well."""
        return used_up(self.user, super().clean_code())


def used_up(user: Account, code: str) -> str:
    """Keep a code of the app from being used again for as long as it would be right.

    The library forgets it after one step of the clock, while codes of neighbouring steps are taken as well,
    and does not count the code that switches codes on.
    """
    steps = 2 * settings.MFA_TOTP_TOLERANCE + 2
    digits = code.replace(" ", "")
    key = f"allauth.mfa.totp.used?user={user.pk}&code={digits}"
    cache.set(key, "y", timeout=steps * mfa.TOTP_PERIOD)
    return code


def choose(form: forms.Form, name: str, choices: Iterable[tuple[str, str]]) -> None:
    """What a choice of a form offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def plain(field: Any, label: Any) -> None:
    """A field under its label, without a placeholder that vanishes as one types."""
    field.label, field.help_text = label, ""
    field.widget.attrs.pop("placeholder", None)


def password_help() -> str:
    """What a password must be."""
    return gettext("At least %(count)s characters, no common word, not only digits, unlike your name.") % {
        "count": settings.PASSWORD_LENGTH
    }
