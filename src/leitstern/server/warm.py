"""Asks the slow questions about every new generation before a reader does, so that nobody waits."""

from __future__ import annotations

import os
import threading
import time

from leitstern.errors import Problem

#: How often to look for a new generation, in seconds.
_EVERY = 2.0


def start() -> None:
    """Begin in the background, if the server asked for it (``LEITSTERN_WARM=1``)."""
    if os.environ.get("LEITSTERN_WARM") == "1":
        threading.Thread(target=_run, name="leitstern-warm", daemon=True).start()


def _run() -> None:
    from leitstern.server import closings
    from leitstern.server.book import values
    from leitstern.server.quality import quality
    from leitstern.server.reader import reader
    from leitstern.server.views.start import prepare

    done: int | None = None
    while True:
        try:
            reader().look()
            generation = reader().generation()
            if generation is not None and generation.number != done:
                done = generation.number  # once: what cannot be answered is the page's to say
                values.prepare(reader())
                prepare(reader())
                quality(reader())
                closings.found(reader())
        except Problem:
            pass  # the page says it, in the reader's language
        time.sleep(_EVERY)
