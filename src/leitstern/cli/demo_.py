"""`leitstern demo`: a workspace with the data of an invented company."""

from __future__ import annotations

import shutil
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
@click.option("--clean", is_flag=True, help="A company without the planted stories: nothing is to be found.")
@click.pass_obj
def command(state: State, /, folder: Path, scale: float, seed: int, clean: bool) -> None:
    """Build a workspace in DIR with three years of an invented company's data.

    Writes exports as a German CRM would to DIR/exports, and imports them like a user's files. Some things are
    planted, such as a bottleneck; with --clean they are not.
    """
    from leitstern.errors import Problem

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem("leitstern.folder_taken", path=folder)
    # Built beside its place and then moved there, so that a demo that was stopped leaves nothing half done.
    building = folder.resolve().with_name(f".{folder.resolve().name}-building")
    shutil.rmtree(building, ignore_errors=True)
    begun = time.monotonic()
    try:
        log_ins = _build(state, building, scale, seed, stories=not clean)
        if folder.exists():
            folder.rmdir()
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    if log_ins:
        state.note("demo_log_ins", log_ins=log_ins.rstrip())
    state.note("demo_ready", seconds=round(time.monotonic() - begun), path=folder)


def _build(state: State, folder: Path, scale: float, seed: int, *, stories: bool) -> str | None:
    """Build the workspace; returns how to log in."""
    from leitstern import demo
    from leitstern.demo.words import COMPANY_NAME
    from leitstern.server.prepare import prepare
    from leitstern.workspace import Workspace

    workspace = Workspace.create(folder, name=COMPANY_NAME, region="BY", language=state.language)
    workspace.language = state.language
    state.note("demo_writing")
    demo.write(folder / "exports", scale=scale, seed=seed, stories=stories)
    shutil.copyfile(demo.mapping_path(), folder / "mappings" / "demo.toml")
    state.note("demo_importing")
    with reporting() as progress:
        receipt = workspace.import_files([folder / "exports"], progress=progress)
    state.note("demo_imported", read=receipt.total("rows_read"), aside=receipt.total("rows_set_aside"))
    state.note("demo_refreshing")
    with reporting() as progress:
        workspace.refresh(progress=progress)
    state.note("demo_accounts")
    return prepare(folder, demo="stories" if stories else "clean").log_ins
