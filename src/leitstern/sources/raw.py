"""The raw form of a landed table: every column text, as it stands in the file, and the line it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from leitstern.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    import pyarrow.parquet as pq

    from leitstern.sources.arrow import Texts, Values
    from leitstern.sources.limits import Limits

LINE = "_line"
_CLIP = 200


class SetAside(NamedTuple):
    """A row of the file that could not be landed. ``sources.reason_<reason_code>`` is the reason's text."""

    line: int
    column: str | None
    reason_code: str
    value: str


class Note(NamedTuple):
    """Something the user should see about how the file was read; ``sources.note_<code>`` is its text."""

    code: str
    values: dict[str, str | int]

    def text(self, language: str) -> str:
        """The note in ``de`` or ``en``."""
        from leitstern.messages import message

        return message(f"sources.note_{self.code}", language, **self.values)


@dataclass(slots=True)
class RawTable:
    """One table read from a file and written to ``parquet``."""

    sheet: str | None
    columns: tuple[str, ...]
    parquet: Path
    rows_landed: int = 0
    set_aside: list[SetAside] = field(default_factory=list)
    encoding: str | None = None
    delimiter: str | None = None
    notes: list[Note] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For the file beside the Parquet files."""
        return {
            "sheet": self.sheet,
            "columns": list(self.columns),
            "parquet": self.parquet.name,
            "rows_landed": self.rows_landed,
            "set_aside": [list(row) for row in self.set_aside],
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "notes": [[note.code, note.values] for note in self.notes],
        }


class RawWriter:
    """Writes chunks of text rows to Parquet and keeps the account of the table.

    ``close`` must be called; a table without rows gives a file without rows.
    """

    def __init__(
        self, path: Path, columns: Sequence[str], limits: Limits, *, sheet: str | None = None
    ) -> None:
        if len(columns) > limits.columns:
            raise Problem("sources.too_many_columns", count=len(columns), most=limits.columns)
        self.table = RawTable(sheet=sheet, columns=tuple(columns), parquet=path)
        self._limits = limits
        self._writer: pq.ParquetWriter | None = None

    def rows(self, rows: Sequence[Sequence[str | None]], lines: Sequence[int]) -> None:
        """Adds rows of equal width; empty text becomes NULL."""
        if rows:
            self.columns(list(zip(*rows, strict=True)), lines)

    def columns(self, columns: Sequence[Sequence[str | None] | Texts], lines: Sequence[int] | Values) -> None:
        """Adds the same rows column by column."""
        import pyarrow as pa

        from leitstern.sources.arrow import pc

        nothing = pa.scalar(None, pa.string())
        arrays = []
        for column in columns:
            texts = column if isinstance(column, pa.Array) else pa.array(column, pa.string())
            arrays.append(pc.if_else(pc.equal(texts, ""), nothing, texts))
        self._write(pa.table([*arrays, pa.array(lines, pa.int64())], names=[*self.table.columns, LINE]))
        self.table.rows_landed += len(lines)
        if self.table.rows_landed * len(self.table.columns) > self._limits.cells:
            raise Problem("sources.too_many_cells", most=self._limits.cells)

    def set_aside(self, line: int, reason_code: str, value: str, column: str | None = None) -> None:
        """Notes a row that cannot be landed; Problem if there are so many that the file was misread."""
        self.table.set_aside.append(SetAside(line, column, reason_code, value[:_CLIP]))
        if len(self.table.set_aside) > self._limits.set_aside:
            raise Problem("sources.too_many_set_aside", most=self._limits.set_aside, line=line)

    def note(self, code: str, **values: str | int) -> None:
        """Adds something the user should see."""
        self.table.notes.append(Note(code, values))

    def close(self) -> RawTable:
        """Completes the Parquet file."""
        import pyarrow as pa

        if self._writer is None:
            nothing = [pa.array([], pa.string())] * len(self.table.columns)
            self._write(pa.table([*nothing, pa.array([], pa.int64())], names=[*self.table.columns, LINE]))
        assert self._writer is not None
        self._writer.close()
        return self.table

    def _write(self, table: pa.Table) -> None:
        import pyarrow.parquet as pq

        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self.table.parquet, table.schema, compression="zstd", compression_level=1
            )
        self._writer.write_table(table)


def header_names(cells: Sequence[str | None]) -> tuple[list[str], list[Note]]:
    """Usable, different column names from a header row, and notes on what was changed.

    Blanks and line breaks become single spaces; a column without a name is called ``column_<number>``;
    of equal names (case does not count) the later get ``_2``, ``_3``, ...
    """
    names: list[str] = []
    notes: list[Note] = []
    taken = {LINE}
    for number, cell in enumerate(cells, start=1):
        wanted = " ".join((cell or "").replace("\0", "").split()) or f"column_{number}"
        if not (cell or "").strip():
            notes.append(Note("column_without_name", {"number": number, "name": wanted}))
        name, again = wanted, 1
        while name.lower() in taken:
            again += 1
            name = f"{wanted}_{again}"
        if name != wanted:
            notes.append(Note("column_twice", {"number": number, "wanted": wanted, "name": name}))
        taken.add(name.lower())
        names.append(name)
    return names, notes
