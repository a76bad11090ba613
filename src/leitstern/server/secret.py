"""The key that sessions are signed with: made once, kept in the workspace, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

FILE = ".secret-key"


def secret_key(workspace: Path) -> str:
    """The workspace's key. Where there is no workspace to keep it in, a new one for this process."""
    file = workspace / FILE
    if file.is_file():
        return file.read_text(encoding="ascii").strip()
    key = secrets.token_urlsafe(48)
    if (workspace / "leitstern.toml").is_file():
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            return file.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as kept:
            kept.write(key)
    return key
