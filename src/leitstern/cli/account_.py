"""`leitstern account`: from the rows of files to what counts where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.engine.account.data import DataAccount
    from leitstern.engine.account.facts import FactAccount, Remark
    from leitstern.engine.account.lacks import Lack


@click.command
@click.option("--import", "batch", type=int, metavar="NUMBER", help="Only what this import brought.")
@options.output
@click.pass_obj
def command(state: State, /, batch: int | None, form: str) -> None:
    """Say what became of all data, from the rows of files to what counts where.

    For each file the rows read, new, changed and set aside; for each fact how many records there are, how
    many count in some KPI, and why the others do not, or not wherever they should; then the KPIs that are
    empty, and why.
    """
    found = state.workspace.account(batch)
    lacks = state.workspace.lacks() if found.facts and batch is None else []
    if form == "json":
        click.echo(jsonout.dumps(_plain(state, found, lacks)))
    elif form == "csv":
        heads = ("fact", "counts", "reason", "field", "choice", "count", "text")
        tables.write_csv(heads, [_row(one, state.language) for one in _remarks(found)])
    else:
        _show(state, found, lacks)


def _show(state: State, found: DataAccount, lacks: list[Lack]) -> None:
    if not found.tables:
        state.note("account_nothing")
        return
    from leitstern.cli.import_ import receipts

    receipts(state, found.tables, "table")
    for account in found.facts:
        click.echo("")
        tell(state, account)
    if lacks:
        click.echo("\n" + state.say("account_empty"))
        for text, kpis in _by_reason(state, lacks).items():
            click.echo(f"  {text} {', '.join(kpis)}")
    if not found.built:
        state.note("account_not_built", path=state.folder)


def tell(state: State, account: FactAccount, *, err: bool = False) -> None:
    """Print what there is of a fact, and under it what counts nowhere or less than it should."""
    click.echo(account.text(state.language, state.cells.whole), err=err)
    for remark in (*account.nowhere, *account.partly):
        example = state.say("account_example", key=remark.example) if remark.example else ""
        click.echo(f"  {remark.text(state.language, state.cells.whole)}{example}", err=err)


def _by_reason(state: State, lacks: list[Lack]) -> dict[str, list[str]]:
    """The KPIs that lack the same, in the order in which it is said first."""
    found: dict[str, list[str]] = {}
    for one in lacks:
        found.setdefault(one.text(state.language, state.cells.whole), []).append(one.kpi)
    return found


def _remarks(found: DataAccount) -> list[Remark]:
    return [remark for account in found.facts for remark in (*account.nowhere, *account.partly)]


def _row(remark: Remark, language: str) -> tuple[object, ...]:
    counts = "nowhere" if remark.nowhere else "partly"
    about = (remark.code, remark.field or "", remark.choice or "")
    return (remark.fact, counts, *about, remark.count, remark.text(language))


def _plain(state: State, found: DataAccount, lacks: list[Lack]) -> dict[str, object]:
    language = state.language

    def remarks(those: tuple[Remark, ...]) -> list[dict[str, object]]:
        names = ("code", "field", "choice", "count", "values", "distinct", "example")
        return [{**{n: getattr(one, n) for n in names}, "text": one.text(language)} for one in those]

    facts = [
        {
            "fact": one.fact,
            "text": one.text(language),
            "delivered": one.delivered,
            "counted": one.counted,
            "groups": one.groups,
            "nowhere": remarks(one.nowhere),
            "partly": remarks(one.partly),
        }
        for one in found.facts
    ]
    empty = [{"kpi": one.kpi, "reason": one.code, "text": one.text(language)} for one in lacks]
    return {"built": found.built, "tables": found.tables, "facts": facts, "empty": empty}
