"""What is known of a KPI day by day: the one input of all forecasts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np

from leitstern.insight.forecast.profile import Panel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leitstern.insight.forecast.profile import Array

#: ``amount``: a sum; ``count``: whole numbers, small ones get count distributions; ``ratio``: above over
#: below; ``stock``: a level.
Kind = Literal["amount", "count", "ratio", "stock"]


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of the days from the first known to the last one asked about.

    ``special``  kinds of special days, 0 for ordinary ones
    ``working``  working time of each day
    """

    special: NDArray[np.int64]
    working: Array


@dataclass(frozen=True, slots=True)
class History:
    """Daily values of one KPI for many subjects.

    ``first``     the first day
    ``values``    subjects × days, in the KPI's unit (a ratio's numerator); NaN where nothing is known
    ``below``     a ratio's denominator, of the same shape
    ``learned``   False: nothing is fitted to the subjects, their forecasts are plain arithmetic (for persons)
    ``calendar``  special days and working time, from ``first`` to the last day asked about; without it all
                  days are ordinary
    """

    first: date
    values: Array
    kind: Kind
    below: Array | None = None
    calendar: Calendar | None = None
    learned: bool = True

    def only(self, at: int) -> History:
        """The history of one subject."""
        below = None if self.below is None else self.below[at : at + 1]
        return replace(self, values=self.values[at : at + 1], below=below)

    def value(self, start: date, end: date) -> Array:
        """The value of each subject in a known stretch, both days included."""
        lo, hi = max((start - self.first).days, 0), (end - self.first).days + 1
        if self.kind == "stock":
            return np.asarray(self.values[:, hi - 1], dtype=float)
        above = np.nan_to_num(self.values[:, lo:hi]).sum(axis=1)
        if self.below is None:
            return np.asarray(above, dtype=float)
        below = np.nan_to_num(self.below[:, lo:hi]).sum(axis=1)
        found = np.full(len(above), np.nan)
        np.divide(above, below, out=found, where=below > 0)
        return found


def panel_of(history: History, values: Array, end: date, through: date) -> Panel:
    """Values through ``through``, with the calendar of all days through ``end``."""
    first, calendar = history.first, history.calendar
    known = np.asarray(values, dtype=float)[:, : (through - first).days + 1]
    length = max((end - first).days + 1, known.shape[1])
    weekday = (np.arange(length) + first.weekday()) % 7
    if calendar is None:
        return Panel(known, weekday, np.zeros(length, dtype=np.int64), np.ones(length))
    return Panel(known, weekday, calendar.special[:length], calendar.working[:length])
