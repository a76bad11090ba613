"""Walks many random companies through imports, changes, closings and rebuilds, and says which went wrong.

The test suite walks a dozen (tests/engine/test_states.py). This walks any number of them, in batches that
each are a process of their own, and prints how it goes; exit code 1 where one went wrong.

    python scripts/walk_states.py --first 0 --count 300 --batch 10
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
TEST = "tests/engine/test_states.py"


def walk(seeds: range) -> tuple[list[int], str]:
    """Walk some seeds; those that went wrong, and what was printed."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", TEST],
        cwd=HERE,
        env=os.environ | {"WALKS": f"{seeds.start}:{seeds.stop}"},
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = sorted({int(seed) for seed in re.findall(r"^FAILED .*\[(\d+)\]", run.stdout, re.MULTILINE)})
    if run.returncode not in (0, 1) or bool(run.returncode) != bool(wrong):
        raise SystemExit(f"the tests did not run:\n{run.stdout}\n{run.stderr}")
    return wrong, run.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=300, help="how many")
    parser.add_argument("--batch", type=int, default=10, help="how many in one process")
    parser.add_argument("--log", type=Path, help="a file for what wrong ones print")
    asked = parser.parse_args()
    end, all_wrong, began = asked.first + asked.count, [], time.monotonic()
    for start in range(asked.first, end, asked.batch):
        seeds = range(start, min(start + asked.batch, end))
        wrong, printed = walk(seeds)
        all_wrong += wrong
        if wrong and asked.log:
            with asked.log.open("a", encoding="utf-8") as log:
                log.write(printed)
        passed = seeds.stop - asked.first - len(all_wrong)
        told = f", wrong: {', '.join(map(str, wrong))}" if wrong else ""
        took = f"{time.monotonic() - began:.0f} s"
        print(f"{seeds.start} to {seeds.stop - 1}: {passed} right so far, {took}{told}", flush=True)
    print(f"{asked.count} walks, {asked.count - len(all_wrong)} right, wrong: {all_wrong or 'none'}")
    return 1 if all_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
