"""Closed periods: what counted stands, whatever becomes of the records behind it.

Closing a period writes down what counted on its days (see ``counted``), one file for each closing, which is
never changed. The next generation holds these rows, and from then on every value that includes closed days
is made of them (see ``stands``). Until then the generation that was closed says the same by itself. What
the records would say today is a list of restatements (see ``restating``).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leitstern import clock
from leitstern.engine import layout
from leitstern.engine.counted import Member, Wanted, counted
from leitstern.engine.disk import sync
from leitstern.engine.plan import ToKeep, to_keep
from leitstern.engine.stands import SPAN, Kind, Stretch, uncovered
from leitstern.errors import Problem
from leitstern.facts.model import FACTS
from leitstern.periods.grains import Period

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.engine.generation import Generation
    from leitstern.kpis.load import Catalogue

#: Keys in a file's head: what is closed and how it is kept, and whose the rows are.
_HEAD, _TOLD = b"leitstern.closed", b"leitstern.told"
#: Ends the name of the file beside a closing that holds its checksum, as `sha256sum` writes and checks it.
SUM = ".sha256"
#: Which part of a KPI version: KPI, version, measure, and what the part is of it.
PartName = tuple[str, int, str, str]


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A part as it was closed: its id then, what of it stands, what it was called in which KPIs, and the days
    it was closed on (some may have been closed before). ``refs``: the fact that its ``ref`` names;
    ``divided``: whether shares divide what it adds, so that rows by shares have digits of their own."""

    id: str
    fact: str
    on: str
    kind: Kind
    refs: str | None
    divided: bool
    names: tuple[PartName, ...]
    days: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed period: its days, who closed it, when, the last import it knew, and the KPIs (with versions)
    that there were. ``reached``: up to which day sources had told, by fact and date; ``parts``: what is kept,
    by the numbers in the rows."""

    period: str
    start: date
    end: date
    by: str
    at: datetime
    batch: int
    kpis: frozenset[tuple[str, int]]
    parts: tuple[KeptPart, ...]
    reached: Mapping[tuple[str, str], int]
    file: Path

    def covers(self, start: date, end: date) -> bool:
        """Whether all days from ``start`` to ``end`` are closed."""
        return self.start <= start and end <= self.end

    def holds(self, period: Period, kpi: str, version: int) -> bool:
        """Whether a KPI's values for a period stand."""
        return self.covers(period.start, period.end) and (kpi, version) in self.kpis

    def rows(self) -> pa.Table:
        """What counted (see ``counted.schema``)."""
        import pyarrow.parquet as pq

        with _readable(self.file):
            return pq.read_table(self.file)

    def told(self) -> tuple[list[Member], dict[str, dict[str, str]]]:
        """Whose the rows are, and the names of all they name (see ``counted.Counted``)."""
        with _readable(self.file):
            head = _part_of_head(self.file, _TOLD)
        return [(p, t, tuple(tree)) for p, t, tree in head["members"]], head["names"]


class Ledger:
    """The closed periods of a workspace, one file each in ``folder``; the oldest closing comes first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = folder.glob("*.parquet") if folder.is_dir() else ()
        found = sorted((read(file) for file in files), key=lambda c: (c.at, c.period))
        self.closed: dict[str, Closed] = {c.period: c for c in found}

    def close(self, generation: Generation, catalogue: Catalogue, period: Period, by: str) -> Closed:
        """Close a period; Problem where it is not over, or closed already.

        What an earlier closing holds of it stands as it is.
        """
        if period.label in self.closed:
            raise Problem("engine.closed_already", period=period.label, by=self.closed[period.label].by)
        if period.end >= generation.built_on:
            raise Problem("engine.not_over", period=period.label, end=period.end, built=generation.built_on)
        parts, wanted = self._to_keep(catalogue, period)
        found = counted(generation, wanted)
        head = {
            "period": period.label,
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "by": by,
            "at": clock.now().astimezone(generation.built_at.tzinfo).isoformat(),
            "batch": generation.context.batch,
            "kpis": [[e.definition.kpi, e.definition.version] for e in catalogue.entries()],
            "parts": [asdict(part) for part in parts],
            "reached": [[*place, day] for place, day in generation.reached.items()],
        }
        told = {"members": found.members, "names": found.names}
        self.folder.mkdir(exist_ok=True)
        file = self.folder / f"{period.label}.parquet"
        _write(file, found.rows.replace_schema_metadata({_HEAD: json.dumps(head), _TOLD: json.dumps(told)}))
        closed = read(file)
        self.closed[closed.period] = closed
        return closed

    def _to_keep(self, catalogue: Catalogue, period: Period) -> tuple[list[KeptPart], list[Wanted]]:
        """The parts to keep, and over which days: those that no earlier closing keeps them for."""
        before: dict[tuple[str, Kind], list[Stretch]] = {}
        for closed in self.closed.values():
            for _, kept, id_ in recognised(closed, catalogue):
                before.setdefault((id_, kept.kind), []).extend(kept.days)
        days = period.start.toordinal(), period.end.toordinal()
        parts: list[KeptPart] = []
        wanted: list[Wanted] = []
        for one, names in named(catalogue).items():
            taken = before.get((one.part.id, one.kind), [])
            if one.kind == SPAN:  # not made of days: a closing that holds them all says the same
                taken = [(first, last) for first, last in taken if first <= days[0] and days[1] <= last]
            free = tuple(uncovered(days, taken))
            if not free:
                continue
            wanted += wanted_of(len(parts), one, free)
            parts.append(_kept(one, tuple(names), free))
        return parts, wanted


def wanted_of(number: int, one: ToKeep, days: Iterable[Stretch]) -> Iterator[Wanted]:
    """What is read of the facts for a part on its days."""
    for stretch in days:
        yield Wanted(number, one.part, stretch)
        if one.ended is not None:
            yield Wanted(number, one.part, stretch, one.ended)


def named(catalogue: Catalogue) -> dict[ToKeep, list[PartName]]:
    """All that is kept for the KPIs of a catalogue, with what it is called there."""
    found: dict[ToKeep, list[PartName]] = {}
    for entry in catalogue.entries():
        d = entry.definition
        for measure, role, kept in to_keep(catalogue.resolved(d.kpi, d.version).measures):
            found.setdefault(kept, []).append((d.kpi, d.version, measure, role))
    return found


def recognised(closed: Closed, catalogue: Catalogue) -> Iterator[tuple[int, KeptPart, str]]:
    """What a closing keeps: number, part, and the id of a part of today for which it stands.

    That is the same part or, where another version of the program says it differently, the part of the same
    name in the same version of a KPI.
    """
    today = named(catalogue)
    ids = {(kept.part.id, kept.kind) for kept in today}
    by_name = {name: kept for kept, names in today.items() for name in names}
    for number, part in enumerate(closed.parts):
        called = {by_name[n].part.id for n in part.names if n in by_name and by_name[n].kind == part.kind}
        for id_ in {part.id} if (part.id, part.kind) in ids else called or {part.id}:
            yield number, part, id_


def _write(file: Path, rows: pa.Table) -> None:
    """All of it or nothing: whole on disk before it gets its name."""
    import pyarrow.parquet as pq

    building = file.with_name(f".{file.stem}-{os.getpid()}")
    pq.write_table(rows, building, compression="zstd")
    with building.open("rb") as written:
        sha256 = hashlib.file_digest(written, "sha256").hexdigest()
    summed = building.with_name(building.name + SUM)
    summed.write_text(f"{sha256}  {file.name}\n", encoding="ascii")
    sync(building)
    sync(summed)
    building.replace(file)
    summed.replace(file.with_name(file.name + SUM))
    sync(file.parent)


def read(file: Path) -> Closed:
    """A closing; raises ``Problem`` where its file cannot be read."""
    with _readable(file):
        return _read(file)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """A file that is damaged is a ``Problem``, which names it."""
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise Problem("engine.closing_broken", file=file) from error


def _read(file: Path) -> Closed:
    head = _part_of_head(file, _HEAD)
    return Closed(
        period=head["period"],
        start=date.fromisoformat(head["start"]),
        end=date.fromisoformat(head["end"]),
        by=head["by"],
        at=datetime.fromisoformat(head["at"]),
        batch=head["batch"],
        kpis=frozenset((kpi, version) for kpi, version in head["kpis"]),
        parts=tuple(_known(part) for part in head["parts"]),
        reached={(fact, on): day for fact, on, day in head["reached"]},
        file=file,
    )


def _kept(kept: ToKeep, names: tuple[PartName, ...], days: tuple[Stretch, ...]) -> KeptPart:
    part = kept.part
    refs = FACTS[part.fact].by_name[part.what.fields[0]].to if part.counts_refs else None
    divided = part.fact == layout.SHARED_FACT and part.agg == "add" and not part.is_money
    return KeptPart(part.id, part.fact, part.on, kept.kind, refs, divided, names, days)


def _known(part: dict[str, Any]) -> KeptPart:
    names = tuple((kpi, version, measure, role) for kpi, version, measure, role in part.pop("names"))
    days = tuple((first, last) for first, last in part.pop("days"))
    return KeptPart(**part, names=names, days=days)


def _part_of_head(file: Path, key: bytes) -> Any:
    import pyarrow.parquet as pq

    return json.loads((pq.read_schema(file).metadata or {})[key])
