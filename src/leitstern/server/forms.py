"""Forms of the log-in pages in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext_lazy as _


class LogIn(LoginForm):  # type: ignore[misc]
    """E-mail address and password."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        plain(self.fields["login"], _("E-mail address"))
        plain(self.fields["password"], _("Password"))
        self.fields["login"].widget.attrs["autocomplete"] = "username"


def plain(field: Any, label: Any) -> None:
    """A field under its label, without a placeholder that vanishes as one types."""
    field.label, field.help_text = label, ""
    field.widget.attrs.pop("placeholder", None)
