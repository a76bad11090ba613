"""`leitstern goals`: goals and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from leitstern.cli import eyes, jsonout, options, tables
from leitstern.cli.show_ import ensure_generation
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.goals.pace import Standing
    from leitstern.server.models import GoalRow

HEADS = ("kpi", "subject", "period", "state", "value", "planned", "target", "attainment", "verdict")
NUMBERS = ("value", "planned", "target", "attainment")


@click.command
@click.option("--period", metavar="PERIOD", help="A label such as 2026-Q4. [default: goals that run today]")
@options.output
@click.pass_obj
def command(state: State, /, period: str | None, form: str) -> None:
    """List goals with their value, their plan to date and a verdict.

    Without a period, the goals in force that run today; with one, all goals of that period in any state.
    """
    from leitstern.periods.grains import parse

    ensure_generation(state)
    label = None if period is None else parse(period, state.workspace.settings.fiscal_year_start).label
    found = _goals(state, label)
    if form == "json":
        click.echo("".join(jsonout.lines(_json(*one) for one in found)), nl=False)
    elif form == "csv":
        flat = [_flat(_json(*one)) for one in found]
        tables.write_csv(list(flat[0]) if flat else [], (list(row.values()) for row in flat))
    else:
        columns = [tables.Column(state.say(f"head_{name}"), number=name in NUMBERS) for name in HEADS]
        tables.show(columns, [_cells(state, *one) for one in found])
    if not found:
        state.note("no_goals", path=state.folder)


def _goals(state: State, label: str | None) -> list[tuple[GoalRow, Standing, str]]:
    """Goals with their standings and the names of their subjects."""
    viewer = eyes.viewer(state)
    from leitstern.goals.offers import IN_FORCE
    from leitstern.server import book
    from leitstern.server.book.names import name_of
    from leitstern.server.reader import reader

    if not eyes.has_goals():
        return []
    reader().look()
    if label is None:
        rows = list(book.visible(viewer, on=reader().today(), state=IN_FORCE))
    else:
        rows = list(book.visible(viewer, period=label))
    standings = book.standings(viewer, rows, "command")
    names = ((name_of(reader(), row.whom) or str(row.subject_id)) for row in rows)
    return [(row, standings[row.pk], name) for row, name in zip(rows, names, strict=True)]


def _json(row: GoalRow, standing: Standing, name: str) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kpi": row.kpi,
        "version": row.version,
        "subject": {"type": row.subject_type, "id": row.subject_id, "name": name},
        "period": row.period,
        "from": row.start,
        "to": row.end,
        "direction": row.direction,
        "target": row.target,
        "minimum": row.minimum,
        "stretch": row.stretch,
        "upper": row.upper,
        "state": row.state,
        "owner": str(row.owner) if row.owner else None,
        "value": standing.value,
        "planned": standing.planned,
        "attainment": standing.attainment,
        "gap": standing.gap,
        "gap_days": standing.gap_days,
        "needed_per_day": standing.needed_per_day,
        "remaining_days": standing.remaining_days,
        "verdict": standing.verdict,
        "reason": standing.reason,
        "through": standing.through,
        "chance": standing.outlook.chance,
        "expected": standing.outlook.expected,
        "ripe_on": None if standing.ripe is None else standing.ripe.on,
    }


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """The subject's parts as columns of their own; decimal numbers in plain digits."""
    subject = row.pop("subject")
    flat = row | {f"subject_{part}": text for part, text in subject.items()}
    return {key: format(v, "f") if hasattr(v, "as_tuple") else v for key, v in flat.items()}


def _cells(state: State, row: GoalRow, standing: Standing, name: str) -> tuple[str, ...]:
    unit = state.workspace.catalogue.get(row.kpi, row.version).unit
    cells = state.cells
    attained = standing.attainment
    return (
        row.kpi,
        name,
        row.period or f"{row.start}..{row.end}",
        state.say(f"state_{row.state}"),
        cells.value(standing.value, unit),
        cells.value(standing.planned, unit),
        cells.value(row.target, unit),
        "–" if attained is None else cells.share(float(attained)),
        state.say(f"verdict_{standing.verdict}"),
    )
