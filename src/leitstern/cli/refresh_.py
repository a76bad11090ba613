"""`leitstern refresh`: build a new generation."""

from __future__ import annotations

import click

from leitstern.cli.progress import reporting
from leitstern.cli.state import State


@click.command
@click.pass_obj
def command(state: State, /) -> None:
    """Build a new generation from the imported data.

    It is built beside the old one and takes its place in one step; readers never see half of it.
    """
    refresh(state)


def refresh(state: State) -> None:
    """Build a generation; say so on standard error, with what a newer program computes otherwise and what
    counts where."""
    from leitstern.cli.account_ import tell

    changed = state.workspace.changed_meanings()
    with reporting() as progress:
        info = state.workspace.refresh(progress=progress)
    for change in changed:
        click.echo(change.problem.inner.text(state.language), err=True)
    state.note("refreshed", number=info.number, as_of=info.as_of)
    accounts = state.workspace.account().facts
    for account in accounts:
        tell(state, account, err=True)
    if any(account.nowhere or account.partly for account in accounts):
        state.note("account_see", path=state.folder)
