"""Generations: complete, immutable builds that readers open and that replace each other in one step.

A generation is built in a file of its own beside the old one. Only when it is whole and on disk does
``current`` name it, so readers always see exactly one, and a killed build leaves the old one in place.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from leitstern.engine import coverage, fingerprints
from leitstern.engine.compile import rows_of
from leitstern.engine.coverage import Coverage
from leitstern.engine.grids import Members
from leitstern.engine.observations import Subject
from leitstern.errors import Problem
from leitstern.facts.model import SUBJECT_FACTS
from leitstern.periods.workdays import WorkCalendar

if TYPE_CHECKING:
    import duckdb

    from leitstern.engine.backends import Backend
    from leitstern.kpis.load import Catalogue

CURRENT = "current"
KEPT = 3
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Context:
    """What of a workspace's settings decides about numbers."""

    name: str = "Company"
    timezone: str = "Europe/Berlin"
    currency: str = "EUR"
    country: str = "DE"
    region: str | None = None
    local_holidays: tuple[str, ...] = ()
    closing_days: tuple[str, ...] = ()
    fiscal_start: int = 1
    #: The newest import that the generation holds; no rule, so generations of other imports compare equal.
    batch: int = field(default=0, compare=False)
    #: Days after a fact's newest record from which on its source counts as late, where the
    #: workspace says so; see ``engine.coverage`` for the rest.
    late_after: dict[str, int] = field(default_factory=dict)

    def calendar(self) -> WorkCalendar:
        return WorkCalendar(
            self.country,
            self.region,
            extras=frozenset(self.local_holidays),
            closing_days=frozenset(date.fromisoformat(day) for day in self.closing_days),
        )

    @classmethod
    def kept(cls, values: dict[str, Any]) -> Context:
        """The context as a generation keeps it, in JSON."""
        lists = {name: tuple(values[name]) for name in ("local_holidays", "closing_days")}
        return cls(**(values | lists))


class Generation:
    """An open generation. ``number`` names it, ``built_on`` is the day (in its zone) it was built."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        _, rows = backend.rows(rows_of("meta", "value"))
        meta = json.loads(str(rows[0][0]))
        if meta.get("engine") != fingerprints.ENGINE_VERSION:
            backend.close()
            raise Problem("engine.other_version", number=meta["number"])
        self.number: int = meta["number"]
        self.built_at = datetime.fromisoformat(meta["built_at"])
        self.built_on = date.fromisoformat(meta["built_on"])
        self.definitions: str = meta["definitions"]
        #: For each subject type, one more than the highest id.
        self.sizes: dict[str, int] = meta["sizes"]
        self.context = Context.kept(meta["context"])
        self.calendar = self.context.calendar()

    @cached_property
    def members(self) -> Members:
        found = self.backend.query(rows_of("member", "id", "person", "team"))
        order = np.argsort(found["id"])
        return Members(found["person"][order], found["team"][order], self.sizes)

    @cached_property
    def coverage(self) -> dict[str, Coverage]:
        """What there is of each fact."""
        statement = rows_of("delivered", "fact", "rows", "newest_day", "late_after")
        _, rows = self.backend.rows(statement)
        found: dict[str, Coverage] = {}
        for fact, count, newest, late_after in rows:
            assert isinstance(fact, str)
            assert isinstance(count, int)
            assert isinstance(newest, int | None)
            assert isinstance(late_after, int)
            found[fact] = Coverage(count, newest, self.context.late_after.get(fact, late_after))
        return found

    @cached_property
    def ranges(self) -> dict[tuple[str, str], tuple[int, int]]:
        """First and last day of each fact's dates, where there is one."""
        _, rows = self.backend.rows(rows_of("range", "fact", "date", "first_day", "last_day"))
        return {(str(f), str(d)): (int(str(a)), int(str(b))) for f, d, a, b in rows if a is not None}

    @cached_property
    def ready_parts(self) -> dict[str, int]:
        """Numbers of the parts whose values are kept, by the part's id."""
        if not self.backend.has("ready_part"):
            return {}
        _, rows = self.backend.rows(rows_of("ready_part", "id", "number"))
        return {str(name): int(str(number)) for name, number in rows}

    def subjects(self, kind: str) -> list[Subject]:
        """Subjects of a type by id; the first is for records that are not assigned."""
        if kind not in self._subjects:
            self._subjects[kind] = self._load_subjects(kind)
        return self._subjects[kind]

    @cached_property
    def _subjects(self) -> dict[str, list[Subject]]:
        return {}

    def _load_subjects(self, kind: str) -> list[Subject]:
        if kind == "company":
            return [Subject("company", None, self.context.name)]
        table = SUBJECT_FACTS.get(kind, "region")
        found = [Subject(kind, None, None)] * self.members.sizes[kind]
        _, rows = self.backend.rows(rows_of(table, "id", "key", "name"))
        for number, key, name in rows:
            assert isinstance(number, int)
            found[number] = Subject(kind, str(key), str(name if name is not None else key))
        return found

    def present(self, kind: str, first_day: int, last_day: int) -> NDArray[np.bool_]:
        """Which teams or persons (by id) had a member on some day of a stretch."""
        first, last, member = self._stays
        there = (first <= last_day) & (last >= first_day)
        mask = np.zeros(self.members.sizes[kind], bool)
        mask[self.members.fold(kind, member[there])] = True
        mask[0] = False
        return mask

    @cached_property
    def _stays(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        found = self.backend.query(rows_of("stay", "first_day", "last_day", "member"))
        return found["first_day"], found["last_day"], found["member"]

    def close(self) -> None:
        self.backend.close()


def build(
    store: Path,
    folder: Path,
    catalogue: Catalogue,
    context: Context,
    canonical: dict[str, str],
    step: Step = lambda _: None,
) -> Path:
    """Build the next generation from the stored facts and publish it; returns its file.

    Values of months whose records are as they were are taken over from the generation before. ``step``
    is told what is being done. Raises whatever stops it; the generation before then stays in place.
    """
    from leitstern.engine.backends.duckdb import DuckDB, connect
    from leitstern.engine.prepare import encode
    from leitstern.engine.ready import fill

    folder.mkdir(parents=True, exist_ok=True)
    number = _newest(folder) + 1
    building = folder / f".building-{os.getpid()}.duckdb"
    try:
        con = connect(building, read_only=False)
        try:
            _attach(con, store if store.exists() else None, "store")
            _attach(con, _to_build_upon(folder, context), "previous")
            encode(con, timezone=context.timezone, currency=context.currency, canonical=canonical, step=step)
            con.execute("DETACH store")
            _describe(con, number, context, catalogue)
            step("values")
            fingerprints.write(con)
            fill(con, catalogue)
            con.execute("DETACH previous")
            con.execute("CHECKPOINT")
        finally:
            con.close()
        DuckDB(building).close()  # opens like a reader's, before anyone is led to it
        file = folder / f"{number:06d}.duckdb"
        _publish(building, file)
    finally:
        for left in folder.glob(f".building-{os.getpid()}.duckdb*"):
            left.unlink()
    _forget_old(folder)
    return file


def _attach(con: duckdb.DuckDBPyConnection, file: Path | None, name: str) -> None:
    if file is None:
        con.execute(f"ATTACH ':memory:' AS {name}")
    else:
        con.execute(f"ATTACH ? AS {name} (READ_ONLY)", [str(file)])


def _to_build_upon(folder: Path, context: Context) -> Path | None:
    """The current generation, if it was built by the same rules."""
    if not (folder / CURRENT).exists():
        return None
    try:
        generation = open_current(folder)
    except Problem as problem:
        if problem.code != "engine.other_version":
            raise
        return None
    generation.close()
    return current(folder) if generation.context == context else None


def open_current(folder: Path) -> Generation:
    """The newest published generation.

    Raises ``Problem`` ``engine.no_generation`` where there is none, ``engine.other_version`` where
    another version of the program built it.
    """
    from leitstern.engine.backends.duckdb import DuckDB

    return Generation(DuckDB(current(folder)))


def current(folder: Path) -> Path:
    """File of the newest published generation."""
    pointer = folder / CURRENT
    if not pointer.exists():
        raise Problem("engine.no_generation", folder=folder.parent)
    return folder / pointer.read_text(encoding="ascii").strip()


def digest(catalogue: Catalogue) -> str:
    """Changes whenever the meaning of some KPI does."""
    import hashlib

    text = "\n".join(
        f"{e.definition.kpi} {e.definition.version} {e.definition.measures!r}" for e in catalogue.entries()
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _describe(con: duckdb.DuckDBPyConnection, number: int, context: Context, catalogue: Catalogue) -> None:
    now = datetime.now(ZoneInfo(context.timezone))
    meta = {
        "number": number,
        "engine": fingerprints.ENGINE_VERSION,
        "built_at": now.isoformat(timespec="seconds"),
        "built_on": now.date().isoformat(),
        "definitions": digest(catalogue),
        "context": asdict(context),
        "sizes": {"company": 1} | {kind: _size(con, kind) for kind in (*SUBJECT_FACTS, "region")},
    }
    con.execute("CREATE TABLE meta AS SELECT ? AS value", [json.dumps(meta)])
    coverage.describe(con, now.date())


def _size(con: duckdb.DuckDBPyConnection, kind: str) -> int:
    row = con.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {SUBJECT_FACTS.get(kind, 'region')}").fetchone()
    assert row is not None
    size: int = row[0]
    return size


def _newest(folder: Path) -> int:
    return max((int(f.stem) for f in folder.glob("[0-9]*.duckdb")), default=0)


def _publish(building: Path, file: Path) -> None:
    """One atomic switch: the file is whole on disk before ``current`` names it."""
    _sync(building)
    building.replace(file)
    pointer = file.parent / f".{CURRENT}-{os.getpid()}"
    pointer.write_text(file.name, encoding="ascii")
    _sync(pointer)
    pointer.replace(file.parent / CURRENT)
    _sync(file.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget_old(folder: Path) -> None:
    """Keep a few generations, so that a reader that just looked up an older name still finds it."""
    named = current(folder)
    for file in sorted(folder.glob("[0-9]*.duckdb"))[:-KEPT]:
        if file != named:
            file.unlink()
