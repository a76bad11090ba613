"""`leitstern init`: make a workspace."""

from __future__ import annotations

from pathlib import Path

import click

from leitstern.cli.state import State


@click.command
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="The company's name. [default: the folder's name]")
@click.option("--currency", help="Currency of all amounts. [default: EUR]")
@click.option("--timezone", help="Time zone in which a day begins. [default: Europe/Berlin]")
@click.option("--country", help="Country for holidays and numbers: DE, AT, CH, ... [default: DE]")
@click.option("--region", help="State or canton for holidays: BY, NW, ZH, ...")
@click.option("--fiscal-year-start", type=int, help="Month in which the fiscal year begins. [default: 1]")
@click.option("--language", "language", type=click.Choice(["de", "en"]), help="Language of the workspace.")
@click.pass_obj
def command(state: State, /, folder: Path, **settings: object) -> None:
    """Make a workspace in DIR: a folder that holds settings, KPI files, mappings and data.

    Everything can be changed later in DIR/leitstern.toml.
    """
    from leitstern.workspace import Workspace

    given = {name: value for name, value in settings.items() if value is not None}
    if state.chosen:
        given.setdefault("language", state.chosen)
    Workspace.create(folder, **given)
    state.folder = folder  # its language answers from here on
    click.echo(state.say("made", path=folder))
