"""Files that come by themselves: watched folders, and addresses to which a nightly export sends.

A source has a folder beneath the workspace's ``inbox``; what is sent to its address lands there as well. The
worker takes what has come whole, tries it, and imports it where nothing has to be asked. Otherwise it waits
for whoever owns the source, who also learns when nothing came for too long.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction

from leitstern import clock
from leitstern.access.policy import ALLOWED, OF_PEOPLE
from leitstern.disk import with_room
from leitstern.errors import Problem
from leitstern.facts.receipts import Receipt
from leitstern.server import audit
from leitstern.server.imports import files
from leitstern.server.models import Account, Import, Source
from leitstern.server.reader import reader
from leitstern.sources.formats.pick import ENDINGS

_PREFIX = "lq_"
_SHOWN = 8
_PIECE = 1024 * 1024
#: Ends the name of a file that is still on its way.
_PART = ".part"


def inbox(source: Source) -> Path:
    """The folder that is watched."""
    return reader().folder / "inbox" / source.folder


def make(owner: Account, name: str, at_hour: int | None = None, every_days: int | None = None) -> Source:
    """A new source with an empty folder. Raises ``Problem`` for a name that another source's folder has."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    folder = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if not folder or Source.objects.filter(folder=folder).exists():
        raise Problem("leitstern.source_name", name=name)
    made = Source.objects.create(
        name=name, folder=folder, owner=owner, at_hour=at_hour, every_days=every_days
    )
    inbox(made).mkdir(parents=True, exist_ok=True)
    audit.note(owner, "source.made", f"source:{made.pk}", after={"name": name})
    return made


def new_address(actor: Account, source: Source) -> str:
    """The last part of a new address of a source, shown once; an earlier one ends."""
    key = _PREFIX + secrets.token_urlsafe(32)
    source.start, source.digest = key[:_SHOWN], _digest(key)
    source.save(update_fields=["start", "digest"])
    audit.note(actor, "source.address", f"source:{source.pk}", after={"name": source.name})
    return key


def stop(actor: Account, source: Source) -> None:
    """End a source: its folder is not looked at any more, and its address takes nothing."""
    if source.stopped_at is None:
        source.stopped_at, source.digest, source.start = clock.now(), "", ""
        source.save(update_fields=["stopped_at", "digest", "start"])
        audit.note(actor, "source.stopped", f"source:{source.pk}", before={"name": source.name})


def of_address(key: str) -> Source | None:
    """The source of an address whose owner may import; looked up by its digest."""
    found = Source.objects.filter(digest=_digest(key), stopped_at=None).select_related("owner").first()
    return found if found is not None and _may(found.owner, "import") else None


def put(source: Source, name: str, body: files.Body) -> int:
    """Take a file that is sent to a source's address, whole or not at all; its size in bytes.

    Raises ``Problem`` for a kind of file that is not read, for one that is too large, and for a full disk.
    """
    [plain] = files.different([name])
    if not plain.lower().endswith(tuple(ENDINGS)):
        raise Problem("leitstern.upload_kind", file=plain, endings=", ".join(sorted(ENDINGS)))
    folder = inbox(source)
    part = folder / f".{secrets.token_hex(8)}{_PART}"
    try:
        with with_room():
            folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as kept:
                while piece := body.read(_PIECE):
                    if kept.tell() + len(piece) > files.MOST_BYTES:
                        raise Problem(
                            "leitstern.upload_too_big", file=plain, most=files.MOST_BYTES // 1024**2
                        )
                    kept.write(piece)
                size = kept.tell()
            part.replace(folder / plain)
    finally:
        part.unlink(missing_ok=True)
    return size


@dataclass
class Watch:
    """Looks at the folders of all sources again and again. A file has come whole once it has not changed
    between two looks."""

    seen: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def look(self) -> None:
        """Make imports of what has come whole."""
        now = clock.now().astimezone(ZoneInfo(reader().settings.timezone))
        there: dict[Path, tuple[int, int]] = {}
        for source in Source.objects.filter(stopped_at=None).select_related("owner"):
            _go_on(source)
            found = _files(source)
            there |= found
            whole = [path for path, state in found.items() if self.seen.get(path) == state]
            if whole and len(whole) == len(found) and _is_time(source, now):
                _collect(source, whole)
        self.seen = there


def _files(source: Source) -> dict[Path, tuple[int, int]]:
    folder = inbox(source)
    if not folder.is_dir():
        return {}
    found = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith(".") and path.name.lower().endswith(tuple(ENDINGS)):
            state = path.stat()
            found[path] = state.st_size, state.st_mtime_ns
    return found


def _is_time(source: Source, now: datetime) -> bool:
    if source.at_hour is None:
        return True
    last = _last(source)
    return now.hour >= source.at_hour and (last is None or last.astimezone(now.tzinfo).date() < now.date())


def _collect(source: Source, paths: list[Path]) -> None:
    """Make one import of the files. They are moved after it is known, so that a break loses none of them."""
    named = []
    plain = list(files.different(path.name for path in paths[: files.MOST_FILES]))
    for path, name in zip(paths, plain, strict=False):
        there = path if path.name == name else path.rename(path.with_name(name))
        named.append(files.Announced(name, there.stat().st_size))
    try:
        with transaction.atomic():
            made = files.begin(source.owner, named, source.owner.language or reader().settings.language)
            made.source = source
            made.save(update_fields=["source"])
    except Problem:
        return  # a full disk, which every import says; the files stay where they are
    _move(made)


def _go_on(source: Source) -> None:
    """Imports of a source whose files were being moved when the worker was ended."""
    for one in source.imports.filter(state="receiving"):
        _move(one)


def _move(one: Import) -> None:
    """Take the files of an import out of the folder, and read them; one that is gone is left out."""
    assert one.source is not None
    for file in one.files.order_by("pk"):
        target, given = files.place(file), inbox(one.source) / file.name
        if not target.exists() and given.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(given, target)
        if not target.exists():
            file.delete()
    one.state, one.task = ("queued", "read") if one.files.exists() else ("dropped", "")
    one.save(update_fields=["state", "task"])


def takes_itself(one: Import, receipt: Receipt) -> bool:
    """Whether what a source brought can be imported without asking anybody."""
    if one.source is None or one.answers or one.corrections:  # somebody is at it
        return False
    if receipt.questions or receipt.unmatched or not receipt.tables:
        return False
    if one.files.exclude(problem="").exists():
        return False
    of_people = any(table.fact in OF_PEOPLE for table in receipt.tables)
    return _may(one.created_by, "import") and (not of_people or _may(one.created_by, "import_people"))


def silent_since(source: Source, today: date) -> date | None:
    """The day since which nothing came, where that is longer than expected."""
    if source.every_days is None or source.stopped_at is not None:
        return None
    zone = ZoneInfo(reader().settings.timezone)
    day = (_last(source) or source.made_at).astimezone(zone).date()
    return day if (today - day).days > source.every_days else None


def _last(source: Source) -> datetime | None:
    newest = source.imports.order_by("-created_at").first()
    return newest.created_at if newest else None


def _may(account: Account, action: str) -> bool:
    return account.is_active and account.viewer.has(*ALLOWED[action])  # type: ignore[index] # actions of this module


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
