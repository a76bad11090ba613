"""Every environment variable that the program reads is explained to whoever runs a server."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
VARIABLE = re.compile(r"\bLEITSTERN_[A-Z]+(?:_[A-Z]+)*\b")


def test_every_variable_is_in_the_docs() -> None:
    named = {
        name
        for file in (ROOT / "src").rglob("*.py")
        for name in VARIABLE.findall(file.read_text(encoding="utf-8"))
    }
    rows = re.findall(
        r"^\| `(LEITSTERN_[A-Z_]+)` \|", (ROOT / "docs/server.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert "LEITSTERN_HOSTS" in named
    assert len(rows) == len(set(rows))
    assert set(rows) == named
