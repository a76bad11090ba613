"""Making and changing accounts. Whatever is changed is written to the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db import transaction

from leitstern.errors import Problem
from leitstern.server import audit, invitations
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
    """A new account, and the token of its invitation. Raises ``Problem`` where the address is taken."""
    email = email.strip().lower()
    _check(email, person, set(roles), None)
    with transaction.atomic():
        account = Account.objects.create_user(
            email, name=name, roles=sorted(roles), person=person or None, leads=sorted(leads)
        )
        audit.note(actor, "account.made", f"account:{account.pk}", after=_snapshot(account))
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
    """Change what an account may do. Nobody changes their own roles; raises ``Problem``."""
    if actor.pk == account.pk and set(roles) != set(account.roles):
        raise Problem("leitstern.account_own_roles")
    _check(account.email, person, set(roles), account)
    before = _snapshot(account)
    account.name, account.person = name, person or None
    account.roles, account.leads = sorted(roles), sorted(leads)
    account.save(update_fields=["name", "person", "roles", "leads"])
    audit.note(actor, "account.changed", f"account:{account.pk}", before, _snapshot(account))


def activate(actor: Account, account: Account, active: bool) -> None:
    """Let an account log in, or no longer: its sessions and keys end at once. Not one's own."""
    if actor.pk == account.pk:
        raise Problem("leitstern.account_own_end")
    if account.is_active != active:
        account.is_active = active
        account.save(update_fields=["is_active"])
        account.invitations.filter(used_at=None).delete()
        end_access(actor, account)
        audit.note(actor, "account.activated" if active else "account.deactivated", f"account:{account.pk}")


def forget_second_factor(actor: Account, account: Account) -> None:
    """Switch off the one-time codes of somebody who lost phone and recovery codes."""
    Authenticator.objects.filter(user_id=account.pk).delete()
    end_access(actor, account)
    audit.note(actor, "account.codes_off", f"account:{account.pk}")


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
