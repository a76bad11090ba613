"""Every code this package can raise or write down has a text in both languages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter

import leitstern.sources
from leitstern.sources.typed import REASONS

FOLDER = Path(leitstern.sources.__file__).parent
TEXTS = tomllib.loads((FOLDER / "messages.toml").read_text(encoding="utf-8"))


def _used() -> set[str]:
    source = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py"))
    codes = set(re.findall(r'"sources\.([a-z_]+)"', source))
    notes = [*re.findall(r'(?:Note|\.note)\(\s*"([a-z_]+)"', source), "datev"]
    aside = ["too_few_cells", "too_many_cells", "broken_quotes", "cell_too_big", "nul", "broken_bytes"]
    under = ["total_row", "header_again", "remark", "second_table"]
    reasons = [*aside, *under, "not_json", "not_an_object", *REASONS[1:]]
    return codes | {f"note_{note}" for note in notes} | {f"reason_{reason}" for reason in reasons}


def test_every_code_has_its_texts_and_every_text_its_code() -> None:
    assert set(TEXTS) == _used()


def test_both_languages_have_the_same_blanks() -> None:
    for code, text in TEXTS.items():
        assert set(text) == {"de", "en"}, code
        blanks = [{name for _, name, _, _ in Formatter().parse(text[language]) if name} for language in text]
        assert blanks[0] == blanks[1], code
