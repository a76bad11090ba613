"""One writer at a time in a workspace.

The operating system holds the lock and frees it when its holder ends, however it ends; so a killed
import never blocks the next one. The file says who holds it, for the message to the one refused.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from leitstern.errors import Problem

FILE = "workspace.lock"


@contextmanager
def writing(folder: Path, work: str) -> Iterator[None]:
    """Hold the workspace's lock while doing ``work`` (a word for the other's message).

    Raises ``Problem`` at once if another process, or another thread of this one, holds it.
    """
    with (folder / FILE).open("a+", encoding="utf-8") as file:
        if not _acquire(file):
            raise Problem("leitstern.busy", path=folder, **_holder(file))
        try:
            file.truncate(0)
            file.write(json.dumps({"work": work, "process": os.getpid()}))
            file.flush()
            yield
        finally:
            file.truncate(0)
            _release(file)


def _holder(file: IO[str]) -> dict[str, object]:
    file.seek(0)
    try:
        content = json.loads(file.read())
    except json.JSONDecodeError:  # the other is about to write its name
        content = {}
    return {"work": content.get("work", "?"), "process": content.get("process", "?")}


if sys.platform == "win32":
    import msvcrt

    # A byte far behind the text, so that the text stays readable for others.
    _BYTE = 1 << 30

    def _acquire(file: IO[str]) -> bool:
        file.seek(_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(file: IO[str]) -> None:
        file.seek(_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _acquire(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
