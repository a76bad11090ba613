"""`leitstern signals`: which KPIs really changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leitstern.cli import jsonout
from leitstern.cli.state import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from leitstern.analyses.signals import Found, Row


@click.command
@click.argument("kpis", metavar="[KPI]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Signals of all three years, not of four weeks.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="Sentences for people, JSON for programs.",
)  # fmt: skip
@click.pass_obj
def command(state: State, /, kpis: tuple[str, ...], everything: bool, form: str) -> None:
    """Say which KPIs really changed, and which only wait for their source.

    All KPIs are watched, or those named. A signal is a shift of the level or a single unusual day or week;
    all together share about twelve false alarms a year.
    """
    from leitstern.analyses import signals_words
    from leitstern.analyses.signals import signals
    from leitstern.cli.show_ import ensure_generation

    ensure_generation(state)
    found = signals(state.workspace, kpis)
    plain = found.as_json()
    if form == "json":
        click.echo(jsonout.dumps(plain))
        return
    click.echo(signals_words.summary(plain, state.language))
    for row in found.rows:
        for signal in row.signals if everything else row.news:
            if signal.beside is None:
                click.echo(f"- {_sentence(state, row, signal)}")
    for row in found.rows:
        if row.verdict == "stale" and row.until is not None:
            click.echo(
                f"- {signals_words.stale(row.as_json(), _name(state, row), state.language, _day(state))}"
            )
    click.echo(signals_words.budget(plain, state.language))


def _sentence(state: State, row: Row, signal: Found) -> str:
    from leitstern.analyses.signals_words import sentence
    from leitstern.server.figures import Figures

    settings = state.workspace.settings
    figures = Figures(state.language, settings.country, settings.currency)
    plain = row.as_json()
    return sentence(signal.as_json(), plain, _name(state, row), state.language, figures, _day(state))


def _name(state: State, row: Row) -> str:
    return str(getattr(state.workspace.catalogue.get(row.kpi).name, state.language))


def _day(state: State) -> Callable[[date], str]:
    return state.cells.cell
