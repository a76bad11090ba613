"""`leitstern restatements`: where the data contradict closed periods."""

from __future__ import annotations

from dataclasses import asdict

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.show_ import ensure_generation
from leitstern.cli.state import State

HEADS = ("kpi", "period", "subject", "was", "now")


@click.command
@options.output
@click.pass_obj
def command(state: State, /, form: str) -> None:
    """List the values of closed periods that the data contradict today.

    The closed values stand; this is what changed behind them, for whom, and what it would come to.
    """
    ensure_generation(state)
    found = state.workspace.restatements()
    if form == "json":
        click.echo("".join(jsonout.lines(asdict(r) | {"effect": r.effect} for r in found)), nl=False)
        return
    if form == "csv":
        rows = ((r.kpi, r.period, r.subject.type, r.subject.id, r.was, r.now) for r in found)
        tables.write_csv(("kpi", "period", "subject_type", "subject_id", "was", "now"), rows)
        return
    lines = []
    for r in found:
        unit = state.workspace.catalogue.get(r.kpi, r.version).unit
        values = (state.cells.value(r.was, unit), state.cells.value(r.now, unit))
        lines.append((r.kpi, r.period, r.subject.name or state.say(f"subject_{r.subject.type}"), *values))
    columns = [tables.Column(state.say(f"head_{name}"), number=name in ("was", "now")) for name in HEADS]
    tables.show(columns, lines)
    if not found:
        state.note("no_restatements")
