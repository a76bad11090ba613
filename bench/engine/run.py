"""Everything in one run: simulate, build, ask everybody, check that they agree, time them, report.

    python bench/engine/run.py                               # 1 and 10 million activities
    python bench/engine/run.py --activities 200000 --runs 1  # a quick look
    python bench/engine/run.py --write                       # and keep the report as RESULTS.md

Each method runs in a process of its own, all methods in turn, ``--runs`` times; figures are medians.
Exit code 1 where two methods disagree.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import agree
import report

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OURS = ("leitstern_facts", "leitstern_ready")
MAIN = ("sql_fused", "sql_per_kpi", "polars_by_hand", "metricflow_duckdb", "bsl_duckdb", *OURS)
SHAPES = ("sql_shapes", "metricflow_duckdb", *OURS)
LEVELS = ("company", "team", "person")


def peers_python(cache: Path) -> Path:
    """The Python that has the peers; its environment is made on first use."""
    folder = cache / "bench-venv"
    python = folder / "bin" / "python"
    if not python.exists():
        print("setting up the peers (once) ...", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True
        )
    return python


def _made_by(*places: Path) -> str:
    """Changes with the code that makes something."""
    files = sorted(f for p in places for f in (p, *p.rglob("*")) if f.suffix in (".py", ".yaml"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def simulate(folder: Path, activities: int, python: Path) -> None:
    """The Parquet files and the peers' database, unless they are there."""
    made_by, kept = _made_by(HERE / "data.py"), folder / "made_by"
    if not kept.exists() or kept.read_text() != made_by:
        (folder / "refresh.json").unlink(missing_ok=True)
        subprocess.run([python, HERE / "data.py", folder, "--activities", str(activities)], check=True)
        kept.write_text(made_by)


def prepare(folder: Path) -> float:
    """Our workspace with a generation, unless this code made it before; the seconds the generation took."""
    source = ROOT / "src" / "leitstern"
    made_by = _made_by(HERE / "store.py", HERE / "kpis", *(source / p for p in ("facts", "kpis", "engine")))
    kept = folder / "refresh.json"
    if not kept.exists() or json.loads(kept.read_text()).get("made_by") != made_by:
        subprocess.run([sys.executable, HERE / "store.py", folder, "--refresh", kept], check=True)
        kept.write_text(json.dumps({**json.loads(kept.read_text()), "made_by": made_by}))
    return float(json.loads(kept.read_text())["seconds"])


def measure(method: str, python: Path, folder: Path, *more: str) -> dict[str, Any]:
    """Run one method once; what it prints is its measurement."""
    interpreter = sys.executable if method in OURS else python
    environment = {**os.environ, "POLARS_MAX_THREADS": "2"}
    command = [interpreter, HERE / "measure.py", method, "--data", folder, *more]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{method} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def check(folder: Path, python: Path, methods: tuple[str, ...], shapes: bool) -> dict[str, list[str]]:
    """Let every method answer once, keep the answers, compare them with those of the first."""
    flags = ["--shapes"] if shapes else []
    for method in methods:
        measure(method, python, folder, "--rounds", "1", "--out", str(folder / "answers" / method), *flags)
    names = [f"shapes-{level}" if shapes else level for level in LEVELS]
    return agree.compare(folder / "answers", methods[0], methods[1:], names)


def timings(folder: Path, python: Path, methods: tuple[str, ...], runs: int, shapes: bool) -> dict[str, Any]:
    """All methods in turn, so that a busy moment does not hit one of them alone."""
    found: dict[str, list[dict[str, Any]]] = {method: [] for method in methods}
    for _ in range(runs):
        for method in methods:
            flags = ["--shapes"] if shapes else []
            if shapes and method == "metricflow_duckdb":
                flags += ["--levels", "company"]  # the others take a minute and more, and are not claimed
            found[method].append(measure(method, python, folder, *flags))
    return found


def one_size(activities: int, python: Path, given: argparse.Namespace) -> tuple[str, int]:
    """The report's section for one size, and how many answers differ."""
    folder = given.cache.resolve() / "bench" / str(activities)
    main, shaped = (tuple(m for m in methods if m not in given.without) for methods in (MAIN, SHAPES))
    simulate(folder, activities, python)
    refresh = prepare(folder) if set(OURS) & set(main) else None
    agreed = check(folder, python, main, False) | check(folder, python, shaped, True)
    differing = sum(len(lines) for lines in agreed.values())
    rows = json.loads((folder / "rows.json").read_text())["rows"]
    lines = report.opening(activities, rows, agreed)
    if given.runs:
        measured = [timings(folder, python, m, given.runs, s) for m, s in ((main, False), (shaped, True))]
        lines += report.figures(*measured, refresh)
    return "\n".join(lines), differing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--activities", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=3, help="0: only check that the answers agree")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache")
    parser.add_argument("--python", type=Path, help="an interpreter that has the peers")
    parser.add_argument("--without", nargs="*", default=[], help="methods to leave out")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    given = parser.parse_args()
    python = given.python or peers_python(given.cache)
    parts, disagreements = [report.head()], 0
    for activities in given.activities:
        part, differing = one_size(activities, python, given)
        parts.append(part)
        disagreements += differing
        print(part, flush=True)
    if given.write:
        (HERE / "RESULTS.md").write_text("\n".join(parts), encoding="utf-8")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
