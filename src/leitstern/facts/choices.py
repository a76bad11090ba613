"""The words of exports for the values of choice fields; they are in ``words.toml``, German and English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from leitstern.facts.naming import plain
from leitstern.sources.spelling import folded

if TYPE_CHECKING:
    from leitstern.facts.model import Fact, Field

#: Words beside which a telling word tells nothing.
_DENYING = frozenset(
    ["nicht", "kein", "keine", "noch", "fast", "bald", "not", "no", "nearly", "almost", "soon", "lost/won"]
)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(
        resources.files("leitstern.facts").joinpath("words.toml").read_text(encoding="utf-8")
    )


def different(texts: Any) -> list[str]:
    """The different words of a column, in their first spelling."""
    from leitstern.sources.candidates import texts_of

    first: dict[str, str] = {}
    for text in texts_of(texts).unique().to_pylist():
        if text is not None:
            first.setdefault(folded(text), text)
    return list(first.values())


def translate(
    fact: Fact, field: Field, found: Sequence[str], own: Mapping[str, Sequence[str]] | None = None
) -> tuple[dict[str, str], list[str], str | None]:
    """The words of a choice in the model's words, those unknown, and what an unknown word means.

    ``own``: words that the program means otherwise than most, or that it alone has, by choice (``""``: they
    say nothing); they are among the words of the answer whether they were found or not.
    """
    values: dict[str, str] = {}
    told: dict[str, str] = {}
    for choice, words in (own or {}).items():
        for word in words:
            if plain(word) not in told and usual(fact.name, field, word) != choice:
                values[word] = choice
            told[plain(word)] = choice
    left = []
    for word in found:
        known = told.get(plain(word), usual(fact.name, field, word))
        if known is None:
            left.append(word)
        elif folded(word) not in map(folded, values):
            values[word] = known
    default: str | None = _words()[fact.name][field.name].get("default")
    return values, left, default


def usual(fact: str, field: Field, word: str) -> str | None:
    """What a word of a choice usually means in exports; None for other words."""
    said, known = plain(word), _known(fact, field.name, field.choices)
    return known.get(said) or known.get(_numberless(said)) or _told(said.split(), _telling(fact, field.name))


def _numberless(said: str) -> str:
    """A phase without its number or chance: ``3 Angebot``, ``Angebot 50``."""
    return " ".join(part for part in said.split() if not part.isdigit())


@cache
def _known(fact: str, field: str, choices: tuple[str, ...]) -> dict[str, str]:
    listed = _words()[fact][field]
    return {plain(word): choice for choice in choices for word in (choice, *listed[choice])}


@cache
def _telling(fact: str, field: str) -> dict[str, str]:
    listed = _words()[fact][field].get("telling", {})
    return {word: choice for choice, words in listed.items() for word in words}


def _told(words: Sequence[str], telling: Mapping[str, str]) -> str | None:
    """What a word among others tells: ``Abgeschlossen und gewonnen`` is won, ``nicht gewonnen`` nothing."""
    found = {telling[word] for word in words if word in telling}
    return found.pop() if len(found) == 1 and _DENYING.isdisjoint(words) else None
