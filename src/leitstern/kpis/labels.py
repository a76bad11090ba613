"""What facts, fields and choices are called in German and English; the words stand in ``labels.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

_AT = {"de": 0, "en": 1}


@cache
def _labels() -> dict[str, Any]:
    file = resources.files("leitstern.kpis").joinpath("labels.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def fact_label(fact: str, language: str, *, plural: bool = False) -> str:
    """``Deal`` or ``Deals``; KeyError for an unknown fact."""
    return str(_labels()["facts"][fact][language][int(plural)])


def field_label(fact: str, field: str, language: str) -> str:
    """``Abschlussdatum`` for ``deal``, ``closed_at``; KeyError for an unknown field."""
    labels = _labels()
    pair = labels["fact_fields"].get(f"{fact}.{field}") or labels["fields"][field]
    return str(pair[_AT[language]])


def choice_label(fact: str, field: str, choice: str, language: str) -> str:
    """``gewonnen`` for ``deal``, ``status``, ``won``; KeyError for an unknown choice."""
    labels = _labels()
    pair = labels["fact_choices"].get(f"{fact}.{field}.{choice}") or labels["choices"][choice]
    return str(pair[_AT[language]])


def manual_label(name: str, language: str) -> str:
    """What a value that is entered by hand is called; its own name in words where nothing better is known."""
    pair = _labels()["manual"].get(name)
    return name.replace("_", " ") if pair is None else str(pair[_AT[language]])
