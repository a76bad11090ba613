"""Parquet: typed columns become text again, so that every source is read by the same rules.

Numbers and dates are written in their one clear form (see ``text``); moments with a zone in UTC with
``Z``. Lists and other nested values become JSON. The line is the number of the row, from 1.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from leitstern.errors import Problem
from leitstern.sources.arrow import pc
from leitstern.sources.limits import Limits
from leitstern.sources.raw import RawTable, RawWriter, header_names
from leitstern.sources.text import number

if TYPE_CHECKING:
    from leitstern.sources.arrow import Texts, Values

_CHUNK = 65_536


def read(path: Path, staging: Path, limits: Limits) -> list[RawTable]:
    """Reads the file into one raw table."""
    try:
        with pq.ParquetFile(path) as file:
            names, notes = header_names(file.schema_arrow.names)
            if not names:
                raise Problem("sources.empty_file")
            writer = RawWriter(staging / "0.parquet", names, limits)
            writer.table.notes.extend(notes)
            line = 1
            for batch in file.iter_batches(batch_size=_CHUNK):
                _land(batch, line, writer, limits)
                line += batch.num_rows
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise Problem("sources.broken_parquet", detail=str(error).split("\n", 1)[0][:200]) from None
    return [writer.close()]


def _land(batch: pa.RecordBatch, line: int, writer: RawWriter, limits: Limits) -> None:
    columns = [as_text(column) for column in batch.columns]
    lines = pa.array(range(line, line + batch.num_rows), pa.int64())
    keep: Values = pa.array([True] * batch.num_rows)
    for name, column in zip(writer.table.columns, columns, strict=True):
        for reason, found in (
            ("cell_too_big", pc.greater(pc.utf8_length(column), limits.cell_characters)),
            ("nul", pc.match_substring(column, "\0")),
        ):
            wrong = pc.and_(keep, pc.fill_null(found, fill_value=False))
            for row in pc.indices_nonzero(wrong).to_pylist():
                text = column[row].as_py()[:1000].replace("\0", "\ufffd")
                writer.set_aside(line + row, reason, text, name)
            keep = pc.and_not(keep, wrong)
    if not pc.all(keep).as_py():
        columns = [column.filter(keep) for column in columns]
        lines = lines.filter(keep)
    writer.columns(columns, lines)


def as_text(column: Values) -> Texts:
    """Any Arrow column as text."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _moments(column)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _numbers(column)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _binary(column)
    if pa.types.is_nested(kind):
        return pa.array([_json(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _numbers(column: Values) -> Texts:
    different = column.dictionary_encode()
    values = different.dictionary.to_pylist()
    decimal = pa.types.is_decimal(column.type)
    texts = [_number(format(v, "f") if decimal else repr(v)) for v in values]
    return pa.array(texts, pa.string()).take(different.indices)


def _number(text: str) -> str | None:
    if text in ("nan", "inf", "-inf"):
        return None if text == "nan" else text
    return number(text.removesuffix(".0"))


def _moments(column: Values) -> Texts:
    """ISO with seconds, or with microseconds where a column has them; midnight everywhere is a date."""
    zoned = column.type.tz is not None
    utc = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.timestamp("us"))
    seconds = utc.cast(pa.timestamp("s"), safe=False)
    exact = pc.all(pc.equal(seconds.cast(pa.timestamp("us")), utc)).as_py()
    texts: Texts = pc.strftime(seconds if exact is not False else utc, format="%Y-%m-%d %H:%M:%S")
    return pc.binary_join_element_wise(texts, "Z", "") if zoned else texts


def _binary(column: Values) -> Texts:
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([None if v is None else v.hex() for v in column.to_pylist()], pa.string())
