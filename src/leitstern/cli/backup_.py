"""`leitstern backup`: a copy of the whole workspace."""

from __future__ import annotations

from pathlib import Path

import click

from leitstern.cli.state import State


@click.command
@click.argument("target", metavar="TARGET", type=click.Path(path_type=Path))
@click.option(
    "--without-database",
    is_flag=True,
    help="Leave out the application database, which is copied by its own means: PostgreSQL by pg_dump.",
)
@click.option(
    "--without-key",
    is_flag=True,
    help="Leave out .secret-key: after a restore, one-time codes have to be set up anew.",
)
@click.pass_obj
def command(state: State, /, target: Path, without_database: bool, without_key: bool) -> None:
    """Copy the workspace to TARGET, a new folder, while people go on working.

    All of it or nothing: settings, KPI files, mappings, imported files and data, closed periods, the newest
    values, accounts and goals, with a checksum for each file. Imports and refreshes are refused meanwhile.
    TARGET holds what the workspace holds, so keep it as safe. Put it back with `leitstern restore`.
    """
    from leitstern.upkeep.backup import backup

    made = backup(state.folder, target, without_database=without_database, key=not without_key)
    state.note("backup_made", path=target, files=len(made.files), size=megabytes(state, made.bytes))
    state.note(f"backup_database_{made.database}")
    state.note("backup_with_key" if made.has_key else "backup_without_key")


def megabytes(state: State, size: int) -> str:
    """A size as people read it."""
    text = f"{size / 1024**2:,.1f}"
    return text.translate(str.maketrans(",.", ".,")) if state.language == "de" else text
