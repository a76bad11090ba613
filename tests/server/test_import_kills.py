"""An import that is killed goes on where it was: `scripts/kill_imports.py` with a few moments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "kill_imports.py"


def test_nothing_is_lost_or_doubled() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "LEITSTERN_DATABASE"}
    done = subprocess.run(
        [sys.executable, SCRIPT, "--moments", "3", "--rows", "300"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("as undisturbed") == 3
