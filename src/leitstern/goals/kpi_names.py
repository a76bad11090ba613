"""What people call the KPIs: names, synonyms and abbreviations in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from leitstern.goals.names import words

if TYPE_CHECKING:
    from leitstern.kpis.definition import Definition
    from leitstern.kpis.load import Catalogue

Phrase = tuple[str, ...]


def kpi_phrases(catalogue: Catalogue) -> dict[Phrase, tuple[str, ...]]:
    """Phrases (as `names.words`) with the KPIs they name; several where a synonym is shared."""
    found: dict[Phrase, list[str]] = {}
    for definition in catalogue:
        for phrase in dict.fromkeys(words(text) for text in called(definition)):
            if phrase:
                found.setdefault(phrase, []).append(definition.kpi)
    return {phrase: tuple(kpis) for phrase, kpis in found.items()}


def nearest_kpis(text: str, phrases: dict[Phrase, tuple[str, ...]]) -> list[str]:
    """The KPIs, at most three, whose names are spelt most like ``text``."""
    spelt = {" ".join(phrase): kpis for phrase, kpis in phrases.items()}
    close = get_close_matches(" ".join(words(text)), spelt, n=3)
    return list(dict.fromkeys(kpi for name in close for kpi in spelt[name]))[:3]


def called(definition: Definition) -> Iterator[str]:
    """Everything a KPI is called: its id in words, its names, what stands in parentheses there, synonyms."""
    yield definition.kpi.replace("_", " ")
    for name in (definition.name.de, definition.name.en):
        yield name
        # "Kundenwert (CLV)" is called Kundenwert, and CLV.
        for inside in re.findall(r"\((.*?)\)", name):
            yield inside
            yield re.sub(r"\(.*?\)", "", name)
    yield from definition.also_called.de
    yield from definition.also_called.en
