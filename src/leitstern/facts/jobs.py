"""One import's choices, and the tables on their way into facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from leitstern.facts.corrections import Correction
from leitstern.facts.mapping import TableMapping, place
from leitstern.facts.receipts import Question, ReadAs
from leitstern.facts.store import Origin

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.sources.files import Landed
    from leitstern.sources.readings import Reading

#: Called with what is being done, and how many of how many steps of this stage are done.
Progress = Callable[[str, int, int], None]

#: Rows that are typed at a time: enough to be fast, and few enough to fit in memory whatever they hold.
PIECE = 131_072

#: Changes when rows are read with another meaning than before, so that files known already are read anew.
_MEANING = "3"


@dataclass(frozen=True, slots=True)
class Options:
    """What an import takes from the workspace and from the user.

    ``dots_day_first``: 03.04.2025 is in April where nothing else is said (see ``sources.columns.Usual``).
    ``answers`` maps ``file:column`` or ``column`` to the code of a reading. ``proposals`` is the folder
    that proposed mappings are written to (None: unmatched files are only reported). ``corrections`` are
    what a person changed of proposals, by ``place``. ``trial``: a dry run also loads, takes everything
    back, and so tells what would become of every row. ``instead_of`` is an earlier import that is taken
    back before this one, in the same transaction.
    """

    timezone: str = "UTC"
    language: str = "en"
    fact: str | None = None
    dots_day_first: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    proposals: Path | None = None
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    trial: bool = False
    instead_of: int | None = None

    def correction(self, table: Landed) -> Correction:
        """What a person changed for a table."""
        return self.corrections.get(place(table.file, table.sheet), Correction())


@dataclass
class Job:
    """One table of one file on its way into one fact."""

    mapping: str
    table: TableMapping
    landed: Landed
    readings: dict[tuple[str, str], Reading] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)

    @cached_property
    def codes(self) -> tuple[ReadAs, ...]:
        """The readings as they are kept in the store."""
        by_column: dict[tuple[str, str], list[str]] = {}
        for (target, column), reading in self.readings.items():
            by_column.setdefault((column, reading.code), []).append(f"{self.table.fact}.{target}")
        return tuple(ReadAs(column, code, tuple(names)) for (column, code), names in by_column.items())

    def origin(self, timezone: str) -> Origin:
        """Where the rows come from; the digest changes when they would be read differently."""
        codes = [_MEANING, *(f"{read.column}={read.code}:{','.join(read.fields)}" for read in self.codes)]
        digest = sha256("\n".join([self.table.digest(), timezone, *codes]).encode()).hexdigest()
        return Origin(
            self.mapping, self.table.file, self.landed.file, self.landed.sheet, self.landed.sha256, digest,
            self.table.part,
        )  # fmt: skip


def columns_of(table: Landed, names: Sequence[str] | None = None) -> pa.Table:
    """The landed text of a table, some columns of it or all."""
    import pyarrow.parquet as pq

    return pq.read_table(table.parquet, columns=None if names is None else list(names))


def pieces_of(table: Landed, names: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """The same, piece by piece; one without rows where there are none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(table.parquet) as file:
        columns = None if names is None else list(dict.fromkeys(names))
        if not file.metadata.num_rows:
            yield file.read(columns)
        for batch in file.iter_batches(PIECE, columns=columns):
            yield pa.Table.from_batches([batch])


def use_little_memory() -> None:
    """Let Arrow take memory from the system, which gets back at once what is not used any more."""
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
