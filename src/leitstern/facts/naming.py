"""What exports call facts and fields: how well the name of a column, file or sheet fits one of the model.

The names are in ``synonyms.toml``, German and English.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources

from leitstern.facts.model import Fact, Field

#: Words that make a column an identifier, or a yes-or-no, and no name.
_IDENTIFYING = frozenset({"id", "nr", "no", "nummer", "number", "key", "guid", "uuid"})
_ASKING = frozenset({"has", "is", "hat", "ist"})


def plain(text: str) -> str:
    """A name to compare by: small letters and digits only, one spelling of umlauts, words apart."""
    apart = re.sub(r"(?<=[a-zäöü])(?=[A-ZÄÖÜ][a-zäöü])", " ", text).casefold()
    apart = apart.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    letters = unicodedata.normalize("NFKD", apart)
    return " ".join(
        "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c)).split()
    )


@cache
def _synonyms() -> dict[str, dict[str, list[str]]]:
    text = resources.files("leitstern.facts").joinpath("synonyms.toml").read_text(encoding="utf-8")
    return {
        fact: {field: [plain(name) for name in names] for field, names in fields.items()}
        for fact, fields in tomllib.loads(text).items()
    }


def without_prefix(columns: Sequence[str]) -> list[str]:
    """The names without what all of them begin with (``Deal - Title``, ``Deal - Value``)."""
    head, dash, _ = columns[0].partition(" - ") if columns else ("", "", "")
    prefix = head + dash
    if not dash or len(columns) < 2 or not all(column.startswith(prefix) for column in columns):
        return list(columns)
    return [column.removeprefix(prefix) for column in columns]


def names_of(fact: str, field: str) -> list[str]:
    """What a field is called in exports (as ``plain`` makes it), most telling first."""
    own, shared = _synonyms()[fact].get(field, []), _synonyms()["any"].get(field, [])
    return list(dict.fromkeys([*own, *shared, field.replace("_", " ")]))


def likeness(column: str, names: Sequence[str]) -> float:
    """How well a column's name fits a field: 1 for a name of the list, less for part of one, 0 for none."""
    if column.replace(" ", "") in {name.replace(" ", "") for name in names}:
        return 1.0 - 0.1 * ([n.replace(" ", "") for n in names].index(column.replace(" ", "")) / len(names))
    words = column.split()
    inside = [n for n in names if len(n) > 2 and set(n.split()) <= set(words)]
    return max((0.7 * len(n.split()) / len(words) for n in inside), default=0.0)


def field_likeness(fact: Fact, field: Field, column: str) -> float:
    """``likeness``, but a part of the name does not make an identifier or a yes-or-no a name."""
    found = likeness(column, names_of(fact.name, field.name))
    words = set(column.split())
    if found < 0.89 and (words & _ASKING or (field.kind != "ref" and words & _IDENTIFYING)):
        return 0.0
    return found


def named(fact: Fact, file: str) -> bool:
    """Whether the name of the file or sheet says what the rows are."""
    stem = plain(file.rsplit(".", 1)[0])
    return any(re.search(rf"\b{re.escape(name)}\b", stem) for name in _synonyms()[fact.name]["is"])
