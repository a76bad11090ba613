"""The invented company of the demo, small, in a workspace of its own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import leitstern
from leitstern.demo import mapping_path, write
from leitstern.workspace import Workspace

TODAY = date(2026, 11, 24)


def build(folder: Path, seed: int) -> Workspace:
    """The company made from a seed, imported and built; its data end yesterday."""
    write(folder / "exports", seed=seed, scale=0.1, until=TODAY - timedelta(days=1))
    made = leitstern.init(
        folder / "demo",
        name="Demo", language="de", currency="EUR", timezone="Europe/Berlin", country="DE", region="NI",
    )  # fmt: skip
    made.import_files([folder / "exports"], mapping=mapping_path())
    made.refresh()
    return made
