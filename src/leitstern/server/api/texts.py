"""What the API says of its own accord: titles of statuses and reasons for a refusal, in both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("texts.toml").read_text(encoding="utf-8"))


def title(status: int, language: str) -> str:
    """A status in words: the same for all problems with it."""
    return _texts()[f"status_{status}"][language]


def problem_text(
    code: str,
    language: str,
    values: Mapping[str, object] | None = None,
    default: str | None = None,
) -> str:
    """The text of ``code`` with its blanks filled; ``default`` (else KeyError) where there is none."""
    pair = _texts().get(code)
    if pair is None and default is not None:
        return default
    return _texts()[code][language].format(**(values or {}))
