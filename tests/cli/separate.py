"""Commands and scripts in processes of their own, as the application database of a workspace needs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HIDDEN = ("LEITSTERN_WORKSPACE", "LEITSTERN_DATABASE", "DJANGO_SETTINGS_MODULE", "LEITSTERN_LANGUAGE")


def leitstern(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command about the workspace in ``folder``, in English."""
    command = [sys.executable, "-m", "leitstern.cli", "-w", str(folder), "--language", "en", *arguments]
    return subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)


def in_database(folder: Path, script: str) -> None:
    """Run Python with the workspace's application database at hand."""
    about = {"LEITSTERN_WORKSPACE": str(folder), "DJANGO_SETTINGS_MODULE": "leitstern.server.settings"}
    script = "import django\ndjango.setup()\n" + script
    subprocess.run([sys.executable, "-c", script], env=_environment() | about, check=True)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in HIDDEN}
