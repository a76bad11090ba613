"""Generations: complete, immutable builds that readers open and that replace each other in one step.

A generation is built in a file of its own beside the old one. Only when it is whole and on disk does
``current`` name it, so readers always see exactly one, and a killed build leaves the old one in place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leitstern.engine import asides, fingerprints, layout, stands
from leitstern.engine.asides import Excluded, SetAside
from leitstern.engine.coverage import Coverage
from leitstern.engine.grids import Members
from leitstern.engine.observations import Subject
from leitstern.engine.scoped import rows_of
from leitstern.engine.stands import Stands
from leitstern.errors import Problem
from leitstern.facts.model import FACTS, SUBJECT_FACTS
from leitstern.periods.workdays import WorkCalendar

if TYPE_CHECKING:
    from leitstern.engine.backends import Backend

CURRENT = "current"


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
        #: For each subject type, one more than the highest id.
        self.sizes: dict[str, int] = meta["sizes"]
        self.context = Context.kept(meta["context"])
        self.calendar = self.context.calendar()

    @cached_property
    def members(self) -> Members:
        found = self._of_all("member", stands.MEMBERS, "id", "person", "team")
        order = np.argsort(found["id"])
        trees = self._of_all("member_team", stands.TREES, "member", "team")
        ordered = np.argsort(trees["member"], kind="stable")
        begins = np.concatenate([[0], np.cumsum(np.bincount(trees["member"], minlength=len(order)))])
        return Members(
            found["person"][order], found["team"][order], self.sizes, begins, trees["team"][ordered]
        )

    def _of_all(self, table: str, closed: str, *columns: str) -> dict[str, NDArray[np.int64]]:
        """Columns of a table of members, then of the one of those who belong to closed rows alone."""
        tables = [self.backend.query(rows_of(name, *columns)) for name in (table, closed)]
        return {name: np.concatenate([found[name] for found in tables]) for name in columns}

    @cached_property
    def stands(self) -> Stands:
        """What counts on closed days instead of the facts."""
        return stands.read(self.backend)

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
    def reached(self) -> dict[tuple[str, str], int]:
        """Up to which day there is no doubt about a date of a fact that was delivered.

        New records tell by their main date; of other dates any sign of life will do, as it may well be
        true that no deal was closed for long.
        """
        found: dict[tuple[str, str], int] = {}
        for fact, coverage in self.coverage.items():
            for on in FACTS[fact].dates if coverage.rows else ():
                place = (fact, on.name)
                newest = coverage.newest_day or 0
                if on.name == FACTS[fact].main_date and place in self.ranges:
                    newest = min(self.ranges[place][1], self.built_on.toordinal())
                found[place] = newest + coverage.late_after
            for version, lives in zip((layout.SINCE, layout.UNTIL), layout.LIVES.get(fact, ()), strict=False):
                if (fact, lives) in found:
                    found[fact, version] = found[fact, lives]
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

    @cached_property
    def excluded(self) -> list[Excluded]:
        """The records that count nowhere, each with its reason."""
        return asides.account(self.backend)

    @cached_property
    def set_aside(self) -> list[SetAside]:
        """The same by fact and reason."""
        return asides.summary(self.excluded)

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
        mask[self.members.fold(kind, member[there])[1]] = True
        mask[0] = False
        return mask

    @cached_property
    def _stays(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        found = self.backend.query(rows_of("stay", "first_day", "last_day", "member"))
        return found["first_day"], found["last_day"], found["member"]

    def close(self) -> None:
        self.backend.close()


def open_current(folder: Path) -> Generation:
    """The newest published generation.

    Raises ``Problem`` ``engine.no_generation`` where there is none, ``engine.other_version`` where
    another version of the program built it, ``engine.broken`` where its file cannot be read.
    """
    import duckdb

    from leitstern.engine.backends.duckdb import DuckDB

    file = current(folder)
    if not file.is_file():
        raise Problem("engine.broken", file=file)
    try:
        return Generation(DuckDB(file))
    except duckdb.Error as error:
        raise Problem("engine.broken", file=file) from error


def current(folder: Path) -> Path:
    """File of the newest published generation."""
    pointer = folder / CURRENT
    if not pointer.exists():
        raise Problem("engine.no_generation", folder=folder.parent)
    return folder / pointer.read_text(encoding="ascii").strip()
