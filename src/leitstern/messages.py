"""Texts of the library in German and English: problems, reasons, questions.

Each package keeps its texts in a `messages.toml` beside its code (`[code]` with `de` and `en`); a code is
`package.what_is_wrong`; texts of the workspace, server and commands stand in the top folder's file. Each
topic of `leitstern.insight` is a package in this sense: its codes begin with the topic.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

PACKAGES = ("periods", "sources", "facts", "kpis", "engine", "goals", "access", "analyses", "upkeep", "cli")


@cache
def _texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    top = resources.files("leitstern")
    places = [("leitstern", top), *((name, top.joinpath(name)) for name in PACKAGES)]
    places += [(topic.name, topic) for topic in top.joinpath("insight").iterdir()]
    for name, place in places:
        file = place.joinpath("messages.toml")
        if file.is_file():
            for code, pair in tomllib.loads(file.read_text(encoding="utf-8")).items():
                texts[f"{name}.{code}"] = pair
    return texts


def message(code: str, language: str, **values: object) -> str:
    """The text of ``code`` in ``de`` or ``en`` with its blanks filled; KeyError for an unknown code."""
    return _texts()[code][language].format(**values)
