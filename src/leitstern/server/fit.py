"""Does an application database fit this program? Asked in a process of its own, as `prepare` is, and without
changing anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fit:
    """``unknown``: changes of the tables that a newer program made; ``waiting``: those that the next
    `leitstern serve` makes; ``lacking``: tables and columns that should be there and are not; ``failed``:
    what was said where the database could not be asked."""

    unknown: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    failed: str = ""


def fit(folder: Path) -> Fit:
    """Hold the application database of a workspace against what the program expects."""
    environment = {
        **os.environ,
        "LEITSTERN_WORKSPACE": str(folder.resolve()),
        "LEITSTERN_SECRET_KEY": "nothing is signed here",  # else one would be made and kept
        "DJANGO_SETTINGS_MODULE": "leitstern.server.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "leitstern.server.fit"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        return Fit(failed=said[-1] if said else str(done.returncode))
    told = json.loads(done.stdout)
    return Fit(tuple(told["unknown"]), tuple(told["waiting"]), tuple(told["lacking"]))


def _run() -> None:
    import django

    django.setup()
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    applied, known = set(loader.applied_migrations), set(loader.disk_migrations)
    lacking = []
    if not known - applied:
        look = connection.introspection
        with connection.cursor() as cursor:
            there = {
                table: {column.name for column in look.get_table_description(cursor, table)}
                for table in look.table_names(cursor)
            }
        for model in apps.get_models(include_auto_created=True):
            options = model._meta
            wanted = {str(field.column) for field in options.local_concrete_fields}
            missing = wanted - there.get(options.db_table, set())
            lacking += [f"{options.db_table}.{column}" for column in sorted(missing)]
    found = {
        "unknown": [".".join(one) for one in sorted(applied - known)],
        "waiting": [".".join(one) for one in sorted(known - applied)],
        "lacking": lacking,
    }
    print(json.dumps(found))  # noqa: T201 - read by `fit`


if __name__ == "__main__":
    _run()
