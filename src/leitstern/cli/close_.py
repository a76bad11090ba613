"""`leitstern close`: close a period."""

from __future__ import annotations

import click

from leitstern.cli.show_ import ensure_generation
from leitstern.cli.state import State


@click.command
@click.argument("period", metavar="PERIOD")
@click.option("--by", "who", required=True, metavar="NAME", help="Who closes it.")
@click.pass_obj
def command(state: State, /, period: str, who: str) -> None:
    """Close a period that is over, such as 2026-Q3: its values stand from now on.

    What the data say later is listed by `leitstern restatements`. Closing cannot be undone.
    """
    ensure_generation(state)
    closed = state.workspace.close(period, who)
    state.note("closed", period=closed.period)
