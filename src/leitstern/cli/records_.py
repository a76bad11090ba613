"""`leitstern records`: the rows behind a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leitstern.cli import eyes, jsonout, options, standing, tables
from leitstern.cli.show_ import ensure_generation
from leitstern.cli.state import State
from leitstern.facts.model import SUBJECTS

if TYPE_CHECKING:
    from leitstern.engine.records import Records

ABOUT = ("fact", "key", "day", "title", "person", "team", "customer")


@click.command
@click.argument("kpi", metavar="KPI")
@click.option("--period", required=True, metavar="PERIOD", help="2026-03, 2026-W09, 2026-Q1, 2026-03-01, ...")
@options.by
@click.option("--subject", metavar="ID", help="Id or name of the team, person, ...")
@click.option("--not-assigned", is_flag=True, help="The records that belong to no team, person, ...")
@click.option("--limit", default=100, show_default=True, help="At most so many rows of a table; 0: all.")
@click.option("--set-aside", "aside", is_flag=True, help="Only the records that are missing in the number.")
@options.output
@click.pass_obj
def command(
    state: State,
    /,
    kpi: str,
    period: str,
    by: str,
    subject: str | None,
    not_assigned: bool,
    limit: int,
    aside: bool,
    form: str,
) -> None:
    """List the records behind a KPI's value, and what each adds to it.

    Added up, the list is the number. Records that are set aside stand under it, each with its reason.
    """
    if (subject is not None or not_assigned) and by == "company":
        raise click.UsageError("--subject and --not-assigned need --by, such as --by team.")
    if by != "company" and (subject is None) != not_assigned:
        raise click.UsageError(f"--by {by} needs --subject ID, or --not-assigned.")
    ensure_generation(state)
    who = _id(state, by, subject)
    found = eyes.records(state, kpi, state.workspace.records(kpi, period, by, who), by, who, period)
    if aside:
        _set_aside(state, found, limit, form)
    elif form == "json":
        rows = (
            {**{name: getattr(r, name) for name in ABOUT}, **dict(zip(found.parts, r.adds, strict=True))}
            for r in found
        )
        click.echo("".join(jsonout.lines(rows)), nl=False)
    elif form == "csv":
        tables.write_csv((*ABOUT, *found.parts), (_plain(found, row) for row in range(len(found))))
    else:
        _table(state, found, limit)
        if found.aside:
            click.echo("\n" + state.say("records_aside"))
            _set_aside(state, found, limit, form)
    standing.of_records(state, kpi, period, by, who)


def _id(state: State, by: str, subject: str | None) -> str | None:
    """The subject's id; its name does as well if no other has it."""
    if subject is None:
        return None
    members = state.workspace.subjects(by)
    named = [identity for identity, name in members if name == subject]
    known = any(identity == subject for identity, _ in members)
    return named[0] if len(named) == 1 and not known else subject


def _set_aside(state: State, found: Records, limit: int, form: str) -> None:
    """The records that are missing in the number, with the reason."""
    from leitstern.engine.reasons import sentence_end

    names = (*ABOUT, "reason", "field")
    if form == "json":
        rows = ({name: getattr(r, name) for name in names} for r in found.aside)
        click.echo("".join(jsonout.lines(rows)), nl=False)
        return
    if form == "csv":
        tables.write_csv(names, ([getattr(r, name) for name in names] for r in found.aside))
        return
    shown = found.aside[: limit or None]
    about = [name for name in ABOUT if any(getattr(r, name) is not None for r in shown)]
    columns = [*(_column(state, name) for name in about), tables.Column(state.say("head_reason"))]
    tables.show(
        columns,
        [
            (
                *(state.cells.cell(getattr(r, name)) for name in about),
                sentence_end(r.reason, r.fact, r.field, state.language),
            )
            for r in shown
        ],
    )
    if len(shown) < len(found.aside):
        state.note("records_shown", shown=len(shown), total=len(found.aside))


def _column(state: State, name: str) -> tables.Column:
    return tables.Column(state.say(f"subject_{name}" if name in SUBJECTS else f"head_{name}"))


def _plain(found: Records, row: int) -> list[object]:
    record = found.rows[row]
    adds = ["" if v is None else v if isinstance(v, str) else jsonout.dumps(v) for v in record.adds]
    return [*(getattr(record, name) for name in ABOUT), *adds]


def _table(state: State, found: Records, limit: int) -> None:
    say, cells = state.say, state.cells
    shown = found.rows[: limit or None]
    about = [name for name in ABOUT if any(getattr(r, name) is not None for r in shown)]
    columns = [_column(state, name) for name in about]
    columns += [tables.Column(part, number=True) for part in found.parts]
    rows = [
        (
            *(cells.cell(getattr(r, name)) for name in about),
            *("" if v is None else cells.cell(v) for v in r.adds),
        )
        for r in shown
    ]
    totals = [found.total(part) for part in found.parts]
    total = (say("head_sum"), *[""] * (len(about) - 1), *("" if v is None else cells.cell(v) for v in totals))
    tables.show(columns, [*rows, total] if about else rows)
    if len(shown) < len(found):
        state.note("records_shown", shown=len(shown), total=len(found))
