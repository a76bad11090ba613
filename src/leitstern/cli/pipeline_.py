"""`leitstern pipeline`: what is won in the next weeks and months."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leitstern.cli import jsonout, tables
from leitstern.cli.figures import NONE
from leitstern.cli.show_ import ensure_generation
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.analyses.pipeline import Pipeline
    from leitstern.insight.pipeline import Line

HEADS = ("from", "to", "so_far", "open", "new", "total", "low", "high", "deals")


@click.command
@click.option("--by", type=click.Choice(["team"]), help="Also what is expected of each team's open deals.")
@click.option("--weeks", type=click.IntRange(1, 26), default=13, show_default=True, help="How far to look.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="Tables for people, JSON for programs.",
)  # fmt: skip
@click.pass_obj
def command(state: State, /, by: str | None, weeks: int, form: str) -> None:
    """Forecast the value won by week and month, from open deals and from those not open yet.

    The range holds in 8 of 10 cases, by the errors of forecasts made at earlier weeks. Deals are modelled,
    never people. With scikit-learn (extra "pipeline") boosting takes part.
    """
    from leitstern.analyses.pipeline import pipeline

    ensure_generation(state)
    found = pipeline(state.workspace, weeks)
    if form == "json":
        click.echo(jsonout.dumps(found.as_json()))
        return
    if found.forecast.verdict == "too_little":
        state.note("pipeline_too_little", n=state.cells.whole(found.forecast.n))
        return
    columns = [
        tables.Column(state.say(f"pipeline_{name}"), number=place > 1) for place, name in enumerate(HEADS)
    ]
    for part, lines in (("weeks", found.forecast.weeks), ("months", found.forecast.months)):
        tables.show(columns, [_row(state, line) for line in lines], title=state.say(f"pipeline_{part}"))
    if by == "team":
        _teams(state, found)


def _row(state: State, line: Line) -> tuple[str, ...]:
    cells = state.cells
    money = (line.so_far, line.open, line.new, line.total, line.low, line.high)
    return (
        cells.cell(line.start),
        cells.cell(line.end),
        *(NONE if value is None else cells.whole(round(value)) for value in money),
        cells.cell(round(line.deals, 1)),
    )


def _teams(state: State, found: Pipeline) -> None:
    cells = state.cells
    ends = [cells.cell(line.end) for line in found.forecast.months]
    names = [state.say("pipeline_team"), state.say("pipeline_deals"), *ends]
    columns = [tables.Column(name, number=place > 0) for place, name in enumerate(names)]
    rows = [
        (
            row.name or row.team or state.say("not_assigned"),
            cells.whole(row.deals),
            *(cells.whole(round(value)) for value in row.expected),
        )
        for row in found.teams
    ]
    tables.show(columns, rows, title=state.say("pipeline_by_team"))
