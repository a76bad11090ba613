"""The process that reads one file from outside, and nothing else.

Started by ``files.land`` as ``python -P -m leitstern.sources.child`` with a job as JSON on standard
input. It limits itself before it opens the file, writes Parquet files and ``result.json`` into the
staging folder, and ends. Whatever happens to it, the parent goes on.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from leitstern.sources.limits import Limits


def main() -> int:
    """Runs the job; 0 if ``result.json`` is written (with tables, or with a problem for the user)."""
    job = json.load(sys.stdin)
    limits = Limits(**job["limits"])
    _limit(limits)
    sys.meta_path.insert(0, _WithoutPandas())
    staging = Path(job["staging"])
    from leitstern.errors import Problem
    from leitstern.sources.formats import pick

    try:
        tables = pick.read(Path(job["path"]), staging, limits)
        result: dict[str, Any] = {"tables": [table.as_json() for table in tables]}
    except Problem as problem:
        result = {"problem": [problem.code, problem.values]}
    except MemoryError:
        values = {"file": Path(job["path"]).name, "memory": limits.memory // (1024 * 1024)}
        result = {"problem": ["sources.too_much_memory", values]}
    (staging / "result.json").write_text(json.dumps(result), encoding="utf-8")
    return 0


class _WithoutPandas:
    """Arrow imports pandas where it is installed, which takes longer than reading most files."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002
        """Says that pandas is not there, and nothing about other modules."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _limit(limits: Limits) -> None:
    """Binds this process. Windows knows no such limits; there the parent's clock has to do."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.output),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


if __name__ == "__main__":
    sys.exit(main())
