"""What a file may cost. Files come from outside, and some are made to break their reader."""

from __future__ import annotations

from dataclasses import dataclass

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for reading one file. The child process is ended when it passes one of them.

    ``seconds`` is wall time, ``cpu_seconds`` processor time, ``memory`` the child's address space,
    ``output`` the size of a file it may write. A workbook's archive directory is checked before it is
    opened: unpacked size, unpacked over packed size (from 10 MB on), number of entries.
    """

    seconds: float = 600
    cpu_seconds: int = 600
    memory: int = 2048 * _MB
    output: int = 8192 * _MB
    file_bytes: int = 4096 * _MB
    columns: int = 2_000
    cells: int = 400_000_000
    cell_characters: int = 1_000_000
    set_aside: int = 100_000
    broken_quotes: int = 1_000
    workbook_bytes: int = 1024 * _MB
    workbook_ratio: int = 200
    workbook_entries: int = 10_000
