"""Accounts for everybody in the demo's data, and many goals: what the page benchmark reads."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path

KPIS = {
    "won_value": Decimal(60_000),
    "won_deals": Decimal(4),
    "booked_meetings": Decimal(25),
    "win_rate": Decimal("0.3"),
}
QUARTERS = 6
SEED = 20261122


def fill(workspace: Path) -> dict[str, int]:
    """An account for each person who is there, and goals in force for six quarters; what was made."""
    import django

    django.setup()
    from django.core.management import call_command

    import leitstern
    from leitstern.periods.grains import Grain, period_of
    from leitstern.server.models import Account, GoalRow

    call_command("migrate", verbosity=0)
    if GoalRow.objects.exists():
        return _counted()
    ws = leitstern.open(workspace)
    organisation, info = ws.organisation(), ws.generation()
    assert info is not None
    running = period_of(info.as_of, Grain.QUARTER)
    bosses = {p.manager for p in organisation.people.values()}
    top = next(p.id for p in organisation.people.values() if p.manager is None and p.id in bosses)
    Account.objects.bulk_create(
        Account(
            email=f"{p.id.lower()}@bench.example", name=p.name, person=p.id, password="!",
            roles=["management"] if p.id == top else [],
        )
        for p in organisation.people.values()
    )  # fmt: skip
    accounts = {a.person: a for a in Account.objects.all()}
    draw = random.Random(SEED)
    rows: list[GoalRow] = []
    for back in range(QUARTERS):
        period = running.shifted(-back)
        members = {t: organisation.members(t, period.start, period.end) for t in organisation.teams}
        subjects: list[tuple[str, str | None, int]] = [("company", None, 1000)]
        subjects += [("team", team, len(people)) for team, people in members.items()]
        subjects += [("person", person, 1) for person in sorted({p for t in members.values() for p in t})]
        for kind, id_, size in subjects:
            for kpi, each in KPIS.items():
                target = each if kpi == "win_rate" else each * max(size, 1)
                boss = accounts[top]
                rows.append(
                    GoalRow(
                        kpi=kpi, version=1, subject_type=kind, subject_id=id_, start=period.start,
                        end=period.end, grain="quarter", period=period.label,
                        target=(target * Decimal(draw.randint(70, 130)) / 100).quantize(Decimal("0.01")),
                        state="accepted", owner=accounts.get(id_) or boss, offered_by=boss, created_by=boss,
                        review_on=date(period.end.year, period.end.month, 15),
                    )
                )  # fmt: skip
    GoalRow.objects.bulk_create(rows, batch_size=500)
    return _counted()


def _counted() -> dict[str, int]:
    from leitstern.server.models import Account, GoalRow

    return {"accounts": Account.objects.count(), "goals": GoalRow.objects.count()}


def sessions(workspace: Path, count: int) -> list[tuple[str, str, str]]:
    """Sessions of the top of the company, then of people all over it: what they are, cookie, team page."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    import leitstern
    from leitstern.server.models import Account

    ws = leitstern.open(workspace)
    organisation, info = ws.organisation(), ws.generation()
    assert info is not None
    store = import_module(settings.SESSION_ENGINE).SessionStore
    teams = {p: organisation.team_on(p, info.as_of) for p in organisation.people}
    people = [a for a in Account.objects.order_by("pk") if teams.get(a.person or "")]
    chosen = [*[a for a in people if a.roles][:1], *people[:: max(1, len(people) // count)]][:count]
    found = []
    for account in chosen:
        session = store()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.create()
        page = f"/team/{teams[str(account.person)]}"
        found.append(("management" if account.roles else "person", session.session_key, page))
    return found
