"""What KPIs mean to the access policy: whether they single out people, and of which days they are made.

A rolling sum, a sum since the year's beginning or a growth tells of other days than its period's: the sum of
the last twelve months up to December is the year's. So each is held against the KPI beneath it in all these
days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from leitstern.engine.observations import Observation
from leitstern.engine.spans import reach
from leitstern.kpis.definition import Definition, Shape
from leitstern.kpis.load import Catalogue
from leitstern.kpis.singling import singles_out
from leitstern.periods.grains import Grain, Period, period_of


class Meanings:
    """The definitions of a workspace, asked by name and version of a KPI."""

    def __init__(self, catalogue: Catalogue, fiscal_start: int) -> None:
        self._catalogue = catalogue
        self._fiscal_start = fiscal_start
        self.singles = cache(self._singles)
        self._beneath = cache(self._find_beneath)

    def _singles(self, kpi: str, version: int) -> bool:
        """Whether a KPI can single out people."""
        return singles_out(self._catalogue.resolved(kpi, version))

    def parts(self, o: Observation) -> tuple[Observation, ...]:
        """What a value with a shape over time is made of, a stretch of days each, without its numbers; of a
        plain value nothing. A stretch that began with the first record begins with ``date.min``."""
        shape, base = self._beneath(o.kpi, o.version)
        if shape is None:
            return ()
        period = replace(period_of(o.start, o.grain, self._fiscal_start), end=o.end)
        stretches = reach(period, shape, self._fiscal_start, o.as_of)
        part = replace(
            o,
            kpi=base.kpi,
            version=base.version,
            unit=base.unit,
            grain=Grain.DAY,
            value=None,
            numerator=None,
            denominator=None if shape.growth else o.denominator,
        )
        return tuple(
            replace(part, period=f"{first}..{last}", start=first, end=last) for first, last in stretches
        )

    def listed_from(self, kpi: str, period: Period, as_of: date) -> date:
        """The first day of which the list behind a KPI's value of a period may hold records."""
        found = period.start
        for version in self._catalogue.versions(kpi):
            shape = version.shape
            if shape is not None and not shape.cumulative:
                found = min(found, reach(period, shape, self._fiscal_start, as_of)[0][0])
        return found

    def _find_beneath(self, kpi: str, version: int) -> tuple[Shape | None, Definition]:
        """The shape, and the KPI that it is laid upon: the one its formula is, else the KPI itself."""
        definition = self._catalogue.resolved(kpi, version).definition
        named = definition.formula if definition.formula in self._catalogue.names else kpi
        base = definition if named == kpi else self._catalogue.resolved(named).definition
        return definition.shape, base
