"""What a day is expected to bring: the weekday's mean of the last weeks, and what special days do to it.

The mean of a weekday counts the last 16 of them, each a tenth less than the one after it, to look up to a
month ahead; to look three times as far, three times as many, each a thirtieth less; at most a year. Special
days (holidays, bridge days, whatever the caller marks) are left out. What a kind of special day brings,
compared with the same weekday before it, is learned from earlier days of the kind: of the subject itself, of
all subjects, of all kinds, in this order of trust.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leitstern.insight.forecast.windows import Window

    Array = NDArray[np.float64]

#: Weeks that count, and how much less each counts than the one after it.
WEEKS, FADE = 16, 0.9
#: Days looked ahead for which these hold, and the most weeks that count.
MONTH, _MOST_WEEKS = 31, 52
#: Own special days weigh against those of all subjects as their number to this.
_TRUST = 0.5
#: The same for a kind of special day against all kinds.
_TRUST_KIND = 0.05
#: What a special day brings where none was seen yet, as a share of an ordinary one.
_UNSEEN = 0.3
_LARGEST = 3.0


@dataclass(frozen=True, slots=True)
class Panel:
    """Daily values of one KPI for many subjects.

    ``values``   subjects × days, in the KPI's unit; NaN where nothing is known (before a person joined)
    ``weekday``  0 (Monday) to 6 of each day, for as many days ahead as are asked about
    ``special``  0 for ordinary days, otherwise the kind of special day, as long as ``weekday``
    ``working``  working time of each day, as long as ``weekday``; the plain pace goes by it
    """

    values: Array
    weekday: NDArray[np.int64]
    special: NDArray[np.int64]
    working: Array

    @property
    def days(self) -> int:
        """How many days are known."""
        return int(self.values.shape[1])

    def sums(self) -> Array:
        """Running sums of the values, entry n that of the first n days, subjects × (days + 1)."""
        known = np.nan_to_num(self.values)
        return np.concatenate([np.zeros((len(known), 1)), known.cumsum(axis=1)], axis=1)


@dataclass(frozen=True, slots=True)
class Pieces:
    """What was and what was expected, windows × subjects: of the days the pace is taken from (``done``,
    ``due``), and of the days to be forecast (``rest``, NaN in the window asked about; ``ahead``)."""

    done: Array
    due: Array
    rest: Array
    ahead: Array


def pieces(panel: Panel, windows: Sequence[Window]) -> tuple[Pieces, Array]:
    """The pieces of ``windows`` (in order of time), and what each day from the last one's origin to its end
    is expected to bring (subjects × days)."""
    sums, effects = panel.sums(), _Effects(panel, np.nan_to_num(panel.values))
    known = panel.values
    shape = (len(windows), len(known))
    found = Pieces(np.zeros(shape), np.zeros(shape), np.full(shape, np.nan), np.zeros(shape))
    for at, window in enumerate(windows):
        usual, effect = profile(panel, window.anchor, window.end - window.rest), effects.until(window.anchor)
        found.done[at] = sums[:, window.origin] - sums[:, window.anchor]
        found.due[at] = _expected(panel, usual, effect, window.anchor, window.origin)
        found.ahead[at] = _expected(panel, usual, effect, window.rest, window.end)
        if window.end <= panel.days:
            found.rest[at] = sums[:, window.end] - sums[:, window.rest]
    return found, _daily(panel, usual, effect, windows[-1].rest, windows[-1].end)


def profile(panel: Panel, before: int, ahead: int) -> Array:
    """The mean of each weekday before a day, subjects × 7, to look so many days ahead."""
    part = min(1.0, MONTH / ahead)
    lo = max(0, before - 7 * weeks_back(ahead))
    days = np.arange(lo, before)
    fade = 1 - (1 - FADE) * part
    weight = np.where(panel.special[lo:before] == 0, fade ** ((before - 1 - days) // 7), 0.0)
    by_day = weight[:, None] * (panel.weekday[lo:before, None] == np.arange(7))
    values = panel.values[:, lo:before]
    missing = np.isnan(values)
    if missing.any():
        weights = (~missing).astype(float) @ by_day
        return np.asarray(np.nan_to_num(values) @ by_day / np.maximum(weights, 1e-9), dtype=float)
    return np.asarray(values @ by_day / np.maximum(by_day.sum(axis=0), 1e-9), dtype=float)


def weeks_back(ahead: int) -> int:
    """How many weeks count to look so many days ahead."""
    return min(round(WEEKS * max(1.0, ahead / MONTH)), _MOST_WEEKS)


class _Effects:
    """What kinds of special days brought, learned day by day; asked for in order of time."""

    def __init__(self, panel: Panel, known: Array) -> None:
        self.panel, self.known = panel, known
        self.kinds = int(panel.special.max(initial=0)) + 1
        self.brought = np.zeros((len(known), self.kinds))
        self.usual = np.zeros((len(known), self.kinds))
        self.open = [int(day) for day in np.nonzero(panel.special[: panel.days])[0]]

    def until(self, before: int) -> Array:
        """Share of an ordinary day, subjects × kinds, from what was seen before a day."""
        while self.open and self.open[0] < before:
            self._see(self.open.pop(0))
        total = self.usual.sum(axis=0)
        overall = self.brought.sum() / total.sum() if total.sum() > 0 else _UNSEEN
        trust = _TRUST_KIND * total.sum() / max((total > 0).sum(), 1) + 1e-9
        pooled = (self.brought.sum(axis=0) + overall * trust) / (total + trust)
        size = np.maximum(self.known[:, max(0, before - 364) : before].mean(axis=1), 1e-9)[:, None] * _TRUST
        found = (self.brought + pooled * size) / (self.usual + size)
        return np.asarray(np.clip(found, 0, _LARGEST), dtype=float)

    def _see(self, day: int) -> None:
        like = [day - back for back in (7, 14, 21) if day >= back and not self.panel.special[day - back]]
        if like:
            kind = self.panel.special[day]
            self.brought[:, kind] += self.known[:, day]
            self.usual[:, kind] += self.known[:, like].mean(axis=1)


def _expected(panel: Panel, usual: Array, effect: Array, start: int, end: int) -> Array:
    weekday, special = panel.weekday[start:end], panel.special[start:end]
    found = usual @ np.bincount(weekday[special == 0], minlength=7).astype(float)
    for place in np.nonzero(special)[0]:
        found = found + usual[:, weekday[place]] * effect[:, special[place]]
    return np.asarray(found, dtype=float)


def _daily(panel: Panel, usual: Array, effect: Array, start: int, end: int) -> Array:
    weekday, special = panel.weekday[start:end], panel.special[start:end]
    return np.asarray(usual[:, weekday] * np.where(special == 0, 1.0, effect[:, special]), dtype=float)
