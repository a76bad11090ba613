"""Receiving files: in pieces that may come again after a break, straight to the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple, Protocol

from django.db import transaction

from leitstern.disk import with_room
from leitstern.errors import Problem
from leitstern.lock import writing
from leitstern.server.models import Import, ImportFile
from leitstern.server.reader import reader
from leitstern.sources.formats.pick import ENDINGS

if TYPE_CHECKING:
    from leitstern.server.models import Account

#: The largest file that is taken, in bytes, and the most files at once.
MOST_BYTES = 1024**3
MOST_FILES = 50
#: A file needs room for itself and for its raw tables.
_ROOM = 2
_LONGEST_NAME = 120
_LOOKED_AT = 20
_PIECE = 1024 * 1024


class Body(Protocol):
    """Something that bytes are read from, such as a request."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""


def folder() -> Path:
    """Where files wait until they have been read."""
    return reader().folder / "uploads"


def place(file: ImportFile) -> Path:
    """The file itself, under its own name in a folder of its own."""
    return folder() / str(file.of_id) / str(file.pk) / file.name


class Announced(NamedTuple):
    """A file that is to come: its name, its size in bytes, and when it was changed, in any form."""

    name: str
    size: int
    changed: str = ""


def begin(account: Account, named: Sequence[Announced], language: str) -> Import:
    """A new import of files that were announced, none of which has come yet.

    Raises ``Problem`` where there are none or too many, where one is of a kind that is not read, or too
    large, and where the disk has no room for them.
    """
    if not named:
        raise Problem("leitstern.upload_empty")
    if len(named) > MOST_FILES:
        raise Problem("leitstern.upload_too_many", most=MOST_FILES)
    for name, size, _ in named:
        if not name.lower().endswith(tuple(ENDINGS)):
            raise Problem("leitstern.upload_kind", file=name, endings=", ".join(sorted(ENDINGS)))
        if size > MOST_BYTES:
            raise Problem("leitstern.upload_too_big", file=name, most=MOST_BYTES // 1024**2)
    if sum(one.size for one in named) * _ROOM > shutil.disk_usage(reader().folder).free:
        raise Problem("leitstern.disk_full")
    with transaction.atomic():
        made = Import.objects.create(created_by=account, language=language)
        for name, one in zip(different(one.name for one in named), named, strict=True):
            ImportFile.objects.create(of=made, name=name, size=one.size, changed=one.changed)
    return made


def broken_off(account: Account, named: Sequence[Announced]) -> Import | None:
    """An import of the very same files by the same person that did not come to its end."""
    for one in Import.objects.filter(created_by=account, state="receiving").order_by("-pk")[:_LOOKED_AT]:
        if [(f.name, f.size, f.changed) for f in one.files.order_by("pk")] == list(named):
            return one
    return None


def receive(file: ImportFile, begins: int, body: Body) -> int:
    """Add a piece to a file; returns how much of the file is there now.

    A piece that does not begin where the file ends is not taken: whoever sends goes on from what is
    returned. Raises ``Problem`` where more comes than was announced, where the disk is full, and while
    another piece of the same file is being written.
    """
    target = place(file)
    with with_room():
        target.parent.mkdir(parents=True, exist_ok=True)
        # A piece that was given up by the sender may still be on its way to the disk.
        with writing(target.parent, "upload"), target.open("ab") as kept:
            there = kept.tell()
            if begins != there or file.of.state != "receiving":
                return there
            while piece := body.read(_PIECE):
                if kept.tell() + len(piece) > file.size:
                    kept.truncate(there)
                    raise Problem("leitstern.upload_longer", file=file.name)
                kept.write(piece)
            return kept.tell()


def received(file: ImportFile) -> int:
    """How much of a file has come."""
    try:
        return place(file).stat().st_size
    except FileNotFoundError:
        return 0


def forget(one: Import) -> None:
    """Remove the files of an import that were not needed or have been read."""
    shutil.rmtree(folder() / str(one.pk), ignore_errors=True)


def different(names: Iterable[str]) -> Iterator[str]:
    """The last part of each name, short enough for every disk, none twice."""
    taken: set[str] = set()
    for given in names:
        path = PurePath(given.replace("\\", "/"))
        ending = path.suffix[-12:]
        stem = "".join(c for c in path.stem if c.isprintable())[: _LONGEST_NAME - len(ending)] or "file"
        name, number = f"{stem}{ending}", 1
        while name.lower() in taken:
            number += 1
            name = f"{stem} ({number}){ending}"
        taken.add(name.lower())
        yield name
