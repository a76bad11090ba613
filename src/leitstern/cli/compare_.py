"""`leitstern compare`: one KPI over persons, teams, campaigns or products, chance taken into account."""

from __future__ import annotations

from datetime import date
from typing import get_args

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.figures import NONE
from leitstern.cli.state import State

BY = ("team", "campaign", "product", "person")
HEADS = ("name", "n", "raw", "estimate", "range")


@click.command
@click.argument("kpi")
@click.option("--by", type=click.Choice(BY), default="campaign", show_default=True, help="What is compared.")
@options.start
@options.end
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="A table for people, JSON for programs.",
)  # fmt: skip
@click.pass_obj
def command(state: State, /, kpi: str, by: str, start: date | None, end: date | None, form: str) -> None:
    """Compare a KPI by name, not by rank; "no evidence of a difference" is an answer.

    By default over the last twelve months that are over. What few observations show is drawn towards the mean
    of all. Where all are equal, somebody is named in at most 5 of 100 comparisons.
    """
    from leitstern.analyses.compare import By, compare
    from leitstern.analyses.compare_words import sentence
    from leitstern.cli.show_ import ensure_generation
    from leitstern.messages import message
    from leitstern.server.figures import Figures

    ensure_generation(state)
    known: dict[str, By] = {name: name for name in get_args(By)}
    found = compare(state.workspace, kpi, known[by], start, end).as_json()
    if form == "json":
        click.echo(jsonout.dumps(found))
        return
    settings = state.workspace.settings
    figures = Figures(state.language, settings.country, settings.currency)

    def shown(value: float | None) -> str:
        return NONE if value is None else figures.short(value, found["unit"])

    click.echo(sentence(found, state.language, shown))
    if found["how"] is None:
        return
    rows = [
        (
            one["name"], figures.plain(one["n"]), shown(one["raw"]), shown(one["estimate"]),
            NONE if one["estimate"] is None else f"{shown(one['low'])} – {shown(one['high'])}",
        )
        for one in found["subjects"]
    ]  # fmt: skip
    heads = [message(f"compare.head_{name}", state.language) for name in HEADS]
    tables.show([tables.Column(head, number=at > 0) for at, head in enumerate(heads)], rows)
    click.echo(message(f"compare.how_{found['how']}", state.language))
