"""`leitstern audit`: was the log of changes changed?"""

from __future__ import annotations

import re

import click

from leitstern.cli import eyes
from leitstern.cli.state import State


@click.command
@click.argument("what", metavar="verify|head", type=click.Choice(["verify", "head"]))
@click.option("--head", "kept", metavar="HEAD", help="A head printed earlier, which has to be in the log.")
@click.pass_obj
def command(state: State, /, what: str, kept: str | None) -> None:
    """Check that nobody changed or removed an entry of the log of changes, or print its head.

    Each entry is summed up together with the one before. `audit head` prints the number of entries and the
    newest sum: keep it where the machine's administrator cannot change it, with the works council for
    example. `audit verify` sums up the whole log anew, with --head against one that was kept, and ends with
    exit code 1 where something is wrong.
    """
    from leitstern.errors import Problem

    wanted = _parts(kept)
    eyes.set_up(state)
    if not eyes.has_goals():
        raise Problem("cli.audit_none")
    from leitstern.server import chain

    if what == "head":
        click.echo(str(chain.head()))
        return
    found = chain.check(chain.Head(*wanted) if wanted else None)
    if found.wrong:
        click.echo(state.say(f"audit_{found.wrong}", number=found.at))
        click.get_current_context().exit(1)
    click.echo(state.say("audit_whole", count=found.head.count, head=str(found.head)))
    if found.loose:
        state.note("audit_loose", count=found.loose)


def _parts(text: str | None) -> tuple[int, str] | None:
    """The number and the sum of a head that was printed."""
    from leitstern.errors import Problem

    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,12}):([0-9a-f]{64})", text.strip())
    if match is None:
        raise Problem("cli.audit_head_wrong", value=text)
    return int(match[1]), match[2]
