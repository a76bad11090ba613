"""A KPI's values over time beside those of the previous year, asked of the engine and put in order.

A running period is not compared with a whole one: its previous year is asked for anew, as of the day
that lies as many working days into that period (rule 7 of the design).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from leitstern.server.compare import Comparison, compare

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


@dataclass(frozen=True, slots=True)
class Step:
    """One period of a series. ``previous`` is the like-for-like value of the year before."""

    period: Period
    actual: Observation | None
    previous: Number | None
    comparison: Comparison

    @property
    def value(self) -> Number | None:
        """The actual value, None where there is none."""
        return self.actual.value if self.actual else None

    @property
    def standing(self) -> str:
        """complete, running, or why there is no (whole) value: late, no_base, no_data."""
        return standing(self.actual)


def standing(actual: Observation | None) -> str:
    """How far an observation can be relied on."""
    if actual is None:
        return "no_data"
    if actual.value is None and actual.reason:
        return {"source_late": "late"}.get(actual.reason, actual.reason)
    if actual.complete:
        return "complete"
    return "running" if actual.end >= actual.as_of else "late"


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
    names = [d.kpi for d in definitions]
    good = {d.kpi: d.good for d in definitions}
    actual = _by_key(_ask(reader, names, by, periods))
    earlier = [period.same_last_year() for period in periods]
    previous = _by_key(_ask(reader, names, by, earlier))
    fair = _same_stretch(reader, names, by, periods, actual.values())
    found: dict[tuple[str, str | None], list[Step]] = {}
    for kpi, subject in dict.fromkeys((kpi, subject) for kpi, subject, _ in actual):
        steps = []
        for period, before in zip(periods, earlier, strict=True):
            now = actual.get((kpi, subject, period.label))
            then = previous.get((kpi, subject, before.label))
            if standing(now) == "running":
                then = fair.get((kpi, subject, before.label))
            base = then.value if then is not None and standing(then) != "late" else None
            comparison = compare(now.value if now else None, base, now.unit if now else "", good[kpi])
            steps.append(Step(period, now, base, comparison))
        found[kpi, subject] = steps
    return found


def _ask(reader: Reader, names: Sequence[str], by: str, periods: Sequence[Period]) -> Iterable[Observation]:
    return reader.compute(names, by, str(periods[0].grain), periods[0].start, periods[-1].end)


def _by_key(observations: Iterable[Observation]) -> dict[tuple[str, str | None, str], Observation]:
    return {(o.kpi, o.subject.id, o.period): o for o in observations}


def _same_stretch(
    reader: Reader,
    names: Sequence[str],
    by: str,
    periods: Sequence[Period],
    actual: Iterable[Observation],
) -> dict[tuple[str, str | None, str], Observation]:
    """The previous year's values of the running period, up to the same working day."""
    running = next((o for o in actual if standing(o) == "running"), None)
    if running is None:
        return {}
    period = next(p for p in periods if p.label == running.period)
    before = period.same_last_year()
    until = same_working_day(reader, period, before, running.as_of)
    return _by_key(reader.compute(names, by, str(period.grain), before.start, before.end, until))


def same_working_day(reader: Reader, period: Period, before: Period, day: date) -> date:
    """The day of ``before`` that is as many working days in as ``day`` is in ``period``."""
    calendar = reader.work_calendar()
    done = calendar.working_days(period.start, day)
    until = before.start
    while until < before.end and calendar.working_days(before.start, until) < done:
        until = date.fromordinal(until.toordinal() + 1)
    return until
