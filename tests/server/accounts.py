"""Accounts that pages are looked at with."""

from __future__ import annotations

from django.test import Client

from leitstern.server.models import Account

#: Kind of visitor: roles, the person they are in the made-up workspace, teams they lead by grant.
KINDS: dict[str, tuple[tuple[str, ...], str | None, tuple[str, ...]]] = {
    "person": ((), "P1", ()),
    "colleague": ((), "P2", ()),
    "lead": ((), "P8", ()),
    "other_lead": ((), "P9", ()),
    "management": (("management",), "P10", ()),
    "council": (("council",), None, ()),
    "administrator": (("administrator",), None, ()),
    "analyst": (("analyst",), None, ()),
}
PASSWORD = "Herbstlaub-am-Kanal-17"


def make(
    *roles: str, person: str | None = None, leads: tuple[str, ...] = (), email: str = "", **fields: object
) -> Account:
    """An account with roles; the same person is not given twice, so make it once."""
    email = email or f"account{Account.objects.count() + 1}@example.org"
    fields.setdefault("name", email.partition("@")[0].capitalize())
    password = fields.pop("password", None)
    return Account.objects.create_user(
        email, password, roles=list(roles), person=person, leads=list(leads), **fields
    )


def make_kind(kind: str) -> Account:
    """The account of a kind of visitor, the same each time it is asked for in a test."""
    roles, person, leads = KINDS[kind]
    found = Account.objects.filter(email=f"{kind}@example.org").first()
    return found or make(*roles, person=person, leads=leads, email=f"{kind}@example.org")


def client_of(account: Account | None, language: str = "de") -> Client:
    """A client that is logged in, or, for None, is not."""
    client = Client()
    client.cookies["language"] = language
    if account is not None:
        client.force_login(account)
    return client
