"""Changes of accounts that take two: an administrator proposes, the works council or management approves.

Whoever manages accounts alone could let the own account lead everybody, be somebody else, or make another one
that agrees with the first. So a change of a person, of led teams, of who administrates, manages or watches, a
new invitation for an account that is in use, switching off its one-time codes, and disabling whoever approves
wait for a second person. A workspace in which nobody has such a role yet has no second person: there the
change holds at once, and the log of changes says that it was made by one person alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from leitstern import clock
from leitstern.errors import Problem
from leitstern.server import audit
from leitstern.server.models import Account, AccountChange
from leitstern.server.revoking import end_access

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Roles that approve, and all that are given and taken by two.
APPROVE = frozenset({"council", "management"})
BY_TWO = APPROVE | {"administrator"}
#: For how long an approved invitation or switching off may be carried out.
GOOD_FOR = timedelta(days=7)


def second_needed(actor: Account) -> bool:
    """Whether there is anybody who could approve what the actor does."""
    return any(APPROVE & set(one.roles) for one in Account.objects.exclude(pk=actor.pk))


def in_use(account: Account) -> bool:
    """Whether somebody logs in with an account already."""
    return account.has_usable_password() or account.last_login is not None


def propose(
    actor: Account, account: Account, kind: str, after: dict[str, Any] | None = None
) -> AccountChange:
    """Put a change before a second person; an open one of the same kind for the account is given up."""
    with transaction.atomic():
        waiting(account).filter(kind=kind).update(approved=False, decided_by=actor, decided_at=clock.now())
        change = AccountChange.objects.create(
            account=account, kind=kind, before=rights(account), after=after, proposed_by=actor
        )
        audit.note(actor, "account.proposed", f"account:{account.pk}", change.before, _said(change))
    return change


def waiting(account: Account | None = None) -> Any:
    """Proposals that nobody has decided on, oldest first."""
    rows = AccountChange.objects.filter(approved=None).select_related("account", "proposed_by")
    return (rows if account is None else rows.filter(account=account)).order_by("pk")


def may_decide(actor: Account, change: AccountChange) -> bool:
    """Whether somebody can approve a change: not what they proposed, nor what is about themselves."""
    return actor.pk not in (change.proposed_by_id, change.account_id) and bool(APPROVE & set(actor.roles))


def decide(actor: Account, change: AccountChange, approved: bool) -> None:
    """Approve or reject; whoever proposed it may take it back. An approved change of rights or a disabling
    holds at once; an invitation, or switching codes off, can then be carried out by whoever proposed it.

    Problems: ``leitstern.account_second_other`` for whoever may not, ``leitstern.account_change_decided``.
    """
    if not may_decide(actor, change) and (approved or actor.pk != change.proposed_by_id):
        raise Problem("leitstern.account_second_other")
    with transaction.atomic():
        open_ = AccountChange.objects.filter(pk=change.pk, approved=None)
        if not open_.update(approved=approved, decided_by=actor, decided_at=clock.now()):
            raise Problem("leitstern.account_change_decided")
        if approved:
            carry_out(change)
        action = "account.approved" if approved else "account.rejected"
        audit.note(actor, action, f"account:{change.account_id}", change.before, _said(change))


def carry_out(change: AccountChange) -> None:
    """What an approved change does by itself. Sessions and keys end, as they were of other rights."""
    account = change.account
    if change.kind == "rights":
        put(account, **(change.after or {}))
    elif change.kind == "disable":
        account.is_active = False
        account.save(update_fields=["is_active"])
        account.invitations.filter(used_at=None).delete()
    if change.kind in ("rights", "disable"):
        end_access(change.proposed_by, account)


def take(account: Account, kind: str) -> bool:
    """Whether an approved change may be carried out now; it may be once."""
    since = clock.now() - GOOD_FOR
    rows = AccountChange.objects.filter(
        account=account, kind=kind, approved=True, used_at=None, decided_at__gte=since
    )
    found = rows.order_by("pk").first()
    return found is not None and bool(rows.filter(pk=found.pk).update(used_at=clock.now()))


def put(account: Account, *, roles: Iterable[str], person: str | None, leads: Iterable[str]) -> None:
    """Write rights into an account."""
    account.roles, account.person, account.leads = sorted(roles), person or None, sorted(leads)
    account.save(update_fields=["roles", "person", "leads"])


def rights(account: Account) -> dict[str, Any]:
    """The rights of an account, as a proposal keeps them."""
    return {"roles": sorted(account.roles), "person": account.person, "leads": sorted(account.leads)}


def _said(change: AccountChange) -> dict[str, Any]:
    return {"kind": change.kind, "proposed_by": change.proposed_by_id, **(change.after or {})}
