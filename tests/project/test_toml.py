"""TOML that somebody else wrote is read with limits."""

from __future__ import annotations

import tomllib

import pytest

from leitstern import toml
from leitstern.errors import Problem
from leitstern.facts.mapping import parse
from leitstern.settings import Settings

DEEP = [
    "a = " + "[" * 100_000,
    "a = " + "{b = " * 50_000,
    ".".join("a" * 50_000) + " = 1",
    "[" + ".".join("a" * 9_000) + "]",
]


@pytest.mark.parametrize("text", DEEP, ids=["lists", "tables", "keys", "headings"])
def test_what_is_nested_without_end_is_refused(text: str, tmp_path) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        toml.loads(text)
    with pytest.raises(Problem) as problem:
        parse(text, "deep.toml")
    assert "deep.toml" in problem.value.text("en")
    (tmp_path / "leitstern.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Problem):
        Settings.read(tmp_path)


def test_what_people_write_is_read() -> None:
    assert toml.loads("[a.b]\nc = [[1], [2]]") == {"a": {"b": {"c": [[1], [2]]}}}
