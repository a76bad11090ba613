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
from leitstern.facts.currencies import iso_code
from leitstern.facts.mapping import READ_KINDS, FieldMapping, TableMapping
from leitstern.facts.model import FACTS, Field
from leitstern.facts.plans import plans
from leitstern.facts.words import each, meets, translate

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
    """Typed rows of one fact, of a whole table or a piece of it. ``table`` has ``key``, ``source_row``,
    ``place`` (the row's number in the piece; several rows may be of one line), ``deleted`` and ``fields``.

    ``keys``: the keys of all rows, those set aside too, with ``place``. ``by_text``: they are digests of
    the rows' text; equal rows are told apart when all of them are there. ``planned``: of
    how many records an end that the file tells is only planned, see `plans`.
    """

    fact: str
    fields: tuple[str, ...]
    table: pa.Table
    keys: pa.Table
    set_aside: list[SetAside]
    rows_read: int
    left_out: int
    repeats: bool = False
    extends: bool = False
    by_text: bool = False
    planned: int = 0


def convert(
    raw: pa.Table,
    mapping: TableMapping,
    readings: Readings,
    timezone: str,
    unreadable: Sequence[SetAside] = (),
) -> Converted:
    """Type the rows of a landed file, all or a piece of them.

    ``raw`` holds text columns and ``_line``; ``readings`` says how the columns are read that have to
    be; times without a zone are in ``timezone`` unless the mapping names one. ``unreadable`` are
    rows that were set aside when the file was landed.
    """
    import pyarrow as pa

    rows = raw.filter(meets(raw, mapping.where)) if mapping.where is not None else raw
    fact = FACTS[mapping.fact]
    work = _Work(mapping.fact, rows, readings, mapping.timezone or timezone)
    columns: dict[str, Column] = {"key": _keys(work, mapping), "source_row": rows["_line"]}
    columns["place"] = pa.array(range(rows.num_rows), pa.int64())
    columns["deleted"] = (
        meets(rows, mapping.deleted)
        if mapping.deleted is not None
        else pa.repeat(pa.scalar(value=False), rows.num_rows)
    )
    for name, mapped in mapping.fields.items():
        field = fact.by_name[name]
        columns[name] = _field(work, field, mapped)
        _bound(work, columns[name], field, mapped)
        if field.required:
            _require(work, columns[name], columns["deleted"], mapped)
    planned = plans(columns, fact, work.zone)
    currency = _written_currency(fact.by_name, readings)
    if currency is not None:
        columns["currency"] = (
            _compute().fill_null(columns["currency"], currency)
            if "currency" in columns
            else pa.repeat(pa.scalar(currency), rows.num_rows)
        )
    table = pa.table(columns)
    return Converted(
        fact.name,
        tuple(name for name in columns if name in fact.by_name),
        table.filter(work.good()) if work.reasons else table,
        table.select(["key", "place"]),
        [*unreadable, *work.set_aside()],
        rows_read=rows.num_rows + len(unreadable),
        left_out=raw.num_rows - rows.num_rows,
        repeats=mapping.repeats,
        extends=mapping.extends,
        by_text=mapping.key is None,
        planned=planned,
    )


def _require(work: _Work, values: Column, deleted: Column, mapped: FieldMapping) -> None:
    """Note the rows in which a required field is empty; a deletion needs nothing but its key."""
    pc = _compute()
    empty = _places(pc.and_not(pc.is_null(values), deleted))
    work.bad(empty, next(iter(mapped.used_columns), None), "required_empty")


def _bound(work: _Work, values: Column, field: Field, mapped: FieldMapping) -> None:
    """Note the rows whose number the field cannot have."""
    pc = _compute()
    column = next(iter(mapped.used_columns), None)
    if field.least is not None:
        work.bad(_places(pc.less(values, field.least)), column, "out_of_range")
    if field.most is not None:
        work.bad(_places(pc.greater(values, field.most)), column, "out_of_range")


def _written_currency(fields: Mapping[str, Field], readings: Readings) -> str | None:
    """The currency written beside the amounts; it counts where no column says one."""
    if "currency" not in fields:
        return None
    written = [
        r.currency for (field, _), r in readings.items() if fields[field].kind == "money" and r.currency
    ]
    return written[0] if written else None


@dataclass(slots=True)
class _Work:
    """The rows at hand, and the first reason against each that cannot be loaded."""

    fact: str
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
    """A column's text in one spelling and without blanks around it; empty is null."""
    from leitstern.sources.candidates import texts_of

    return texts_of(rows[column])


def _keys(work: _Work, mapping: TableMapping) -> Column:
    """The rows' keys; rows without one are noted as bad."""
    pc = _compute()

    if mapping.key is None:
        keys = row_digests(work.rows)
    else:
        several = len(mapping.key) > 1
        keys = _compound(work.rows, mapping.key) if several else _text(work.rows, mapping.key[0])
        work.bad(_places(pc.is_null(keys)), mapping.key[0], "key_empty")
    return keys if mapping.part is None else pc.binary_join_element_wise(mapping.part, keys, "|")


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
    """A digest of each row's text; the order of the columns does not matter, and ``_line`` does not count."""
    import duckdb
    import pyarrow as pa

    names = sorted(name for name in rows.column_names if name != "_line")
    # The file's column names never reach SQL: they are renamed by position, and stay in the digest as text.
    plain = rows.select(names).rename_columns([f"c{i}" for i in range(len(names))])
    plain = plain.append_column("place", pa.array(range(rows.num_rows), pa.int64()))
    parts = ", ".join(f"coalesce(replace(c{i}, '|', '||'), '')" for i in range(len(names)))
    header = "|".join(name.replace("|", "||") for name in names)
    with duckdb.connect(":memory:") as con:
        con.register("plain", plain)
        # 128 bits of SHA-256 tell any number of rows apart.
        keys: Any = con.sql(
            f"SELECT left(sha256(concat_ws('|', ?, {parts})), 32) AS key FROM plain ORDER BY place",
            params=[header],
        ).to_arrow_table()
    return keys.column("key").combine_chunks()


def _field(work: _Work, field: Field, mapped: FieldMapping) -> Column:
    """One field of all rows."""
    if mapped.value is not None:
        return _constant(field, mapped.value, work)
    if mapped.product is not None:
        values = _product(work, field, mapped.product)
    elif mapped.first_of is not None:
        values = _first_of(work, field, mapped)
    elif mapped.columns is not None:
        values = (_compound if field.kind == "ref" else _joined)(work.rows, mapped.columns)
    else:
        values = _one_column(work, field, mapped)
    if mapped.less is not None:
        values = _less(work, field, values, mapped.less)
    if mapped.times is not None or mapped.tax is not None:
        values = _scaled(work, values, mapped)
    if mapped.negate_if is not None:
        pc = _compute()
        values = pc.if_else(meets(work.rows, mapped.negate_if), pc.negate(values), values)
    return each(values, iso_code) if field.means == "currency" else values


def _one_column(work: _Work, field: Field, mapped: FieldMapping) -> Column:
    column = str(mapped.column)
    texts = _text(work.rows, column)
    if mapped.values is not None or mapped.default is not None or field.kind == "choice":
        texts, unknown = translate(texts, field, mapped, work.fact)
        work.bad(unknown, column, "value_unknown")
    if field.kind not in READ_KINDS:
        return texts
    return _typed(work, texts, field, column, work.readings[field.name, column])


def _first_of(work: _Work, field: Field, mapped: FieldMapping) -> Column:
    """Of each row the first column that is filled, and whose word means something."""
    each_of = [
        FieldMapping(column=c, values=mapped.values, others=mapped.others) for c in mapped.first_of or ()
    ]
    return _compute().coalesce(*(_one_column(work, field, one) for one in each_of))


def _typed(work: _Work, texts: Column, field: Field, column: str, reading: Reading) -> Column:
    """Text read as the field's kind; rows that cannot be read are noted."""
    from leitstern.sources.typed import to_kind

    typed = to_kind(texts, field.reads_as, reading, work.zone)
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


def _less(work: _Work, field: Field, amounts: Column, column: str) -> Column:
    """Amounts less the tax in a column; where that is empty there is none."""
    pc = _compute()
    tax = _typed(work, _text(work.rows, column), field, column, work.readings[field.name, column])
    nothing = Decimal(0)
    return _narrow(work, pc.subtract(amounts, pc.coalesce(tax, nothing)), 4, column)


def _scaled(work: _Work, amounts: Column, mapped: FieldMapping) -> Column:
    """Amounts in units where the file has thousands, and without the tax that is in them."""
    import pyarrow as pa

    pc = _compute()
    factor = pa.scalar(Decimal(mapped.times or 1), pa.decimal128(8, 0))
    whole = pa.scalar(100 + (mapped.tax or Decimal(0)), pa.decimal128(7, 4))
    hundred = pa.scalar(Decimal(100), pa.decimal128(3, 0))
    column = mapped.read_columns[0]
    values = _narrow(work, pc.multiply(amounts, factor), 4, column)
    if not mapped.tax:
        return values
    exact = pc.divide(pc.multiply(values, hundred), whole)
    return _narrow(work, exact, 4, column)


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
    if field.means == "currency":
        text = iso_code(text)
    code = MODEL_READINGS.get(field.kind, "plain")
    typed = to_kind([text], field.kind, reading(code), work.zone)
    if len(typed.bad.rows):
        raise Problem("facts.constant_unreadable", field=field.name, value=text, reading=code)
    return pa.repeat(typed.values[0], work.rows.num_rows)
