"""`leitstern restore`: put a backup into an empty folder."""

from __future__ import annotations

from pathlib import Path

import click

from leitstern.cli.state import State


@click.command
@click.argument("backup", metavar="FROM", type=click.Path(path_type=Path))
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.pass_obj
def command(state: State, /, backup: Path, folder: Path) -> None:
    """Put the backup FROM into FOLDER, which must be empty or not there yet, and check that it is whole.

    Every file is held against its checksum before any is put in its place. Whoever was logged in at the time
    of the backup has to log in again. Ends with what `leitstern verify` says of FOLDER, and its exit code.
    """
    from leitstern.cli.backup_ import megabytes
    from leitstern.cli.verify_ import tell
    from leitstern.upkeep.backup import restore

    found = restore(backup, folder)
    state.folder = folder  # its language answers from here on
    state.note(
        "restored", path=folder, name=found.name, made=found.made_at, size=megabytes(state, found.bytes)
    )
    if found.database != "here":
        state.note(f"restored_database_{found.database}")
    if not found.has_key:
        state.note("restored_without_key")
    if not tell(state, folder, "table"):
        click.get_current_context().exit(1)
