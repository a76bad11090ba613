"""Search in the catalogue: all words must occur; names count more than synonyms, synonyms more than texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from leitstern.kpis.definition import Definition

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def folded(text: str) -> str:
    """Text for comparison: lower case, umlauts written out, no accents, words apart by one space."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_UMLAUTS))
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c))))


def rank(definitions: Iterable[Definition], text: str, language: str) -> list[Definition]:
    """The definitions that hold every word of ``text`` in either language, best first.

    The reader's language counts double; at the same score the order of the names decides.
    """
    words = folded(text).split()
    if not words:
        return []
    scored = []
    for definition in definitions:
        score = _score(definition, words, folded(text), language)
        if score:
            scored.append((-score, definition.kpi, definition))
    return [definition for _, _, definition in sorted(scored, key=lambda found: found[:2])]


def _score(definition: Definition, words: list[str], phrase: str, language: str) -> int:
    total = 0
    fields = [(8, definition.kpi.replace("_", " "))]
    for code in ("de", "en"):
        factor = 2 if code == language else 1
        fields.append((8 * factor, getattr(definition.name, code)))
        fields += [(4 * factor, word) for word in getattr(definition.also_called, code)]
        fields.append((1 * factor, getattr(definition.means, code)))
    found: set[str] = set()
    for weight, field in fields:
        here = folded(field)
        hits = {word for word in words if word in here}
        found |= hits
        total += weight * len(hits)
        if here == phrase:
            total += 20 * weight
    return total if found == set(words) else 0
