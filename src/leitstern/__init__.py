"""Leitstern: KPIs of marketing and sales, defined once and computed right.

import leitstern

ws = leitstern.open("acme")
for observation in ws.compute(["win_rate"], by="team", grain="month"):
    print(observation.period, observation.subject.name, observation.value)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from leitstern.workspace import Workspace

__all__ = ["init", "open"]


def init(folder: str | Path, **settings: object) -> Workspace:
    """Make a workspace in ``folder``; ``settings`` are those of `leitstern.toml` (see ``Settings``).

    Raises ``Problem`` where the folder is a workspace already or a setting is not possible.
    """
    from leitstern.workspace import Workspace

    return Workspace.create(folder, **settings)


def open(folder: str | Path) -> Workspace:  # noqa: A001 - leitstern.open reads as it should
    """Open the workspace in ``folder``. Raises ``Problem`` where there is none or it is damaged."""
    from leitstern.workspace import Workspace

    return Workspace.open(folder)
