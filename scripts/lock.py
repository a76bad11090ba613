"""Write requirements/*.txt: every version pinned with its hashes, for Python 3.11 and newer.

The files name no index and no path, so that they install from any mirror. Needs ``uv``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("requirements")
COMPILE = (
    sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--upgrade",
    "--generate-hashes", "--universal", "--python-version", "3.11",
    "--no-header", "--no-emit-index-url", "--no-emit-find-links",
)  # fmt: skip

#: File to write: what it is made from. A later file keeps to the versions of the one it names with -c.
FILES = {
    "base.txt": ("pyproject.toml",),
    "build.txt": (str(FOLDER / "build.in"),),
    "test.txt": (
        "pyproject.toml", "--extra", "postgres", "--extra", "pandas", "--extra", "pipeline",
        "--group", "test",
        "-c", str(FOLDER / "base.txt"), "-c", str(FOLDER / "build.txt"),
    ),
}  # fmt: skip


def main() -> None:
    """Compile each file in order."""
    for name, arguments in FILES.items():
        subprocess.run([*COMPILE, *arguments, "-o", str(FOLDER / name)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
