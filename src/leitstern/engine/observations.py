"""What a computation returns: one KPI, one period, one subject, with its parts and its standing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Number = Decimal | float | int


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a value is about. ``id`` and ``name`` are None for records that are not assigned."""

    type: str
    id: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Observation:
    """One KPI, one period, one subject.

    ``start`` and ``end`` are the period's first and last day, both included. ``value`` is None where
    there is none, and ``reason`` then says why: ``no_base`` (denominator 0), ``source_late``,
    ``no_data``. Percent is a fraction (0.63). ``rows`` counts the records behind the value.
    ``complete`` is False while the period runs or its source has not reached the period's end.
    """

    kpi: str
    version: int
    unit: str
    grain: str
    period: str
    start: date
    end: date
    subject: Subject
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    rows: int
    complete: bool
    reason: str | None
    as_of: date
