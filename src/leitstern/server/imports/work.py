"""The worker of imports: ``python -m leitstern.server.imports.work`` works until it is ended, or once with
``once``. Only one of a workspace works at a time."""

from __future__ import annotations

import os
import sys
import time

from leitstern import private
from leitstern.errors import Problem
from leitstern.lock import writing

#: Seconds between looks for something to do.
_EVERY = 0.5
#: At every which of these looks the folders of sources are looked at, too.
_WATCHED = 4


def main(once: bool) -> None:
    """Work until the process that started this one has ended."""
    private.from_now_on()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leitstern.server.settings")
    import django

    django.setup()

    from leitstern.server.imports import files
    from leitstern.server.imports.run import run_next
    from leitstern.server.imports.sources import Watch
    from leitstern.server.reader import reader

    parent, ask, folder = os.getppid(), reader(), files.folder()
    folder.mkdir(exist_ok=True)
    watch, looks = Watch(), 0
    while os.getppid() == parent:
        ask.look()
        try:
            with writing(folder, "import"):
                if looks % _WATCHED == 0:
                    watch.look()
                looks += 1
                while run_next(ask):
                    pass
        except Problem:
            if once:
                raise  # another worker is at work
        if once:
            return
        time.sleep(_EVERY)


if __name__ == "__main__":
    main("once" in sys.argv[1:])
