"""A KPI's curve: the chart as data, its table twin, and what stands above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leitstern.server import words
from leitstern.server.charts import time
from leitstern.server.charts.scale import Scale
from leitstern.server.figures import Figures, Scaled, scaled
from leitstern.server.when import Calendar

if TYPE_CHECKING:
    from leitstern.kpis.definition import Definition
    from leitstern.server.series import Step

#: More periods than this are a line, fewer are columns.
_COLUMNS = 31
#: Drawings for narrow, middle and wide screens: class, width, height, newest periods shown.
DRAWINGS = (("narrow", 340, 320, 13), ("middle", 660, 340, 100), ("wide", 980, 360, 100))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table twin; every entry is text as shown."""

    period: str
    href: str | None
    value: str
    numerator: str
    denominator: str
    rows: str
    previous: str
    difference: str
    delta: words.Delta | None
    relative: bool
    standing: str
    standing_text: str
    standing_reason: str
    lacks: bool
    chosen: bool


@dataclass(frozen=True)
class Curve:
    """A KPI's steps over time for one subject, in one reader's language and number style."""

    definition: Definition
    steps: Sequence[Step]
    figures: Figures
    calendar: Calendar
    name: str
    by: str = "company"
    subject: str | None = None
    chosen: int | None = None

    @property
    def unit(self) -> str:
        """The KPI's unit."""
        return self.definition.unit

    @property
    def scaled(self) -> Scaled:
        """The scale all labels share."""
        known = [abs(float(v)) for s in self.steps for v in (s.value, s.previous) if v is not None]
        return scaled(self.figures, self.unit, max(known, default=0.0))

    @property
    def range(self) -> str:
        """From when to when: Dez. 2024 – Nov. 2026."""
        first, last = self.steps[0].period, self.steps[-1].period
        return f"{self.calendar.period(first)} – {self.calendar.period(last)}"

    def drawings(self) -> list[SafeString]:
        """The chart in the three widths; style sheets show one of them."""
        chart = self.chart()
        return [
            time.draw(chart.last(count), width, height, class_) for class_, width, height, count in DRAWINGS
        ]

    def chart(self) -> time.TimeChart:
        """The chart as data."""
        scale = self.scaled
        versions = [s.actual.version if s.actual else None for s in self.steps]
        points = []
        for index, step in enumerate(self.steps):
            label, group = self.calendar.axis(step.period)
            before = versions[index - 1] if index else None
            points.append(
                time.Point(
                    label=label,
                    group=group,
                    text=words.point(step, self.unit, self.figures, self.calendar),
                    value=_float(step.value),
                    value_text=scale.text(step.value),
                    previous=_float(step.previous),
                    difference=_float(step.comparison.difference),
                    difference_text=scale.signed(step.comparison.difference),
                    verdict=step.comparison.verdict,
                    running=step.standing in ("running", "open"),
                    chosen=index == self.chosen,
                    new_version=before is not None and versions[index] not in (None, before),
                    href=self.records(step),
                )
            )
        title = _("%(name)s over time; every point leads to its records") % {"name": self.name}
        return time.TimeChart(
            title, tuple(points), _("ΔPY"), as_line=len(points) > _COLUMNS, ticks=self._ticks(scale)
        )

    def _ticks(self, scale: Scaled) -> tuple[time.Tick, ...]:
        known = [float(v) for s in self.steps for v in (s.value, s.previous) if v is not None]
        reach = Scale(min(0.0, *known, 0.0), max(0.0, *known, 0.0), 0, 1)
        return tuple(time.Tick(v, scale.text(v)) for v in reach.ticks(4))

    def table(self) -> list[Row]:
        """The same numbers as a table, newest first."""
        return [self._row(index, step) for index, step in reversed(list(enumerate(self.steps)))]

    def _row(self, index: int, step: Step) -> Row:
        actual = step.actual
        return Row(
            period=self.calendar.period(step.period),
            href=self.records(step),
            value=words.value_or_protected(step, self.unit, self.figures),
            numerator=self.figures.part(actual.numerator if actual else None, self.unit),
            denominator=self.figures.part(actual.denominator if actual else None, self.unit),
            rows=self.figures.plain(words.rows_of(step)),
            previous=self.figures.exact(step.previous, self.unit),
            difference=self.figures.difference(step.comparison.difference, self.unit, exact=True),
            delta=words.delta(step.comparison, self.unit, self.figures),
            relative=self.by_points or step.comparison.relative is not None,
            standing=step.standing,
            standing_text=words.standing_text(step, self.calendar),
            standing_reason=words.standing_reason(step.standing),
            lacks=actual is not None and actual.set_aside > 0,
            chosen=index == self.chosen,
        )

    @property
    def has_parts(self) -> bool:
        """Whether the value is a ratio with a numerator and a denominator to show."""
        return any(s.actual is not None and s.actual.denominator is not None for s in self.steps)

    @property
    def by_points(self) -> bool:
        """Whether values differ by points only, so that a relative difference says nothing more."""
        return self.unit in ("percent", "score")

    def records(self, step: Step) -> str | None:
        """The address of the records behind a step; None where there are none."""
        if step.actual is None or not step.actual.rows:
            return None
        return records_href(self.definition.kpi, step.period.label, self.by, self.subject)


def records_href(kpi: str, period: str, by: str = "company", subject: str | None = None) -> str:
    """The address of the records behind a number; an empty ``subject`` means not assigned."""
    href = reverse("records", args=[kpi, period])
    if by == "company":
        return href
    return f"{href}?{urlencode({'by': by, 'subject': subject or ''})}"


def _float(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type] # Decimal, float or int
