"""Hundreds of sentences, one a line with what is right: read so, or asked; never read as something else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leitstern.goals.sentence import Asking, Reading, read

from .test_sentence import CATALOGUE, NAMES, TODAY

TABLE = Path(__file__).parent / "sentences.txt"
LINES = [
    line
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]
SIGNS = {"at_least": ">=", "at_most": "<=", "between": ".."}
ASKED = ("kpi", "whom", "time", "direction", "amount")


def told(found: Reading) -> list[str]:
    """KPI, whom, time, direction and amount as the table writes them; "-" for none."""
    change, target = found.change, found.target
    amount = "-"
    if change is not None:
        base = {"previous_year": "y", "previous_period": "p"}[change.against]
        amount = f"{change.amount.normalize():+f} {'of' if change.relative else 'on'} {base}"
    elif target is not None:
        amount = f"{target.normalize():f}" + ("" if found.upper is None else f"..{found.upper.normalize():f}")
    whom = "-" if found.whom is None else found.whom.id or found.whom.type
    time = found.period or (f"{found.start}..{found.end}" if found.start else "-")
    return [found.kpi or "-", whom, time, SIGNS.get(found.direction or "", "-"), amount]


def read_here(text: str) -> Reading:
    return read(text, TODAY, CATALOGUE, NAMES, Asking(language="de", currency="EUR"))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.partition(" | ")[0])
def test_sentences_are_read_or_asked_about(line: str) -> None:
    text, _, right = line.partition(" | ")
    wanted, _, asked = right.partition(" ? ")
    found = read_here(text)
    words = re.match(r"(\S+) (\S+) (\S+) (\S+) (.+)", wanted.strip())
    assert words is not None, line
    assert told(found) == list(words.groups())
    assert {each.asks for each in found.missing} == set(asked.split())


def test_the_table_is_large_and_without_doubles() -> None:
    texts = [line.partition(" | ")[0] for line in LINES]
    assert len(texts) > 190
    assert len(set(texts)) == len(texts)
    assert {word for line in LINES for word in line.partition(" ? ")[2].split()} == set(ASKED)
