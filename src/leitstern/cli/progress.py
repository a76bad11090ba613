"""Progress of long work, on standard error: a bar in a terminal, silence elsewhere.

Work of under a second shows nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rich.progress

#: What is being done, how much of it is done, and how much there is (0: unknown).
Progress = Callable[[str, int, int], None]

PATIENCE = 1.0


@contextmanager
def reporting() -> Iterator[Progress]:
    """A progress callback for the library; its bar is gone when the work is done."""
    if not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    bar = _Bar()
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """Draws with rich, which is loaded only when the work takes longer than ``PATIENCE`` seconds."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._bar is None:
            if time.monotonic() - self._begun < PATIENCE:
                return
            self._bar = _drawn()
            self._task = self._bar.add_task("", total=None)
            self._bar.start()
        assert self._task is not None
        self._bar.update(self._task, description=step, completed=done, total=total or None)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def _drawn() -> rich.progress.Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
