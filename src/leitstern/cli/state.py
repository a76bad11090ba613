"""What a command is called with: the workspace folder and the language."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leitstern import toml
from leitstern.language import default_language

if TYPE_CHECKING:
    from leitstern.cli.figures import Cells
    from leitstern.workspace import Workspace


class State:
    """The folder, opened when a command first needs it, and the language to answer in."""

    def __init__(self) -> None:
        self.folder = Path()
        self.chosen: str | None = None
        self.account: str | None = None

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace; raises ``Problem`` where there is none."""
        from leitstern.workspace import Workspace

        workspace = Workspace.open(self.folder)
        workspace.language = self.language
        return workspace

    @cached_property
    def language(self) -> str:
        """The chosen language, else the workspace's, else the system's."""
        return self.chosen or self._of_workspace() or default_language()

    @cached_property
    def cells(self) -> Cells:
        """How numbers and days are written in tables."""
        from leitstern.cli.figures import Cells

        return Cells(self.language, self.workspace.settings)

    def _of_workspace(self) -> str | None:
        """The workspace's language without checking its settings, as a message about them needs it."""
        try:
            settings = toml.loads((self.folder / "leitstern.toml").read_text(encoding="utf-8"))
            language = settings["workspace"]["language"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return language if language in ("de", "en") else None

    def say(self, code: str, /, **values: object) -> str:
        """The text of ``cli.<code>`` in the language to answer in."""
        from leitstern.messages import message

        return message(f"cli.{code}", self.language, **values)

    def note(self, code: str, /, **values: object) -> None:
        """Tell the user something on standard error, which keeps the output clean."""
        click.echo(self.say(code, **values), err=True)
