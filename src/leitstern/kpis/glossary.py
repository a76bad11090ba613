"""The glossary: words of Leitstern and of the field, with synonyms, in German and English."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from leitstern.kpis.definition import Texts, Words
from leitstern.kpis.search import folded


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it means; ``see`` names related terms and KPIs."""

    key: str
    name: Texts
    means: Texts
    also: Words
    see: tuple[str, ...] = ()


@cache
def glossary() -> dict[str, Term]:
    """All terms by key."""
    file = resources.files("leitstern.kpis").joinpath("glossary.toml")
    return {
        key: Term(
            key,
            Texts(de=entry["name"][0], en=entry["name"][1]),
            Texts(de=entry["means"][0], en=entry["means"][1]),
            Words(de=tuple(entry["also"][0]), en=tuple(entry["also"][1])),
            tuple(entry.get("see", ())),
        )
        for key, entry in tomllib.loads(file.read_text(encoding="utf-8")).items()
    }


def search(text: str, language: str) -> list[Term]:
    """Terms for ``text``: by name or synonym of either language first, then by their explanation.

    Within each of these the alphabet of the reader's language decides.
    """
    wanted = folded(text)
    if not wanted:
        return []
    places = [(_place(term, wanted), term) for term in glossary().values()]
    found = [(place, getattr(term.name, language), term) for place, term in places if place is not None]
    return [term for _, _, term in sorted(found, key=lambda hit: hit[:2])]


def _place(term: Term, wanted: str) -> int | None:
    """0 for the very word, 1 for the start of one, 2 within one, 3 in the explanation, else None."""
    words = [folded(word) for word in _words(term)]
    if wanted in words:
        return 0
    if any(word.startswith(wanted) for word in words):
        return 1
    if any(wanted in word for word in words):
        return 2
    return 3 if any(wanted in folded(text) for text in (term.means.de, term.means.en)) else None


def _words(term: Term) -> Iterator[str]:
    yield from (term.key.replace("_", " "), term.name.de, term.name.en)
    yield from (*term.also.de, *term.also.en)
