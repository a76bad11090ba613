"""`leitstern show`: compute KPIs and print them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.engine.observations import Observation, Observations


@click.command
@click.argument("kpis", metavar="KPI...", nargs=-1, required=True)
@options.by
@options.grain
@options.start
@options.end
@options.as_of
@options.output
@click.pass_obj
def command(
    state: State,
    /,
    kpis: tuple[str, ...],
    by: str,
    grain: str,
    start: date | None,
    end: date | None,
    as_of: date | None,
    form: str,
) -> None:
    """Compute KPIs by period and subject.

    Prints a table, CSV or JSON. In the table, * marks periods that are not finished, and a dash
    stands for no value, which is not zero.
    """
    ensure_generation(state)
    observations = state.workspace.compute(list(kpis), by=by, grain=grain, start=start, end=end, as_of=as_of)
    if form == "json":
        click.echo("".join(jsonout.lines(observations.to_json_rows())), nl=False)
    elif form == "csv":
        _csv(observations)
    else:
        _table(state, list(kpis), by, observations)


def ensure_generation(state: State) -> None:
    """Build the first generation if there is none; say so if imported data is newer than the newest."""
    from leitstern.cli.refresh_ import refresh

    workspace = state.workspace
    info = workspace.generation()
    if info is None:
        state.note("first_generation")
        refresh(state)
    elif workspace.newer_data():
        state.note("newer_data", number=info.number, path=state.folder)


def _csv(observations: Observations) -> None:
    rows = observations.to_json_rows()
    heads: list[str] = []
    lines: list[list[object]] = []
    for row in rows:
        subject = row["subject"]
        flat = {k: v for k, v in row.items() if k != "subject"}
        flat |= {
            "subject_type": subject["type"],
            "subject_id": subject["id"],
            "subject_name": subject["name"],
        }
        heads = heads or list(flat)
        lines.append([_csv_cell(value) for value in flat.values()])
    tables.write_csv(heads, lines)


def _csv_cell(value: object) -> object:
    return value if value is None or isinstance(value, str) else jsonout.dumps(value)


def _table(state: State, kpis: list[str], by: str, observations: Observations) -> None:
    """One line per period and subject, one column per KPI."""
    from leitstern.periods.grains import parse

    workspace, say = state.workspace, state.say
    names = list(dict.fromkeys(kpis))
    lines: dict[tuple[str, str | None, str | None], dict[str, Observation]] = {}
    for o in observations:
        lines.setdefault((o.period, o.subject.id, o.subject.name), {})[o.kpi] = o
    columns = [tables.Column(say("head_period"))]
    if by != "company":
        columns.append(tables.Column(say(f"subject_{by}")))
    columns += [
        tables.Column(getattr(workspace.catalogue.get(name).name, state.language), number=True)
        for name in names
    ]
    rows = []
    for (period, identity, name), found in lines.items():
        unfinished = not all(o.complete for o in found.values())
        label = parse(period, workspace.settings.fiscal_year_start).text(state.language)
        row = [label + ("*" if unfinished else "")]
        if by != "company":
            row.append(name or identity or say("not_assigned"))
        row += [state.cells.value(found[k].value, found[k].unit) if k in found else "" for k in names]
        rows.append(row)
    tables.show(columns, rows)
    if not rows:
        state.note("no_values")
    elif any(row[0].endswith("*") for row in rows):
        state.note("unfinished")
