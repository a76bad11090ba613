"""Making a backup of a workspace and putting it back, each whole or not at all."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from pathlib import Path

from leitstern import clock, private
from leitstern.disk import with_room
from leitstern.engine.disk import sync
from leitstern.errors import Problem
from leitstern.lock import writing
from leitstern.settings import FILE, Settings
from leitstern.upkeep.copies import (
    KEY,
    LIST,
    Contents,
    Sum,
    copied,
    copied_database,
    end_sessions,
    to_copy,
)
from leitstern.upkeep.databases import APP

#: What every workspace has, empty or not.
_ALWAYS = ("kpis", "mappings", "raw", "generations")


def backup(folder: Path, target: Path, *, without_database: bool = False, key: bool = True) -> Contents:
    """Copy the workspace in ``folder`` to ``target``, which must not be there yet.

    Readers read on, and people go on with their goals; imports, refreshes and closings are refused meanwhile.
    Raises ``Problem`` where one is running, where ``target`` is taken, where the disk is full, and where the
    application database lies elsewhere (``LEITSTERN_DATABASE``) and ``without_database`` was not said.
    """
    settings = Settings.read(folder)
    elsewhere = bool(os.environ.get("LEITSTERN_DATABASE"))
    if elsewhere and not without_database:
        raise Problem("upkeep.database_elsewhere")
    target = Path(os.path.abspath(target))  # noqa: PTH100 - links in it stay as they were given
    if os.path.lexists(target):
        raise Problem("upkeep.target_taken", path=target)
    if not target.parent.is_dir():
        raise Problem("upkeep.target_nowhere", path=target.parent)
    unfinished = target.with_name(f".{target.name}-unfinished")
    with writing(folder, "backup"), with_room():
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            unfinished.mkdir(mode=private.FOLDER)
            files = {
                path.relative_to(folder).as_posix(): copied(path, unfinished / path.relative_to(folder))
                for path in to_copy(folder, key=key)
            }
            database = folder / APP
            if not elsewhere and not without_database and database.exists():
                files[APP] = copied_database(database, unfinished / APP)
            made = Contents(
                name=settings.name,
                made_at=clock.now().isoformat(timespec="seconds"),
                program=importlib.metadata.version("leitstern"),
                database="here" if APP in files else "elsewhere" if without_database else "none",
                files=files,
            )
            made.write(unfinished)
            sync(unfinished)
            unfinished.rename(target)
            sync(target.parent)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return made


def restore(source: Path, folder: Path) -> Contents:
    """Put the backup in ``source`` into ``folder``, which must be empty or not there yet.

    Every file is held against its checksum before any is put in its place; log-ins of the time of the backup
    end. Raises ``Problem`` where ``source`` is no backup or is damaged, and where ``folder`` holds something.
    """
    contents = Contents.read(source)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem("leitstern.folder_taken", path=folder)
    made = not folder.exists()
    private.make(folder)
    unfinished = folder / ".restoring"
    try:
        with with_room():
            unfinished.mkdir(mode=private.FOLDER)
            _copy(source, unfinished, contents)
            for name in _ALWAYS:
                (unfinished / name).mkdir(mode=private.FOLDER, exist_ok=True)
            if APP in contents.files:
                end_sessions(unfinished / APP)
            # A folder is a workspace once it has settings: they come last.
            for path in sorted(unfinished.iterdir(), key=lambda path: path.name == FILE):
                path.rename(folder / path.name)
            sync(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        if made and not any(folder.iterdir()):
            folder.rmdir()
    return contents


def _copy(source: Path, target: Path, contents: Contents) -> None:
    """Copy all files, and hold what was copied against the list."""
    wrong = [name for name, told in contents.files.items() if _copied(source / name, target / name) != told]
    if FILE not in contents.files:
        wrong.append(FILE)
    if wrong:
        shown = ", ".join(wrong[:5]) + (" ..." if len(wrong) > 5 else "")
        raise Problem("upkeep.backup_damaged", path=source, count=len(wrong), files=shown)


def _copied(source: Path, target: Path) -> Sum | None:
    """What was copied of a file; None where it is gone."""
    try:
        return copied(source, target)
    except FileNotFoundError:
        return None


__all__ = ["KEY", "LIST", "Contents", "backup", "restore"]
