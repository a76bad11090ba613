"""One period of a KPI across teams, persons or other subjects: a table with bars on one scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leitstern.server import words
from leitstern.server.cards import unfinished
from leitstern.server.charts import bars, spark
from leitstern.server.curve import records_href
from leitstern.server.figures import Figures, Number

if TYPE_CHECKING:
    from leitstern.kpis.definition import Definition
    from leitstern.server.series import Step

#: Rows on one page.
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One subject in the chosen period."""

    name: str
    href: str | None
    records: str | None
    value: str
    rows: str
    previous: str
    delta: words.Delta | None
    bar: SafeString
    delta_bar: SafeString
    trend: SafeString
    standing: str
    standing_reason: str


@dataclass(frozen=True)
class Structure:
    """The steps of all subjects of one type; ``chosen`` is the position of the period shown."""

    definition: Definition
    by: str
    found: Mapping[str | None, Sequence[Step]]
    names: Mapping[str | None, str]
    chosen: int
    figures: Figures
    link: Callable[[str], str]

    @property
    def silent(self) -> set[str | None]:
        """Subjects without a record in any of the periods; their rows would only say 0.

        What is protected is none of them: of its records nothing is said.
        """
        return {
            subject
            for subject, steps in self.found.items()
            if all(
                not step.previous
                and not step.value
                and step.standing != "protected"
                and (step.actual is None or not step.actual.rows)
                for step in steps
            )
        }

    def ordered(self) -> list[str | None]:
        """Subject ids: persons by name (no ranking of people), others by value; not assigned last."""

        def key(subject: str | None) -> tuple[bool, float, str]:
            value = self._step(subject).value
            size = 0.0 if value is None or self.by == "person" else -float(value)
            empty = value is None and self.by != "person"
            return subject is None, float("inf") if empty else size, self._name(subject).casefold()

        return sorted(self.found.keys() - self.silent, key=key)

    def rows(self, page: int = 1) -> list[Row]:
        """The rows of one page."""
        subjects = self.ordered()
        lows = _reach([v for s in subjects for v in (self._step(s).value, self._step(s).previous)])
        deltas = _reach([self._step(s).comparison.difference for s in subjects])
        trends = _reach([step.value for s in subjects for step in self.found[s]])
        shown = subjects[(page - 1) * PER_PAGE : page * PER_PAGE]
        return [self._row(subject, lows, deltas, trends) for subject in shown]

    def lagging(self) -> str:
        """Who is furthest behind the previous year, for the title; nothing about persons."""
        behind = [
            subject
            for subject, steps in self.found.items()
            if subject is not None and steps[self.chosen].comparison.verdict == "worse"
        ]
        if self.by in ("person", "customer") or not behind:
            return ""

        def size(subject: str) -> float:
            return abs(float(self._step(subject).comparison.difference or 0))

        worst = max(behind, key=size)
        shown = words.delta(self._step(worst).comparison, self.definition.unit, self.figures)
        return "; " + _("%(name)s lags most (%(delta)s)") % {
            "name": self._name(worst),
            "delta": shown.text if shown else "",
        }

    def _row(
        self,
        subject: str | None,
        values: tuple[float, float],
        deltas: tuple[float, float],
        trends: tuple[float, float],
    ) -> Row:
        step, unit = self._step(subject), self.definition.unit
        has_rows = step.actual is not None and step.actual.rows > 0
        steps = self.found[subject]
        running = unfinished(steps)
        trend = spark.Spark(
            [_float(s.value) for s in steps],
            chosen=self.chosen,
            running=running,
            low=trends[0],
            high=trends[1],
        )
        return Row(
            name=self._name(subject),
            href=None if subject is None else self.link(subject),
            records=self._records(step, subject) if has_rows else None,
            value=words.value_or_protected(step, unit, self.figures),
            rows=self.figures.plain(words.rows_of(step)),
            previous=self.figures.exact(step.previous, unit),
            delta=words.delta(step.comparison, unit, self.figures),
            bar=bars.value_bar(_float(step.value), _float(step.previous), *values),
            delta_bar=bars.difference_bar(
                _float(step.comparison.difference), *deltas, step.comparison.verdict
            ),
            trend=spark.draw(trend, _("Trend of %(name)s") % {"name": self._name(subject)}, 120, 24),
            standing=step.standing,
            standing_reason=words.standing_reason(step.standing),
        )

    def _records(self, step: Step, subject: str | None) -> str:
        return records_href(self.definition.kpi, step.period.label, self.by, subject)

    def _step(self, subject: str | None) -> Step:
        return self.found[subject][self.chosen]

    def _name(self, subject: str | None) -> str:
        return _("Not assigned") if subject is None else self.names.get(subject, subject)


def _reach(values: Sequence[Number | None]) -> tuple[float, float]:
    known = [float(v) for v in values if v is not None]
    return min(known, default=0.0), max(known, default=0.0)


def _float(value: Number | None) -> float | None:
    return None if value is None else float(value)
