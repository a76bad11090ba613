"""`leitstern match`: what another system says beside our values."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.show_ import ensure_generation
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.engine.account.told import Compared


class Says(click.ParamType[tuple[str, str]]):
    """``KPI=VALUE``, the value as people write it."""

    name = "says"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """The KPI and the text of the value."""
        if isinstance(value, tuple):
            return value
        kpi, equals, number = str(value).partition("=")
        if not (kpi and equals and number):
            self.fail(f"{value!r} says no value; write it as KPI=VALUE, such as won_deals=71.", param, ctx)
        return kpi, number


@click.command
@click.argument("says", metavar="KPI=VALUE...", nargs=-1, type=Says())
@click.option("--period", required=True, metavar="PERIOD", help="2026, 2026-Q1, 2026-03, ...")
@click.option(
    "--list", "listed", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A list of records instead of a value: a line for each, with its key and, if you like, its amount.",
)  # fmt: skip
@click.option("--kpi", metavar="KPI", help="With --list: the KPI whose records they are.")
@options.output
@click.pass_obj
def command(
    state: State,
    /,
    says: tuple[tuple[str, str], ...],
    period: str,
    listed: Path | None,
    kpi: str | None,
    form: str,
) -> None:
    """Compare what another system says with our values, and say what explains a difference.

    What explains is tried: records set aside, rows not loaded, the same record twice, another date, days in
    UTC, another period, value added tax. Exit code 1 where something differs.
    """
    if (listed is None) == (not says) or (listed is None) != (kpi is None):
        raise click.UsageError("Give KPI=VALUE, or --list FILE with --kpi KPI.")
    ensure_generation(state)
    if listed is not None and kpi is not None:
        differs = _records(state, kpi, period, listed, form)
    else:
        differs = _values(state, says, period, form)
    if differs:
        raise click.exceptions.Exit(1)


def _values(state: State, says: tuple[tuple[str, str], ...], period: str, form: str) -> bool:
    from leitstern.engine.account.told import Told

    told = [Told(kpi, period, _number(state, kpi, text)) for kpi, text in says]
    found = state.workspace.compare_told(told)
    names = ("kpi", "period", "told", "ours", "difference", "matches")
    if form == "json":
        lines = [{name: getattr(line, name) for name in names} for line in found.lines]
        click.echo(jsonout.dumps({"lines": lines, "explanations": _explanations(state, found)}))
    elif form == "csv":
        tables.write_csv(names, [[getattr(line, name) for name in names] for line in found.lines])
    else:
        _table(state, found)
    return not found.matches


def _explanations(state: State, found: Compared) -> list[dict[str, object]]:
    return [
        {
            "codes": one.codes,
            "explains": one.explains,
            "text": one.text(state.language),
            "count": one.count,
            "keys": one.keys,
            "becomes": [value for _, value in one.becomes],
        }
        for one in found.explanations
    ]


def _table(state: State, found: Compared) -> None:
    say, cells = state.say, state.cells
    columns = [tables.Column(say("head_kpi"))]
    columns += [tables.Column(say(f"match_{name}"), number=True) for name in ("told", "ours", "difference")]
    columns.append(tables.Column(""))
    rows = [
        (
            line.kpi,
            cells.value(line.told, line.unit),
            cells.value(line.ours, line.unit),
            cells.value(line.difference, line.unit),
            say("match_same" if line.matches else "match_differs"),
        )
        for line in found.lines
    ]
    tables.show(columns, rows)
    for one in found.explanations:
        keys = f" ({', '.join(one.keys)})" if one.keys else ""
        code = "match_explains" if one.explains else "match_nearer"
        click.echo(say(code, what=one.text(state.language, cells.whole)) + keys)
    if not found.matches and not any(one.explains for one in found.explanations):
        click.echo(say("match_unexplained"))


def _records(state: State, kpi: str, period: str, listed: Path, form: str) -> bool:
    from leitstern.engine.account.keyed import read_list

    theirs = read_list(listed.read_text(encoding="utf-8-sig"), lambda text: _number(state, kpi, text))
    found = state.workspace.compare_records(kpi, period, theirs)
    names = ("key", "why", "theirs", "ours", "day")
    if form == "json":
        rows = [{**{n: getattr(one, n) for n in names}, "text": one.text(state.language)} for one in found]
        click.echo("".join(jsonout.lines(rows)), nl=False)
    elif form == "csv":
        tables.write_csv(names, [[getattr(one, name) for name in names] for one in found])
    elif found:
        heads = ("head_key", "match_told", "match_ours", "head_day", "head_reason")
        cells = state.cells
        tables.show(
            [tables.Column(state.say(head)) for head in heads],
            [
                (one.key, *map(cells.cell, (one.theirs, one.ours, one.day)), one.text(state.language))
                for one in found
            ],
        )
    else:
        state.note("match_same_records")
    return bool(found)


def _number(state: State, kpi: str, text: str) -> Decimal:
    from leitstern.server.typed import number

    return number(text, state.workspace.catalogue.get(kpi).unit, state.language)
