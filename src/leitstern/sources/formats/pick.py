"""Which kind of file this is: by its first bytes, then by its name."""

from __future__ import annotations

from pathlib import Path

from leitstern.errors import Problem
from leitstern.sources.limits import Limits
from leitstern.sources.raw import RawTable

#: File endings that are looked for in a folder.
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet", ".jsonl", ".ndjson")


def read(path: Path, staging: Path, limits: Limits) -> list[RawTable]:
    """Reads a file of any known kind into raw tables in ``staging``, in this process.

    Problem, which names the file, if it cannot be read.
    """
    try:
        return _read(path, staging, limits)
    except Problem as problem:
        raise Problem(problem.code, **{"file": path.name, **problem.values}) from None


def _read(path: Path, staging: Path, limits: Limits) -> list[RawTable]:
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK\x03\x04"):
        from leitstern.sources.formats import workbook

        return workbook.read(path, staging, limits)
    if start.startswith(b"PAR1"):
        from leitstern.sources.formats import parquet

        return parquet.read(path, staging, limits)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Problem("sources.old_workbook")
    ending = path.suffix.lower()
    if ending in (".xlsx", ".xlsm", ".parquet") and start:
        raise Problem("sources.broken_workbook" if ending != ".parquet" else "sources.not_parquet")
    if ending in (".jsonl", ".ndjson"):
        from leitstern.sources.formats import jsonlines

        return jsonlines.read(path, staging, limits)
    from leitstern.sources.formats import delimited

    return delimited.read(path, staging, limits)
