"""A mapping proposed from the names of the columns and the words in them.

The proposal is a start for the user to correct, not a decision: which fact the rows are, which column
is which field (German and English names, see ``synonyms.toml``), what the words of choices mean
(``words.toml``). A column is proposed for a date or a number only if its values can be read as one.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from leitstern.facts.mapping import READ_KINDS, FieldMapping, TableMapping
from leitstern.facts.model import FACTS, Fact, Field
from leitstern.sources.spelling import folded

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows looked at to see whether a column fits; readings are decided over all rows later.
_SAMPLE = 20_000
#: A choice has few different words; a column with more is something else.
_MOST_WORDS = 40
#: What the name of the file or sheet is worth, against one for a column of the right name.
_NAMED = 2.5
#: How much a missing required field speaks against a fact.
_MISSING = 2.0
#: What speaks against a fact whose records change when nothing identifies the rows.
_NAMELESS = 3.0
#: Facts whose records are written once: rows without a key are told apart by their text.
_KEYLESS = frozenset({"activity", "invoice", "spend", "touchpoint", "survey_response", "deal_event"})
#: Words that make a column an identifier, or a yes-or-no, and no name.
_IDENTIFYING = frozenset({"id", "nr", "no", "nummer", "number", "key", "guid", "uuid"})
_ASKING = frozenset({"has", "is", "hat", "ist"})
#: Below this a fact is not proposed at all.
_LEAST = 2.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed mapping of one table.

    ``table`` is None where required fields (``missing``) have no column, or where a key is needed and
    no column is one: the user has to complete it.
    ``unused`` are columns that nothing was found for, ``unclear`` maps a choice field to its column and
    the words that could not be translated.
    """

    file: str
    sheet: str | None
    fact: str
    key: str | None
    fields: dict[str, FieldMapping]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    unclear: dict[str, tuple[str, tuple[str, ...]]]

    @property
    def table(self) -> TableMapping | None:
        """The table as the import takes it, if it is complete."""
        if self.missing or (self.key is None and self.fact not in _KEYLESS):
            return None
        key = None if self.key is None else (self.key,)
        return TableMapping(
            file=self.file, sheet=self.sheet, fact=self.fact, key=key, fields=dict(self.fields)
        )


def propose(
    file: str, sheet: str | None, columns: Sequence[str], rows: pa.Table, *, fact: str | None = None
) -> Proposal | None:
    """Propose a mapping for a landed table; ``fact`` says what the rows are, if the user has said so.

    None if nothing in the table looks like a fact of the model.
    """
    sample = rows.slice(0, _SAMPLE)
    candidates = [FACTS[fact]] if fact else [f for f in FACTS.values() if not f.derived]
    best: tuple[float, Fact, dict[str, str]] | None = None
    for candidate in candidates:
        assigned, score = _assign(candidate, columns, sample)
        score += _NAMED * _named(candidate, sheet or file)
        if candidate.name not in _KEYLESS and _key(candidate, columns, sample, assigned) is None:
            score -= _NAMELESS
        score -= _MISSING * sum(f.required and f.name not in assigned for f in candidate.fields)
        if assigned and (best is None or score > best[0]):
            best = (score, candidate, assigned)
    if best is None or (best[0] < _LEAST and fact is None):
        return None
    _, found, assigned = best
    fields, unclear = _mapped(found, assigned, sample)
    key = _key(found, columns, rows, assigned)
    used = {*assigned.values(), key, *(column for column, _ in unclear.values())}
    return Proposal(
        file=file_pattern(file),
        sheet=sheet,
        fact=found.name,
        key=key,
        fields=fields,
        missing=tuple(f.name for f in found.fields if f.required and f.name not in fields),
        unused=tuple(column for column in columns if column not in used),
        unclear=unclear,
    )


def file_pattern(file: str) -> str:
    """The file's name with ``*`` for what looks like a date or a counter, for the next export."""
    literal = re.sub(r"([\[?*])", r"[\1]", file)
    return re.sub(r"\d{4,}(?:[-_.]\d{1,2}){0,2}|\(\d+\)", "*", literal)


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


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(
        resources.files("leitstern.facts").joinpath("words.toml").read_text(encoding="utf-8")
    )


def names_of(fact: str, field: str) -> list[str]:
    """What a field is called in exports (as ``plain`` makes it), most telling first."""
    own, shared = _synonyms()[fact].get(field, []), _synonyms()["any"].get(field, [])
    return list(dict.fromkeys([*own, *shared, field.replace("_", " ")]))


def _likeness(column: str, names: Sequence[str]) -> float:
    """How well a column's name fits a field: 1 for a name of the list, less for part of one, 0 for none."""
    if column.replace(" ", "") in {name.replace(" ", "") for name in names}:
        return 1.0 - 0.1 * ([n.replace(" ", "") for n in names].index(column.replace(" ", "")) / len(names))
    words = column.split()
    inside = [n for n in names if len(n) > 2 and set(n.split()) <= set(words)]
    return max((0.7 * len(n.split()) / len(words) for n in inside), default=0.0)


def _field_likeness(fact: Fact, field: Field, column: str) -> float:
    """``_likeness``, but a part of the name does not make an identifier or a yes-or-no a name."""
    found = _likeness(column, names_of(fact.name, field.name))
    words = set(column.split())
    if found < 0.89 and (words & _ASKING or (field.kind in ("text", "choice") and words & _IDENTIFYING)):
        return 0.0
    return found


def _named(fact: Fact, file: str) -> bool:
    """Whether the name of the file or sheet says what the rows are."""
    stem = plain(file.rsplit(".", 1)[0])
    return any(re.search(rf"\b{re.escape(name)}\b", stem) for name in _synonyms()[fact.name]["is"])


def _assign(fact: Fact, columns: Sequence[str], sample: pa.Table) -> tuple[dict[str, str], float]:
    """The best column for each field, each column once; and how well the names fit in all."""
    pairs = [
        (likeness, place, field, column)
        for place, column in enumerate(columns)
        for field in fact.fields
        if not field.derived and (likeness := _field_likeness(fact, field, plain(column))) >= 0.35
    ]
    assigned: dict[str, str] = {}
    score = 0.0
    for likeness, _, field, column in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if field.name not in assigned and column not in assigned.values() and _fits(field, column, sample):
            assigned[field.name] = column
            score += likeness
    return assigned, score


def _fits(field: Field, column: str, sample: pa.Table) -> bool:
    """Whether the values can be what the field wants; an empty column fits everything."""
    texts = sample[column]
    if field.kind in READ_KINDS:
        from leitstern.sources.columns import decide

        reading = decide(texts, name=column, kind=field.reads_as)
        return reading.kind == "empty" or (reading.kind != "text" and reading.read >= reading.unread)
    if field.kind == "choice":
        return len(_different(texts)) <= _MOST_WORDS
    return True


def _different(texts: Any) -> list[str]:
    """The different words of a column, in their first spelling."""
    from leitstern.sources.candidates import texts_of

    first: dict[str, str] = {}
    for text in texts_of(texts).unique().to_pylist():
        if text is not None:
            first.setdefault(folded(text), text)
    return list(first.values())


def _mapped(
    fact: Fact, assigned: Mapping[str, str], sample: pa.Table
) -> tuple[dict[str, FieldMapping], dict[str, tuple[str, tuple[str, ...]]]]:
    """The fields as mappings: words of choices translated; choices with unknown words are unclear."""
    fields: dict[str, FieldMapping] = {}
    unclear: dict[str, tuple[str, tuple[str, ...]]] = {}
    # In many exports the phase alone says whether a deal was won.
    choices = dict(assigned)
    if fact.name == "deal" and "status" not in assigned and "stage" in assigned:
        choices["status"] = assigned["stage"]
    for field in fact.fields:
        column = choices.get(field.name)
        if column is None:
            continue
        if field.kind != "choice":
            fields[field.name] = FieldMapping(column=column)
            continue
        values, unknown, default = _translate(fact, field, _different(sample[column]))
        if unknown and default is None:
            unclear[field.name] = (column, tuple(unknown))
        else:
            fields[field.name] = FieldMapping(column=column, values=values or None, default=default)
    return fields, unclear


def _translate(
    fact: Fact, field: Field, found: Sequence[str]
) -> tuple[dict[str, str], list[str], str | None]:
    """The words of a choice in the model's words, those unknown, and what an unknown word means."""
    listed = _words()[fact.name][field.name]
    known = {plain(word): choice for choice in field.choices for word in (choice, *listed[choice])}
    values = {word: known[plain(word)] for word in found if plain(word) in known}
    return values, [word for word in found if plain(word) not in known], listed.get("default")


def _key(fact: Fact, columns: Sequence[str], rows: pa.Table, assigned: Mapping[str, str]) -> str | None:
    """The column that identifies the rows: the best name among those that are filled and unique."""
    names = names_of(fact.name, "key")
    ranked = sorted(columns, key=lambda column: -_likeness(plain(column), names))
    for column in ranked:
        if _likeness(plain(column), names) >= 0.35 and _identifies(rows, column):
            return column
    name = assigned.get("name")
    return name if fact.main_date is None and name is not None and _identifies(rows, name) else None


def _identifies(rows: pa.Table, column: str) -> bool:
    values = rows[column]
    return values.null_count == 0 and len(values.unique()) == len(values)


def to_toml(proposal: Proposal, language: str) -> str:
    """The proposal as a mapping file, with remarks on what is left to do."""
    return "\n".join(_lines(proposal, language)) + "\n"


def _lines(proposal: Proposal, language: str) -> Iterator[str]:
    from leitstern.messages import message

    def say(code: str, **values: object) -> str:
        return "# " + message(f"facts.proposal_{code}", language, **values)

    yield say("head" if proposal.table is not None else "draft")
    yield f"name = {_quoted(proposal.file)}"
    yield ""
    yield "[[table]]"
    yield f"file = {_quoted(proposal.file)}"
    if proposal.sheet is not None:
        yield f"sheet = {_quoted(proposal.sheet)}"
    yield f"fact = {_quoted(proposal.fact)}"
    yield f"key = {_quoted(proposal.key)}" if proposal.key is not None else say("no_key")
    yield ""
    yield "[table.fields]"
    for name, mapped in proposal.fields.items():
        yield f"{name} = {_inline(mapped)}"
    for name in proposal.missing:
        yield say("missing", field=name)
    for name, (column, words) in proposal.unclear.items():
        choices = ", ".join(FACTS[proposal.fact].by_name[name].choices)
        yield say("unclear", field=name, choices=choices)
        pairs = ", ".join(f'{_quoted(word)} = "?"' for word in words)
        yield f"# {name} = {{ column = {_quoted(column)}, values = {{ {pairs} }} }}"
    if proposal.unused:
        yield say("unused", columns=", ".join(proposal.unused).replace("\n", " "))


def _inline(mapped: FieldMapping) -> str:
    """One field of a proposal in TOML."""
    column = _quoted(str(mapped.column))
    if mapped.values is None and mapped.default is None:
        return column
    parts = [f"column = {column}"]
    if mapped.values is not None:
        pairs = ", ".join(f"{_quoted(word)} = {_quoted(choice)}" for word, choice in mapped.values.items())
        parts.append(f"values = {{ {pairs} }}")
    if mapped.default is not None:
        parts.append(f"default = {_quoted(mapped.default)}")
    return "{ " + ", ".join(parts) + " }"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
