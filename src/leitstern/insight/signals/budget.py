"""How many false alarms a KPI may raise, and which thresholds that asks for.

A person who watches many KPIs reads all their alarms. So not each KPI gets the same number of false alarms,
but all of them share what one person can bear: the budget of one KPI falls with the number watched.

The thresholds are ``base - slope * ln(alarms a year)``: the rate of a stationary series' largest deviations
falls exponentially with the threshold (extreme value theory; Leadbetter, Lindgren, Rootzén 1983, chapter 1).
Base and slope were tuned on simulated worlds with the seeds 1 to 9, on every second cash machine and on the
demo companies without stories of the seeds 21 to 25. What other worlds raise stands in
`bench/decision_quality/results/alerts.md`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: False alarms a year: at most so many for one KPI, and for all of them together.
PER_KPI, TOGETHER = 0.5, 12.0

#: Which shares of a budget shifts and spikes may use. Together they are more than 1, as hardly any series
#: uses both up: those that wander have no heavy tails beside, and the other way round.
SHIFTS, SPIKES = 0.7, 0.9


def budget(kpis: int) -> float:
    """False alarms a year that each of ``kpis`` watched KPIs may raise."""
    if kpis < 1:
        raise ValueError(f"kpis must be at least 1, not {kpis}")
    return min(PER_KPI, TOGETHER / kpis)


@dataclass(frozen=True, slots=True)
class Threshold:
    """How far a standardised deviation must lie out, by the false alarms a year one accepts."""

    base: float
    slope: float

    def at(self, alarms: float) -> float:
        """The threshold for ``alarms`` a year (more than 0)."""
        return self.base - self.slope * math.log(alarms)
