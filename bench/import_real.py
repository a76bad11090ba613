"""What becomes of real files: each is imported without a mapping into a workspace of its own.

    python bench/import_real.py PATH...                  # files and folders; nothing leaves the machine
    python bench/import_real.py PATH --as deal --answer "Status: Ruhend=open" --language de

For each file: the table that was found, what its rows are, which column fills which field and how it is read,
the columns that none takes, the questions, the account from rows to what counts, and the KPIs that have a
value. Files that ask something are left at their questions, unless ``--first`` answers each with its first
choice. The exit code is 1 where a file could not be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import leitstern
from leitstern.errors import Problem
from leitstern.sources.files import discover

if TYPE_CHECKING:
    from leitstern.facts.receipts import Receipt
    from leitstern.workspace import Workspace

_MOST = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user of this script wants."""

    fact: str | None
    answers: dict[str, str]
    first: bool
    language: str
    country: str


def main() -> int:
    """Print the report of each file; 1 where one could not be read."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("paths", nargs="+", type=Path)
    given.add_argument("--as", dest="fact", help="what the rows are, where no mapping can be proposed")
    given.add_argument("--answer", action="append", default=[], metavar="NAME=CHOICE")
    given.add_argument("--first", action="store_true", help="answer each question with its first choice")
    given.add_argument("--language", default="en")
    given.add_argument("--country", default="DE")
    said = given.parse_args()
    answers = {name: choice for name, _, choice in (answer.rpartition("=") for answer in said.answer)}
    asked = Asked(said.fact, answers, said.first, said.language, said.country)
    unread = 0
    for path in discover(said.paths):
        print(f"\n=== {path.name}")
        with TemporaryDirectory() as folder:
            workspace = leitstern.init(Path(folder) / "ws", language=asked.language, country=asked.country)
            try:
                for line in report(workspace, path, asked):
                    print("  " + line)
            except Problem as problem:
                print("  " + problem.text(asked.language))
                unread += 1
    return 1 if unread else 0


def report(workspace: Workspace, path: Path, asked: Asked) -> Iterator[str]:
    """The lines on one file."""
    looked = _import(workspace, path, asked, dry_run=True)
    yield from _table(looked)
    questions = looked.questions
    if questions and not asked.first:
        return
    answers = {question.name: question.choices[0] for question in questions}
    done = _import(workspace, path, asked, more=answers)
    for table in done.tables:
        said = ", ".join(f"{reason} {count}" for reason, count in table.set_aside.items())
        yield f"{table.fact}: {table.rows_read} rows, {table.loaded} new, set aside: {said or 'none'}"
    if not done.tables:
        return
    workspace.refresh()
    for account in workspace.account().facts:
        yield account.text(asked.language, str)
        yield from (f"  {remark.text(asked.language, str)}" for remark in (*account.nowhere, *account.partly))
    yield from _values(workspace)


def _import(
    workspace: Workspace,
    path: Path,
    asked: Asked,
    *,
    dry_run: bool = False,
    more: dict[str, str] | None = None,
) -> Receipt:
    """Without a word what the rows are, and where that does not do with one."""
    answers = {**asked.answers, **(more or {})}
    found = workspace.import_files([path], answers=answers, dry_run=dry_run)
    if asked.fact is None or not found.unmatched:
        return found
    return workspace.import_files([path], fact=asked.fact, answers=answers, dry_run=dry_run)


def _table(receipt: Receipt) -> Iterator[str]:
    for note in receipt.notes:
        yield f"note: {note}"
    for unmatched in receipt.unmatched:
        columns = ", ".join(unmatched.columns[:_MOST])
        yield f"not matched: {unmatched.sheet or ''} {unmatched.problem or columns}"
    for column in receipt.columns:
        fields = ", ".join(column.targets) or "-"
        yield f"{column.column!r} -> {fields} ({column.reading}: {'; '.join(column.examples[:2])})"
    for question in receipt.questions:
        yield f"asks {question.column}: {' | '.join(question.meanings or question.choices)}"


def _values(workspace: Workspace) -> Iterator[str]:
    """KPIs with a value in some year."""
    for kpi in workspace.catalogue.names:
        found = [value for value in workspace.compute([kpi], grain="year") if value.value not in (None, 0)]
        if found:
            yield f"{kpi}: " + ", ".join(f"{value.period} {value.value}" for value in found[-_MOST:])


if __name__ == "__main__":
    sys.exit(main())
