"""Damaged exports end in no traceback and no server error: a few variants here, 300 by `bench/damage`."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_eight_damaged_variants_of_the_exports() -> None:
    command = [sys.executable, "-m", "bench.damage", "--variants", "8", "--share", "0.03", "--scale", "0.02"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "8 variants" in done.stdout


def test_every_damage_changes_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench.damage.variants import BYTES, ROWS, bytes_of, damaged, rows_of

    rows = [["id", "manager", "from", "to", "amount"]]
    rows += [
        [f"k{n}", f"k{n + 1}", f"{n + 1:02}.03.2026", f"{n + 2:02}.04.2026", f"{n},5"] for n in range(25)
    ]
    export = bytes_of(rows)
    for way in ROWS:
        assert bytes_of(way(rows_of(export), random.Random(1))) != export, way.__name__
    for damage in BYTES:
        assert damage("Müller".encode("cp1252") + export, random.Random(1)) != export, damage.__name__
    exports = {f"{n}.csv": export for n in range(5)}
    one, other = damaged(exports, random.Random(7)), damaged(exports, random.Random(7))
    assert one == other
    assert damaged(exports, random.Random(8)) != one
