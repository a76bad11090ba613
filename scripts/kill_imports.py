"""Kills an import at many moments and lets it go on: nothing may be lost, doubled or left half-written.

    python scripts/kill_imports.py --moments 40 --rows 20000

Each time a file is received in pieces, read, tried, taken and built by a process of its own, which is ended
by SIGKILL at its moment, spread over the whole of the work; then another one goes on from there. What is in
the data in the end must be what it is where nobody is killed. The exit code is 1 where it is not.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PIECE = 64 * 1024
NAME = "Verkaufschancen.csv"
HEAD = "Vorgangsnr;Bezeichnung;Kunde;Status;Auftragswert;Angelegt am;Abgeschlossen am"


def content(rows: int) -> bytes:
    """Deals as a German program writes them; a few cannot be read."""
    lines = [HEAD]
    for number in range(rows):
        value = "viel" if number % 997 == 5 else f"{1000 + number},50"
        state = ("Gewonnen", "Verloren", "Offen")[number % 3]
        closed = "" if state == "Offen" else f"{number % 28 + 1:02}.03.2026"
        lines.append(f"V{number};Anlage {number};Kunde {number % 90};{state};{value};01.02.2026;{closed}")
    return "\r\n".join(lines).encode("cp1252")


def prepared(folder: Path, rows: int) -> None:
    """A workspace with an import that was announced, and its file beside it."""
    import leitstern
    from leitstern.server.prepare import prepare

    leitstern.init(folder, name="Nordlicht", language="de", timezone="Europe/Berlin")
    prepare(folder)
    (folder / "source.csv").write_bytes(content(rows))
    _run(folder, "--begin").communicate()


def _run(folder: Path, what: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "LEITSTERN_WORKSPACE": str(folder)}
    command = [sys.executable, __file__, what, str(folder)]
    return subprocess.Popen(command, env=environment, start_new_session=True)


def _django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "leitstern.server.settings"
    import django

    django.setup()


def begin(folder: Path) -> None:
    """Announce the file, as the page does."""
    _django()
    from leitstern.server.imports import files
    from leitstern.server.models import Account

    account = Account.objects.create_user("ada@example.org", None, name="Ada", roles=["analyst"])
    size = (folder / "source.csv").stat().st_size
    files.begin(account, [files.Announced(NAME, size)], "de")


def go_on(folder: Path) -> None:
    """Do what is left of the import: send the rest, and be the worker until it is done."""
    _django()
    from leitstern.server.imports import files
    from leitstern.server.imports.run import run_next
    from leitstern.server.models import Import
    from leitstern.server.reader import reader

    whole = (folder / "source.csv").read_bytes()
    one = Import.objects.get()
    if one.state == "receiving":
        file = one.files.get()
        while (there := files.received(file)) < len(whole):
            files.receive(file, there, io.BytesIO(whole[there : there + PIECE]))
        Import.objects.update(state="queued", task="read")
    while (one := Import.objects.get()).state not in ("done", "dropped"):
        if one.state == "ready":
            if one.problem or (one.receipt or {}).get("questions"):
                raise SystemExit(f"stopped: {one.problem} {one.receipt}")
            Import.objects.update(state="queued", task="take", attempts=0)
        reader().look()
        run_next(reader())


def found(folder: Path) -> str:
    """What is in the data: receipts, records, a value, and what was left behind."""
    import leitstern

    workspace = leitstern.open(folder)
    receipts = [(r.fact, r.rows_read, r.loaded, r.updated, r.rows_set_aside) for r in workspace.receipts()]
    values = [(o.period, str(o.value), o.rows) for o in workspace.compute(["won_value"], grain="year")]
    left = [*(folder / "raw").glob(".landing-*"), *(folder / "uploads").glob("*/*/*")]
    mappings = sorted(workspace.mappings())
    return json.dumps([receipts, values, workspace.facts("deal", "amount").num_rows, len(left), mappings])


def main(moments: int, rows: int) -> int:
    """Kill at each moment; the number of moments after which the data was another."""
    with tempfile.TemporaryDirectory() as place:
        first = Path(place) / "first"
        prepared(first, rows)
        start = Path(place) / "start"
        shutil.copytree(first, start)
        began = time.monotonic()
        assert _run(first, "--go-on").wait() == 0
        takes, right = time.monotonic() - began, found(first)
        print(f"undisturbed: {takes:.1f} s, {right}", flush=True)
        wrong = 0
        for number in range(moments):
            after = takes * (number + 0.5) / moments
            folder = Path(place) / "killed"
            shutil.copytree(start, folder)
            process = _run(folder, "--go-on")
            time.sleep(after)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            ended = _run(folder, "--go-on").wait()
            same = ended == 0 and found(folder) == right
            wrong += not same
            print(
                f"killed after {after:5.1f} s: {'as undisturbed' if same else 'ANOTHER RESULT'}", flush=True
            )
            if not same:
                print(ended, found(folder), flush=True)
            shutil.rmtree(folder)
        return wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--moments", type=int, default=40)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--begin", type=Path)
    parser.add_argument("--go-on", type=Path)
    given = parser.parse_args()
    if given.begin:
        begin(given.begin)
    elif given.go_on:
        go_on(given.go_on)
    else:
        sys.exit(main(given.moments, given.rows) > 0)
