"""Every message the package can give exists in both languages, with the same blanks; none is left over."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest

import leitstern.kpis

FOLDER = Path(next(iter(leitstern.kpis.__path__)))
MESSAGES = tomllib.loads((FOLDER / "messages.toml").read_text(encoding="utf-8"))
CODE = "\n".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.py"))


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", MESSAGES)
def test_a_message_has_the_same_blanks_in_both_languages(code: str) -> None:
    assert blanks(MESSAGES[code]["de"]) == blanks(MESSAGES[code]["en"])


def test_every_code_used_has_a_message_and_every_message_is_used() -> None:
    used = set(re.findall(r'"kpis\.([a-z_0-9]+)"', CODE))
    advice = set(re.findall(r'finding\(\s*"([a-z_]+)"', CODE))
    used |= {f"lint_{code}" for code in advice} | {f"lint_{code}_do" for code in advice}
    used |= {"measure_kind", "shape_key", "shape_unit"}
    assert used == set(MESSAGES)
