"""How much of a group's value is one person's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from leitstern.engine.observations import Observation

#: ``(kpi, grain, start, end)`` -> the KPI's observations by person, or None where they do not add up.
People = Callable[[str, str, date, date], Iterable[Observation] | None]
