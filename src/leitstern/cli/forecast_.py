"""`leitstern forecast`: where KPIs end their period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leitstern.cli import jsonout, tables
from leitstern.cli.figures import NONE
from leitstern.cli.show_ import ensure_generation
from leitstern.cli.state import State
from leitstern.goals.goal import SUBJECTS

if TYPE_CHECKING:
    from leitstern.analyses.forecast import Found, One

HEADS = ("subject", "done", "low", "point", "high", "pace", "chance", "arrival")


@click.command
@click.argument("kpi", metavar="KPI")
@click.option(
    "--by", type=click.Choice(SUBJECTS), default="company", show_default=True, metavar="SUBJECT",
    help=f"Whom the forecasts are about: {', '.join(SUBJECTS)}.",
)  # fmt: skip
@click.option(
    "--period", metavar="PERIOD",
    help="A label such as 2026-Q4, or two days: 2026-10-01..2026-12-15. [default: the running month]",
)  # fmt: skip
@click.option("--target", type=float, metavar="X", help="Also tell the chance to reach this value.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="A table for people, JSON for programs.",
)  # fmt: skip
@click.pass_obj
def command(state: State, /, kpi: str, by: str, period: str | None, target: float | None, form: str) -> None:
    """Forecast a KPI at the end of a period, with its range and the chance to reach a target.

    The range holds in 8 of 10 cases, measured on earlier periods. Pace is where the plain working-day pace
    would end. A target is to be reached from above or below, as is good for the KPI.
    """
    from leitstern.analyses.forecast import forecast

    ensure_generation(state)
    found = forecast(state.workspace, kpi, by, period, target)
    if form == "json":
        click.echo(jsonout.dumps(found.as_json()))
        return
    columns = [tables.Column(state.say(f"forecast_{name}"), number=name != "subject") for name in HEADS]
    title = str(getattr(state.workspace.catalogue.get(kpi.partition("@")[0]).name, state.language))
    rows = [_row(state, found, one) for one in found.ones]
    tables.show(columns, rows, title=f"{title}, {found.question.start} – {found.question.end}")
    if not found.ones:
        state.note("no_values")
    elif any(one.forecast.verdict == "too_little" for one in found.ones):
        click.echo(state.say("forecast_too_little"))


def _row(state: State, found: Found, one: One) -> tuple[str, ...]:
    forecast, cells = one.forecast, state.cells
    name = one.subject.name or one.subject.id or state.say("not_assigned")

    def value(number: float | None) -> str:
        known = number is not None and number == number  # noqa: PLR0124 - NaN is not itself
        return cells.value(number, found.unit) if known else NONE

    if forecast.verdict == "too_little":
        return (name, value(forecast.done), *[NONE] * 6)
    chance = arrival = None
    if found.level is not None:
        chance = forecast.chance(found.level, at_most=found.direction == "at_most")
        arrival = forecast.arrival(found.level)
    return (
        name,
        value(forecast.done),
        value(forecast.quantiles[1]),
        value(forecast.point),
        value(forecast.quantiles[5]),
        value(forecast.plain),
        NONE if chance is None else cells.share(chance),
        cells.cell(arrival),
    )
