"""A mapping proposed from the names of the columns and the words in them.

The proposal is a start for the user to correct, not a decision: which fact the rows are, which column
is which field (German and English names, see ``synonyms.toml``), what the words of choices mean
(``words.toml``). A column is proposed for a date or a number only if its values can be read as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.facts.choices import different, translate
from leitstern.facts.mapping import READ_KINDS, Condition, FieldMapping, TableMapping
from leitstern.facts.model import FACTS, Fact, Field
from leitstern.facts.naming import field_likeness, likeness, named, names_of, plain, without_prefix
from leitstern.facts.vouchers import cancelled, kept

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
KEYLESS = frozenset({"activity", "invoice", "spend", "touchpoint", "survey_response", "deal_event"})
#: Below this a fact is not proposed at all.
_LEAST = 2.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed mapping of one table.

    ``table`` is None where required fields (``missing``) have no column, or where a key is needed and
    no column is one: the user has to complete it.
    ``unused`` are columns that nothing was found for, ``unclear`` maps a choice field to its column and
    the words that could not be translated, ``known`` has those of its words that could. ``where`` leaves out
    rows that say of themselves that they do not count; ``by_row``: each row is a record of its own.
    """

    file: str
    sheet: str | None
    fact: str
    key: str | None
    fields: dict[str, FieldMapping]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    unclear: dict[str, tuple[str, tuple[str, ...]]]
    known: dict[str, dict[str, str]]
    where: Condition | None = None
    by_row: bool = False

    @property
    def table(self) -> TableMapping | None:
        """The table as the import takes it, if it is complete."""
        if self.missing or (self.key is None and not self.by_row and self.fact not in KEYLESS):
            return None
        key = None if self.key is None else (self.key,)
        return TableMapping(
            file=self.file, sheet=self.sheet, fact=self.fact, key=key, where=self.where, fields=self.fields
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
        score += _NAMED * named(candidate, sheet or file)
        if candidate.name not in KEYLESS and _key(candidate, columns, sample, assigned) is None:
            score -= _NAMELESS
        score -= _MISSING * sum(f.required and f.name not in assigned for f in candidate.fields)
        if assigned and (best is None or score > best[0]):
            best = (score, candidate, assigned)
    if best is None or (best[0] < _LEAST and fact is None):
        return None
    _, found, assigned = best
    where = cancelled(columns, sample) if found.name == "invoice" else None
    counted = sample if where is None else kept(sample, where)
    fields, unclear, words = _mapped(found, assigned, counted)
    key = _key(found, columns, rows, assigned)
    used = {*assigned.values(), key, *(column for column, _ in unclear.values())}
    if where is not None:
        used.add(where.column)
    return Proposal(
        file=file_pattern(file),
        sheet=sheet,
        fact=found.name,
        key=key,
        fields=fields,
        missing=tuple(f.name for f in found.fields if f.required and f.name not in fields),
        unused=tuple(column for column in columns if column not in used),
        unclear=unclear,
        known=words,
        where=where,
    )


def identifying(fact: str, rows: pa.Table) -> tuple[str, ...]:
    """The columns that are filled and different in every row, the most telling name first."""
    names = [*names_of(fact, "key"), *names_of(fact, "name")]
    found = [column for column in rows.column_names if column != "_line" and _identifies(rows, column)]
    return tuple(sorted(found, key=lambda column: -likeness(plain(column), names)))


def file_pattern(file: str) -> str:
    """The file's name with ``*`` for what looks like a date or a counter, for the next export."""
    literal = re.sub(r"([\[?*])", r"[\1]", file)
    return re.sub(r"\d{4,}(?:[-_.]\d{1,2}){0,2}|\(\d+\)", "*", literal)


def _assign(fact: Fact, columns: Sequence[str], sample: pa.Table) -> tuple[dict[str, str], float]:
    """The best column for each field, each column once; and how well the names fit in all."""
    bare = without_prefix(columns)
    pairs = [
        (found, place, field, column)
        for place, column in enumerate(columns)
        for field in fact.fields
        if not field.derived and (found := field_likeness(fact, field, plain(bare[place]))) >= 0.35
    ]
    assigned: dict[str, str] = {}
    score = 0.0
    for found, _, field, column in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if field.name not in assigned and column not in assigned.values() and _fits(field, column, sample):
            assigned[field.name] = column
            score += found
    return assigned, score


def _fits(field: Field, column: str, sample: pa.Table) -> bool:
    """Whether the values can be what the field wants; an empty column fits everything."""
    texts = sample[column]
    if field.kind in READ_KINDS:
        from leitstern.sources.columns import decide

        reading = decide(texts, name=column, kind=field.reads_as)
        return reading.kind == "empty" or (reading.kind != "text" and reading.read >= reading.unread)
    if field.kind == "choice":
        return len(different(texts)) <= _MOST_WORDS
    return True


def _mapped(
    fact: Fact, assigned: Mapping[str, str], sample: pa.Table
) -> tuple[dict[str, FieldMapping], dict[str, tuple[str, tuple[str, ...]]], dict[str, dict[str, str]]]:
    """The fields as mappings: words of choices translated; choices with unknown words are unclear, and the
    words known of them are told apart."""
    fields: dict[str, FieldMapping] = {}
    unclear: dict[str, tuple[str, tuple[str, ...]]] = {}
    known: dict[str, dict[str, str]] = {}
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
        values, unknown, default = translate(fact, field, different(sample[column]))
        if unknown and default is None:
            unclear[field.name], known[field.name] = (column, tuple(unknown)), values
        else:
            fields[field.name] = FieldMapping(
                column=column,
                values=values or None,
                default=default,
                others="known" if values and default is None else None,
            )
    return fields, unclear, known


def _key(fact: Fact, columns: Sequence[str], rows: pa.Table, assigned: Mapping[str, str]) -> str | None:
    """The column that identifies the rows: the best name among those that are filled and unique."""
    names = names_of(fact.name, "key")
    fits = {
        column: likeness(plain(bare), names)
        for column, bare in zip(columns, without_prefix(columns), strict=True)
    }
    for column in sorted(columns, key=lambda column: -fits[column]):
        if fits[column] >= 0.35 and _identifies(rows, column):
            return column
    name = assigned.get("name")
    return name if fact.main_date is None and name is not None and _identifies(rows, name) else None


def _identifies(rows: pa.Table, column: str) -> bool:
    values = rows[column]
    return values.null_count == 0 and len(values.unique()) == len(values)
