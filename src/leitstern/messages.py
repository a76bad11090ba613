"""Texts of the library in German and English: problems, reasons, questions.

Each package keeps its texts in a `messages.toml` beside its code (`[code]` with `de` and `en`); a code is
`package.what_is_wrong`; texts of the workspace, server and commands stand in the top folder's file.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

PACKAGES = ("periods", "sources", "facts", "kpis", "engine", "goals", "access", "cli")


@cache
def _texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for folder in ("", *PACKAGES):
        file = resources.files("leitstern").joinpath(folder, "messages.toml")
        if file.is_file():
            for code, pair in tomllib.loads(file.read_text(encoding="utf-8")).items():
                texts[f"{folder or 'leitstern'}.{code}"] = pair
    return texts


def message(code: str, language: str, **values: object) -> str:
    """The text of ``code`` in ``de`` or ``en`` with its blanks filled; KeyError for an unknown code."""
    return _texts()[code][language].format(**values)
