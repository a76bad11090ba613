"""JSON as the contracts want it: decimal numbers are numbers, days ISO text, absent is null."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class _Document(Protocol):
    """A checked document, told by what it can do: its library is slow to load, and rarely needed."""

    def model_dump(self, *, mode: str, by_alias: bool, exclude_none: bool) -> dict[str, Any]:
        """As plain values."""


def dumps(value: object) -> str:
    """One value as JSON text on one line."""
    if isinstance(value, Decimal):
        return _decimal(value)
    if is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in fields(value)}
    elif isinstance(value, _Document):
        value = value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k))}: {dumps(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(dumps, value)) + "]"
    if isinstance(value, date | datetime):
        return json.dumps(value.isoformat())
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def lines(rows: Iterable[object]) -> Iterable[str]:
    """A list as JSON, one element per line, so that any size can be streamed and compared."""
    comma = "["
    for row in rows:
        yield comma
        yield dumps(row)
        comma = ",\n "
    yield "[]\n" if comma == "[" else "]\n"


def _decimal(number: Decimal) -> str:
    """Plain digits without trailing zeros: 1200, not 1.2E+3 or 1200.0000."""
    if not number.is_finite():
        raise ValueError(f"{number} is not a JSON number")
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
