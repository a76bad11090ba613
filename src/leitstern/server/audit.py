"""Writing down who changed what, and who saw whose values."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction

from leitstern import clock
from leitstern.server import chain
from leitstern.server.models import AccessEntry, AuditEntry

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.server.models import Account

#: What this process has written of today, so that a page seen again asks the database nothing.
_written: set[tuple[object, ...]] = set()
_KEPT = 200_000


def note(
    actor: Account | None,
    action: str,
    object: str = "",  # noqa: A002 - the log calls it so
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write down a change: ``action`` such as ``goal.offered``, ``object`` such as ``goal:17``.

    ``before`` and ``after`` hold plain JSON. Without an actor it was the program itself, or somebody at
    the console. The entry becomes part of the chain of all once it is stored.
    """
    made = AuditEntry.objects.create(account=actor, action=action, object=object, before=before, after=after)
    transaction.on_commit(chain.seal, robust=True)
    return made


def seen(viewer: Viewer, persons: Collection[str], kpi: str, surface: str) -> None:
    """Write down that a viewer was shown values of a KPI about persons; one's own are no entry.

    The same account, person, KPI and surface make one entry a day, so that the log can be read.
    """
    if viewer.account is None:
        return
    now = clock.now()
    keys = {
        person: (now.date(), viewer.account, person, kpi, surface)
        for person in persons
        if person != viewer.person
    }
    new = {person: key for person, key in keys.items() if key not in _written}
    if not new:
        return
    AccessEntry.objects.bulk_create(
        [
            AccessEntry(
                at=now, day=now.date(), account_id=viewer.account, person=person, kpi=kpi, surface=surface
            )
            for person in sorted(new)
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(lambda: _remember(set(new.values())))


def forget() -> None:
    """Ask the database anew what was written, as after it was emptied."""
    _written.clear()


def _remember(keys: set[tuple[object, ...]]) -> None:
    if len(_written) + len(keys) > _KEPT:
        _written.clear()
    _written.update(keys)
