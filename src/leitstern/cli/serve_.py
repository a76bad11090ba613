"""`leitstern serve`: the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leitstern.cli.show_ import ensure_generation
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.server.prepare import Prepared


@click.command
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8321, show_default=True, help="The port.")
@click.pass_obj
def command(state: State, /, host: str, port: int) -> None:
    """Serve the pages until Ctrl-C.

    Without accounts, prints an address at which the first one is made. Other machines can reach the
    pages only once there is one, and LEITSTERN_HOSTS says which names the server answers to.
    """
    from leitstern import server
    from leitstern.server.prepare import LOG_INS

    if state.workspace.has_data():
        ensure_generation(state)

    def about_to(prepared: Prepared) -> None:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{port}/"
        if prepared.repaired:
            state.note("files_private", count=prepared.repaired)
        if prepared.log_ins:  # not themselves: what is said here may be kept in a log
            state.note("demo_log_ins_kept", path=state.folder / LOG_INS)
        state.note("serving", address=address)
        if prepared.welcome:
            state.note("first_run", address=f"{address}welcome/{prepared.welcome}")

    server.run(state.folder, host, port, about_to=about_to)
