"""How a goal's year is shared out over its months: by last year's values of the subject, or of all together.

A month's weight is last year's value of the same month; one that was negative (credit notes) counts as 0.
One subject's own history is used only if it carries that: twelve months with a value and at least
`LEAST_RECORDS` records, because with fewer a single large deal would draw the plan. Otherwise the values of
all subjects together (pooled) are used, and where those are thin as well, there is no season.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    Values = Mapping[int, Decimal | float | int | None]

MONTHS = range(1, 13)
LEAST_RECORDS = 30


@dataclass(frozen=True, slots=True)
class Season:
    """Weights of the months January to December, and what they were taken from.

    ``basis`` is ``own``, ``pooled``, or ``none`` where there is no season (``weights`` is then empty and the
    plan goes by working days). ``months`` and ``records`` tell how much own history there is.
    """

    weights: tuple[Decimal, ...]
    basis: Literal["own", "pooled", "none"]
    months: int
    records: int


def season_of(own: Values, pooled: Values, records: int) -> Season:
    """The season from last year's values by number of month, 1 to 12 (None or missing: no value).

    ``own`` are the subject's values, ``records`` the number of records behind them, ``pooled`` the values of
    all subjects together, usually the company's.
    """
    months = sum(own.get(month) is not None for month in MONTHS)
    weights = _weights(own) if records >= LEAST_RECORDS else ()
    if weights:
        return Season(weights, "own", months, records)
    weights = _weights(pooled)
    return Season(weights, "pooled" if weights else "none", months, records)


def _weights(values: Values) -> tuple[Decimal, ...]:
    """One weight a month; nothing if a month has no value, or none has one above 0."""
    found = [values.get(month) for month in MONTHS]
    weights = tuple(max(Decimal(str(value)), Decimal(0)) for value in found if value is not None)
    return weights if len(weights) == len(MONTHS) and any(weights) else ()
