"""How a German CRM writes values: day before month, decimal comma, a point between thousands."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from leitstern.demo.arrays import Texts, texts

Column: TypeAlias = npt.NDArray[Any]


def text(column: Column) -> Texts:
    """Text as it is; nothing for None."""
    return texts(["" if value is None else str(value) for value in column])


def day(column: Column) -> Texts:
    """``31.12.2026``; nothing for NaT."""
    days = column.astype("datetime64[D]")
    known, place = np.unique(days, return_inverse=True)
    out: Texts = texts([_day(value) for value in known.astype(str)])[place]
    return out


def moment(column: Column) -> Texts:
    """``31.12.2026 14:05``; nothing for NaT."""
    days = column.astype("datetime64[D]")
    minutes = (column - days).astype("timedelta64[m]").astype(np.int64) % 1440
    clock = texts([f" {minute // 60:02d}:{minute % 60:02d}" for minute in range(1440)])
    out: Texts = day(column) + clock[minutes]
    out[np.isnat(column)] = ""
    return out


def _day(iso: str) -> str:
    return "" if iso == "NaT" else f"{iso[8:10]}.{iso[5:7]}.{iso[:4]}"


def money(column: Column) -> Texts:
    """Cents as ``1.234,50``."""
    return texts([_grouped(cents) for cents in column.tolist()])


def unsigned(column: Column) -> Texts:
    """Cents without sign and thousands mark, ``1234,50``: the kind of document tells the sign."""
    return texts([f"{abs(cents) // 100},{abs(cents) % 100:02d}" for cents in column.tolist()])


def euro(column: Column) -> Texts:
    """Cents as ``1.234,50 €``."""
    return texts([_grouped(cents) + " €" for cents in column.tolist()])


def _grouped(cents: int) -> str:
    whole = f"{abs(cents) // 100:,}".replace(",", ".")
    return f"{'-' if cents < 0 else ''}{whole},{abs(cents) % 100:02d}"


def number(column: Column) -> Texts:
    """A decimal number with comma and as many places as it has, ``0,8``."""
    return texts([f"{value:g}".replace(".", ",") for value in column.tolist()])


def rate(column: Column) -> Texts:
    """A rate with four places, ``1,0550``."""
    return texts([f"{value:.4f}".replace(".", ",") for value in column.tolist()])


def percent(column: Column) -> Texts:
    """A fraction as ``60 %``."""
    return texts([f"{round(value * 100)} %" for value in column.tolist()])
