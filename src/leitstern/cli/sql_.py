"""`leitstern sql`: the SQL behind KPIs."""

from __future__ import annotations

import click

from leitstern.cli import options
from leitstern.cli.show_ import ensure_generation
from leitstern.cli.state import State


@click.command
@click.argument("kpis", metavar="KPI...", nargs=-1, required=True)
@options.by
@options.grain
@click.pass_obj
def command(state: State, /, kpis: tuple[str, ...], by: str, grain: str) -> None:
    """Print the SQL that computes KPIs from a generation."""
    ensure_generation(state)
    click.echo(state.workspace.sql(list(kpis), by=by, grain=grain))
