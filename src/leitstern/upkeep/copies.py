"""What a backup of a workspace is: a folder with its files as they are, and a list of them with checksums.

=============================================  ==============================================================
settings, KPI files, mappings, meanings        what people decided
``raw``, ``store.duckdb``                      what was imported
``closed``                                     what counted in closed periods
``generations``                                the newest values computed
``app.sqlite3``                                accounts, goals, offers and logs, copied by SQLite itself
``.secret-key``                                unless left out
``inbox``, ``uploads``                         files that wait
=============================================  ==============================================================

``insight`` is made anew by the worker, ``log-ins.txt`` holds passwords, other files are not the workspace's.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from leitstern import private
from leitstern.engine.disk import sync
from leitstern.errors import Problem
from leitstern.lock import FILE as LOCK
from leitstern.upkeep.databases import APP, opened

LIST = "backup.json"
FORMAT = 1
KEY = ".secret-key"
STORE = "store.duckdb"
_FOLDERS = ("kpis", "mappings", "raw", "closed", "inbox", "uploads")
_FILES = ("leitstern.toml", "meanings.json", STORE, f"{STORE}.wal")
_PIECE = 1024 * 1024

#: Where the application database is: in the backup, elsewhere (``LEITSTERN_DATABASE``), or nowhere yet.
Where = Literal["here", "elsewhere", "none"]


@dataclass(frozen=True, slots=True)
class Sum:
    """The size of a file and its checksum."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The list of a backup: what of, when and by which version of the program it was made, and its files."""

    name: str
    made_at: str
    program: str
    database: Where
    files: dict[str, Sum]

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(one.bytes for one in self.files.values())

    @property
    def has_key(self) -> bool:
        """Whether it holds what sessions are signed and keys of one-time codes encrypted with."""
        return KEY in self.files

    def write(self, folder: Path) -> None:
        """Write the list into a backup's folder."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1)
        with private.written(folder / LIST) as file:
            file.write(text.encode())
        sync(folder / LIST)

    @classmethod
    def read(cls, folder: Path) -> Contents:
        """The list in a backup's folder. Raises ``Problem`` where there is none, or a newer program's."""
        try:
            told = json.loads((folder / LIST).read_text(encoding="utf-8"))
            form = int(told.pop("format"))
            if form > FORMAT:
                raise Problem("upkeep.backup_newer", path=folder)
            sums = {name: Sum(**one) for name, one in told.pop("files").items()}
            found = cls(files=sums, **told)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Problem("upkeep.no_backup", path=folder, file=LIST) from error
        for name in found.files:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise Problem("upkeep.no_backup", path=folder, file=LIST)
        return found


def to_copy(workspace: Path, *, key: bool) -> Iterator[Path]:
    """The files that a backup copies as they are."""
    for name in (*_FILES, *([KEY] if key else [])):
        if (workspace / name).is_file():
            yield workspace / name
    for name in _FOLDERS:
        yield from _within(workspace / name)
    generations = workspace / "generations"
    try:
        newest = generations / (generations / "current").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return  # there is none, or it is damaged: it is computed anew
    if newest.is_file():
        yield from (newest, generations / "current")


def _within(folder: Path) -> Iterator[Path]:
    """The files of a folder at any depth. Hidden ones are on their way to becoming files."""
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and name != LOCK:
                yield Path(place) / name


def copied(source: Path, target: Path) -> Sum:
    """Copy a file through to the disk, readable by its owner alone; what was copied is summed up."""
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True, mode=private.FOLDER)
    with source.open("rb") as read, private.written(target) as written:
        while piece := read.read(_PIECE):
            written.write(piece)
            digest.update(piece)
            size += len(piece)
        written.flush()
        os.fsync(written.fileno())
    return Sum(size, digest.hexdigest())


def summed(file: Path) -> Sum:
    """The size and checksum of a file."""
    with file.open("rb") as read:
        return Sum(file.stat().st_size, hashlib.file_digest(read, "sha256").hexdigest())


def copied_database(source: Path, target: Path) -> Sum:
    """Copy an SQLite database as it is at one moment, while others read and write; the copy is one file.

    Raises ``Problem`` where it is damaged.
    """
    private.written(target).close()
    try:
        with closing(opened(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE").fetchall()
            if copy.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise Problem("upkeep.database_broken", path=source)
    except sqlite3.Error as error:
        raise Problem("upkeep.database_broken", path=source) from error
    sync(target)
    return summed(target)


def end_sessions(database: Path) -> None:
    """End all log-ins that a restored database remembers: some may have been ended since."""
    try:
        with closing(sqlite3.connect(database)) as con, con:
            if con.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_session'").fetchone():
                con.execute("DELETE FROM django_session")
    except sqlite3.Error as error:
        raise Problem("upkeep.database_broken", path=APP) from error
