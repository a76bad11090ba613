"""The accounts of the demo: one of each kind, with one password that is drawn for this workspace."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from leitstern import clock
from leitstern.access.modes import Privacy
from leitstern.server.models import Account, PrivacyChange, PrivacySetting
from leitstern.server.prepare import LOG_INS
from leitstern.server.reader import reader

if TYPE_CHECKING:
    from datetime import date

    from leitstern.engine.organisation import Organisation

_BOARD, _SALES, _REGION, _MARKETING = "T-GL", "T-VERTRIEB", "T-SUED", "T-MKT"
_DOMAIN = "tannhagen.example"
_FLOOR = 3
#: Letters and digits that are not mistaken for each other.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def make() -> None:
    """Make the accounts and write how to log in to ``log-ins.txt``, which its owner alone can read."""
    workspace = reader().workspace
    organisation, info = workspace.organisation(), workspace.generation()
    assert info is not None
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    lines = []
    for what, person, roles, leads in _wanted(organisation, info.as_of):
        somebody = organisation.people.get(person or "")
        email = (somebody and somebody.email) or f"{what}@{_DOMAIN}"
        name = somebody.name if somebody else what.capitalize()
        Account.objects.create_user(
            email, password, name=name, person=person, roles=list(roles), leads=list(leads)
        )
        lines.append(f"{what:<16}{email}")
    _agree_on_privacy()
    _keep("\n".join([*lines, "", f"{'password':<16}{password}"]) + "\n")


def _agree_on_privacy() -> None:
    """The invented company's teams have three to seven people, and its works agreement says three.

    A new workspace has the default of seven, under which its management would see no team.
    """
    by_role = {role: account for account in Account.objects.all() for role in account.roles}
    rules = {"mode": "own_team", "floor": _FLOOR, "dominance": Privacy().dominance, "rankings": False}
    PrivacyChange.objects.create(
        **rules,
        reason="Betriebsvereinbarung Vertriebssteuerung, § 4",
        proposed_by=by_role["administrator"],
        decided_by=by_role["council"],
        decided_at=clock.now(),
        approved=True,
    )
    PrivacySetting.objects.create(**rules)


def _wanted(
    organisation: Organisation, day: date
) -> list[tuple[str, str | None, tuple[str, ...], tuple[str, ...]]]:
    """What they are called, the person, roles, and teams they lead, as the demo's teams name no lead."""
    head = _members(organisation, _BOARD, day)[0]
    sales = _members(organisation, _SALES, day)[0]
    lead, *reps = _with_lead(organisation, _REGION, day)
    marketing = _with_lead(organisation, _MARKETING, day)[0]
    return [
        ("administrator", None, ("administrator",), ()),
        ("management", head, ("management",), (_BOARD,)),
        ("head-of-sales", sales, (), (_SALES,)),
        ("team-lead", lead, (), (_REGION,)),
        *((f"sales-{number}", rep, (), ()) for number, rep in enumerate(reps[:2], 1)),
        ("marketing-lead", marketing, (), (_MARKETING,)),
        ("analyst", None, ("analyst",), ()),
        ("council", None, ("council",), ()),
    ]


def _with_lead(organisation: Organisation, team: str, day: date) -> list[str]:
    """The members of a team, first the one whom most of them name as their manager."""
    members = _members(organisation, team, day)
    named = Counter(organisation.people[id_].manager for id_ in members)
    return sorted(members, key=lambda id_: (-named[id_], id_))


def _members(organisation: Organisation, team: str, day: date) -> list[str]:
    return sorted(organisation.own_members(team, day, day))


def _keep(text: str) -> None:
    file = Path(settings.WORKSPACE) / LOG_INS
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as kept:
        kept.write(text)
