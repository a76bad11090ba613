"""The worker: runs the analyses of every new generation, one after the other, beside the pages.

``python -m leitstern.server.work`` works until it is ended, or once with ``once``. Only one worker of a
workspace works at a time. What it was doing when it was ended it does again at the next start; what fails
twice is left, and its page says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from leitstern import private
from leitstern.errors import Problem
from leitstern.lock import writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leitstern.info import GenerationInfo
    from leitstern.server.insight import Analysis, Tell
    from leitstern.server.models import Job
    from leitstern.server.reader import Reader

#: Seconds between looks for something to do, before a worker that ended is started again, and between
#: notes of progress.
_EVERY, _AGAIN, _NOTED = 2.0, 5.0, 0.5
_MOST_ATTEMPTS = 2
#: Analyses give way to pages.
_NICE = 10


def run_pending(ask: Reader) -> int:
    """Run what has not been run for the newest generation; returns how many analyses were run."""
    from leitstern.server.insight import analyses, forget_others

    ask.look()
    info = ask.generation()
    if info is None:
        return 0
    forget_others(ask, info)
    return sum(_run(ask, info, analysis) for analysis in analyses())


def _run(ask: Reader, info: GenerationInfo, analysis: Analysis) -> bool:
    """Run one analysis, if it is due."""
    from leitstern import clock
    from leitstern.server.insight import document, keep
    from leitstern.server.models import Job

    inputs = analysis.inputs()
    job, _ = Job.objects.get_or_create(analysis=analysis.name, generation=info.number)
    if job.inputs != inputs or (job.state == "done" and document(ask, analysis.name) is None):
        job.inputs, job.state, job.attempts = inputs, "waiting", 0
    if job.state in ("done", "failed"):
        return False
    if job.attempts >= _MOST_ATTEMPTS:
        job.state = "failed"
        job.save()
        return False
    job.state, job.attempts, job.started_at, job.at, job.of = "running", job.attempts + 1, clock.now(), 0, 0
    job.save()
    try:
        keep(ask, info, analysis.name, analysis.run(ask, _telling(job)))
    except Problem as problem:
        job.state, job.step = "failed", problem.code
    else:
        job.state, job.step = "done", ""
    job.ended_at = clock.now()
    job.save()
    return True


def _telling(job: Job) -> Tell:
    """Notes progress in the job, not more often than a page could be loaded."""
    last = 0.0

    def tell(step: str, at: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _NOTED:
            last = time.monotonic()
            job.step, job.at, job.of = step[:100], at, of
            job.save(update_fields=["step", "at", "of"])

    return tell


@contextmanager
def beside(folder: Path) -> Iterator[None]:
    """Keep the workers for the workspace running, each in a process of its own: that of analyses, and that
    of imports, which nobody should have to wait for."""
    ended = threading.Event()
    running: dict[str, subprocess.Popen[bytes]] = {}

    def keep_running(module: str) -> None:
        while not ended.is_set():
            running[module] = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", module], env={**os.environ, "LEITSTERN_WORKSPACE": str(folder)}
            )
            running[module].wait()
            ended.wait(_AGAIN)

    for module in ("leitstern.server.work", "leitstern.server.imports.work"):
        threading.Thread(target=keep_running, args=[module], name=module, daemon=True).start()
    try:
        yield
    finally:
        ended.set()
        for worker in running.values():
            worker.terminate()
            worker.wait()


def main(once: bool) -> None:
    """Work until the process that started this one has ended."""
    private.from_now_on()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leitstern.server.settings")
    if sys.platform != "win32":
        os.nice(_NICE)
    import django

    django.setup()
    from django.core.management import call_command

    from leitstern.server.reader import reader

    if once:  # `serve` has brought the application database up to date before it starts a worker
        call_command("migrate", verbosity=0, interactive=False)
    parent, ask = os.getppid(), reader()
    folder = ask.folder / "insight"
    folder.mkdir(exist_ok=True)
    while os.getppid() == parent:
        try:
            with writing(folder, "analyse"):
                run_pending(ask)
        except Problem:
            if once:
                raise  # otherwise the page says it, in the reader's language
        if once:
            return
        time.sleep(_EVERY)


if __name__ == "__main__":
    main("once" in sys.argv[1:])
