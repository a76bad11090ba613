"""Progress of long work, on standard error: a bar in a terminal, silence elsewhere.

Work of under a second shows nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from leitstern.cli.state import State

#: What is being done, how much of it is done, and how much there is (0: unknown).
Progress = Callable[[str, int, int], None]

PATIENCE = 1.0


@contextmanager
def reporting(state: State) -> Iterator[Progress]:
    """A progress callback for the library; its bar is gone when the work is done."""
    if not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    bar = _Bar(state)
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """Draws with rich, which is loaded only when the work takes longer than ``PATIENCE`` seconds."""

    def __init__(self, state: State) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._begun = time.monotonic()
        self._bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=None)
        self._state = state
        self._shown = False

    def __call__(self, step: str, done: int, total: int) -> None:
        if not self._shown and time.monotonic() - self._begun > PATIENCE:
            self._bar.start()
            self._shown = True
        self._bar.update(self._task, description=step, completed=done, total=total or None)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.stop()
