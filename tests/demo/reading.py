"""Reads the exports without any of the program's code: the csv module, and the rules a person would apply."""

from __future__ import annotations

import csv
import tomllib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from leitstern.demo import mapping_path


def rows(path: Path) -> list[dict[str, str]]:
    """The data rows of an export by heading."""
    with path.open(encoding="cp1252", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";", strict=True))


def mapping() -> list[dict[str, Any]]:
    """The tables of the shipped mapping file, as plain data."""
    tables = tomllib.loads(mapping_path().read_text(encoding="utf-8"))["table"]
    return [{**table, "fields": {n: _spelled(f) for n, f in table["fields"].items()}} for table in tables]


def _spelled(field: Any) -> dict[str, Any]:
    return {"column": field} if isinstance(field, str) else field


def number(text: str) -> Decimal:
    """``1.234,50 €`` or ``60 %`` as a number."""
    plain = Decimal(text.rstrip(" €%").replace(".", "").replace(",", "."))
    return plain / 100 if text.endswith("%") else plain


def value(text: str, field: dict[str, Any], kind: str, row: dict[str, str]) -> Any:
    """One cell as the mapping and the model describe it; None if it is empty."""
    text = text.strip()
    if "values" in field:
        return field["values"][text] if text else None
    if not text:
        return None
    if kind == "day":
        return _moment(text).date()
    if kind == "time":
        return _moment(text)
    if kind in ("money", "number", "whole"):
        negated = "negate_if" in field and row[field["negate_if"]["column"]] in field["negate_if"]["in"]
        return -number(text) if negated else number(text)
    return text


def _moment(text: str) -> datetime:
    # Wall time, compared with wall time: a zone has no part in it.
    return datetime.strptime(text, "%d.%m.%Y %H:%M" if ":" in text else "%d.%m.%Y")  # noqa: DTZ007


def truth(column: Any, kind: str) -> list[Any]:
    """A column of the truth in the same types."""
    if kind == "money":
        return [Decimal(int(cents)) / 100 for cents in column]
    if kind in ("number", "whole"):
        return [Decimal(str(number)) for number in column.tolist()]
    if kind == "day":
        return column.astype("datetime64[D]").tolist()
    if kind == "time":
        return column.astype("datetime64[s]").tolist()
    return column.tolist()
