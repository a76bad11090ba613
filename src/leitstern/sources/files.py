"""Landing files: from a path to raw tables in the workspace, each row accounted for.

A file is known by the SHA-256 of its bytes. Its raw form is written once, under that name, and never
changed: ``<sha256>.parquet`` (a workbook's further sheets: ``<sha256>-2.parquet``, ...) and
``<sha256>.json``, which is written last and says that the rest is whole. Landing the same bytes again
reads this file and does nothing else.

    rows_read = rows_landed + len(set_aside)      (rows without any value are not counted)
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from leitstern.errors import Problem
from leitstern.sources.formats.pick import ENDINGS
from leitstern.sources.limits import Limits
from leitstern.sources.raw import Note, SetAside

__all__ = ["Landed", "Limits", "Note", "SetAside", "discover", "land", "landed"]

#: Changes when files are landed differently than before, so that old raw files are made anew.
FORMAT = 2
_STANDARD = Limits()
_STAGING = ".landing-"
#: The child gets no more of the environment than Python needs to start; no keys, no passwords.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "SYSTEMROOT", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Landed:
    """One table of a file. ``parquet`` has the ``columns`` as text and ``_line`` (BIGINT).

    ``_line`` is the line on which the record starts, in a workbook or Parquet file the row number.
    Empty cells are NULL. ``encoding`` and ``delimiter`` are None where there is no such thing.
    """

    file: str
    sha256: str
    sheet: str | None
    columns: tuple[str, ...]
    rows_read: int
    set_aside: tuple[SetAside, ...]
    parquet: Path
    encoding: str | None
    delimiter: str | None
    notes: tuple[Note, ...]

    @property
    def rows_landed(self) -> int:
        """Rows in the Parquet file."""
        return self.rows_read - len(self.set_aside)


def discover(paths: Iterable[Path | str], skipped: list[Path] | None = None) -> list[Path]:
    """The files to read: those named, and in folders (at any depth) those of a kind we read, sorted.

    Hidden files and folders, and Excel's lock files, are passed over. Files of other kinds in folders are
    added to ``skipped``. Problem ``sources.no_such_file`` for a path that is not there, and
    ``sources.nothing_found`` if nothing is left.
    """
    found: dict[Path, None] = {}
    for given in map(Path, paths):
        if given.is_dir():
            for path in sorted(p for p in given.rglob("*") if p.is_file()):
                if any(part.startswith((".", "~$")) for part in path.relative_to(given).parts):
                    continue
                if path.suffix.lower() in ENDINGS:
                    found[path] = None
                elif skipped is not None:
                    skipped.append(path)
        elif given.is_file():
            found[given] = None
        else:
            raise Problem("sources.no_such_file", path=given)
    if not found:
        raise Problem("sources.nothing_found", endings=" ".join(ENDINGS))
    return list(found)


def land(path: Path | str, into: Path | str, limits: Limits = _STANDARD) -> list[Landed]:
    """Lands a file in the folder ``into``: one ``Landed`` per table.

    Problem with a ``sources.*`` code if the file cannot be read at all; nothing is left behind then. A
    process that is killed leaves a folder ``.landing-*``; whoever holds the workspace may remove it.
    """
    path, into = Path(path), Path(into)
    before = _state(path)
    if before.st_size > limits.file_bytes:
        raise Problem("sources.file_too_big", file=path.name, most=limits.file_bytes // (1024 * 1024))
    digest = _digest(path)
    known = landed(path.name, digest, into)
    if known is not None:
        return known
    into.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=into))
    try:
        tables = _read(path, staging, limits)
        after = _state(path)
        if (after.st_mtime_ns, after.st_size) != (before.st_mtime_ns, before.st_size):
            raise Problem("sources.file_changed", file=path.name)
        _publish(tables, digest, staging, into)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [_landed(path.name, digest, table, into) for table in tables]


def _state(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError:
        raise Problem("sources.no_such_file", path=path) from None


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Problem("sources.cannot_open", path=path, detail=error.strerror or "") from None


def landed(name: str, digest: str, into: Path) -> list[Landed] | None:
    """What was landed before from the same bytes, if it is whole."""
    try:
        account = json.loads((into / f"{digest}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if account.get("format") != FORMAT:
        return None
    found = [_landed(name, digest, table, into) for table in account["tables"]]
    return found if all(table.parquet.is_file() for table in found) else None


def _landed(name: str, digest: str, table: dict[str, Any], into: Path) -> Landed:
    set_aside = tuple(SetAside(*row) for row in table["set_aside"])
    return Landed(
        file=name,
        sha256=digest,
        sheet=table["sheet"],
        columns=tuple(table["columns"]),
        rows_read=table["rows_landed"] + len(set_aside),
        set_aside=set_aside,
        parquet=into / table["parquet"],
        encoding=table["encoding"],
        delimiter=table["delimiter"],
        notes=tuple(Note(code, values) for code, values in table["notes"]),
    )


def _publish(tables: list[dict[str, Any]], digest: str, staging: Path, into: Path) -> None:
    """Moves complete files to their final names, the account last."""
    for number, table in enumerate(tables, start=1):
        final = f"{digest}.parquet" if number == 1 else f"{digest}-{number}.parquet"
        table["sha256"] = _digest(staging / table["parquet"])
        (staging / table["parquet"]).replace(into / final)
        table["parquet"] = final
    account = staging / "account.json"
    content = json.dumps({"format": FORMAT, "tables": tables}, ensure_ascii=False)
    account.write_text(content, encoding="utf-8")
    account.replace(into / f"{digest}.json")


def _read(path: Path, staging: Path, limits: Limits) -> list[dict[str, Any]]:
    """Lets the child process read the file; its tables, or a Problem that says what stopped it."""
    job = {"path": str(path.resolve()), "staging": str(staging.resolve()), "limits": asdict(limits)}
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # Arrow's own allocators reserve address space, which would count against the limit.
    environment |= {"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    with (staging / "stderr").open("w+b") as stderr:
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "leitstern.sources.child"],
                input=json.dumps(job).encode(),
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=environment,
                timeout=limits.seconds,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            raise Problem("sources.too_slow", file=path.name, seconds=round(limits.seconds)) from None
    try:
        result = json.loads((staging / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _stopped(path, done.returncode, limits) from None
    if "problem" in result:
        code, values = result["problem"]
        raise Problem(code, **values)
    tables: list[dict[str, Any]] = result["tables"]
    return tables


def _stopped(path: Path, returncode: int, limits: Limits) -> Problem:
    """What the way the child ended says about the file."""
    import signal

    if sys.platform != "win32" and -returncode in (signal.SIGXCPU, signal.SIGKILL):
        return Problem("sources.too_slow", file=path.name, seconds=limits.cpu_seconds)
    if sys.platform != "win32" and -returncode in (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS):
        return Problem("sources.too_much_memory", file=path.name, memory=limits.memory // (1024 * 1024))
    return Problem("sources.reader_failed", file=path.name, status=returncode)
