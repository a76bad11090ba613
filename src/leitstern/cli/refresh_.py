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
    """Build a generation; say so on standard error, with what a newer program computes otherwise and which
    records count nowhere."""
    from leitstern.facts.receipts import reason_text

    changed = state.workspace.changed_meanings()
    with reporting() as progress:
        info = state.workspace.refresh(progress=progress)
    for change in changed:
        click.echo(change.problem.inner.text(state.language), err=True)
    state.note("refreshed", number=info.number, as_of=info.as_of)
    for one in info.set_aside:
        reason = reason_text(one.reason, state.language)
        if one.values:
            reason = f"{reason} ({', '.join(one.values)})"
        state.note("count_nowhere", fact=one.fact, count=one.count, reason=reason)
    if info.set_aside:
        state.note("set_aside_see", path=state.folder)
