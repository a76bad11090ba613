"""Numbers of arrays as plain JSON values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import SupportsFloat


def number(value: SupportsFloat | None) -> int | float | None:
    """A number, whole where it is; None for what is none or endless."""
    if value is None:
        return None
    plain = float(value)
    if not math.isfinite(plain):
        return None
    return int(plain) if plain.is_integer() and abs(plain) < 1e15 else plain


def numbers(values: Iterable[SupportsFloat]) -> list[int | float | None]:
    """Numbers one by one, as `number`."""
    return [number(value) for value in values]
