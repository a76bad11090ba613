"""`leitstern leads`: which KPIs move their outcome later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.figures import NONE
from leitstern.cli.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADS = ("kpi", "outcome", "claim", "finding", "lag", "effect", "ceiling", "weeks")
NUMBERS = ("effect", "ceiling", "weeks")
FIELDS = (
    "kpi", "outcome", "sign", "verdict", "n", "first", "last", "peak", "effect", "low", "high", "ceiling",
    "p", "q", "reason",
)  # fmt: skip


@click.command
@click.argument("kpi", required=False)
@options.output
@click.pass_obj
def command(state: State, /, kpi: str | None, form: str) -> None:
    """Hold what KPIs claim to drive against the data: does the outcome move later?

    Weekly values without trend, season and each series' own past; lags of 1 to 12 weeks. A lead is a hint, no
    cause. Effects are correlations; "at most" is the largest that the data leave possible.
    """
    from leitstern.analyses.leads import leads
    from leitstern.cli.show_ import ensure_generation

    ensure_generation(state)
    name = None if kpi is None else state.workspace.catalogue.get(kpi).kpi
    found = leads(state.workspace).as_json(name)
    rows = [(one["timing"], f) for one in found["kpis"] for f in (*one["claimed"], *one["ends"])]
    if form == "json":
        click.echo(jsonout.dumps(found))
    elif form == "csv":
        tables.write_csv(FIELDS, ([finding[field] for field in FIELDS] for _, finding in rows))
    else:
        columns = [tables.Column(_say(state, f"head_{head}"), number=head in NUMBERS) for head in HEADS]
        tables.show(columns, [_cells(state, timing, finding) for timing, finding in rows])


def _cells(state: State, timing: str, finding: Mapping[str, Any]) -> tuple[str, ...]:
    from leitstern.insight.leads import words

    language, cells = state.language, state.cells

    def number(value: float | None) -> str:
        return NONE if value is None else cells.value(round(value, 2), "ratio")

    effect = number(finding["effect"])
    if finding["effect"] is not None:
        effect += f" ({number(finding['low'])} – {number(finding['high'])})"
    code = "untestable" if finding["reason"] in words.UNTESTABLE else finding["verdict"]
    return (
        finding["kpi"],
        finding["outcome"],
        _say(state, f"claims_{timing}"),
        _say(state, f"verdict_{code}"),
        words.lag(finding, language) or NONE,
        effect,
        number(finding["ceiling"]),
        cells.whole(finding["n"]),
    )


def _say(state: State, code: str) -> str:
    from leitstern.messages import message

    return message(f"leads.{code}", state.language, weeks="").strip()
