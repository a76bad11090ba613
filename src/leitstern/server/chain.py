"""The log of changes as a chain: each entry is summed up together with the sum before it.

Whoever changes, removes or slips in an entry afterwards breaks the chain at that place. Whoever owns the
database could sum up everything anew; so the newest sum, the head, can be printed and kept elsewhere, and
the log be held against it later.

Entries are linked right after the change they tell of is stored, in the order in which they come, so that
nobody waits for the chain; what a crash kept from it is linked at the next change or start.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

from django.db import connection, transaction

from leitstern.server.models import AuditEntry, AuditLink

#: What the first entry is summed up with.
_NOTHING = "0" * 64
#: Entries that other transactions may still be writing have numbers not further behind than this.
_BEHIND = 1000
_PIECE = 2000
#: Names the lock of PostgreSQL under which entries are linked; SQLite has one writer at a time anyway.
_LOCK = 7_306_219


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries are linked, and the sum of the last one."""

    count: int
    digest: str

    def __str__(self) -> str:
        return f"{self.count}:{self.digest}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at the chain found. ``wrong``: the code of what is wrong with link ``at`` (``altered``,
    ``removed``, ``shorter`` or ``other`` than a head that was kept), None where all is in order. ``loose``:
    entries that are not linked."""

    head: Head
    wrong: str | None = None
    at: int = 0
    loose: int = 0


def seal() -> None:
    """Link the entries that are not linked yet."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = head()
        links = []
        for entry in _loose():
            last = Head(last.count + 1, _sum(last, entry))
            links.append(AuditLink(number=last.count, entry=entry.pk, digest=last.digest))
        AuditLink.objects.bulk_create(links, batch_size=_PIECE)


def head() -> Head:
    """The newest link."""
    last = AuditLink.objects.order_by("-number").first()
    return Head(0, _NOTHING) if last is None else Head(last.number, last.digest)


def check(kept: Head | None = None) -> Checked:
    """Sum up the whole log anew; ``kept`` is a head of an earlier day, which has to be in it."""
    at = Head(0, _NOTHING)
    for link, entry in _linked():
        if link.number != at.count + 1 or entry is None:
            return Checked(at, "removed", at.count + 1)
        at = Head(link.number, _sum(at, entry))
        if at.digest != link.digest:
            return Checked(at, "altered", link.number)
        if kept is not None and kept.count == at.count and kept.digest != at.digest:
            return Checked(at, "other", at.count)
    if kept is not None and kept.count > at.count:
        return Checked(at, "shorter", kept.count)
    return Checked(at, loose=AuditEntry.objects.count() - at.count)


def _loose() -> Iterator[AuditEntry]:
    newest = AuditLink.objects.order_by("-entry").values_list("entry", flat=True).first() or 0
    near = AuditLink.objects.filter(entry__gt=newest - _BEHIND).values_list("entry", flat=True)
    entries = AuditEntry.objects.filter(pk__gt=newest - _BEHIND if newest else 0)
    return entries.exclude(pk__in=set(near)).order_by("pk").iterator(_PIECE)


def _linked() -> Iterator[tuple[AuditLink, AuditEntry | None]]:
    """All links in their order with their entries; None for one that is gone."""
    after = 0
    while links := list(AuditLink.objects.filter(number__gt=after).order_by("number")[:_PIECE]):
        entries = AuditEntry.objects.in_bulk([link.entry for link in links])
        yield from ((link, entries.get(link.entry)) for link in links)
        after = links[-1].number


def _sum(before: Head, entry: AuditEntry) -> str:
    told = {
        "number": before.count + 1,
        "entry": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(),
        "account": entry.account_id,
        "action": entry.action,
        "object": entry.object,
        "before": entry.before,
        "after": entry.after,
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before.digest}\n{text}".encode()).hexdigest()
