"""From the text of a landed file to typed rows of one fact.

Works on whole columns (Arrow), so that a million rows take seconds. Every row ends in exactly one
place: in the table of typed rows, or in the list of rows set aside with the first reason found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from leitstern.errors import Problem
from leitstern.facts.mapping import READ_KINDS, Condition, FieldMapping, TableMapping
from leitstern.facts.model import FACTS, Field

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.sources.readings import Reading

#: (line, column, reason, value) of a row that is not loaded; ``receipts.reason_text`` explains the reason.
SetAside = tuple[int, str | None, str, str | None]

#: How the columns of each field are read: (field, column) -> reading.
Readings = Mapping[tuple[str, str], "Reading"]

#: An Arrow array. The type stubs know too few combinations of arguments to be of help here.
Column = Any

#: How the model itself writes values: what a mapping's own words and constants are read by.
MODEL_READINGS = {"day": "YYYY-MM-DD", "time": "YYYY-MM-DD", "yesno": "yesno"}


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
    readings: Readings,
    timezone: str,
    unreadable: Sequence[SetAside] = (),
) -> Converted:
    """Type the rows of a landed file.

    ``raw`` holds text columns and ``_line``; ``readings`` says how the columns are read that have to
    be; times without a zone are in ``timezone`` unless the mapping names one. ``unreadable`` are
    rows that were set aside when the file was landed.
    """
    import pyarrow as pa

    rows = raw.filter(_meets(raw, mapping.where)) if mapping.where is not None else raw
    fact = FACTS[mapping.fact]
    work = _Work(rows, readings, mapping.timezone or timezone)
    columns: dict[str, Column] = {"key": _keys(work, mapping), "source_row": rows["_line"]}
    columns["deleted"] = (
        _meets(rows, mapping.deleted)
        if mapping.deleted is not None
        else pa.repeat(pa.scalar(value=False), rows.num_rows)
    )
    for name, mapped in mapping.fields.items():
        columns[name] = _field(work, fact.by_name[name], mapped)
        if fact.by_name[name].required:
            _require(work, columns[name], columns["deleted"], mapped)
    currency = _written_currency(fact.by_name, mapping, readings)
    if currency is not None:
        columns["currency"] = pa.repeat(pa.scalar(currency), rows.num_rows)
    table = pa.table(columns)
    return Converted(
        fact.name,
        tuple(name for name in columns if name in fact.by_name),
        table.filter(work.good()) if work.reasons else table,
        [*unreadable, *work.set_aside()],
        rows_read=rows.num_rows + len(unreadable),
        left_out=raw.num_rows - rows.num_rows,
        repeats=mapping.repeats,
        extends=mapping.extends,
    )


def _require(work: _Work, values: Column, deleted: Column, mapped: FieldMapping) -> None:
    """Note the rows in which a required field is empty; a deletion needs nothing but its key."""
    pc = _compute()
    empty = _places(pc.and_not(pc.is_null(values), deleted))
    work.bad(empty, next(iter(mapped.used_columns), None), "required_empty")


def _written_currency(fields: Mapping[str, Field], mapping: TableMapping, readings: Readings) -> str | None:
    """The currency written beside the amounts, if the mapping itself does not say one."""
    if "currency" not in fields or "currency" in mapping.fields:
        return None
    written = [
        r.currency for (field, _), r in readings.items() if fields[field].kind == "money" and r.currency
    ]
    return written[0] if written else None


@dataclass(slots=True)
class _Work:
    """The rows at hand, and the first reason against each that cannot be loaded."""

    rows: pa.Table
    readings: Readings
    zone: str
    reasons: dict[int, tuple[str | None, str]] = dataclasses.field(default_factory=dict)

    def bad(self, places: Iterable[int], column: str | None, reason: str) -> None:
        for place in places:
            self.reasons.setdefault(place, (column, reason))

    def good(self) -> Column:
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


def _places(mask: Column) -> list[int]:
    pc = _compute()

    places: list[int] = pc.indices_nonzero(mask).to_pylist()
    return places


def _compute() -> Any:
    """Arrow's functions on columns, untyped (see ``Column``)."""
    import pyarrow.compute

    return pyarrow.compute


def _text(rows: pa.Table, column: str) -> Column:
    """A column's text without blanks around it; empty is null."""
    import pyarrow as pa

    pc = _compute()

    trimmed = pc.utf8_trim_whitespace(rows[column].combine_chunks())
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _keys(work: _Work, mapping: TableMapping) -> Column:
    """The rows' keys; rows without one are noted as bad."""
    pc = _compute()

    if mapping.key is None:
        return row_digests(work.rows)
    keys = _compound(work.rows, mapping.key) if len(mapping.key) > 1 else _text(work.rows, mapping.key[0])
    work.bad(_places(pc.is_null(keys)), mapping.key[0], "key_empty")
    return keys


def _compound(rows: pa.Table, columns: Sequence[str]) -> Column:
    """Several columns as one key, ``a|b``; a bar inside a part is doubled, so that no two keys meet.

    Null where every part is empty.
    """
    pc = _compute()

    parts = [_text(rows, column) for column in columns]
    escaped = [pc.replace_substring(pc.fill_null(part, ""), "|", "||") for part in parts]
    joined = pc.binary_join_element_wise(*escaped, "|")
    return _null_where_all(parts, joined)


def _joined(rows: pa.Table, columns: Sequence[str]) -> Column:
    """Several columns as one text with spaces between; empty ones leave no gap."""
    pc = _compute()

    parts = [_text(rows, column) for column in columns]
    joined = pc.binary_join_element_wise(*parts, " ", null_handling="skip")
    return _null_where_all(parts, joined)


def _null_where_all(parts: Sequence[Column], joined: Column) -> Column:
    import pyarrow as pa

    pc = _compute()

    empty = pc.is_null(parts[0])
    for part in parts[1:]:
        empty = pc.and_(empty, pc.is_null(part))
    return pc.if_else(empty, pa.scalar(None, pa.string()), joined)


def row_digests(rows: pa.Table) -> Column:
    """A key for rows that have none: digest of the row's text, and which occurrence of it this is.

    The order of the columns does not matter; ``_line`` does not count.
    """
    import duckdb

    names = sorted(name for name in rows.column_names if name != "_line")
    # The file's column names never reach SQL: they are renamed by position, and stay in the digest as text.
    plain = rows.select([*names, "_line"]).rename_columns([*(f"c{i}" for i in range(len(names))), "line"])
    parts = ", ".join(f"coalesce(replace(c{i}, '|', '||'), '')" for i in range(len(names)))
    header = "|".join(name.replace("|", "||") for name in names)
    with duckdb.connect(":memory:") as con:
        con.register("plain", plain)
        # 128 bits of SHA-256 tell any number of rows apart.
        keys: Any = con.sql(
            f"WITH digest AS (SELECT line, left(sha256(concat_ws('|', ?, {parts})), 32) AS d FROM plain) "
            "SELECT d || '-' || row_number() OVER (PARTITION BY d ORDER BY line) AS key "
            "FROM digest ORDER BY line",
            params=[header],
        ).to_arrow_table()
    return keys.column("key").combine_chunks()


def _field(work: _Work, field: Field, mapped: FieldMapping) -> Column:
    """One field of all rows."""
    if mapped.value is not None:
        return _constant(field, mapped.value, work)
    if mapped.product is not None:
        values = _product(work, field, mapped.product)
    elif mapped.columns is not None:
        values = (_compound if field.kind == "ref" else _joined)(work.rows, mapped.columns)
    else:
        values = _one_column(work, field, mapped)
    if mapped.negate_if is not None:
        pc = _compute()
        values = pc.if_else(_meets(work.rows, mapped.negate_if), pc.negate(values), values)
    return values


def _one_column(work: _Work, field: Field, mapped: FieldMapping) -> Column:
    column = str(mapped.column)
    texts = _text(work.rows, column)
    if mapped.values is not None or mapped.default is not None or field.kind == "choice":
        texts, unknown = translate(texts, field, mapped)
        work.bad(unknown, column, "value_unknown")
    if field.kind not in READ_KINDS:
        return texts
    return _typed(work, texts, field, column, work.readings[field.name, column])


def _typed(work: _Work, texts: Column, field: Field, column: str, reading: Reading) -> Column:
    """Text read as the field's kind; rows that cannot be read are noted."""
    from leitstern.sources.typed import to_kind

    typed = to_kind(texts, field.kind, reading, work.zone)
    places: list[Any] = typed.bad.rows.to_pylist()
    reasons: list[Any] = typed.bad.reasons.to_pylist()
    for place, reason in zip(places, reasons, strict=True):
        work.bad((place,), column, reason)
    return typed.values


def _product(work: _Work, field: Field, columns: Sequence[str]) -> Column:
    """The product of columns, rounded half away from zero to the places the field keeps."""
    pc = _compute()
    factor = Field(field.name, "number")
    parts = [
        _typed(work, work.rows[column], factor, column, work.readings[field.name, column])
        for column in columns
    ]
    total = parts[0]
    for place, part in enumerate(parts[1:], start=2):
        money = field.kind == "money" and place == len(parts)
        total = _narrow(work, pc.multiply(total, part), 4 if money else 6, columns[0])
    return total


def _narrow(work: _Work, values: Column, places: int, column: str) -> Column:
    """Round to ``places`` decimals and keep 18 digits in all; larger values are noted."""
    import pyarrow as pa

    pc = _compute()
    rounded = pc.round(values, ndigits=places, round_mode="half_towards_infinity")
    limit = pa.scalar(Decimal(10 ** (18 - places)), rounded.type)
    too_big = pc.fill_null(pc.greater_equal(pc.abs(rounded), limit), False)
    work.bad(_places(too_big), column, "number_too_big")
    fitting = pc.if_else(too_big, pa.scalar(None, rounded.type), rounded)
    return fitting.cast(pa.decimal128(18, places))


def _constant(field: Field, value: str | float | bool, work: _Work) -> Column:
    """The same value in every row, written as the model writes it (plain numbers, ISO dates)."""
    import pyarrow as pa

    from leitstern.sources.readings import reading
    from leitstern.sources.typed import to_kind

    text = str(value).lower() if isinstance(value, bool) else str(value)
    code = MODEL_READINGS.get(field.kind, "plain")
    typed = to_kind([text], field.kind, reading(code), work.zone)
    if len(typed.bad.rows):
        raise Problem("facts.constant_unreadable", field=field.name, value=text, reading=code)
    return pa.repeat(typed.values[0], work.rows.num_rows)


def translate(texts: Column, field: Field, mapped: FieldMapping) -> tuple[Column, list[int]]:
    """Words of a file as the model's words, and the places of words without translation.

    Works on the different words only, however many rows there are.
    """
    import pyarrow as pa

    pc = _compute()

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


def _meets(rows: pa.Table, condition: Condition) -> Column:
    """Which rows a condition chooses; an empty cell is the word ``""``."""
    import pyarrow as pa

    pc = _compute()

    listed = condition.among if condition.among is not None else condition.not_in or ()
    words = _Words(dict.fromkeys(listed, "yes"))
    wanted = condition.among is not None
    encoded: Any = rows[condition.column].combine_chunks().dictionary_encode()
    hits = [(words.get(word) is not None) == wanted for word in encoded.dictionary.to_pylist()]
    empty = (words.get("") is not None) == wanted
    return pc.fill_null(pa.array(hits, pa.bool_()).take(encoded.indices), fill_value=empty)
