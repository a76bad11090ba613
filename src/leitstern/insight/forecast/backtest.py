"""What forecasts would have said in periods that are over, and what came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from leitstern.insight.forecast.forecasting import forecasts

if TYPE_CHECKING:
    from leitstern.insight.forecast.known import History
    from leitstern.insight.forecast.profile import Array
    from leitstern.insight.forecast.result import Forecast

#: The share of a period that is over when it is forecast again.
ELAPSED = (0.2, 0.5, 0.8)
#: Targets to judge chances by: these times what is usual.
TIMES = (0.9, 1.0, 1.1)


@dataclass(frozen=True, slots=True)
class Replay:
    """One forecast made again with what was known: ``at`` is the place of its subject, ``outcome`` what came,
    ``targets`` and ``chances`` belong together, ``plain`` are the plain pace's chances."""

    at: int
    forecast: Forecast
    outcome: float
    targets: tuple[float, ...]
    chances: tuple[float, ...]
    plain: tuple[float | None, ...]

    @property
    def hits(self) -> tuple[bool, ...]:
        """Whether each target was reached."""
        return tuple(self.outcome >= target for target in self.targets)


def backtest(
    history: History,
    periods: Iterable[tuple[date, date]],
    elapsed: Sequence[float] = ELAPSED,
    times: Sequence[float] = TIMES,
) -> list[Replay]:
    """Forecasts of ``periods`` (first and last day, over within the history), made again after each share
    of their days with the days until then alone. Periods with too little before them are left out.

    Targets are ``times`` the mean of the three stretches of the same length before the period, which is
    what one would have aimed at without knowing better.
    """
    found = []
    for start, end in periods:
        length = (end - start).days + 1
        usual = _usual(history, start, length)
        outcome = history.value(start, end)
        for share in elapsed:
            through = start + timedelta(days=min(max(round(share * length), 1), length - 1) - 1)
            many = forecasts(history, start, end, through)
            if many.verdict != "ok":
                continue
            for at in range(len(many)):
                made = many.one(at)
                if np.isfinite(outcome[at]) and made.verdict == "ok":
                    targets = tuple(float(usual[at] * one) for one in times)
                    found.append(_replay(at, made, float(outcome[at]), targets))
    return found


def _replay(at: int, forecast: Forecast, outcome: float, targets: tuple[float, ...]) -> Replay:
    chances = tuple(forecast.chance(target) or 0.0 for target in targets)
    plain = tuple(forecast.plain_chance(target) for target in targets)
    return Replay(at, forecast, outcome, targets, chances, plain)


def _usual(history: History, start: date, length: int) -> Array:
    """The mean of the three stretches before a period, as far as they are known."""
    before = []
    for back in (1, 2, 3):
        first = start - timedelta(days=back * length)
        if first >= history.first:
            before.append(history.value(first, first + timedelta(days=length - 1)))
    if not before:
        return np.zeros(len(history.values))
    return np.asarray(np.nan_to_num(np.array(before)).mean(axis=0), dtype=float)
