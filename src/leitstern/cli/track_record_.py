"""`leitstern track-record`: how often forecasts of past months would have come true."""

from __future__ import annotations

import click

from leitstern.cli import jsonout, tables
from leitstern.cli.figures import NONE
from leitstern.cli.state import State
from leitstern.cli.tables import Column


@click.command
@click.argument("kpis", nargs=-1, required=True, metavar="KPI...")
@click.option("--months", type=click.IntRange(1, 36), default=12, show_default=True, help="Whole months.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="Tables for people, JSON for programs.",
)  # fmt: skip
@click.pass_obj
def command(state: State, /, kpis: tuple[str, ...], months: int, form: str) -> None:
    """Make forecasts of past months again, with what was known then, and score them against what came."""
    from leitstern.analyses.track_record import track_record
    from leitstern.cli.show_ import ensure_generation

    ensure_generation(state)
    found = track_record(state.workspace, kpis, months=months)
    if form == "json":
        click.echo(jsonout.dumps([one.as_json() for one in found]))
        return
    cells = state.cells

    def number(value: float | None, unit: str) -> str:
        return NONE if value is None else cells.value(round(value, 3), unit)

    heads = ("family", "forecasts", "periods", "brier", "pace_brier", "covered", "error", "verdict")
    tables.show(
        [Column(state.say(f"record_{head}"), number=0 < at < 7) for at, head in enumerate(heads)],
        [
            (
                state.say(f"record_family_{one.name}"),
                cells.whole(one.score.n),
                cells.whole(one.score.goals),
                number(one.score.brier, "ratio"),
                number(one.score.pace_brier, "ratio"),
                number(one.score.covered, "percent"),
                number(one.score.calibration_error, "percent"),
                state.say(f"record_{one.score.verdict}"),
            )
            for one in found
        ],
    )
