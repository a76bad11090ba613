"""Words of a file and what they mean in the model: value maps and the conditions that choose rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from leitstern.facts.choices import usual
from leitstern.facts.mapping import Condition, FieldMapping
from leitstern.facts.model import Field
from leitstern.sources.arrow import pc
from leitstern.sources.spelling import folded

#: An Arrow array, typed loosely as in ``convert``.
Column = Any


def translate(texts: Column, field: Field, mapped: FieldMapping, fact: str) -> tuple[Column, list[int]]:
    """Words of a file as the model's words (``field`` is one of ``fact``), and the places of words without
    translation.

    Works on the different words only, however many rows there are.
    """
    words = _Words(mapped.values or {})
    keep = mapped.others == "keep" or mapped.values is None
    encoded = texts.dictionary_encode()
    known: list[str | None] = []
    unknown: list[bool] = []
    for word in encoded.dictionary.to_pylist():
        found = words.get(word)
        if found is None and keep and (field.kind != "choice" or folded(word) in field.choices):
            found = folded(word) if field.kind == "choice" else word
        if found is None and mapped.others == "known":
            found = usual(fact, field, word)
        if found is None:
            found = mapped.default
        known.append(found or None)
        unknown.append(found is None)
    empty = words.get("")
    empty = mapped.default if empty is None else empty
    result = pa.array(known, pa.string()).take(encoded.indices)
    if empty:
        result = pc.if_else(pc.is_null(texts), pa.scalar(empty), result)
    if not any(unknown):
        return result, []
    places = pc.indices_nonzero(pc.fill_null(pa.array(unknown).take(encoded.indices), fill_value=False))
    return result, places.to_pylist()


class _Words:
    """A value map: whole words first, then the longest beginning (``"C*"``), compared as ``folded``."""

    def __init__(self, values: Mapping[str, str]) -> None:
        known = {folded(word): meaning for word, meaning in values.items()}
        self._whole = {word: meaning for word, meaning in known.items() if not word.endswith("*")}
        starts = [(word[:-1], meaning) for word, meaning in known.items() if word.endswith("*")]
        self._starts = sorted(starts, key=lambda pair: -len(pair[0]))

    def get(self, word: str) -> str | None:
        said = folded(word)
        if said in self._whole:
            return self._whole[said]
        return next((meaning for start, meaning in self._starts if said.startswith(start)), None)


def each(texts: Column, change: Callable[[str], str]) -> Column:
    """Every text changed, to nothing where it becomes empty; works on the different ones only."""
    encoded = texts.dictionary_encode()
    changed = [change(text) or None for text in encoded.dictionary.to_pylist()]
    return pa.array(changed, pa.string()).take(encoded.indices)


def meets(rows: pa.Table, condition: Condition) -> Column:
    """Which rows a condition chooses; an empty cell is the word ``""``."""

    listed = condition.among if condition.among is not None else condition.not_in or ()
    words = _Words(dict.fromkeys(listed, "yes"))
    wanted = condition.among is not None
    encoded: Any = rows[condition.column].combine_chunks().dictionary_encode()
    hits = [(words.get(word) is not None) == wanted for word in encoded.dictionary.to_pylist()]
    empty = (words.get("") is not None) == wanted
    met = pc.fill_null(pa.array(hits, pa.bool_()).take(encoded.indices), fill_value=empty)
    return met if condition.also is None else pc.and_(met, meets(rows, condition.also))
