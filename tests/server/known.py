"""The made-up company with numbers that can be counted by hand.

On every day from Monday to Friday, holidays or not, each person brings `RATES` of won value, and a customer
buys for 100. Of ten decided deals three are won. The data reach 21 November 2026, a Saturday.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from leitstern.engine.observations import Observation, Subject

from .fake import AS_OF, BEGAN, ORGANISATION, FakeWorkspace

#: Won value on a weekday, by person.
RATES = {"P1": 1000, "P2": 500, "P3": 250, "P4": 100, "P5": 0, "P6": 0, "P7": 0, "P8": 0, "P9": 0, "P10": 0}


def weekdays(start: date, end: date) -> int:
    """Mondays to Fridays from start to end."""
    days = (start + timedelta(days=at) for at in range(max(0, (end - start).days + 1)))
    return sum(day.weekday() < 5 for day in days)


@dataclass
class KnownWorkspace(FakeWorkspace):
    """``asked`` lists the questions that were put to the engine."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    def compute(self, names, by="company", grain="month", start=None, end=None, against=None):
        self.asked += [(name, str(by)) for name in names]
        return super().compute(names, by, grain, start, end, against)

    def _observe(self, name, subject: Subject, period, as_of: date) -> Observation:
        kpi, _, version = name.partition("@")
        days = weekdays(max(period.start, BEGAN), min(period.end, as_of))
        unit = self.catalogue.get(kpi).unit
        value, above, below = self._value(kpi, subject, period, days)
        reason = "not_begun" if period.start > as_of else None
        if reason is None and value is None:
            reason = "no_base"
        if kpi in self.late and period.start >= date(2026, 10, 1):
            value, reason = None, "source_late"
        return Observation(
            kpi, int(version or 1), unit, str(period.grain), period.label, period.start, period.end, subject,
            None if reason else value, above, below, days, period.end < as_of, reason, as_of,
        )  # fmt: skip

    def _value(self, kpi, subject: Subject, period, days: int):
        if kpi == "win_rate":
            return (3 * days / (10 * days) if days else None), 3 * days, 10 * days
        if subject.type == "customer":
            return Decimal(100 * days), None, None
        if kpi == "won_deals":
            return days, None, None
        return Decimal(self._rate(subject, period) * days), None, None

    def _rate(self, subject: Subject, period) -> int:
        if subject.type == "person":
            return RATES.get(subject.id, 0)
        if subject.type == "team" and subject.id is not None:
            return sum(RATES[one] for one in ORGANISATION.members(subject.id, period.start, period.end))
        if subject.type == "own_team" and subject.id is not None:
            return sum(RATES[one] for one in ORGANISATION.own_members(subject.id, period.start, period.end))
        return sum(RATES.values()) if subject.type == "company" else 0


assert date(2026, 11, 21) == AS_OF
