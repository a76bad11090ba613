"""Every text for users exists in German and English, with the same blanks; every code asked for exists."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "leitstern"


def _texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for file in sorted(SOURCE.rglob("messages.toml")):
        package = file.parent.name
        for code, pair in tomllib.loads(file.read_text(encoding="utf-8")).items():
            texts[f"{package}.{code}"] = pair
    return texts


TEXTS = _texts()


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", TEXTS)
def test_both_languages_with_the_same_blanks(code: str) -> None:
    pair = TEXTS[code]
    assert set(pair) == {"de", "en"}
    assert all(text.strip() for text in pair.values())
    assert _blanks(pair["de"]) == _blanks(pair["en"])


def test_every_problem_has_a_text() -> None:
    asked = {
        code
        for file in SOURCE.rglob("*.py")
        for code in re.findall(
            r'(?:Problem|message)\(\s*"([a-z_]+\.[a-z_]+)"', file.read_text(encoding="utf-8")
        )
    }
    assert asked - set(TEXTS) == set()


def test_every_text_of_the_commands_exists() -> None:
    """Commands say their own texts, and those about an analysis the texts of its topic."""
    topics = sorted(folder.name for folder in (SOURCE / "insight").iterdir() if folder.is_dir())
    said = set()
    for file in (SOURCE / "cli").glob("*.py"):
        for code in re.findall(r'(?:say|note)\("([a-z_]+)"', file.read_text(encoding="utf-8")):
            places = (f"{package}.{code}" for package in ("cli", *topics))
            said.add(next((place for place in places if place in TEXTS), f"cli.{code}"))
    assert said
    assert said - set(TEXTS) == set()
