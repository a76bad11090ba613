"""Making and changing accounts. Whatever is changed is written to the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from leitstern.errors import Problem
from leitstern.server import account_changes, audit, invitations
from leitstern.server.models import Account
from leitstern.server.revoking import end_access

if TYPE_CHECKING:
    from leitstern.engine.organisation import Organisation, Person

#: Who watches the rules must not be who sets them.
_APART = {"administrator", "council"}


def create(
    actor: Account,
    email: str,
    name: str = "",
    *,
    roles: Iterable[str] = (),
    person: str | None = None,
    leads: Iterable[str] = (),
) -> tuple[Account, str]:
    """A new account, and the token of its invitation. Raises ``Problem`` where the address is taken.

    What of its rights takes a second person waits for one (`account_changes`), as whoever makes the account
    holds the link, too.
    """
    email = email.strip().lower()
    wanted = {"roles": sorted(roles), "person": person or None, "leads": sorted(leads)}
    _check(email, person, set(roles), None)
    with transaction.atomic():
        account = Account.objects.create_user(email, name=name)
        audit.note(actor, "account.made", f"account:{account.pk}", after=_snapshot(account))
        _set_rights(actor, account, wanted)
        return account, invitations.invite(actor, account)


def change(
    actor: Account,
    account: Account,
    *,
    name: str,
    roles: Iterable[str],
    person: str | None,
    leads: Iterable[str],
) -> None:
    """Change what an account may do. Nobody changes their own roles; raises ``Problem``.

    What takes a second person waits for one (`account_changes`); the rest holds at once.
    """
    if actor.pk == account.pk and set(roles) != set(account.roles):
        raise Problem("leitstern.account_own_roles")
    _check(account.email, person, set(roles), account)
    if name != account.name:
        before, account.name = _snapshot(account), name
        account.save(update_fields=["name"])
        audit.note(actor, "account.changed", f"account:{account.pk}", before, _snapshot(account))
    _set_rights(actor, account, {"roles": sorted(roles), "person": person or None, "leads": sorted(leads)})


def _set_rights(actor: Account, account: Account, wanted: dict[str, Any]) -> None:
    """Give an account rights, those that take a second person once one has approved."""
    before, now = _snapshot(account), account_changes.rights(account)
    if wanted == now:
        return
    delicate = (set(wanted["roles"]) ^ set(now["roles"])) & account_changes.BY_TWO
    by_two = bool(delicate) or any(wanted[name] != now[name] for name in ("person", "leads"))
    alone = by_two and not account_changes.second_needed(actor)
    if by_two and not alone:
        kept = set(now["roles"]) & account_changes.BY_TWO
        harmless = now | {"roles": sorted(set(wanted["roles"]) - account_changes.BY_TWO | kept)}
        account_changes.propose(actor, account, "rights", wanted)
        wanted = harmless
        if wanted == now:
            return
    account_changes.put(account, **wanted)
    if by_two:
        end_access(actor, account)
    after = _snapshot(account) | ({"alone": True} if alone else {})
    audit.note(actor, "account.changed", f"account:{account.pk}", before, after)


def invite(actor: Account, account: Account) -> str:
    """The token of a new invitation. For an account in use it takes a second person, as whoever holds the
    link gets in: Problem ``leitstern.account_second_needed`` once that is proposed."""
    if account_changes.in_use(account):
        _by_two(actor, account, "reset")
    return invitations.invite(actor, account)


def activate(actor: Account, account: Account, active: bool) -> None:
    """Let an account log in, or no longer: its sessions and keys end at once. Not one's own.

    Disabling somebody who approves changes takes a second person.
    """
    if actor.pk == account.pk:
        raise Problem("leitstern.account_own_end")
    if account.is_active == active:
        return
    if not active and set(account.roles) & account_changes.BY_TWO:
        _by_two(actor, account, "disable")
    account.is_active = active
    account.save(update_fields=["is_active"])
    account.invitations.filter(used_at=None).delete()
    end_access(actor, account)
    audit.note(actor, "account.activated" if active else "account.deactivated", f"account:{account.pk}")


def forget_second_factor(actor: Account, account: Account) -> None:
    """Switch off the one-time codes of somebody who lost phone and recovery codes; it takes a second one."""
    _by_two(actor, account, "codes_off")
    Authenticator.objects.filter(user_id=account.pk).delete()
    end_access(actor, account)
    audit.note(actor, "account.codes_off", f"account:{account.pk}")


def _by_two(actor: Account, account: Account, kind: str) -> None:
    """Go on where a second person approved, or there is none; else propose it, and say so."""
    if account_changes.take(account, kind):
        return
    if not account_changes.second_needed(actor):
        audit.note(actor, "account.alone", f"account:{account.pk}", after={"kind": kind})
        return
    if not account_changes.waiting(account).filter(kind=kind).exists():
        account_changes.propose(actor, account, kind)
    raise Problem("leitstern.account_second_needed", account=str(account))


def uninvited(organisation: Organisation, today: date) -> list[Person]:
    """People with an e-mail address who work here and have no account, by name."""
    taken = set(Account.objects.values_list("person", flat=True))
    emails = set(Account.objects.values_list("email", flat=True))
    found: dict[str, Person] = {}
    for person in sorted(organisation.people.values(), key=lambda p: (p.name, p.id)):
        email = (person.email or "").strip().lower()
        gone = person.left is not None and person.left < today
        if email and not gone and person.id not in taken and email not in emails:
            found.setdefault(email, person)
    return list(found.values())


def invite_everybody(actor: Account, organisation: Organisation, today: date) -> list[tuple[Account, str]]:
    """Make an account for everybody who has none, with the tokens of their invitations."""
    with transaction.atomic():
        return [
            create(actor, person.email or "", person.name, person=person.id)
            for person in uninvited(organisation, today)
        ]


def _check(email: str, person: str | None, roles: set[str], account: Account | None) -> None:
    others = Account.objects.exclude(pk=account.pk) if account else Account.objects.all()
    if others.filter(email__iexact=email).exists():
        raise Problem("leitstern.account_email_taken", email=email)
    if person and others.filter(person=person).exists():
        raise Problem("leitstern.account_person_taken", person=person)
    if roles >= _APART:
        raise Problem("leitstern.account_roles_apart")


def _snapshot(account: Account) -> dict[str, object]:
    return {
        name: getattr(account, name) for name in ("email", "name", "roles", "person", "leads", "is_active")
    }
