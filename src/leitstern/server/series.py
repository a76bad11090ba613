"""A KPI's values over time beside those of the previous year, asked of the engine and put in order.

What a running period is compared with is the engine's answer as well: the previous year up to the
same working day, of to-date values the same day (rule 7 of the design). There is no previous year before
the data begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from leitstern.server.compare import Comparison, compare
from leitstern.server.sources import began, newest, ripening

if TYPE_CHECKING:
    from leitstern.engine.observations import Number, Observation
    from leitstern.kpis.definition import Definition
    from leitstern.periods.grains import Period
    from leitstern.server.reader import Reader

#: How many periods a page shows.
SHOWN = {
    "day": 61, "week": 53, "month": 24, "quarter": 12, "half_year": 8, "year": 6,
    "fiscal_quarter": 12, "fiscal_half_year": 8, "fiscal_year": 6,
}  # fmt: skip


#: A month whose first record came this many days into it still counts as covered.
_SLACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Step:
    """One period of a series. ``previous`` is the like-for-like value of the year before.

    ``standing``: complete, running, open (a cohort that can still change), or why there is no (whole)
    value: waiting (begun, but a source has nothing of it yet), late, no_base, no_data, no_source,
    not_begun.
    """

    period: Period
    actual: Observation | None
    value: Number | None
    previous: Number | None
    comparison: Comparison
    standing: str


def standing(actual: Observation | None, ripens: int = 0) -> str:
    """How far an observation can be relied on.

    ``ripens`` is the number of days records of a cohort are watched: until they have passed since the
    period's end, its value is ``open``.
    """
    if actual is None:
        return "no_data"
    if actual.reason:
        return {"source_late": "late"}.get(actual.reason, actual.reason)
    if actual.finished:
        return "complete"
    if actual.end >= actual.as_of:
        return "running"
    return "open" if actual.end + timedelta(days=ripens) > actual.as_of else "late"


def window(grain: str, until: date, fiscal_start: int, count: int | None = None) -> list[Period]:
    """The ``count`` periods that end with the one holding ``until``."""
    from leitstern.periods.grains import period_of

    last = period_of(until, grain, fiscal_start)
    return [last.shifted(-back) for back in reversed(range(count or SHOWN[grain]))]


def series(
    reader: Reader,
    definitions: Sequence[Definition],
    periods: Sequence[Period],
    by: str = "company",
) -> dict[tuple[str, str | None], list[Step]]:
    """The steps of every KPI and subject, by (KPI name, subject id)."""
    same_for_all = by == "company" and not any(reader.singles(d.kpi) for d in definitions)
    eyes = None if same_for_all else reader.eyes
    question = ("series", *(d.kpi for d in definitions), *(p.label for p in periods), by, eyes)
    found: dict[tuple[str, str | None], list[Step]] = reader.once(
        question, lambda _ws: _series(reader, definitions, periods, by)
    )
    return found


def _series(
    reader: Reader, definitions: Sequence[Definition], periods: Sequence[Period], by: str
) -> dict[tuple[str, str | None], list[Step]]:
    names = [d.kpi for d in definitions]
    earlier = [period.same_last_year() for period in periods]
    actual = _by_key(_ask(reader, names, by, periods))
    previous = _by_key(_ask(reader, names, by, earlier))
    running = [p for p in periods if p.start <= reader.as_of() <= p.end]
    fair = _by_key(_ask(reader, names, by, running, against="previous_year")) if running else {}
    of_kpi = {
        d.kpi: _Basis(d, began(reader, d.kpi), newest(reader, d.kpi), ripening(reader, d.kpi))
        for d in definitions
    }
    found: dict[tuple[str, str | None], list[Step]] = {}
    for kpi, subject in dict.fromkeys((kpi, subject) for kpi, subject, _ in actual):
        steps = []
        for period, before in zip(periods, earlier, strict=True):
            now = actual.get((kpi, subject, period.label))
            then = previous.get((kpi, subject, before.label))
            if period in running:
                then = fair.get((kpi, subject, period.label))
            steps.append(of_kpi[kpi].step(period, before, now, then))
        found[kpi, subject] = steps
    return found


@dataclass(frozen=True, slots=True)
class _Basis:
    """What decides about all steps of a KPI: its data's first and newest day, and its cohorts' time."""

    definition: Definition
    began: date | None
    newest: date | None
    ripens: int

    def step(self, period: Period, before: Period, now: Observation | None, then: Observation | None) -> Step:
        how = self._standing(period, now)
        value = now.value if now is not None and how not in ("no_data", "waiting") else None
        base = then.value if then is not None and not self._too_early(before.start, _SLACK) else None
        if how == "open" or (how == "running" and self.ripens):
            base = None  # an unripe cohort against a ripe one would be unfair
        comparison = compare(value, base, self.definition.unit, self.definition.good)
        return Step(period, now, value, base, comparison, how)

    def _standing(self, period: Period, now: Observation | None) -> str:
        if self._too_early(period.end, None):
            return "no_data"
        how = standing(now, self.ripens)
        if how == "running" and self.newest is not None and self.newest < period.start:
            return "waiting"
        return how

    def _too_early(self, day: date, slack: timedelta | None) -> bool:
        return self.began is not None and day + (slack or timedelta()) < self.began


def _ask(
    reader: Reader, names: Sequence[str], by: str, periods: Sequence[Period], against: str | None = None
) -> Iterable[Observation]:
    return reader.compute(names, by, str(periods[0].grain), periods[0].start, periods[-1].end, against)


def _by_key(observations: Iterable[Observation]) -> dict[tuple[str, str | None, str], Observation]:
    return {(o.kpi, o.subject.id, o.period): o for o in observations}
