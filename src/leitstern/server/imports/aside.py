"""The rows of an import that were set aside, with reason and cells, to be mended and sent again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from leitstern.access.policy import OF_PEOPLE
from leitstern.facts.mapping import place
from leitstern.server import frame, words
from leitstern.server.imports.run import tables_of
from leitstern.server.quality import reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leitstern.facts.receipts import SetAsideRow
    from leitstern.server.models import Import
    from leitstern.server.reader import Reader
    from leitstern.sources.files import Landed

#: Rows in a workbook; a sheet has little more room.
MOST = 1_000_000
#: Characters of a cell in a workbook, and of the name of a sheet.
_CELL, _NAME = 32_767, 31


def shown(rows: Iterable[SetAsideRow], may_see_people: bool) -> list[dict[str, str]]:
    """Rows as a page lists them; those of people's lists only for whoever may import these."""
    return [
        {
            "file": f"{row.file} · {row.sheet}" if row.sheet else row.file,
            "line": frame.figures().plain(row.line),
            "fact": words.fact_name(row.fact, frame.language()),
            "column": row.column or "–",
            "value": row.value or "–",
            "reason": reason(row.reason),
        }
        for row in rows
        if may_see_people or row.fact not in OF_PEOPLE
    ]


def write(ask: Reader, one: Import, target: IO[bytes], may_see_people: bool) -> None:
    """The rows as a workbook, one sheet for each table: line, reason, column, then all cells of the row as
    they were read. It is written row by row, so that memory stays small."""
    import xlsxwriter

    found: dict[str, list[SetAsideRow]] = {}
    for row in ask.workspace.set_aside(limit=MOST, batch=one.batch):
        if may_see_people or row.fact not in OF_PEOPLE:
            found.setdefault(place(row.file, row.sheet), []).append(row)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        bold = book.add_format({"bold": True})
        tables = {place(table.file, table.sheet): table for table in tables_of(ask, one)}
        for number, (where, rows) in enumerate(found.items(), start=1):
            sheet = book.add_worksheet(_sheet_name(number, where))
            table = tables.get(where)
            columns = table.columns if table else ()
            heads = [_("Line"), _("Reason"), _("Column"), *columns]
            sheet.write_row(0, 0, heads, bold)
            sheet.freeze_panes(1, 0)
            for at, cells in enumerate(_with_cells(rows, table), start=1):
                sheet.write_row(at, 0, [_clip(cell) for cell in cells])
        if not found:
            book.add_worksheet().write(0, 0, _("No row was set aside."))


def _with_cells(rows: Sequence[SetAsideRow], table: Landed | None) -> Iterator[list[Any]]:
    cells = _cells(table, {row.line for row in rows}) if table else {}
    for row in sorted(rows, key=lambda row: row.line):
        yield [row.line, reason(row.reason), row.column or "", *cells.get(row.line, [row.value or ""])]


def _cells(table: Landed, lines: set[int]) -> dict[int, list[str]]:
    """The cells of some lines of a raw table, read a piece at a time."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted = pa.array(sorted(lines), pa.int64())
    found: dict[int, list[str]] = {}
    with pq.ParquetFile(table.parquet) as file:
        for batch in file.iter_batches(batch_size=50_000):
            chosen = batch.filter(pc.is_in(batch.column("_line"), wanted))
            for row in chosen.to_pylist():
                found[row["_line"]] = [row[name] or "" for name in table.columns]
    return found


def _sheet_name(number: int, where: str) -> str:
    """A name that workbooks allow, and no other sheet has."""
    allowed = "".join(letter if letter not in "[]:*?/\\'" else " " for letter in where)
    return f"{number} {allowed}"[:_NAME].strip()


def _clip(cell: object) -> object:
    return cell[:_CELL] if isinstance(cell, str) else cell
