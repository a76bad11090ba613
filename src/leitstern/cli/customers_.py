"""`leitstern customers`: what they cost, how long they stay, what they are worth, what they say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from leitstern.cli import jsonout, tables
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.analyses.customers_words import Words

_GRAINS = ("month", "quarter", "year")
#: Ages of cohorts, and customers by name, in tables; the JSON has more.
AGES, NAMED = 8, 10


@click.command
@click.option(
    "--grain", type=click.Choice(_GRAINS), default="quarter", show_default=True,
    help="How finely time is cut.",
)  # fmt: skip
@click.option(
    "--months", type=click.IntRange(1, 60), default=12, show_default=True,
    help="How far ahead customers' value is foretold.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="Tables for people, JSON for programs.",
)  # fmt: skip
@click.pass_obj
def command(state: State, /, grain: str, months: int, form: str) -> None:
    """Show what new customers cost, who stays, what customers are worth, and what they say.

    Ranges are 95 % unless a head says otherwise. A forecast that was no better than the pace so far in the
    trial on the past is withdrawn.
    """
    from leitstern.analyses.customers import customers
    from leitstern.analyses.customers_words import Words
    from leitstern.cli.show_ import ensure_generation
    from leitstern.server.figures import Figures

    ensure_generation(state)
    found = customers(state.workspace, grain, months).as_json()
    if form == "json":
        click.echo(jsonout.dumps(found))
        return
    settings = state.workspace.settings
    figures = Figures(state.language, settings.country, settings.currency)
    words = Words(state.language, figures, lambda day: state.cells.cell(date.fromisoformat(day)))
    click.echo(f"{words.cost(found)} {words.payback(found)}")
    _cost(words, found)
    click.echo(f"\n{words.cohorts(found)}")
    _cohorts(words, found)
    click.echo(f"\n{words.shares(found)}\n\n{words.value(found)}")
    _value(words, found)
    click.echo(f"\n{words.survey(found, 'nps')}\n{words.survey(found, 'csat')}")


def _cost(words: Words, found: dict[str, Any]) -> None:
    rows = [
        (
            row["period"] + ("" if row["complete"] else " *"), words.money(row["spent"]),
            words.writes.plain(row["won"]), words.money(row["cost"]), _range(words.money, row),
        )
        for row in found["acquisition"]["periods"]
    ]  # fmt: skip
    _show(words, ("period", "spent", "won", "cost", "range"), rows)


def _cohorts(words: Words, found: dict[str, Any]) -> None:
    rows = [
        (
            row["period"], words.writes.plain(row["size"]),
            *(words.share(share) for share in row["retained"][1 : AGES + 1]),
            *("" for _ in range(AGES - len(row["retained"][1 : AGES + 1]))),
        )
        for row in found["cohorts"]["rows"]
    ]  # fmt: skip
    heads = [tables.Column(words.say("head_period")), tables.Column(words.say("head_size"), number=True)]
    tables.show([*heads, *(tables.Column(f"+{age}", number=True) for age in range(1, AGES + 1))], rows)


def _value(words: Words, found: dict[str, Any]) -> None:
    rows = [
        (
            row["name"], words.share(row["alive"]), words.writes.plain(row["purchases"], 1),
            words.money(row["value"]), _range(words.money, row),
        )
        for row in found["value"]["customers"][:NAMED]
    ]  # fmt: skip
    if rows:
        _show(words, ("customer", "alive", "purchases", "value", "band"), rows)


def _range(write: Any, row: dict[str, Any]) -> str:
    return "" if row["high"] is None or row["low"] is None else f"{write(row['low'])} – {write(row['high'])}"


def _show(words: Words, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    columns = [tables.Column(words.say(f"head_{name}"), number=at > 0) for at, name in enumerate(heads)]
    tables.show(columns, rows)
