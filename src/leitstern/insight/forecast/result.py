"""What a forecast says: quantiles, chances, day of arrival, and the plain pace beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from leitstern.insight.forecast.errors import LEVELS

if TYPE_CHECKING:
    from leitstern.insight.forecast.profile import Array

#: How a forecast was made; texts: ``forecast.method_<method>``.
Method = Literal["pooled", "own", "counts", "ratio", "stock", "periods", "developed", "over", "too_little"]
Verdict = Literal["ok", "over", "too_little"]
#: The quantiles that are shown and published.
PUBLISHED = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
#: No chance is told as certain before the period is over.
EDGE = 0.01
#: How far beyond the period an arrival is looked for, in days.
_FAR = 366


@dataclass(frozen=True, slots=True)
class Ends:
    """Where subjects may end: ``point`` (subjects) and ``quantiles`` (subjects × `LEVELS`)."""

    point: Array
    quantiles: Array

    def reaching(self, at: int, level: float) -> float:
        """The chance that a subject ends at ``level`` or above, by straight lines between quantiles."""
        rising = np.maximum.accumulate(self.quantiles[at])
        if level <= rising[0]:
            return 1.0
        if level > rising[-1]:
            return 0.0
        place = int(np.searchsorted(rising, level, side="left"))
        low, high = rising[place - 1], rising[place]
        part = (level - low) / (high - low)
        return float(1 - LEVELS[place - 1] - part * (LEVELS[place] - LEVELS[place - 1]))

    def within(self, low: float, high: float) -> Ends:
        """The same, with nothing outside of what can be."""
        return Ends(np.clip(self.point, low, high), np.clip(self.quantiles, low, high))


@dataclass(frozen=True, slots=True)
class Counted(Ends):
    """The same where small counts are left to come: ``table`` holds P(rest <= 0, 1, 2 ...), ``done`` what
    has come; subjects with ``small`` are judged by it."""

    done: Array
    table: Array
    small: Array

    def reaching(self, at: int, level: float) -> float:
        """The chance that a subject ends at ``level`` or above."""
        if not self.small[at]:
            return Ends.reaching(self, at, level)
        missing = int(np.ceil(level - self.done[at] - 1e-9))
        row = self.table[at]
        return 1.0 if missing <= 0 else float(1 - row[min(missing, len(row)) - 1])


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast of one subject's value at a period's end, from what was known through ``through``.

    ``done``       the value up to then; 0 before the period begins, NaN for a ratio without a base
    ``point``      expected at the end, in the KPI's unit
    ``quantiles``  at `PUBLISHED`
    ``n``          earlier stretches the spread stands on; ``subjects``: how many were looked at together
    ``plain``      where the plain working-day pace would end
    """

    start: date
    end: date
    through: date
    done: float
    point: float
    quantiles: tuple[float, ...]
    n: int
    subjects: int
    method: Method
    verdict: Verdict
    plain: float | None
    adds_up: bool
    _ends: Ends
    _plain: Ends | None
    _at: int
    _daily: Array

    def chance(self, level: float, upper: float | None = None, *, at_most: bool = False) -> float | None:
        """The chance to end at ``level`` or above (at most: or below; with ``upper``: between the two).

        0.01 to 0.99 until the period is over; None where there is too little to tell.
        """
        return self._chance(self._ends, level, upper, at_most=at_most)

    def plain_chance(
        self, level: float, upper: float | None = None, *, at_most: bool = False
    ) -> float | None:
        """The same by the plain working-day pace, with an interval from its own earlier errors."""
        if self._plain is None or not np.isfinite(self._plain.point[self._at]):
            return None
        return self._chance(self._plain, level, upper, at_most=at_most)

    def _chance(self, ends: Ends, level: float, upper: float | None, *, at_most: bool) -> float | None:
        if self.verdict == "too_little":
            return None
        low, high = (-np.inf, level) if at_most else (level, np.inf if upper is None else upper)
        if self.verdict == "over":
            if not np.isfinite(self.done):
                return None
            return float(low <= self.done <= high)
        beyond = 0.0 if np.isinf(high) else ends.reaching(self._at, float(np.nextafter(high, np.inf)))
        found = (1.0 if np.isinf(low) else ends.reaching(self._at, low)) - beyond
        return round(min(max(found, EDGE), 1 - EDGE), 4)

    def arrival(self, level: float) -> date | None:
        """The day on which the value is expected to reach ``level``: None for what does not accumulate, and
        where it would take more than a year beyond the end."""
        if not self.adds_up or self.verdict != "ok":
            return None
        if level <= self.done:
            return self.through
        path = self.done + self._daily.cumsum()
        first = max(self.through + timedelta(days=1), self.start)
        if path.size and path[-1] >= level:
            return first + timedelta(days=int(np.searchsorted(path, level - 1e-9)))
        pace = self._daily.mean() if path.size else 0.0
        if pace <= 0 or (level - path[-1]) / pace > _FAR:
            return None
        return self.end + timedelta(days=int(np.ceil((level - path[-1]) / pace)))

    def path(self) -> list[tuple[date, float, tuple[float, ...]]]:
        """For each day from the first unknown one: expected value and quantiles at `PUBLISHED`.

        The spread grows with the root of what has come of the rest (errors of days as if independent), days
        that take away (credit notes) counting as much as days that add. Only for what accumulates.
        """
        if not self.adds_up or self.verdict != "ok" or not self._daily.size:
            return []
        first = max(self.through + timedelta(days=1), self.start)
        upto, moved = self._daily.cumsum(), np.abs(self._daily).cumsum()
        share = moved / moved[-1] if moved[-1] > 0 else np.linspace(1 / len(moved), 1, len(moved))
        ends = np.array(self.quantiles) - self.point
        found = []
        for place, (value, part) in enumerate(zip(self.done + upto, share, strict=True)):
            spread = value + ends * np.sqrt(part)
            band = np.maximum(spread, self.done) if ends[0] + self.point >= self.done else spread
            found.append((first + timedelta(days=place), float(value), tuple(float(q) for q in band)))
        return found

    def as_json(
        self, levels: Mapping[str, tuple[float, float | None]] | None = None, *, at_most: bool = False
    ) -> dict[str, Any]:
        """Plain values to publish and to score later: quantiles by percent, chances by the names of
        ``levels`` (a level, and an upper limit or None), and what the plain working-day pace says."""
        named = levels or {}
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "through": self.through.isoformat(),
            "done": _plain(self.done),
            "point": _plain(self.point),
            "quantiles": {
                f"{level * 100:g}": _plain(value)
                for level, value in zip(PUBLISHED, self.quantiles, strict=True)
            },
            "chances": {
                name: self.chance(level, upper, at_most=at_most) for name, (level, upper) in named.items()
            },
            "pace_point": _plain(self.plain),
            "pace_chances": {
                name: self.plain_chance(level, upper, at_most=at_most)
                for name, (level, upper) in named.items()
            },
            "n": self.n,
            "subjects": self.subjects,
            "method": self.method,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Many:
    """Forecasts for subjects in the order given; arrays by subject, ``daily`` subjects × days left."""

    start: date
    end: date
    through: date
    done: Array
    ends: Ends
    plain: Ends | None
    daily: Array
    n: int
    method: Method
    verdict: Verdict
    adds_up: bool = True

    def at_least(self, counted: Array) -> Many:
        """The same, where so much has been counted already (today's records, after the last whole day): what
        only grows ends no lower."""
        ends = self.ends
        point = np.fmax(ends.point, counted)
        quantiles = np.fmax(ends.quantiles, counted[:, None])
        if not isinstance(ends, Counted):
            return replace(self, ends=Ends(point, quantiles))
        table = ends.table.copy()
        more = np.maximum(np.ceil(np.nan_to_num(counted) - ends.done - 1e-9), 0).astype(int)
        for row, missing in enumerate(more):
            table[row, :missing] = 0.0
        # More than the table holds has come: what is counted is all there is to tell.
        small = ends.small & (more < table.shape[1])
        return replace(self, ends=Counted(point, quantiles, ends.done, table, small))

    @property
    def point(self) -> Array:
        """Expected at the end."""
        return self.ends.point

    def __len__(self) -> int:
        return len(self.done)

    def one(self, at: int) -> Forecast:
        """The forecast of one subject."""
        quantiles = np.interp(PUBLISHED, LEVELS, np.maximum.accumulate(self.ends.quantiles[at]))
        method = self.method
        verdict = self.verdict
        if isinstance(self.ends, Counted) and self.ends.small[at] and verdict == "ok":
            quantiles = np.array([_whole(self.ends, at, level) for level in PUBLISHED])
            method = "counts"
        nothing = verdict == "ok" and self.adds_up and not self.done[at] and not self.ends.quantiles[at].any()
        if nothing or not np.isfinite(self.ends.point[at]):
            method = verdict = "too_little"
        return Forecast(
            self.start, self.end, self.through, float(self.done[at]), float(self.ends.point[at]),
            tuple(float(q) for q in quantiles), self.n, len(self), method, verdict,
            None if self.plain is None else float(self.plain.point[at]), self.adds_up,
            self.ends, self.plain, at, self.daily[at],
        )  # fmt: skip


def _plain(value: float | None) -> float | None:
    """A number as JSON has it: what is not known is null."""
    return None if value is None or not np.isfinite(value) else value


def _whole(ends: Counted, at: int, level: float) -> float:
    """The quantile of a small count: a whole number."""
    return float(ends.done[at] + np.searchsorted(ends.table[at], level - 1e-12))


def certain(
    done: Array, start: date, end: date, through: date, verdict: Literal["over", "too_little"]
) -> Many:
    """Forecasts where nothing is left to forecast, or nothing to forecast from."""
    ends = Ends(done, np.repeat(done[:, None], len(LEVELS), axis=1))
    return Many(start, end, through, done, ends, None, np.zeros((len(done), 0)), 0, verdict, verdict)
