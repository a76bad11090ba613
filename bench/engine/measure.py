"""Run one method in a process of its own: answers to a folder, seconds and memory as JSON.

    python bench/engine/measure.py METHOD --data DIR --out DIR [--rounds 2] [--shapes]

``start`` is the seconds until the method's module is imported, ``open`` until it can be asked. The first
round starts with nothing read; later rounds find what the process keeps in memory.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from questions import LEVELS


class Clock:
    """Seconds by the clock, and the processor's seconds, which a busy machine disturbs far less."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    def time(self, name: str, call: Any, *args: Any) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        found = call(*args)
        self.wall[name] = round(time.perf_counter() - wall, 4)
        self.cpu[name] = round(time.process_time() - cpu, 4)
        return found


def _round(method: ModuleType, state: Any, given: argparse.Namespace, out: Path | None) -> Clock:
    clock = Clock()
    for level in given.levels:
        answer = clock.time(level, method.shapes if given.shapes else method.level, state, level)
        if out is not None:
            _keep(method.tables(answer), out, f"{'shapes-' if given.shapes else ''}{level}")
    if out is None and hasattr(method, "together"):
        clock.time("together", method.together, state, given.shapes)
    return clock


def _keep(tables: list[Any], out: Path, name: str) -> None:
    import pyarrow.parquet as pq

    for number, table in enumerate(tables):
        pq.write_table(table, out / f"{name}-{number:02d}.parquet")


def _peak_mb() -> int:
    """The most memory this process held. (``getrusage`` would count the process that started it.)"""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024)
    raise RuntimeError("/proc/self/status has no VmHWM")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("method")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="keep the answers here")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--shapes", action="store_true", help="the rolling and cumulative KPIs instead")
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=LEVELS)
    given = parser.parse_args()
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
    begin = Clock()
    method = begin.time("start", importlib.import_module, f"methods.{given.method}")
    state = begin.time("open", method.connect, given.data, given.threads)
    clocks = [_round(method, state, given, given.out if n == 0 else None) for n in range(given.rounds)]
    found: dict[str, Any] = {"method": given.method, "name": method.NAME, **begin.wall}
    found |= {"rounds": [clock.wall for clock in clocks], "cpu": [clock.cpu for clock in clocks]}
    if hasattr(method, "extra") and not given.shapes:
        found["extra"] = method.extra(state)
    json.dump({**found, "peak_mb": _peak_mb()}, sys.stdout)


if __name__ == "__main__":
    main()
