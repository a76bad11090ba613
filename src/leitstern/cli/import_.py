"""`leitstern import`: files in, every row accounted for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leitstern.cli import jsonout, options, tables
from leitstern.cli.progress import reporting
from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.facts.receipts import ColumnPreview, Question, Receipt, TableReceipt


class Answer(click.ParamType[tuple[str, str]]):
    """``COLUMN=READING`` or ``FILE:COLUMN=READING``; the column's name may hold an equals sign."""

    name = "answer"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """The column and the code of the reading."""
        if isinstance(value, tuple):
            return value
        column, equals, reading = str(value).rpartition("=")
        if not (column and equals and reading):
            self.fail(f"{value!r} is no answer; write it as COLUMN=READING, such as amount=de.", param, ctx)
        return column, reading


@click.command
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "fact", metavar="FACT", help="What the rows are: deal, lead, activity, ...")
@click.option(
    "--mapping", metavar="FILE", type=click.Path(path_type=Path),
    help="Which column is which field. [default: those in DIR/mappings, else a proposal]",
)  # fmt: skip
@click.option(
    "--answer", "answers", metavar="COLUMN=READING", multiple=True, type=Answer(),
    help="How to read an ambiguous column: de (1.234,56), en (1,234.56), ch (1'234.56), DD.MM.YYYY, ...",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show how each column would be read, and change nothing.")
@options.output
@click.pass_obj
def command(
    state: State,
    /,
    paths: tuple[Path, ...],
    fact: str | None,
    mapping: Path | None,
    answers: tuple[tuple[str, str], ...],
    dry_run: bool,
    form: str,
) -> None:
    """Import files or folders, and print the receipt.

    Reads CSV, TSV, XLSX, Parquet and JSON lines. The same file twice changes nothing; a newer export
    updates records by their key. Where a column can be read in two ways, nothing is imported until
    the question is answered.
    """
    with reporting() as progress:
        receipt = state.workspace.import_files(
            list(paths), mapping=mapping, fact=fact, answers=dict(answers), dry_run=dry_run, progress=progress
        )
    if form == "json":
        click.echo(jsonout.dumps(receipt))
    elif dry_run:
        _columns(state, receipt.columns, form)
    else:
        receipts(state, receipt.tables, form)
    _remarks(state, receipt)
    if receipt.questions and not dry_run:
        state.note("questions_open", count=len(receipt.questions))
        raise click.exceptions.Exit(1)
    if not receipt.tables and not dry_run:
        raise click.exceptions.Exit(1)


def receipts(state: State, found: tuple[TableReceipt, ...], form: str) -> None:
    """Print what became of the rows of files."""
    if not found:
        return
    say = state.say
    numbers = ("read", "loaded", "updated", "unchanged", "set_aside", "left_out")
    rows = [
        (
            tables.place(r.file, r.sheet),
            r.fact,
            r.rows_read,
            r.loaded,
            r.updated,
            r.unchanged,
            r.rows_set_aside,
            r.left_out,
        )
        for r in found
    ]
    if form == "csv":
        tables.write_csv(("file", "fact", *numbers), rows)
        return
    cells = state.cells
    columns = [tables.Column(say("head_file")), tables.Column(say("head_fact"))]
    columns += [tables.Column(say(f"head_{name}"), number=True) for name in numbers]
    tables.show(columns, [(row[0], row[1], *map(cells.whole, row[2:])) for row in rows])


def _columns(state: State, columns: tuple[ColumnPreview, ...], form: str) -> None:
    rows = [
        (
            tables.place(c.file, c.sheet),
            c.column,
            "?" if c.question else c.reading,
            " · ".join(c.examples),
            ", ".join(c.targets),
        )
        for c in columns
    ]
    heads = ("file", "column", "reading", "examples", "targets")
    if form == "csv":
        tables.write_csv(heads, rows)
    else:
        tables.show([tables.Column(state.say(f"head_{head}")) for head in heads], rows)


def _remarks(state: State, receipt: Receipt) -> None:
    """Everything that is not the receipt itself, on standard error."""
    for note in receipt.notes:
        click.echo(note, err=True)
    for other in receipt.unmatched:
        place = tables.place(other.file, other.sheet)
        if other.problem:
            state.note("unreadable", file=place, problem=other.problem)
        else:
            state.note("unmatched", file=place)
    for path in receipt.proposed:
        state.note("proposed", path=path)
    for question in receipt.questions:
        _ask(state, question)
    for table in receipt.tables:
        if table.already:
            state.note("already", file=tables.place(table.file, table.sheet))
    if receipt.dry_run:
        state.note("dry_run")
    elif receipt.batch is not None:
        if receipt.total("rows_set_aside"):
            state.note("set_aside_see", path=state.folder)
        state.note("refresh_next", path=state.folder)


def _ask(state: State, question: Question) -> None:

    state.note("question", file=tables.place(question.file, question.sheet), column=question.column)
    for code, meaning in zip(question.choices, question.meanings, strict=True):
        state.note("question_choice", reading=code, meaning=meaning)
    first, *others = question.choices
    state.note("question_answer", column=question.column, first=first, others=", ".join(others))
