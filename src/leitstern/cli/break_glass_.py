"""`leitstern break-glass`: the way in when nobody is left who could approve."""

from __future__ import annotations

import getpass

import click

from leitstern.cli import eyes
from leitstern.cli.state import State


@click.command
@click.argument("email", metavar="EMAIL")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for the log of changes.")
@click.option("--administrator", is_flag=True, help="Make it an administrator, too.")
@click.option("--enable", is_flag=True, help="Let it log in again, if it was disabled.")
@click.pass_obj
def command(state: State, /, email: str, reason: str, administrator: bool, enable: bool) -> None:
    """Open an account from the console, without the second person that this takes elsewhere.

    Prints the path of an invitation, which is good once. It is written to the log of changes with the reason
    and the name of whoever runs it, shown to the account's owner, and its sessions and keys end.
    """
    eyes.set_up(state)
    from leitstern.errors import Problem
    from leitstern.server import break_glass

    if not reason.strip():
        raise Problem("cli.reason_missing")
    who = getpass.getuser()
    path = break_glass.open_account(email, reason.strip(), who, administrator=administrator, enable=enable)
    state.note("break_glass", account=email, who=who)
    click.echo(path)
