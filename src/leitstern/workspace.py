"""A workspace: one folder with settings, KPI files, mappings, data, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from leitstern import settings as settings_file
from leitstern.errors import Problem
from leitstern.lock import writing
from leitstern.settings import Settings

if TYPE_CHECKING:
    from leitstern.facts.receipts import Receipt
    from leitstern.kpis.load import Catalogue

STORE = "store.duckdb"


class Workspace:
    """An open workspace. Made by ``leitstern.init`` or ``leitstern.open``.

    Reading never waits for writing: values come from a generation, which does not change.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings

    @classmethod
    def create(cls, folder: str | Path, **settings: object) -> Workspace:
        """Make a workspace; raises ``Problem`` if the folder is one or a setting is not possible."""
        path = Path(folder)
        if (path / settings_file.FILE).exists():
            raise Problem("leitstern.workspace_exists", path=path)
        if path.exists() and not path.is_dir():
            raise Problem("leitstern.not_a_folder", path=path)
        checked = Settings.check(settings_file.FILE, {"name": path.resolve().name, **settings})
        for part in ("kpis", "mappings", "raw", "generations"):
            (path / part).mkdir(parents=True, exist_ok=True)
        checked.write(path)
        return cls(path, checked)

    @classmethod
    def open(cls, folder: str | Path) -> Workspace:
        """Open a workspace; raises ``Problem`` where there is none or its settings are wrong."""
        path = Path(folder)
        return cls(path, Settings.read(path))

    def __repr__(self) -> str:
        return f"<Workspace {self.settings.name!r} in {str(self.folder)!r}>"

    @cached_property
    def catalogue(self) -> Catalogue:
        """All KPI definitions, shipped and own; raises ``Problem`` with file and line of a mistake."""
        from leitstern.kpis.load import Catalogue

        return Catalogue.load(self.folder / "kpis")
