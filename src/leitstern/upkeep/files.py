"""Looking at the files of a workspace: settings, definitions, mappings, raw tables and closings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.settings import FILE, Settings
from leitstern.sources.files import FORMAT
from leitstern.upkeep.found import Damage, Part, said

if TYPE_CHECKING:
    from leitstern.kpis.documents import FileProblem

#: What a file that people or the program wrote can be instead of what it was.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


def settings(folder: Path) -> Part:
    """Of `leitstern.toml`."""
    try:
        Settings.read(folder)
    except (Problem, OSError) as problem:
        return Part("settings", 1, (Damage(FILE, "unreadable", said(problem)),))
    return Part("settings", 1)


def kpis(folder: Path) -> Part:
    """Of the workspace's own KPI files, and of what their versions meant at the last refresh."""
    from leitstern.kpis import kept
    from leitstern.kpis.documents import FileProblem
    from leitstern.kpis.load import Catalogue

    own = folder / "kpis"
    checked = len([*own.glob("*.yaml"), *own.glob("*.yml")]) + (folder / kept.FILE).exists()
    found = []
    try:
        catalogue = Catalogue.load(own, strict=False)
        found += [_mistake(folder, problem) for problem in [*catalogue.problems, *catalogue.check()]]
    except FileProblem as problem:
        found.append(_mistake(folder, problem))
    except (Problem, *_UNREADABLE) as problem:
        found.append(Damage("kpis", "unreadable", said(problem)))
    try:
        kept.read(folder)
    except (Problem, *_UNREADABLE) as problem:
        found.append(Damage(kept.FILE, "unreadable", said(problem)))
    return Part("kpis", checked, tuple(found))


def _mistake(folder: Path, problem: FileProblem) -> Damage:
    return Damage(_place(folder, Path(problem.file)), "mistake", problem.inner.text("en"))


def mappings(folder: Path) -> Part:
    """Of the mappings."""
    from leitstern.facts import mapping

    found, files = [], sorted((folder / "mappings").glob("*.toml"))
    for file in files:
        try:
            mapping.load(file)
        except (Problem, *_UNREADABLE) as problem:
            found.append(Damage(_place(folder, file), "unreadable", said(problem)))
    return Part("mappings", len(files), tuple(found))


def raw(folder: Path) -> Part:
    """Of the raw tables: each is what its account says."""
    accounts = sorted((folder / "raw").glob("*.json"))
    found = [damage for account in accounts for damage in _raw(folder, account)]
    return Part("raw", len(accounts), tuple(found))


def _raw(folder: Path, account: Path) -> Iterator[Damage]:
    place = _place(folder, account)
    try:
        told = json.loads(account.read_text(encoding="utf-8"))
        tables = told["tables"] if told["format"] == FORMAT else []  # others are made anew when needed
        kept = [(account.parent / t["parquet"], t.get("sha256"), int(t["rows_landed"])) for t in tables]
    except _UNREADABLE as error:
        yield Damage(place, "unreadable", said(error))
        return
    for file, sha256, rows in kept:
        yield from _table(folder, file, sha256, rows)


def closed(folder: Path) -> Part:
    """Of the closed periods: no file is gone, and each says what it said when it was written."""
    from leitstern.engine.closing import SUM, read

    place = folder / "closed"
    there = {file.stem for file in place.glob("*.parquet")}
    summed = {file.name.removesuffix(f".parquet{SUM}") for file in place.glob(f"*.parquet{SUM}")}
    found = []
    for period in sorted(there | summed):
        file = place / f"{period}.parquet"
        try:
            sha256 = _written_sum(file.with_name(file.name + SUM))
        except _UNREADABLE as error:
            found.append(Damage(f"{_place(folder, file)}{SUM}", "unreadable", said(error)))
            continue
        damages = list(_table(folder, file, sha256, None))
        if not damages:
            try:
                read(file).told()
            except (Problem, *_UNREADABLE) as error:
                damages = [Damage(_place(folder, file), "unreadable", said(error))]
        found += damages
    return Part("closed", len(there | summed), tuple(found))


def _written_sum(file: Path) -> str | None:
    """The checksum beside a file; None where an older version of the program wrote none."""
    if not file.exists():
        return None
    sha256 = file.read_text(encoding="ascii").partition(" ")[0]
    if len(sha256) != hashlib.sha256().digest_size * 2:
        raise ValueError(sha256)
    return sha256


def _table(folder: Path, file: Path, sha256: str | None, rows: int | None) -> Iterator[Damage]:
    """What is wrong with a table: with its bytes where they were summed up, and with what it holds."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = _place(folder, file)
    if not file.is_file():
        yield Damage(place, "missing")
        return
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        if sha256 is not None and digest != sha256:
            yield Damage(place, "altered")
            return
        held = sum(batch.num_rows for batch in pq.ParquetFile(file).iter_batches())
    except (OSError, pa.ArrowException) as error:
        yield Damage(place, "unreadable", said(error))
        return
    if rows is not None and held != rows:
        yield Damage(place, "rows", found=held, wanted=rows)


def _place(folder: Path, file: Path) -> str:
    return file.relative_to(folder).as_posix()
