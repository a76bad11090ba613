"""With CI=true a skipped test fails the run; an expected failure does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED = "import pytest\n\ndef test_it():\n    pytest.skip('no server')\n"
MODULE_SKIPPED = "import pytest\n\npytest.importorskip('no_such_module')\n\ndef test_it():\n    pass\n"
EXPECTED = "import pytest\n\n@pytest.mark.xfail(strict=True)\ndef test_it():\n    assert False\n"


@pytest.mark.parametrize(
    ("source", "ci", "passes"),
    [
        (SKIPPED, "true", False),
        (SKIPPED, "", True),
        (MODULE_SKIPPED, "true", False),
        (EXPECTED, "true", True),
    ],
)
def test_skips_fail_in_ci_only(source: str, ci: str, passes: bool, tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(source, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        (Path(__file__).parents[1] / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "--rootdir", str(tmp_path), str(tmp_path)],
        env={**os.environ, "CI": ci},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode == 0) is passes, run.stdout
