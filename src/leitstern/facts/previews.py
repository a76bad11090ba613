"""What a dry run shows: every column with its reading, examples, targets, and questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leitstern.facts.receipts import ColumnPreview, Question

if TYPE_CHECKING:
    from leitstern.facts.jobs import Job
    from leitstern.sources.files import Landed
    from leitstern.sources.readings import Reading


def question_about(file: str, sheet: str | None, column: str, reading: Reading) -> Question:
    """The question that an ambiguous reading asks."""
    return Question(
        file,
        sheet,
        column,
        choices=tuple(choice.code for choice in reading.choices),
        examples=tuple(example.text for example in reading.examples),
        meanings=tuple(
            ", ".join(f"{example.text} = {example.shown}" for example in choice.examples)
            for choice in reading.choices
        ),
    )


def preview(landed: Sequence[Landed], jobs: Sequence[Job]) -> tuple[ColumnPreview, ...]:
    """Every column of every table. Columns that no mapping reads are read as their values suggest."""
    return tuple(_column(table, column, jobs) for table in landed for column in table.columns)


def _column(table: Landed, column: str, jobs: Sequence[Job]) -> ColumnPreview:
    mine = [job for job in jobs if job.landed is table]
    targets = [
        f"{job.table.fact}.{name}"
        for job in mine
        for name, mapped in job.table.fields.items()
        if column in mapped.used_columns
    ]
    targets += [f"{job.table.fact}.key" for job in mine if column in (job.table.key or ())]
    used = [reading for job in mine for (_, read), reading in job.readings.items() if read == column]
    question = next((q for job in mine for q in job.questions if q.column == column), None)
    reading = used[0] if used and used[0].examples else _suggested(table, column)
    code = used[0].code if used else ("text" if targets else reading.code)
    # What a value becomes is shown under the reading that will be used, and no other.
    examples = tuple(
        example.text
        if example.text == example.shown or reading.code != code
        else f"{example.text} = {example.shown}"
        for example in reading.examples
    )
    return ColumnPreview(
        table.file, table.sheet, column, code, examples, tuple(dict.fromkeys(targets)), question
    )


def _suggested(table: Landed, column: str) -> Reading:
    import pyarrow.parquet as pq

    from leitstern.sources.columns import decide

    return decide(pq.read_table(table.parquet, columns=[column])[column], name=column)
