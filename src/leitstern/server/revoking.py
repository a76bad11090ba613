"""Ending whatever an account is open by: its sessions and its keys to the API."""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from leitstern import clock
from leitstern.server import tokens
from leitstern.server.models import Account


def end_access(actor: Account | None, account: Account) -> None:
    """End all sessions and keys of an account: somebody else may have opened them."""
    tokens.revoke_all(actor, account)
    for session in Session.objects.filter(expire_date__gt=clock.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(account.pk):
            session.delete()
