"""Links that are good once: for the first administrator, and for everybody who is invited."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from leitstern import clock
from leitstern.server import audit
from leitstern.server.models import Account, Invitation
from leitstern.server.revoking import end_access

GOOD_FOR = timedelta(days=7)


def first_run() -> str | None:
    """A token to make the first account with; None where there are accounts. An earlier one is void."""
    if Account.objects.exists():
        return None
    Invitation.objects.filter(account=None).delete()
    return _new(None, None)


def invite(actor: Account | None, account: Account) -> str:
    """A token with which somebody sets the password of an account; earlier ones are void."""
    account.invitations.filter(used_at=None).delete()
    audit.note(actor, "account.invited", f"account:{account.pk}")
    return _new(account, actor)


def find(token: str) -> Invitation | None:
    """The invitation of a token that is still good."""
    found = Invitation.objects.filter(digest=_digest(token), used_at=None).select_related("account").first()
    if found is None or (found.expires_at is not None and found.expires_at <= clock.now()):
        return None
    if found.account is None:
        return None if Account.objects.exists() else found
    return found if found.account.is_active else None


def accept(invitation: Invitation, name: str, email: str, password: str) -> Account | None:
    """Set the password; without an account, make the first administrator. None if it was used meanwhile.

    All sessions and keys of the account end, as its password is another one now.
    """
    with transaction.atomic():
        now = clock.now()
        if not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now):
            return None
        account = invitation.account
        if account is None:
            account = Account.objects.create_user(email, password, name=name, roles=["administrator"])
            audit.note(account, "account.first", f"account:{account.pk}", after={"email": account.email})
            return account
        account.name = name
        account.set_password(password)
        account.save(update_fields=["name", "password"])
        end_access(account, account)
        audit.note(account, "account.accepted", f"account:{account.pk}")
        return account


def _new(account: Account | None, actor: Account | None) -> str:
    token = secrets.token_urlsafe(32)
    expires = clock.now() + GOOD_FOR
    Invitation.objects.create(account=account, digest=_digest(token), created_by=actor, expires_at=expires)
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
