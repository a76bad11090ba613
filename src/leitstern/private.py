"""What a workspace holds is for its owner's eyes: nobody else on the machine can read its files."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

FOLDER, FILE = 0o700, 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
#: Programs and people of other accounts may put files in here, if whoever runs the machine lets them.
_INBOX = "inbox"


def from_now_on() -> None:
    """Let this process, and those it starts, make files that only their owner can read."""
    if sys.platform != "win32":
        os.umask(_OTHERS)


def make(folder: Path) -> None:
    """Make a folder that only its owner can look into; one that is there becomes such a folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=FOLDER)
    folder.chmod(FOLDER)


def written(file: Path) -> IO[bytes]:
    """A new file to write to, readable by its owner alone from the start."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "wb")


def repair(workspace: Path) -> list[Path]:
    """Take away what others may do with a workspace's files; returns those that were open to them.

    Only what belongs to whoever runs this. The inbox stays as it is: where others may write to it, they can
    go through the workspace's folder to it, and look at nothing.
    """
    if sys.platform == "win32":
        return []
    inbox = workspace / _INBOX
    delivered = any(_mode(path) & 0o022 for path in (inbox, *inbox.glob("*")) if path.is_dir())
    repaired = []
    for path in _all(workspace):
        allowed = 0o011 if path == workspace and delivered else 0
        mode = _mode(path)
        if mode & _OTHERS & ~allowed and path.stat().st_uid == os.geteuid():
            path.chmod(mode & ~_OTHERS | allowed)
            repaired.append(path)
    return repaired


def _all(workspace: Path) -> Iterator[Path]:
    """The folder and all in it but the inbox; what a link leads to lies elsewhere, and is not ours."""
    yield workspace
    for place, folders, files in os.walk(workspace):
        here = Path(place)
        if here == workspace and _INBOX in folders:
            folders.remove(_INBOX)
        for name in (*folders, *files):
            path = here / name
            if path.exists() and not path.is_symlink():
                yield path


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
