"""A generation of a small world on both backends, built on a fixed day."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings

from leitstern import clock
from leitstern.engine import build
from leitstern.engine.backends.duckdb import DuckDB
from leitstern.engine.backends.postgres import Postgres, copy_generation
from leitstern.engine.closing import Ledger
from leitstern.engine.generation import Generation
from leitstern.kpis.load import Catalogue

from .worlds import TODAY, World, write

PHASES = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if os.environ.get("SHRINK") else [])]


def examples(most: int) -> settings:
    """Settings of a property test: how many worlds it tries.

    Building one takes a second, so a failing world is not made smaller unless SHRINK is set.
    EXAMPLES multiplies their number for a longer search.
    """
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    most = max(1, round(most * float(os.environ.get("EXAMPLES", "1"))))
    return settings(deadline=None, max_examples=most, suppress_health_check=slow, phases=PHASES)


@dataclass
class Place:
    """Where generations of one workspace follow each other."""

    folder: Path
    numbers: Iterator[int]

    def ledger(self) -> Ledger:
        """The closed periods of this place."""
        return Ledger(self.folder / "closed")

    @contextmanager
    def built(self, world: World, catalogue: Catalogue) -> Iterator[Generation]:
        """The next generation, upon the ones before; its store holds nothing but ``world``. What is closed
        in the place's ledger stands."""
        store = self.folder / f"store{next(self.numbers)}.duckdb"
        write(world, store)
        folder = self.folder / "generations"
        closings = tuple(self.ledger().closed.values())
        file = build.build(store, folder, catalogue, world.context(), world.canonical, closings)
        opened = Generation(DuckDB(file))
        try:
            yield opened
        finally:
            opened.close()


@dataclass
class Workshop:
    """Builds generations of worlds and opens them on DuckDB and PostgreSQL."""

    dsn: str
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def at(self, day: date, minute: int) -> Iterator[None]:
        """It is another day, and an hour at which it is that day almost everywhere."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "read", lambda: datetime.combine(day, time(10, minute), UTC))
            yield

    @contextmanager
    def place(self) -> Iterator[Place]:
        """An empty folder for the generations of one workspace."""
        folder = self.folder / f"world{next(self.numbers)}"
        folder.mkdir()
        try:
            yield Place(folder, self.numbers)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def duckdb(self, world: World, catalogue: Catalogue) -> Iterator[Generation]:
        """A world's generation on DuckDB alone."""
        with self.place() as place, place.built(world, catalogue) as opened:
            yield opened

    @contextmanager
    def both(self, world: World, catalogue: Catalogue) -> Iterator[tuple[Generation, Generation]]:
        """A world's generation on DuckDB, and its copy on PostgreSQL."""
        with self.duckdb(world, catalogue) as first, self.copied(first) as second:
            yield first, second

    @contextmanager
    def copied(self, original: Generation) -> Iterator[Generation]:
        """A copy of a generation in a schema of its own on PostgreSQL."""
        schema = f"world{next(self.numbers)}"
        assert isinstance(original.backend, DuckDB)
        copy_generation(original.backend.con, self.dsn, schema)
        opened = Generation(Postgres(self.dsn, schema))
        try:
            yield opened
        finally:
            opened.close()
            with psycopg.connect(self.dsn) as con:
                con.execute(f"DROP SCHEMA {schema} CASCADE".encode())


@pytest.fixture(scope="package")
def workshop(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            clock, "read", lambda: datetime.combine(TODAY, time(10, 0), UTC)
        )  # the same day in all zones
        yield Workshop(postgres_dsn, tmp_path_factory.mktemp("engine"))
