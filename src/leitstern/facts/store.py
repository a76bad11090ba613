"""The store: typed facts, and an account of every row that an import read.

One DuckDB file per workspace, written by one process at a time. An import is one batch in one
transaction: a killed import leaves the store as it was. Names in SQL come from the canonical model
alone; values travel as parameters or as Arrow tables.

Tables: one per fact (``TECHNICAL`` columns, then the model's fields that are not derived), and

============== =========================================================================
``batch``      imports: number, moment
``receipt``    per batch, file, sheet and fact: what became of the rows
``set_aside``  rows that were not loaded: file, sheet, fact, line, column, reason, value
``reading``    how a column was read
``change``     which records a batch changed (for incremental refreshes)
``gone``       records that the newest full export of their sort lacks
``kept``       the first import whose overwritten rows are kept, in ``before_<fact>`` (see ``undo``)
``meta``       the schema's version
============== =========================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from leitstern import clock
from leitstern.disk import is_full
from leitstern.errors import Problem
from leitstern.facts import gone, overlaps, undo
from leitstern.facts.fields import SQL_TYPES
from leitstern.facts.incoming import Incoming
from leitstern.facts.mapping import place
from leitstern.facts.model import FACTS, Fact, Field
from leitstern.facts.queries import first_row, lent
from leitstern.facts.receipts import ReadAs, SetAsideRow, TableReceipt
from leitstern.facts.upsert import upsert

if TYPE_CHECKING:
    from leitstern.facts.convert import Converted
    from leitstern.facts.gone import Gone, SameSort

#: What the store may hold in memory; what does not fit lies beside its file until it is used.
MEMORY = "256MB"

SCHEMA_VERSION = 1

_BOOKS = {
    "meta": "schema_version INTEGER",
    "batch": "number INTEGER, imported_at TIMESTAMP",
    "receipt": (
        "batch INTEGER, mapping VARCHAR, file VARCHAR, sheet VARCHAR, sha256 VARCHAR, digest VARCHAR, "
        "fact VARCHAR, rows_read BIGINT, loaded BIGINT, updated BIGINT, unchanged BIGINT, set_aside BIGINT, "
        "left_out BIGINT, removed BIGINT, part VARCHAR"
    ),
    "set_aside": (
        "batch INTEGER, file VARCHAR, sheet VARCHAR, fact VARCHAR, line BIGINT, column_name VARCHAR, "
        "reason VARCHAR, value VARCHAR, part VARCHAR"
    ),
    "reading": (
        "batch INTEGER, file VARCHAR, sheet VARCHAR, pattern VARCHAR, column_name VARCHAR, code VARCHAR"
    ),
    "change": "fact VARCHAR, key VARCHAR, batch INTEGER",
    "gone": "fact VARCHAR, key VARCHAR, file VARCHAR, batch INTEGER",
    "kept": "since INTEGER",
}


def stored_facts() -> tuple[Fact, ...]:
    """The facts that have a table."""
    return tuple(fact for fact in FACTS.values() if not fact.derived)


def stored_fields(fact: Fact) -> tuple[Field, ...]:
    """The fields that have a column."""
    return tuple(field for field in fact.fields if not field.derived)


def _create_fact(fact: Fact, name: str, *more: str) -> str:
    columns = ["key VARCHAR NOT NULL", "source_file VARCHAR", "source_row BIGINT", "batch INTEGER NOT NULL"]
    columns += [f'"{field.name}" {SQL_TYPES[field.kind]}' for field in stored_fields(fact)]
    return f'CREATE TABLE "{name}" ({", ".join([*more, *columns])})'


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a table of rows comes from. ``digest`` stands for mapping and readings together, ``part`` tells
    tables apart that are made of the same rows."""

    mapping: str
    pattern: str
    file: str
    sheet: str | None
    sha256: str
    digest: str
    part: str | None = None


class Store:
    """The facts of a workspace. Use as a context manager, or close it.

    Raises ``Problem`` ``facts.store_busy`` while another process has the file open for writing, and
    ``facts.store_broken`` where the file is damaged.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        import duckdb

        self.path = path
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "enable_external_access": "false",
            "memory_limit": MEMORY,
        }
        try:
            self.connection = duckdb.connect(str(path), read_only=read_only, config=config)
        except duckdb.Error as error:
            if isinstance(error, duckdb.IOException) and "lock" in str(error):
                raise Problem("facts.store_busy", path=str(path)) from None
            if is_full(error):
                raise
            raise Problem("facts.store_broken", path=str(path)) from error
        killed_as_it_began = read_only and not self._has_tables()
        if killed_as_it_began:  # to a reader that is an empty store
            self.close()
            self.connection = duckdb.connect(":memory:", config=config)
        if killed_as_it_began or not read_only:
            self._create()

    def _has_tables(self) -> bool:
        return self._one("SELECT 1 FROM duckdb_tables() WHERE table_name = 'meta'") is not None

    def _create(self) -> None:
        """Add the tables and columns that are missing: all in a new file, new fields in an older one."""
        run = self.connection.execute
        run("BEGIN")
        found = run("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal").fetchall()
        there = {(table, column) for table, column in found}
        tables = {table for table, _ in there}
        for name, columns in _BOOKS.items():
            if name not in tables:
                run(f"CREATE TABLE {name} ({columns})")
            for column in columns.split(", ") if name in tables else ():
                if (name, column.split(" ")[0]) not in there:
                    run(f"ALTER TABLE {name} ADD COLUMN {column}")
        for fact in stored_facts():
            for name, *more in ((fact.name,), (undo.table(fact.name), "replaced INTEGER")):
                if name not in tables:
                    run(_create_fact(fact, name, *more))
                    continue
                for field in stored_fields(fact):
                    if (name, field.name) not in there:
                        run(f'ALTER TABLE "{name}" ADD COLUMN "{field.name}" {SQL_TYPES[field.kind]}')
        run("INSERT INTO kept SELECT ? WHERE NOT EXISTS (SELECT 1 FROM kept)", [self.last_batch() + 1])
        version = self._one("SELECT max(schema_version) FROM meta")
        if version is None:
            run("INSERT INTO meta VALUES (?)", [SCHEMA_VERSION])
        run("COMMIT")
        if version is not None and version > SCHEMA_VERSION:
            self.close()
            raise Problem("facts.store_newer", path=str(self.path), found=version, known=SCHEMA_VERSION)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a transaction that is open is undone."""
        self.connection.close()

    @contextmanager
    def batch(self, *, keep: bool = True) -> Iterator[Batch]:
        """One import: everything inside is written together, or nothing of it; without ``keep`` nothing."""
        run = self.connection.execute
        run("BEGIN")
        try:
            number = self.last_batch() + 1
            run("INSERT INTO batch VALUES (?, ?)", [number, clock.now().replace(tzinfo=None)])
            gone.begin(self.connection)
            yield Batch(self, number)
        except BaseException:
            run("ROLLBACK")
            raise
        run("COMMIT" if keep else "ROLLBACK")

    def undo(self, number: int) -> None:
        """Take an import back; see ``facts.undo``. That is itself an import, without files."""
        with self.batch() as batch:
            batch.undo(number)

    def last_batch(self) -> int:
        """The number of the newest import, 0 before the first."""
        return int(self._one("SELECT coalesce(max(number), 0) FROM batch"))

    def count(self, fact: str) -> int:
        """How many records a fact has."""
        return int(self._one(f'SELECT count(*) FROM "{FACTS[fact].name}"'))

    def imported(self, sha256: str, sheet: str | None, digest: str) -> TableReceipt | None:
        """The receipt of an earlier import of the same bytes under the same mapping and readings."""
        found = self.receipts(
            "sha256 = ? AND sheet IS NOT DISTINCT FROM ? AND digest = ?", sha256, sheet, digest
        )
        return found[-1] if found else None

    def receipts(self, condition: str = "true", *values: object) -> list[TableReceipt]:
        """Receipts in the order of the imports. ``condition`` is code, never a user's text."""
        rows = self.connection.execute(
            "SELECT batch, mapping, file, sheet, fact, rows_read, loaded, updated, unchanged, left_out, "
            f"removed, part FROM receipt WHERE {condition} ORDER BY batch, rowid",
            list(values),
        ).fetchall()
        return [
            replace(TableReceipt(*row[:-1]), set_aside=self.reasons(row[0], row[2], row[3], row[4], row[-1]))
            for row in rows
        ]

    def reasons(
        self, batch: int, file: str, sheet: str | None, fact: str, part: str | None
    ) -> dict[str, int]:
        """How many rows of a table were set aside in one import, by reason."""
        rows = self.connection.execute(
            "SELECT reason, count(*) FROM set_aside WHERE batch = ? AND file = ? "
            "AND sheet IS NOT DISTINCT FROM ? AND fact = ? AND part IS NOT DISTINCT FROM ? "
            "GROUP BY reason ORDER BY reason",
            [batch, file, sheet, fact, part],
        ).fetchall()
        return dict(rows)

    def set_aside(self, *, batch: int | None = None, limit: int = 1000) -> list[SetAsideRow]:
        """Rows that were not loaded, newest import first; of one batch if given."""
        rows = self.connection.execute(
            "SELECT batch, file, sheet, fact, line, column_name, reason, value FROM set_aside "
            "WHERE batch = ? OR ? IS NULL ORDER BY batch DESC, rowid LIMIT ?",
            [batch, batch, limit],
        ).fetchall()
        return [SetAsideRow(*row) for row in rows]

    def reading_before(self, pattern: str, column: str) -> str | None:
        """How this column was read in the last import of a table with the same file pattern."""
        code = self._one(
            "SELECT code FROM reading WHERE pattern = ? AND column_name = ? "
            "ORDER BY batch DESC, rowid DESC LIMIT 1",
            pattern,
            column,
        )
        return None if code is None else str(code)

    def gone(self) -> list[tuple[str, str, int, list[str]]]:
        """Records that the newest full export of their sort lacks: fact, its file, how many, examples."""
        there = "SELECT 1 FROM duckdb_tables() WHERE table_name = 'gone'"
        if self._one(there) is None:  # made by an older version, and not written since
            return []
        return self.connection.execute(
            f"SELECT fact, max_by(file, batch), count(*), list(key ORDER BY key)[:{gone.EXAMPLES}] "
            "FROM gone GROUP BY fact ORDER BY fact"
        ).fetchall()

    def gone_keys(self, fact: str) -> list[str]:
        """The keys of a fact's records that the newest full export of their sort lacks."""
        if self._one("SELECT 1 FROM duckdb_tables() WHERE table_name = 'gone'") is None:
            return []
        found = self.connection.execute("SELECT key FROM gone WHERE fact = ? ORDER BY key", [fact])
        return [key for (key,) in found.fetchall()]

    def changed_since(self, batch: int) -> dict[str, int]:
        """How many records of each fact later imports changed."""
        rows = self.connection.execute(
            "SELECT fact, count(DISTINCT key) FROM change WHERE batch > ? GROUP BY fact ORDER BY fact",
            [batch],
        ).fetchall()
        return dict(rows)

    def _one(self, sql: str, *values: object) -> Any:
        row = first_row(self.connection, sql, values)
        return row[0] if row else None


class Batch:
    """An import that is being written; see ``Store.batch``."""

    def __init__(self, store: Store, number: int) -> None:
        self._store = store
        self._run = store.connection.execute
        self.number = number

    def load(
        self,
        origin: Origin,
        pieces: Iterable[Converted],
        readings: tuple[ReadAs, ...] = (),
        same_sort: SameSort | None = None,
    ) -> TableReceipt:
        """Write one converted table, given piece by piece, and its account: what became of its rows.

        ``same_sort`` says which files are of its sort: records of theirs may be in it once more.
        """
        con = self._store.connection
        incoming: Incoming | None = None
        for piece in pieces:
            incoming = incoming or Incoming(con, piece)
            incoming.add(piece)
            self._write_set_aside(origin, piece)
        assert incoming is not None, "a table has a piece even where it has no rows"
        incoming.finish()
        if not incoming.by_text:
            gone.note(con, incoming.fact)
        source = place(origin.file, origin.sheet)
        counts = upsert(con, incoming, source=source, batch=self.number)
        self._run(
            "INSERT INTO set_aside SELECT ?, ?, ?, ?, line, NULL, reason, key, ? FROM late",
            [self.number, origin.file, origin.sheet, incoming.fact, origin.part],
        )
        overlap = 0 if same_sort is None else overlaps.count(con, incoming, source, self.number, same_sort)
        incoming.drop()
        reasons = self._store.reasons(self.number, origin.file, origin.sheet, incoming.fact, origin.part)
        receipt = TableReceipt(
            self.number, origin.mapping, origin.file, origin.sheet, incoming.fact, incoming.rows_read,
            counts.loaded, counts.updated, counts.unchanged, incoming.left_out, counts.removed,
            reasons, planned=incoming.planned, overlap=overlap,
        )  # fmt: skip
        receipt.check()
        self._run(
            "INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                self.number, origin.mapping, origin.file, origin.sheet, origin.sha256, origin.digest,
                incoming.fact, receipt.rows_read, receipt.loaded, receipt.updated, receipt.unchanged,
                receipt.rows_set_aside, receipt.left_out, receipt.removed, origin.part,
            ],
        )  # fmt: skip
        for reading in readings:
            self._run(
                "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?)",
                [self.number, origin.file, origin.sheet, origin.pattern, reading.column, reading.code],
            )
        return receipt

    def undo(self, number: int) -> None:
        """Take an earlier import back; see ``facts.undo``."""
        undo.undo(self._store.connection, number, self.number)

    def gone(self, sorts: Iterable[tuple[str, str, SameSort]]) -> list[Gone]:
        """What the tables of this import lack that earlier ones of their sorts had; see ``facts.gone``."""
        return gone.finish(self._store.connection, self.number, sorts)

    def _write_set_aside(self, origin: Origin, piece: Converted) -> None:
        import pyarrow as pa

        if not piece.set_aside:
            return
        lines, columns, reasons, values = zip(*piece.set_aside, strict=True)
        table = pa.table(
            {
                "line": pa.array(lines, pa.int64()),
                "column_name": pa.array(columns, pa.string()),
                "reason": pa.array(reasons, pa.string()),
                "value": pa.array(values, pa.string()),
            }
        )
        with lent(self._store.connection, "incoming_set_aside", table):
            self._run(
                "INSERT INTO set_aside SELECT ?, ?, ?, ?, line, column_name, reason, value, ? "
                "FROM incoming_set_aside",
                [self.number, origin.file, origin.sheet, piece.fact, origin.part],
            )
