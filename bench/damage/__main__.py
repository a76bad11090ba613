"""Import damaged exports and ask everything of what came of them; tracebacks and server errors are faults.

    python -m bench.damage --variants 300 --seed 1

Each variant damages some files of the demo's exports. Half of the variants import them upon the undamaged
exports, as a later export; the others into a new workspace, some without a mapping. Then the workspace
is built, and a share of all commands, pages and the API is asked (`--share 1`: all of each); a third of
them bring other damaged files by the pages. The seed of a variant is printed with its faults, and
`--variants 1 --seed N` repeats it. The exit code is 0 where there are none.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.damage.bringing import by_pages
from bench.damage.variants import damaged
from bench.damage.visit import SUBJECTS, Faults, Site, commands

#: Pages that others link to: so many of them are asked if everything is.
LINKED = 60
#: How many variants are also brought by the pages.
BROUGHT = 0.35


class Bench:
    """A company's workspace and its exports, and a copy of it for each variant."""

    def __init__(self, folder: Path, scale: float) -> None:
        self.base, self.folder, self.raw = folder / "base", folder / "workspace", folder / "raw"
        from leitstern.cli import run

        if run(["demo", str(self.base), "--scale", str(scale), "--seed", "3"]):
            sys.exit("the demo could not be built")
        (self.base / "raw").rename(self.raw)  # what was read once is not read again
        (self.base / "raw").symlink_to(self.raw)
        self.exports = {p.name: p.read_bytes() for p in sorted((self.base / "exports").glob("*.csv"))}
        self.fresh()
        os.environ["LEITSTERN_WORKSPACE"] = str(self.folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "leitstern.server.settings"
        os.environ["LEITSTERN_HOSTS"] = "testserver"
        import django

        django.setup()

    def fresh(self) -> None:
        """The company's workspace as it was at first."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.base, self.folder, symlinks=True)

    def variant(self, seed: int, share: float, faults: Faults) -> list[str]:
        """One variant, from the files to the pages; returns what was done to the files."""
        from django.db import connections

        from leitstern.server import audit, looks
        from leitstern.server.reader import _readers

        rng = random.Random(seed)
        connections.close_all()
        _readers.clear()
        audit.forget()
        looks.forget()
        self.fresh()
        files, done = damaged(self.exports, rng)
        new = rng.random() < 0.5
        if new:
            (self.folder / "store.duckdb").unlink()
            shutil.rmtree(self.folder / "generations")
            if rng.random() < 0.4:
                (self.folder / "mappings" / "demo.toml").unlink()
                done.append("without a mapping")
        with faults.at("import"):
            self._bring(files, rng, new=new)
        built = faults.count
        with faults.at("refresh"):
            self._refresh()
        if faults.count == built:
            commands(self.folder, rng, faults, share)
            self._visit(rng, share, faults)
        return done

    def _bring(self, files: dict[str, bytes], rng: random.Random, *, new: bool) -> None:
        incoming = self.folder / "incoming"
        incoming.mkdir()
        wanted = {**(self.exports if new else {}), **files}
        for name, data in wanted.items():
            (incoming / name).write_bytes(data)
        whole = sorted(incoming / name for name in set(wanted) - set(files))
        for paths in ([whole] if whole else []) + [[incoming / name] for name in files]:
            self._import(paths, rng)

    def _import(self, paths: list[Path], rng: random.Random) -> None:
        """As a user does: a refusal is read, a question answered."""
        import leitstern
        from leitstern.errors import Problem

        workspace = leitstern.open(self.folder)
        try:
            if rng.random() < 0.3:
                workspace.import_files(paths, dry_run=True)
            receipt = workspace.import_files(paths)
            if receipt.questions:
                answers = {question.name: rng.choice(question.choices) for question in receipt.questions}
                workspace.import_files(paths, answers=answers)
        except Problem as problem:
            problem.text("de")
            problem.text("en")

    def _refresh(self) -> None:
        import leitstern
        from leitstern.errors import Problem

        try:
            leitstern.open(self.folder).refresh()
        except Problem as problem:
            if problem.code != "leitstern.nothing_imported":
                raise

    def _visit(self, rng: random.Random, share: float, faults: Faults) -> None:
        from django.test import Client

        from leitstern.server.api import limits
        from leitstern.server.models import Account
        from leitstern.server.reader import reader
        from leitstern.server.work import run_pending

        limits._asked.clear()
        accounts = sorted(Account.objects.all(), key=lambda one: one.email)
        first = next(one for one in accounts if "administrator" in one.roles)
        client = Client(raise_request_exception=True)
        client.cookies["language"] = rng.choice(["de", "en"])
        client.force_login(first if rng.random() < 0.5 else rng.choice(accounts))
        if rng.random() < share / 2:
            with faults.at("analyses"):
                run_pending(reader())
        site = Site(client, rng, faults, share)
        site.pages(round(LINKED * share))
        with faults.at("known"):
            site.api(self._known(rng))
        if rng.random() < BROUGHT:
            client.force_login(first)
            by_pages(client, damaged(self.exports, rng)[0], rng, faults)

    def _known(self, rng: random.Random) -> dict[str, list[str]]:
        """Values for parameters of the API, by name."""
        import leitstern
        from leitstern import clock
        from leitstern.errors import Problem
        from leitstern.server.models import GoalRow

        workspace: Any = leitstern.open(self.folder)
        kpis = sorted(workspace.catalogue.names)
        kind = rng.choice(SUBJECTS)
        try:
            subjects = [id_ for id_, _ in workspace.subjects(kind)] if kind != "company" else []
        except Problem:
            subjects = []
        year = clock.today("Europe/Berlin").year
        return {
            "kpi": kpis, "name": kpis, "kpis": kpis, "type": [kind], "by": [kind],
            "subject": subjects or ["x"],
            "id": [str(goal.pk) for goal in GoalRow.objects.all()[:20]] or ["1"],
            "period": [f"{year}-Q1", f"{year}", f"{year - 1}-11", "x"], "grain": ["month", "year", "week"],
            "from": [f"{year}-01-01"], "to": [f"{year}-12-31", f"{year - 2}-02-29"], "value": ["500000", "0"],
            "goal": ["mehr Umsatz"], "text": ["mehr Umsatz"], "language": ["de"], "fact": ["deal"],
        }  # fmt: skip


def main() -> int:
    """Run the variants; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--variants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.25, help="how much of everything each variant asks")
    parser.add_argument("--scale", type=float, default=0.03)
    chosen = parser.parse_args()
    faults = Faults()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), chosen.scale)
        for seed in range(chosen.seed, chosen.seed + chosen.variants):
            before, known, begun = faults.count, len(faults.found), time.monotonic()
            done = bench.variant(seed, chosen.share, faults)
            mark = f"{faults.count - before} FAULTS" if faults.count > before else "ok"
            print(f"{seed} {mark} {time.monotonic() - begun:.1f} s  {'; '.join(done)}", flush=True)
            for (place, kind), text in list(faults.found.items())[known:]:
                print(f"--- {place}: {kind}\n{text}", flush=True)
    slowest = sorted(faults.seconds.items(), key=lambda pair: -pair[1])[:8]
    print("most time: " + ", ".join(f"{place} {seconds:.0f} s" for place, seconds in slowest))
    print(
        f"{chosen.variants} variants, {faults.asked} asked, {faults.count} faults, {len(faults.found)} kinds"
    )
    for place, kind in faults.found:
        print(f"  {place}: {kind}")
    return 1 if faults.count else 0


if __name__ == "__main__":
    sys.exit(main())
