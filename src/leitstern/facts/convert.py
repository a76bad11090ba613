"""From the text of a landed file to typed rows of one fact.

Works on whole columns (Arrow), so that a million rows take seconds. Every row ends in exactly one
place: in the table of typed rows, or in the list of rows set aside with the first reason found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.facts.mapping import READ_KINDS, Condition, FieldMapping, TableMapping
from leitstern.facts.model import FACTS, Field

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.sources.columns import Reading

#: (line, column, reason, value) of a row that is not loaded.
SetAside = tuple[int, str | None, str, str | None]


@dataclass(frozen=True, slots=True)
class Converted:
    """Typed rows of one fact. ``table`` has ``key``, ``source_row``, ``deleted`` and ``fields``."""

    fact: str
    fields: tuple[str, ...]
    table: pa.Table
    set_aside: list[SetAside]
    rows_read: int
    left_out: int
    repeats: bool = False
    extends: bool = False


def convert(
    raw: pa.Table,
    mapping: TableMapping,
    readings: Mapping[str, Reading],
    timezone: str,
    unreadable: Sequence[SetAside] = (),
) -> Converted:
    """Type the rows of a landed file.

    ``raw`` holds text columns and ``_line``; ``readings`` says how each column that has to be read is
    read; times without a zone are in ``timezone`` unless the mapping names one. ``unreadable`` are
    rows that were set aside when the file was landed.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = raw
    if mapping.where is not None:
        rows = raw.filter(_meets(raw, mapping.where))
    zone = mapping.timezone or timezone
    fact = FACTS[mapping.fact]
    work = _Work(rows, {})
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    keys = _keys(work, mapping)
    if mapping.deleted is not None:
        deleted = _meets(rows, mapping.deleted)
    else:
        deleted = pa.repeat(pa.scalar(value=False), rows.num_rows)
    for name, mapped in mapping.fields.items():
        columns[name] = _field(work, fact.by_name[name], mapped, readings, zone)
        if fact.by_name[name].required:
            # A deletion needs nothing but its key.
            empty = pc.and_not(pc.is_null(columns[name]), deleted)
            work.bad(_places(empty), mapped.used_columns[0] if mapped.used_columns else None, "required_empty")
    table = pa.table({"key": keys, "source_row": rows["_line"], "deleted": deleted, **columns})
    if work.reasons:
        table = table.filter(work.good())
    set_aside = [*unreadable, *work.set_aside()]
    return Converted(
        fact.name,
        tuple(mapping.fields),
        table,
        set_aside,
        rows_read=rows.num_rows + len(unreadable),
        left_out=raw.num_rows - rows.num_rows,
        repeats=mapping.repeats,
        extends=mapping.extends,
    )


@dataclass(slots=True)
class _Work:
    """The rows at hand, and the first reason against each that cannot be loaded."""

    rows: pa.Table
    reasons: dict[int, tuple[str | None, str]]

    def bad(self, places: Iterable[int], column: str | None, reason: str) -> None:
        for place in places:
            self.reasons.setdefault(place, (column, reason))

    def good(self) -> pa.Array:
        import numpy as np
        import pyarrow as pa

        mask = np.ones(self.rows.num_rows, dtype=bool)
        mask[list(self.reasons)] = False
        return pa.array(mask)

    def set_aside(self) -> list[SetAside]:
        lines = self.rows["_line"]
        return [
            (
                lines[place].as_py(),
                column,
                reason,
                None if column is None else self.rows[column][place].as_py(),
            )
            for place, (column, reason) in sorted(self.reasons.items())
        ]


def _places(mask: pa.Array | pa.ChunkedArray) -> list[int]:
    import pyarrow.compute as pc

    places: list[int] = pc.indices_nonzero(mask).to_pylist()
    return places


def _text(rows: pa.Table, column: str) -> pa.Array:
    """A column's text without blanks around it; empty is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(rows[column].combine_chunks())
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _keys(work: _Work, mapping: TableMapping) -> pa.Array:
    """The rows' keys; rows without one are noted as bad."""
    import pyarrow.compute as pc

    if mapping.key is None:
        return row_digests(work.rows)
    keys = _compound(work.rows, mapping.key) if len(mapping.key) > 1 else _text(work.rows, mapping.key[0])
    work.bad(_places(pc.is_null(keys)), mapping.key[0], "key_empty")
    return keys


def _compound(rows: pa.Table, columns: Sequence[str]) -> pa.Array:
    """Several columns as one key, ``a|b``; a bar inside a part is doubled, so that no two keys meet.

    Null where every part is empty.
    """
    import pyarrow.compute as pc

    parts = [_text(rows, column) for column in columns]
    escaped = [pc.replace_substring(pc.fill_null(part, ""), "|", "||") for part in parts]
    joined = pc.binary_join_element_wise(*escaped, "|")
    return _null_where_all(parts, joined)


def _joined(rows: pa.Table, columns: Sequence[str]) -> pa.Array:
    """Several columns as one text with spaces between; empty ones leave no gap."""
    import pyarrow.compute as pc

    parts = [_text(rows, column) for column in columns]
    joined = pc.binary_join_element_wise(*parts, " ", null_handling="skip")
    return _null_where_all(parts, joined)


def _null_where_all(parts: Sequence[pa.Array], joined: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = pc.is_null(parts[0])
    for part in parts[1:]:
        empty = pc.and_(empty, pc.is_null(part))
    return pc.if_else(empty, pa.scalar(None, pa.string()), joined)


def row_digests(rows: pa.Table) -> pa.Array:
    """A key for rows that have none: digest of the row's text, and which occurrence of it this is.

    The order of the columns does not matter; ``_line`` does not count.
    """
    import duckdb

    names = sorted(name for name in rows.column_names if name != "_line")
    # The file's column names never reach SQL: they are renamed by position, and stay in the digest as text.
    plain = rows.select([*names, "_line"]).rename_columns([*(f"c{i}" for i in range(len(names))), "line"])
    parts = ", ".join(f"coalesce(replace(c{i}, '|', '||'), '')" for i in range(len(names)))
    with duckdb.connect(":memory:") as con:
        con.register("plain", plain)
        # 128 bits of SHA-256 tell any number of rows apart.
        table = con.execute(
            f"WITH digest AS (SELECT line, left(sha256(concat_ws('|', ?, {parts})), 32) AS d FROM plain) "
            "SELECT d || '-' || row_number() OVER (PARTITION BY d ORDER BY line) AS key FROM digest ORDER BY line",
            ["|".join(name.replace("|", "||") for name in names)],
        ).to_arrow_table()
    return table["key"].combine_chunks()


def _field(
    work: _Work, field: Field, mapped: FieldMapping, readings: Mapping[str, Reading], zone: str
) -> pa.Array:
    """One field of all rows."""
    if mapped.value is not None:
        return _constant(field, mapped.value, work.rows.num_rows, zone)
    if mapped.product is not None:
        values = _product(work, field, mapped.product, readings, zone)
    elif mapped.columns is not None:
        values = (_compound if field.kind == "ref" else _joined)(work.rows, mapped.columns)
    else:
        values = _one_column(work, field, mapped, readings, zone)
    if mapped.negate_if is not None:
        import pyarrow.compute as pc

        values = pc.if_else(_meets(work.rows, mapped.negate_if), pc.negate(values), values)
    return values


def _one_column(
    work: _Work, field: Field, mapped: FieldMapping, readings: Mapping[str, Reading], zone: str
) -> pa.Array:
    column = str(mapped.column)
    texts = work.rows[column].combine_chunks() if field.kind in READ_KINDS else _text(work.rows, column)
    if mapped.values is not None or mapped.default is not None or field.kind == "choice":
        texts, unknown = translate(texts, field, mapped)
        work.bad(unknown, column, "value_unknown")
    if field.kind not in READ_KINDS:
        return texts
    return _typed(work, texts, field, readings[column], zone, column)


def _typed(
    work: _Work, texts: pa.Array, field: Field, reading: Reading, zone: str, column: str
) -> pa.Array:
    """Text read as the field's kind; rows that cannot be read are noted."""
    import pyarrow as pa

    from leitstern.sources.typed import to_kind

    typed, bad = to_kind(pa.chunked_array([texts]), field.kind, reading, zone)
    for place, reason in bad:
        work.bad((place,), column, reason)
    return typed


def _product(
    work: _Work, field: Field, columns: Sequence[str], readings: Mapping[str, Reading], zone: str
) -> pa.Array:
    """The product of columns, rounded half away from zero to the places the field keeps."""
    import pyarrow as pa
    import pyarrow.compute as pc

    factor = Field(field.name, "number")
    total: pa.Array | None = None
    for column in columns:
        part = _typed(work, work.rows[column].combine_chunks(), factor, readings[column], zone, column)
        total = part if total is None else _narrow(work, pc.multiply(total, part), 6, column)
    assert total is not None
    return _narrow(work, total, 4, columns[0]) if field.kind == "money" else total.cast(pa.decimal128(18, 6))


def _narrow(work: _Work, values: pa.Array, places: int, column: str) -> pa.Array:
    """Round to ``places`` digits and keep 18 in all; larger values are noted and become null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rounded = pc.round(values, ndigits=places, round_mode="half_towards_infinity")
    too_large = pc.fill_null(pc.greater_equal(pc.abs(rounded), pa.scalar(10 ** (18 - places))), fill_value=False)
    work.bad(_places(too_large), column, "out_of_range")
    fitting = pc.if_else(too_large, pa.scalar(None, rounded.type), rounded)
    return fitting.cast(pa.decimal128(18, places))


def _constant(field: Field, value: str | float | bool, count: int, zone: str) -> pa.Array:
    """The same value in every row, written as the model writes it (plain numbers, ISO dates)."""
    import pyarrow as pa

    text = str(value).lower() if isinstance(value, bool) else str(value)
    if field.kind not in READ_KINDS:
        return pa.repeat(pa.scalar(text), count)
    from leitstern.errors import Problem
    from leitstern.sources.columns import decide
    from leitstern.sources.typed import to_kind

    column = pa.chunked_array([pa.array([text])])
    typed, bad = to_kind(column, field.kind, decide(column, name=field.name), zone)
    if len(bad):
        raise Problem("facts.constant_unreadable", field=field.name, value=text, kind=field.kind)
    return pa.repeat(typed[0], count)


def translate(texts: pa.Array, field: Field, mapped: FieldMapping) -> tuple[pa.Array, list[int]]:
    """Words of a file as the model's words, and the places of words without translation.

    Works on the different words only, however many rows there are.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    words = _Words(mapped.values or {})
    keep = mapped.others == "keep" or mapped.values is None
    encoded = texts.dictionary_encode()
    known: list[str | None] = []
    unknown: list[bool] = []
    for word in encoded.dictionary.to_pylist():
        found = words.get(word)
        if found is None and keep and (field.kind != "choice" or word.casefold() in field.choices):
            found = word.casefold() if field.kind == "choice" else word
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
    return result, _places(pc.fill_null(pa.array(unknown).take(encoded.indices), fill_value=False))


class _Words:
    """A value map: whole words first, then the longest beginning (``"C*"``); case does not count."""

    def __init__(self, values: Mapping[str, str]) -> None:
        folded = {word.strip().casefold(): meaning for word, meaning in values.items()}
        self._whole = {word: meaning for word, meaning in folded.items() if not word.endswith("*")}
        starts = [(word[:-1], meaning) for word, meaning in folded.items() if word.endswith("*")]
        self._starts = sorted(starts, key=lambda pair: -len(pair[0]))

    def get(self, word: str) -> str | None:
        folded = word.strip().casefold()
        if folded in self._whole:
            return self._whole[folded]
        return next((meaning for start, meaning in self._starts if folded.startswith(start)), None)


def _meets(rows: pa.Table, condition: Condition) -> pa.Array:
    """Which rows a condition chooses; an empty cell is the word ``""``."""
    import pyarrow as pa
    import pyarrow.compute as pc

    listed = condition.among if condition.among is not None else condition.not_in or ()
    words = _Words(dict.fromkeys(listed, "yes"))
    wanted = condition.among is not None
    encoded = rows[condition.column].combine_chunks().dictionary_encode()
    hits = [(words.get(word) is not None) == wanted for word in encoded.dictionary.to_pylist()]
    empty = (words.get("") is not None) == wanted
    return pc.fill_null(pa.array(hits, pa.bool_()).take(encoded.indices), fill_value=empty)
