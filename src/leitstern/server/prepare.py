"""What has to be done before a workspace is served: its application database, the first run's address.

It runs in a process of its own, as a process can only ever have one database: `prepare` starts it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leitstern.errors import Problem

LOG_INS = "log-ins.txt"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is said when a server starts.

    ``welcome`` is the token of the first run, None where there are accounts. ``log_ins`` is what a demo
    workspace says of its accounts; ``repaired`` is how many files and folders others could read until now.
    """

    welcome: str | None
    log_ins: str | None
    repaired: int = 0


#: A demo with the planted stories in its goals, or with goals in which nothing is to be found.
Demo = Literal["stories", "clean"]


def prepare(folder: Path, demo: Demo | None = None) -> Prepared:
    """Bring the application database of a workspace up to date; ``demo`` makes its accounts and goals.

    Raises ``Problem`` where the database cannot be reached or changed.
    """
    environment = {
        **os.environ,
        "LEITSTERN_WORKSPACE": str(folder.resolve()),
        "DJANGO_SETTINGS_MODULE": "leitstern.server.settings",
    }
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "leitstern.server.prepare", *([demo] if demo else [])],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        detail = done.stderr.strip().splitlines()
        raise Problem("leitstern.database_failed", detail=detail[-1] if detail else done.returncode)
    kept = folder / LOG_INS
    log_ins = kept.read_text(encoding="utf-8") if kept.is_file() else None
    return Prepared(json.loads(done.stdout)["welcome"], log_ins)


def _run(demo: Demo | None) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("clearsessions")
    from leitstern.server import chain, demo_accounts, demo_goals, invitations

    chain.seal()  # of older versions, and what a crash left

    if demo:
        demo_accounts.make()
        demo_goals.make(stories=demo == "stories")
    print(json.dumps({"welcome": invitations.first_run()}))  # noqa: T201 - read by `prepare`


if __name__ == "__main__":
    _run("stories" if "stories" in sys.argv[1:] else "clean" if "clean" in sys.argv[1:] else None)
