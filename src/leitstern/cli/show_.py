"""`leitstern show`: compute KPIs and print them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from leitstern.cli import eyes, jsonout, options, standing, tables
from leitstern.cli.state import State
from leitstern.engine.observations import json_row

if TYPE_CHECKING:
    from leitstern.engine.observations import Observation, Subject

Table = tuple[list[tables.Column], list[tuple[str, ...]]]

#: A table of one KPI has a column per period up to so many, then a line per period.
MOST_COLUMNS = 13


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

    Prints a table, CSV or JSON. In the table, * marks periods that are not finished, ! values in which
    records are missing, and a dash stands for no value, which is not zero.
    """
    ensure_generation(state)
    computed = state.workspace.compute(list(kpis), by=by, grain=grain, start=start, end=end, as_of=as_of)
    found = eyes.observations(state, computed)
    if form == "json":
        click.echo("".join(jsonout.lines(json_row(o) for o in found)), nl=False)
    elif form == "csv":
        _csv(found)
    else:
        _table(state, list(kpis), by, found)
    if as_of is None:
        standing.of_values(state, found)


def ensure_generation(state: State) -> None:
    """Build the first generation if there is none; say what it lacks: newer data, KPIs changed in place."""
    from leitstern.cli.refresh_ import refresh

    workspace = state.workspace
    info = workspace.generation()
    if info is None:
        if workspace.has_data():
            state.note("first_generation")
        refresh(state)
    elif workspace.newer_data():
        state.note("newer_data", number=info.number, path=state.folder)
    for change in workspace.changed_meanings() if info else ():
        if change.refused:
            click.echo(change.problem.text(state.language), err=True)


def _csv(found: list[Observation]) -> None:
    heads: list[str] = []
    lines: list[list[object]] = []
    for row in map(json_row, found):
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


def _table(state: State, kpis: list[str], by: str, found: list[Observation]) -> None:
    names = list(dict.fromkeys(kpis))
    periods = {o.period: o for o in found}
    if by != "company" and len(names) == 1 and len(periods) <= MOST_COLUMNS:
        columns, rows = _across(state, by, found)
    else:
        columns, rows = _down(state, names, by, found)
    title = _title(state, names[0]) if len(names) == 1 else ""
    tables.show(columns, rows, title=title)
    if not found:
        state.note("no_values")
    elif not all(o.finished for o in found):
        state.note("unfinished")
    missing = sum(o.set_aside for o in found)
    if missing:
        state.note("records_missing", count=missing, path=state.folder)


def _across(state: State, by: str, found: list[Observation]) -> Table:
    """One KPI: a line per subject, a column per period."""
    periods: dict[str, bool] = {}
    lines: dict[Subject, dict[str, str]] = {}
    for o in found:
        periods[o.period] = periods.get(o.period, True) and o.finished
        lines.setdefault(o.subject, {})[o.period] = _cell(state, o)
    columns = [tables.Column(state.say(f"subject_{by}"))]
    columns += [tables.Column(_label(state, p, complete), number=True) for p, complete in periods.items()]
    rows = [(_name(state, s), *(values.get(p, "") for p in periods)) for s, values in lines.items()]
    return columns, rows


def _down(state: State, names: list[str], by: str, found: list[Observation]) -> Table:
    """A line per period and subject, a column per KPI."""
    lines: dict[tuple[Subject, str], dict[str, Observation]] = {}
    for o in found:
        lines.setdefault((o.subject, o.period), {})[o.kpi] = o
    columns = [tables.Column(state.say("head_period"))]
    if by != "company":
        columns.append(tables.Column(state.say(f"subject_{by}")))
    columns += [tables.Column(_title(state, name), number=True) for name in names]
    rows = []
    for (subject, period), values in lines.items():
        row = [_label(state, period, all(o.finished for o in values.values()))]
        if by != "company":
            row.append(_name(state, subject))
        row += [_cell(state, values[k]) if k in values else "" for k in names]
        rows.append(tuple(row))
    return columns, rows


def _cell(state: State, o: Observation) -> str:
    """The value, marked where records are missing in it; a word where it is kept from the account."""
    if o.reason == "protected":
        return state.say("protected")
    return state.cells.value(o.value, o.unit) + ("!" if o.set_aside else "")


def _title(state: State, kpi: str) -> str:
    return str(getattr(state.workspace.catalogue.get(kpi).name, state.language))


def _name(state: State, subject: Subject) -> str:
    return subject.name or subject.id or state.say("not_assigned")


def _label(state: State, period: str, complete: bool) -> str:
    from leitstern.periods.grains import parse

    text = parse(period, state.workspace.settings.fiscal_year_start).text(state.language)
    return text if complete else text + "*"
