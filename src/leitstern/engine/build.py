"""Building a generation: beside the old one, whole on disk, then named in one step."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from leitstern import clock
from leitstern.engine import closed_rows, coverage, fingerprints, ready
from leitstern.engine.backends.duckdb import DuckDB, connect
from leitstern.engine.disk import sync
from leitstern.engine.generation import CURRENT, Context, current, open_current
from leitstern.engine.prepare import encode
from leitstern.errors import Problem
from leitstern.facts.model import SUBJECT_FACTS
from leitstern.facts.queries import first_row

if TYPE_CHECKING:
    import duckdb

    from leitstern.engine.closing import Closed
    from leitstern.kpis.load import Catalogue

#: How many generations are kept, so that a reader that looked up an older name still finds it.
KEPT = 3
Step = Callable[[str], None]


def build(
    store: Path,
    folder: Path,
    catalogue: Catalogue,
    context: Context,
    canonical: dict[str, str],
    closings: Sequence[Closed] = (),
    step: Step = lambda _: None,
) -> Path:
    """Build the next generation from the stored facts and publish it; returns its file.

    Values of months whose records are as they were are taken over from the generation before. On the days
    of ``closings`` what they keep counts. ``step`` is told what is being done. Raises whatever stops it;
    the generation before then stays in place.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = _newest(folder) + 1
    now = clock.now().astimezone(ZoneInfo(context.timezone))
    building = folder / f".building-{os.getpid()}.duckdb"
    try:
        con = connect(building, read_only=False)
        try:
            _attach(con, store if store.exists() else None, "store")
            _attach(con, _to_build_upon(folder, context), "previous")
            closed_rows.take(con, closings, catalogue)
            encode(
                con,
                timezone=context.timezone,
                currency=context.currency,
                today=now.date(),
                canonical=canonical,
                step=step,
            )
            con.execute("DETACH store")
            _describe(con, number, context, now)
            step("values")
            fingerprints.write(con)
            ready.fill(con, catalogue)
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
    """The current generation, if it can be read and was built by the same rules."""
    if not (folder / CURRENT).exists():
        return None
    try:
        generation = open_current(folder)
    except Problem as problem:
        if problem.code not in ("engine.other_version", "engine.broken"):
            raise
        return None
    generation.close()
    return current(folder) if generation.context == context else None


def _describe(con: duckdb.DuckDBPyConnection, number: int, context: Context, now: datetime) -> None:
    import duckdb

    meta = {
        "number": number,
        "engine": fingerprints.ENGINE_VERSION,
        "duckdb": duckdb.__version__,
        "built_at": now.isoformat(timespec="seconds"),
        "built_on": now.date().isoformat(),
        "context": asdict(context),
        "sizes": {"company": 1} | {kind: _size(con, kind) for kind in (*SUBJECT_FACTS, "region")},
    }
    con.execute("CREATE TABLE meta AS SELECT ? AS value", [json.dumps(meta)])
    coverage.describe(con, now.date())


def _size(con: duckdb.DuckDBPyConnection, kind: str) -> int:
    row = first_row(con, f"SELECT coalesce(max(id), 0) + 1 FROM {SUBJECT_FACTS.get(kind, 'region')}")
    assert row is not None
    size: int = row[0]
    return size


def _newest(folder: Path) -> int:
    return max((int(f.stem) for f in folder.glob("[0-9]*.duckdb")), default=0)


def _publish(building: Path, file: Path) -> None:
    """One atomic switch: the file is whole on disk before ``current`` names it."""
    sync(building)
    building.replace(file)
    pointer = file.parent / f".{CURRENT}-{os.getpid()}"
    pointer.write_text(file.name, encoding="ascii")
    sync(pointer)
    pointer.replace(file.parent / CURRENT)
    sync(file.parent)


def _forget_old(folder: Path) -> None:
    """Keep a few generations, so that a reader that just looked up an older name still finds it."""
    named = current(folder)
    for file in sorted(folder.glob("[0-9]*.duckdb"))[:-KEPT]:
        if file != named:
            file.unlink()
