"""Is a workspace whole? Everything in its folder is read and held against what was written down with it:
checksums of raw files and closings, the checksums of blocks in databases, the fingerprints of generations.

Nothing is changed, and damage of any kind is an answer, never an error. The application database is looked at
as a file; whether it fits the program is asked in ``leitstern.server.fit``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from leitstern.upkeep.found import Part


def verify(folder: Path) -> Iterator[Part]:
    """The parts of the workspace in ``folder``, each as soon as it has been looked at."""
    from leitstern.upkeep import databases, files

    yield files.settings(folder)
    yield files.kpis(folder)
    yield files.mappings(folder)
    yield files.raw(folder)
    yield databases.store(folder)
    yield files.closed(folder)
    yield databases.generations(folder)
    yield databases.database(folder)
