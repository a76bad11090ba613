"""JSON lines: one object per line. A nested object's fields become ``outer.inner``; lists stay JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leitstern.errors import Problem
from leitstern.sources.encoding import detect
from leitstern.sources.limits import Limits
from leitstern.sources.raw import RawTable, RawWriter, SetAside, header_names
from leitstern.sources.text import number

_CHUNK = 16_384
_DEEPEST = 5


class _Number(str):
    """A number's digits as they stand in the file."""

    __slots__ = ()


def read(path: Path, staging: Path, limits: Limits) -> list[RawTable]:
    """Reads the file into one raw table; the columns are all keys in order of appearance."""
    encoding = detect(path)
    errors = "surrogateescape" if encoding.broken else "strict"
    with path.open(encoding=encoding.name, errors=errors) as file:
        keys: dict[str, None] = {}
        for _, record, _ in _records(file, limits):
            if record is not None:
                keys.update(dict.fromkeys(record))
        file.seek(0)
        names, notes = header_names(list(keys))
        writer = RawWriter(staging / "0.parquet", names, limits)
        writer.table.encoding = encoding.name
        writer.table.notes.extend(notes)
        _land(_records(file, limits), list(keys), writer)
    if not names:
        raise Problem("sources.no_objects")
    return [writer.close()]


def _land(
    records: Iterator[tuple[int, dict[str, str | None] | None, SetAside | None]],
    keys: list[str],
    writer: RawWriter,
) -> None:
    rows: list[list[str | None]] = []
    lines: list[int] = []
    for line, record, problem in records:
        if problem is not None:
            writer.set_aside(*(problem.line, problem.reason_code, problem.value, problem.column))
        elif record is not None:
            rows.append([record.get(key) for key in keys])
            lines.append(line)
        if len(rows) == _CHUNK:
            writer.rows(rows, lines)
            rows, lines = [], []
    writer.rows(rows, lines)


def _records(
    file: Iterator[str], limits: Limits
) -> Iterator[tuple[int, dict[str, str | None] | None, SetAside | None]]:
    """Line, the flat record or None, and why there is none; blank lines are passed over."""
    decoder = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number)
    for line, text in enumerate(file, start=1):
        if not text.strip():
            continue
        problem, record = "", None
        try:
            value = decoder.decode(text.strip())
        except (json.JSONDecodeError, RecursionError):
            problem = "not_json"
        else:
            if isinstance(value, dict):
                record = _flat(value)
                problem = _unclean(record, limits)
            else:
                problem = "not_an_object"
        if problem:
            clean = text[:1000].strip().replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
            yield line, None, SetAside(line, None, problem, clean)
        else:
            yield line, record, None


def _unclean(record: dict[str, str | None], limits: Limits) -> str:
    for key, text in record.items():
        if text is None:
            continue
        if len(text) > limits.cell_characters:
            return "cell_too_big"
        if "\0" in text:
            return "nul"
        if not (key + text).isascii() and any("\ud800" <= c <= "\udfff" for c in key + text):
            return "broken_bytes"
    return ""


def _flat(value: dict[str, Any], before: str = "", depth: int = 1) -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for key, inner in value.items():
        if isinstance(inner, dict) and inner and depth < _DEEPEST:
            flat.update(_flat(inner, f"{before}{key}.", depth + 1))
        else:
            flat[before + key] = _text(inner)
    return flat


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, _Number):
        return None if value == "NaN" else number(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
