"""The `leitstern` command: parse, ask the library, print.

Each command stands in a module of its own, which is imported when the command is called; so the
start stays fast. The list below is what `leitstern --help` shows.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import click

from leitstern.cli.state import State

#: Command: what it does, as `leitstern --help` says it. Ordered as one meets them.
COMMANDS = {
    "init": "Make a workspace: a folder that holds settings, KPI files and data.",
    "import": "Import files, and account for every row.",
    "refresh": "Build a new generation from the imported data.",
    "kpis": "List the KPIs, search them, or show one KPI's sheet.",
    "check": "Check the workspace's own KPI files.",
    "show": "Compute KPIs by period and subject.",
    "records": "List the records behind a number.",
    "sql": "Print the SQL that computes KPIs.",
    "goals": "List goals and where they stand.",
    "forecast": "Forecast a KPI at the end of a period, with its range.",
    "pipeline": "Forecast the value won by week and month from open and coming deals.",
    "funnel": "Show where leads and deals get stuck or lost, and what it costs.",
    "plan": "Plan back from a won value to the deals and leads it takes.",
    "leads": "Show which KPIs move their outcome later, and which do not.",
    "customers": "Show what customers cost, who stays, what they are worth, what they say.",
    "compare": "Compare a KPI over campaigns, teams, products or persons, chance included.",
    "track-record": "Show how often forecasts of past months would have come true.",
    "hygiene": "Check the KPIs in use, and find goals that work against each other.",
    "signals": "Say which KPIs really changed.",
    "why": "Take a KPI's change between two periods apart.",
    "account": "Say what became of all data: what counts where, and what does not, and why.",
    "match": "Compare values with what another system says.",
    "quality": "Report gaps, duplicates, impossible dates, and the KPIs they touch.",
    "data": "List the facts at hand, the imports, and the rows set aside.",
    "close": "Close a period: its values stand.",
    "restatements": "List where the data contradict closed periods.",
    "verify": "Check that the workspace is whole.",
    "audit": "Check that the log of changes was not changed.",
    "backup": "Copy the workspace, while people go on working.",
    "restore": "Put a backup into an empty folder, and check it.",
    "serve": "Serve the pages on this machine.",
    "break-glass": "Open an account from the console, without a second person: loud, and logged.",
    "demo": "Build a workspace with the data of an invented company.",
}


#: Commands that answer as an account may see it; the others are for whoever runs the machine.
FOR_ACCOUNTS = ("kpis", "show", "records", "sql", "goals")


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands in the order of ``COMMANDS``."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command ``cmd_name``, which is called ``command`` in its module."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"leitstern.cli.{cmd_name.replace('-', '_')}_")
        command: click.Command = module.command
        command.name, command.short_help = cmd_name, COMMANDS[cmd_name]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `leitstern init DIR`, or with `leitstern demo DIR` to look around.",
)
@click.option(
    "-w", "--workspace", metavar="DIR", default=".", envvar="LEITSTERN_WORKSPACE",
    type=click.Path(path_type=Path),
    help="The workspace folder. [env: LEITSTERN_WORKSPACE; default: the current folder]",
)  # fmt: skip
@click.option(
    "--language", type=click.Choice(["de", "en"]), envvar="LEITSTERN_LANGUAGE",
    help="Language of tables and messages. [env: LEITSTERN_LANGUAGE; default: the workspace's]",
)  # fmt: skip
@click.option(
    "--account",
    metavar="EMAIL",
    envvar="LEITSTERN_ACCOUNT",
    help="Answer as this account may see it. [env: LEITSTERN_ACCOUNT; default: everything, as whoever can "
    "read the workspace's folder]",
)
@click.version_option(package_name="leitstern", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, workspace: Path, language: str | None, account: str | None) -> None:
    """KPIs of marketing and sales: defined once, computed right, traceable to the record."""
    if account is not None and ctx.invoked_subcommand not in FOR_ACCOUNTS:
        raise click.UsageError(f"--account goes with {', '.join(FOR_ACCOUNTS)} only.")
    ctx.obj.folder, ctx.obj.chosen, ctx.obj.account = workspace, language, account


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 refused or failed, 2 wrong usage."""
    from leitstern import private

    private.from_now_on()
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    from leitstern.errors import Problem

    state = State()
    try:
        code = cli.main(arguments, prog_name="leitstern", standalone_mode=False, obj=state)
        sys.stdout.flush()
    except click.UsageError as wrong:
        wrong.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        text = state.say("cancelled")
    except Problem as problem:
        text = state.say("failed", text=problem.text(state.language))
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nobody is left to tell, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as failed:
        place = f"{failed.filename}: " if failed.filename else ""
        text = state.say("failed", text=place + (failed.strerror or str(failed)))
    else:
        return code if isinstance(code, int) else 0  # an int where a command called for an exit
    click.echo(text, err=True)
    return 1
