"""Who has to log in with one-time codes: the roles that ``LEITSTERN_SECOND_FACTOR`` names, or ``all``.

Whoever came by single sign-on is the provider's to confirm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from leitstern.access.viewer import ROLES
from leitstern.errors import Problem

if TYPE_CHECKING:
    from django.http import HttpRequest

    from leitstern.server.models import Account

EVERYBODY = "all"


def named_roles(listed: str) -> frozenset[str]:
    """The roles in a list with commas; raises ``Problem`` where it names something else."""
    found = frozenset(role.strip() for role in listed.split(",") if role.strip())
    for role in sorted(found - {EVERYBODY, *ROLES}):
        raise Problem("leitstern.second_factor_role", role=role, choices=", ".join((*ROLES, EVERYBODY)))
    return found


def is_missing(account: Account) -> bool:
    """Whether an account has to have one-time codes, and has none."""
    from allauth.mfa.models import Authenticator

    wanted: frozenset[str] = settings.SECOND_FACTOR
    if not wanted or (EVERYBODY not in wanted and wanted.isdisjoint(account.roles)):
        return False
    return not Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists()


def is_missing_in(request: HttpRequest, account: Account) -> bool:
    """The same of a browser's log-in, which may be a provider's."""
    from allauth.account.internal.flows.login import get_authentication_records

    if not settings.SECOND_FACTOR:
        return False
    records = get_authentication_records(request, account)
    return not any(record["method"] == "socialaccount" for record in records) and is_missing(account)
