"""The process-behaviour chart of a KPI's page: natural limits over the periods shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.insight.signals import Behaviour, behaviour
from leitstern.server.charts import process
from leitstern.server.curve import DRAWINGS
from leitstern.server.figures import Figures, scaled
from leitstern.server.when import Calendar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leitstern.kpis.definition import Definition
    from leitstern.server.series import Step

#: Days swing with the week; their limits would say so and nothing else.
GRAINS = ("week", "month", "quarter")


@dataclass(frozen=True)
class Process:
    """The limits of a KPI's complete periods, the drawing, and the sentence above it."""

    definition: Definition
    steps: Sequence[Step]
    figures: Figures
    calendar: Calendar

    def _values(self) -> list[float | None]:
        return [
            float(s.value) if s.standing == "complete" and s.value is not None else None for s in self.steps
        ]

    @property
    def found(self) -> Behaviour:
        """Limits and marks."""
        of_amounts = self.definition.unit in ("count", "percent", "days", "hours")
        return behaviour(self._values(), not_negative=of_amounts)

    @property
    def sentence(self) -> str:
        """What the chart says."""
        found = self.found
        if found.verdict == "too_little":
            return _("Too little data for natural limits: it takes ten complete periods.")
        if found.verdict == "usual":
            return _(
                "All values lie within the natural limits: they alone show no more than the usual scatter. "
                "Days and weeks may show more, see Analysis, Signals."
            )
        said = []
        outside, run = found.marks.count("outside"), found.marks.count("run")
        if outside:
            said.append(
                ngettext(
                    "%(count)s value lies outside the natural limits: look for its cause.",
                    "%(count)s values lie outside the natural limits: look for their causes.",
                    outside,
                )
                % {"count": outside}
            )
        if run:
            said.append(
                _("%(count)s values lie eight or more in a row on one side of the centre: the level moved.")
                % {"count": run}
            )
        return " ".join(said)

    def drawings(self) -> list[SafeString]:
        """The chart in three widths; none with too little data."""
        found = self.found
        if found.verdict == "too_little":
            return []
        words = {
            "outside": _("outside the limits"),
            "run": _("part of a run"),
            "usual": _("usual"),
            "none": "",
        }
        values = self._values()
        scale = scaled(self.figures, self.definition.unit, max(abs(v) for v in values if v is not None))
        spots = tuple(
            process.Spot(
                self.calendar.axis(step.period)[0],
                f"{self.calendar.period(step.period)}: {self.figures.short(value, self.definition.unit)}, "
                f"{words[mark]}",
                value,
                mark,
            )
            for step, value, mark in zip(self.steps, values, found.marks, strict=True)
        )
        names = (("upper", found.upper), ("centre", found.centre), ("lower", found.lower))
        lines = tuple((kind, value, scale.text(value)) for kind, value in names)
        chart = process.ProcessChart(_("Process-behaviour chart"), spots, lines)
        return [process.draw(chart.last(count), width, 200, class_) for class_, width, _h, count in DRAWINGS]
