"""The way in from the console when nobody is left who could approve: loud, and written down."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from leitstern.errors import Problem
from leitstern.server import audit, invitations
from leitstern.server.account_changes import rights
from leitstern.server.models import Account
from leitstern.server.revoking import end_access


def open_account(email: str, reason: str, who: str, *, administrator: bool, enable: bool) -> str:
    """The path of a new invitation for an account; ``who`` runs the command on the machine.

    ``administrator`` gives it that role, ``enable`` lets it log in again. Problem ``cli.account_unknown``.
    """
    account = Account.objects.filter(email__iexact=email.strip()).first()
    if account is None or not (account.is_active or enable):
        raise Problem("cli.account_unknown", email=email)
    with transaction.atomic():
        before = rights(account)
        account.is_active = True
        if administrator:
            account.roles = sorted({*account.roles, "administrator"} - {"council"})
        account.save(update_fields=["is_active", "roles"])
        end_access(None, account)
        token = invitations.invite(None, account)
        after = rights(account) | {"reason": reason, "who": who}
        audit.note(None, "account.break_glass", f"account:{account.pk}", before, after)
    return reverse("welcome", args=[token])
