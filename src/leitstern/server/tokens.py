"""Keys to the API: shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from leitstern import clock
from leitstern.errors import Problem
from leitstern.server import audit
from leitstern.server.models import Account, Token

#: What a key opens: reading; changing what its account may change.
SCOPES = ("read", "write")
#: For how long a key is good where nobody says, and at most.
USUAL, LONGEST = timedelta(days=90), timedelta(days=366)
_PREFIX = "ls_"
_SHOWN = 8
#: How often it is written down that a key is in use.
_EVERY = timedelta(minutes=1)


def create(
    account: Account, name: str, scopes: Iterable[str], expires: datetime | None = None
) -> tuple[Token, str]:
    """A new key of an account, and the key itself, which is not kept. `Problem` for a wrong scope.

    Without ``expires`` it is good for `USUAL`; no key is good for longer than `LONGEST`.
    """
    wanted, now = sorted(set(scopes)), clock.now()
    expires = min(expires or now + USUAL, now + LONGEST)
    for scope in wanted:
        if scope not in SCOPES:
            raise Problem("leitstern.scope_unknown", value=scope, choices=", ".join(SCOPES))
    key = _PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        account=account,
        name=name,
        start=key[:_SHOWN],
        digest=_digest(key),
        scopes=wanted,
        expires_at=expires,
    )
    audit.note(account, "token.made", f"token:{token.pk}", after={"name": name, "scopes": wanted})
    return token, key


def find(key: str) -> Token | None:
    """The token of a key that is good now, of an account that may log in.

    It is looked up by its digest, which tells nothing about a key that is nearly right.
    """
    now = clock.now()
    found = Token.objects.filter(digest=_digest(key), revoked_at=None).select_related("account").first()
    if found is None or not found.account.is_active:
        return None
    if ends_at(found) <= now:
        return None
    if found.used_at is None or now - found.used_at > _EVERY:
        Token.objects.filter(pk=found.pk).update(used_at=now)
        found.used_at = now
    return found


def ends_at(token: Token) -> datetime:
    """When a key ends; those of an early version, which had no end, a year after they were made."""
    return token.expires_at or token.created_at + LONGEST


def revoke(actor: Account, token: Token) -> None:
    """End a key at once."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        audit.note(actor, "token.revoked", f"token:{token.pk}", before={"name": token.name})


def revoke_all(actor: Account | None, account: Account) -> int:
    """End all keys of an account, as whoever knew its password may have made them; how many there were."""
    ended = account.tokens.filter(revoked_at=None).update(revoked_at=clock.now())
    if ended:
        audit.note(actor, "token.all_revoked", f"account:{account.pk}", before={"keys": ended})
    return ended


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
