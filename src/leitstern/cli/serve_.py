"""`leitstern serve`: the pages, on this machine."""

from __future__ import annotations

import click

from leitstern.cli.show_ import ensure_generation
from leitstern.cli.state import State


@click.command
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option("--port", default=8321, show_default=True, help="The port.")
@click.pass_obj
def command(state: State, /, host: str, port: int) -> None:
    """Serve the pages on this machine until Ctrl-C.

    There is no log-in yet, so only this machine can reach them.
    """
    from leitstern import server

    if state.workspace.has_data():
        ensure_generation(state)
    server.run(
        state.folder, host, port, about_to=lambda: state.note("serving", address=f"http://{host}:{port}/")
    )
