"""One writer at a time; a writer that is killed blocks nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leitstern.errors import Problem
from leitstern.lock import writing

HOLDER = """
import sys, time
from pathlib import Path
from leitstern.lock import writing
with writing(Path(sys.argv[1]), "import"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_who_the_first_one_is(tmp_path: Path) -> None:
    with writing(tmp_path, "import"), pytest.raises(Problem) as problem, writing(tmp_path, "refresh"):
        pytest.fail("two writers at once")
    assert problem.value.code == "leitstern.busy"
    assert f"(import, process {os.getpid()})" in problem.value.text("en")


def test_after_the_first_the_second_may_write(tmp_path: Path) -> None:
    with writing(tmp_path, "import"):
        pass
    with writing(tmp_path, "refresh"):
        assert '"refresh"' in (tmp_path / "workspace.lock").read_text(encoding="utf-8")


def test_an_error_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), writing(tmp_path, "import"):
        raise RuntimeError
    with writing(tmp_path, "import"):
        pass


def test_a_killed_writer_frees_the_lock(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Problem, match=f"process {holder.pid}"), writing(tmp_path, "refresh"):
            pytest.fail("two writers at once")
        holder.kill()
        holder.wait()
    with writing(tmp_path, "refresh"):
        pass
