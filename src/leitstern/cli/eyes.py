"""Commands answer as an account may see it (``--account``), by the same policy as the pages."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from leitstern.errors import Problem

if TYPE_CHECKING:
    from leitstern.access.policy import Policy
    from leitstern.access.viewer import Viewer
    from leitstern.cli.state import State
    from leitstern.engine.observations import Observation
    from leitstern.engine.records import Records


def observations(state: State, found: Iterable[Observation]) -> list[Observation]:
    """The observations that may be seen, in their order."""
    if state.account is None:
        return list(found)
    viewer, policy = _eyes(state)

    def people(kpi: str, grain: str, start: date, end: date) -> Iterable[Observation]:
        if grain == "stretch":
            return state.workspace.compute_stretches([kpi], by="person", stretches=((start, end),))
        return state.workspace.compute([kpi], by="person", grain=grain, start=start, end=end)

    return policy.observations(viewer, found, people)


def records(state: State, kpi: str, found: Records, by: str, subject: str | None, period: str) -> Records:
    """The records that may be seen; Problem where there is no list for this account."""
    if state.account is None:
        return found
    from leitstern.periods.grains import parse

    viewer, policy = _eyes(state)
    days = parse(period, state.workspace.settings.fiscal_year_start)
    singled = any(policy.singles(d.kpi, d.version) for d in state.workspace.catalogue.versions(kpi))
    first = policy.listed_from(kpi, days)
    allowed = policy.records(viewer, found, by, subject, first, days.end, singled=singled)
    if allowed is None and by == "person":  # as if there were nobody
        raise Problem("engine.subject_missing", kind=by, id=subject)
    if allowed is None:
        raise Problem("cli.records_protected")
    return allowed


def set_up(state: State) -> None:
    """Make the server's storage of the workspace ready to be asked."""
    os.environ["LEITSTERN_WORKSPACE"] = str(state.folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leitstern.server.settings")
    import django

    django.setup()


def has_goals() -> bool:
    """Whether the workspace was ever served, so that there can be goals. Asking makes no database."""
    from django.db import connection

    from leitstern.server.models import GoalRow

    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return False
    return GoalRow._meta.db_table in connection.introspection.table_names()


def viewer(state: State) -> Viewer:
    """Who asks: the account that was named, else whoever runs the machine. Sets up the server's storage."""
    set_up(state)
    from leitstern.access.viewer import OPERATOR
    from leitstern.server.models import Account

    if state.account is None:
        return OPERATOR
    account = Account.objects.filter(email__iexact=state.account, is_active=True).first()
    if account is None:
        raise Problem("cli.account_unknown", email=state.account)
    return account.viewer


def _eyes(state: State) -> tuple[Viewer, Policy]:
    """The account's viewer, and the policy over the newest generation."""
    asking = viewer(state)
    from leitstern.access.meanings import Meanings
    from leitstern.access.policy import Policy
    from leitstern.server.privacy import privacy

    workspace = state.workspace
    info = workspace.generation()
    return asking, Policy(
        privacy(),
        workspace.organisation(),
        info.as_of if info else None,
        Meanings(workspace.catalogue, workspace.settings.fiscal_year_start),
    )
