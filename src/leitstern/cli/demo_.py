"""`leitstern demo`: a workspace with the data of an invented company."""

from __future__ import annotations

import time
from pathlib import Path

import click

from leitstern.cli.progress import reporting
from leitstern.cli.state import State


@click.command
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--scale", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True, help="Size."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another company.")
@click.pass_obj
def command(state: State, /, folder: Path, scale: float, seed: int) -> None:
    """Build a workspace in DIR with three years of an invented company's data.

    Writes exports as a German CRM would to DIR/exports, and imports them like a user's files.
    """
    from leitstern import demo
    from leitstern.workspace import Workspace

    begun = time.monotonic()
    state.note("demo_writing")
    language = {"language": state.chosen} if state.chosen else {}
    settings, mapping = demo.write(folder / "exports", scale=scale, seed=seed)
    workspace = Workspace.create(folder, **settings, **language)
    state.folder = folder
    state.note("demo_importing")
    with reporting(state) as progress:
        workspace.import_files([folder / "exports"], mapping=mapping, progress=progress)
    state.note("demo_refreshing")
    with reporting(state) as progress:
        workspace.refresh(progress=progress)
    state.note("demo_ready", seconds=round(time.monotonic() - begun), path=folder)
