"""`leitstern why`: a KPI's change between two periods, taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from leitstern.cli import jsonout, standing, tables
from leitstern.cli.figures import NONE
from leitstern.cli.state import State
from leitstern.facts.model import SUBJECTS

if TYPE_CHECKING:
    from leitstern.analyses.why import Why
    from leitstern.server.figures import Figures

#: Pieces beyond so many are in the JSON only.
MOST = 20


@click.command
@click.argument("kpi", metavar="KPI")
@click.option("--period", required=True, metavar="PERIOD", help="A period, such as 2026-10 or 2026-W47.")
@click.option(
    "--against", type=click.Choice(["previous_period", "previous_year"]), default="previous_period",
    show_default=True, help="What it is compared with.",
)  # fmt: skip
@click.option(
    "--over", type=click.Choice([s for s in SUBJECTS if s not in ("company", "own_team")]), default="team",
    show_default=True,
    help="By what the change is taken apart.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="A table for people, JSON for programs.",
)  # fmt: skip
@click.pass_obj
def command(
    state: State, /, kpi: str, period: str, against: Literal["previous_period", "previous_year"], over: str,
    form: str,
) -> None:  # fmt: skip
    """Take a KPI's change between two periods apart.

    The effects of all segments add up to the change, exactly. Medians and distinct counts cannot be taken
    apart; their segments stand side by side.
    """
    from leitstern.analyses.why import why
    from leitstern.analyses.why_words import sentences
    from leitstern.cli.show_ import ensure_generation
    from leitstern.periods.grains import parse
    from leitstern.server.figures import Figures

    ensure_generation(state)
    workspace = state.workspace
    found = why(workspace, kpi, period, against, over)
    if form == "json":
        click.echo(jsonout.dumps(found.as_json()))
        return
    settings = workspace.settings
    figures = Figures(state.language, settings.country, settings.currency)
    names = [parse(p, settings.fiscal_year_start).text(state.language) for p in (found.period, found.then)]
    title = str(getattr(workspace.catalogue.get(kpi).name, state.language))
    for sentence in sentences(found, title, names[0], names[1], state.language, figures):
        click.echo(sentence)
    click.echo()
    _table(state, found, figures, names)
    for label in (found.then, found.period):
        standing.of_records(state, kpi, label, "company", None)


def _table(state: State, found: Why, figures: Figures, names: list[str]) -> None:
    from leitstern.analyses.why_words import name

    # Effects that cancel out in the whole are none the less there.
    shown = [] if found.way == "parts" else ["volume", "mix", "rate"]
    effects = [e for e in shown if any(getattr(piece, e) for piece in found.pieces)]
    columns = [tables.Column(state.say(f"subject_{found.over}"))]
    columns += [tables.Column(text, number=True) for text in (names[1], names[0])]
    if found.verdict == "exact":
        columns += [tables.Column(state.say(f"why_{e}"), number=True) for e in ("total", *effects)]
    rows = []
    for piece in found.pieces[:MOST]:
        row = [name(piece, state.language)]
        row += [NONE if v is None else figures.exact(v, found.unit) for v in (piece.before, piece.after)]
        if found.verdict == "exact":
            row += [
                figures.difference(getattr(piece, e), found.unit, exact=True) for e in ("total", *effects)
            ]
        rows.append(tuple(row))
    tables.show(columns, rows)
    if len(found.pieces) > MOST:
        state.note("records_shown", shown=MOST, total=len(found.pieces))
