"""What the guards against bad KPIs have to know of a goal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class GoalNote:
    """A goal that is offered or agreed.

    ``key`` names the goal where it is kept, ``owner`` who answers for it (None: nobody), ``whom`` its subject
    as ``company`` or ``team:T-CH``. ``start`` and ``end`` are its first and last day. ``target`` is in the
    KPI's unit. ``review_on`` is the day on which it is looked at together (None: not arranged).
    """

    key: str
    kpi: str
    owner: str | None
    whom: str
    start: date
    end: date
    direction: Literal["at_least", "at_most", "between"]
    target: float
    review_on: date | None = None

    def open_on(self, day: date) -> bool:
        """Whether the goal's period runs or is still to come."""
        return self.end >= day

    def overlaps(self, other: GoalNote) -> bool:
        """Whether both run at the same time on at least one day."""
        return self.start <= other.end and other.start <= self.end
