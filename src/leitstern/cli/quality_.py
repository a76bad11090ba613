"""`leitstern quality`: what is wrong with the data, and which KPIs it touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.facts.quality import QualityFinding


@click.command
@options.output
@click.pass_obj
def command(state: State, /, form: str) -> None:
    """Report gaps, duplicates, broken references, impossible dates and old sources.

    Each finding has a count, a share of the records, and the KPIs it touches.
    """
    language = state.language
    findings = state.workspace.quality()
    rows = [(f.fact, f.text(language), f.count, f.share, f.kpis) for f in findings]
    if form == "json":
        click.echo(
            "".join(jsonout.lines({**_plain(f), "text": f.text(language)} for f in findings)), nl=False
        )
    elif form == "csv":
        heads = ("fact", "finding", "count", "share", "kpis")
        tables.write_csv(heads, [(*row[:4], " ".join(row[4])) for row in rows])
    elif not rows:
        state.note("no_findings")
    else:
        columns = [
            tables.Column(state.say("head_check")),
            tables.Column(state.say("head_share"), number=True),
            tables.Column(state.say("head_touches")),
        ]
        tables.show(
            columns,
            [
                (text, "" if share is None else state.cells.share(share), _few(kpis))
                for _, text, _, share, kpis in rows
            ],
        )


def _plain(finding: QualityFinding) -> dict[str, object]:
    names = ("check", "fact", "fields", "count", "total", "share", "examples", "detail", "kpis", "values")
    return {name: getattr(finding, name) for name in names}


def _few(kpis: tuple[str, ...], most: int = 4) -> str:
    """The first KPIs, and how many more."""
    more = len(kpis) - most
    return ", ".join(kpis[:most]) + (f" +{more}" if more > 0 else "")
