"""What became of the rows of an import: the account that always adds up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from leitstern.facts.mapping import Condition, FieldMapping, place
from leitstern.messages import message


def reason_text(reason: str, language: str) -> str:
    """Why a row was set aside, as the end of a sentence about the row or the value."""
    try:
        return message(f"facts.reason_{reason}", language)
    except KeyError:
        return message(f"sources.reason_{reason}", language)


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How one column was read: the short code of ``leitstern.sources``, and the fields it fills."""

    column: str
    code: str
    fields: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAsideRow:
    """A row that was not loaded, or a record (with its ``key``) that counts nowhere though it was.

    ``reason_text`` explains its ``reason``.
    """

    batch: int
    file: str
    sheet: str | None
    fact: str
    line: int
    column: str | None
    reason: str
    value: str | None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class TableReceipt:
    """One file (or sheet) into one fact.

    ``rows_read = loaded + updated + unchanged + rows_set_aside``. ``left_out`` rows were not chosen by
    the mapping's ``where`` and are no part of it; ``removed`` says how many of the updated ones were
    deletions, ``planned`` of how many records the end in the file is only planned, ``overlap``
    how many earlier records of a list without a key may be in it once more. ``already`` marks bytes
    that were imported before under the same mapping: their earlier receipt is repeated and nothing was
    written.
    """

    batch: int
    mapping: str
    file: str
    sheet: str | None
    fact: str
    rows_read: int
    loaded: int
    updated: int
    unchanged: int
    left_out: int = 0
    removed: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    readings: tuple[ReadAs, ...] = ()
    already: bool = False
    planned: int = 0
    overlap: int = 0

    @property
    def rows_set_aside(self) -> int:
        """Rows that were not loaded, over all reasons."""
        return sum(self.set_aside.values())

    def check(self) -> None:
        """Raise ``AssertionError`` if a row is unaccounted for: that would be our mistake, not the user's."""
        accounted = self.loaded + self.updated + self.unchanged + self.rows_set_aside
        if accounted != self.rows_read:
            raise AssertionError(
                f"{self.file} -> {self.fact}: {self.rows_read} rows read, {accounted} accounted for"
            )


@dataclass(frozen=True, slots=True)
class Question:
    """A column that can be read in more than one way. ``answers={name: code}`` settles it.

    ``choices`` are the codes of the readings; ``meanings`` shows for each of them what the examples
    would be (``03/04/2025 = 2025-04-03``).
    """

    file: str
    sheet: str | None
    column: str
    choices: tuple[str, ...]
    examples: tuple[str, ...]
    meanings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What an answer is given under: ``file:column``, in a workbook ``file#sheet:column``.

        ``file:column`` and the column alone work as well.
        """
        return f"{place(self.file, self.sheet)}:{self.column}"


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """A column as a dry run shows it. ``targets`` are ``fact.field`` names; empty if nothing uses it."""

    file: str
    sheet: str | None
    column: str
    reading: str
    examples: tuple[str, ...]
    targets: tuple[str, ...]
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What an import makes of one table: the fact, and where each of its fields comes from.

    ``mapping`` names the mapping that was there already; None for one that was proposed. ``by_row``: each row
    is a record of its own. ``missing`` are required fields without a column, ``unused`` columns that no
    field takes, ``unclear`` choices whose words are not all known: field -> column and those words.
    """

    file: str
    sheet: str | None
    rows: int
    columns: tuple[str, ...]
    fact: str
    mapping: str | None
    key: tuple[str, ...]
    by_row: bool
    fields: dict[str, FieldMapping]
    where: Condition | None = None
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    unclear: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A file, or a sheet of one, that no mapping is meant for, or that cannot be read (``problem``)."""

    file: str
    sheet: str | None
    columns: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The account of one import. ``batch`` is None when nothing was written (dry run, all known).

    ``columns`` and ``planned`` are there in a dry run, and while questions are open. ``aside`` are the first
    rows that were, or in a trial would be, set aside.
    """

    batch: int | None
    tables: tuple[TableReceipt, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    columns: tuple[ColumnPreview, ...] = ()
    questions: tuple[Question, ...] = ()
    proposed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    dry_run: bool = False
    planned: tuple[Planned, ...] = ()
    aside: tuple[SetAsideRow, ...] = ()

    def total(self, name: str) -> int:
        """The sum of one number of the tables, such as ``loaded`` or ``rows_set_aside``."""
        values: list[Any] = [getattr(table, name) for table in self.tables if not table.already]
        return sum(int(value) for value in values)
