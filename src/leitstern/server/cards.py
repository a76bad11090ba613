"""The cards of the start page, made from the engine's observations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leitstern.server import words
from leitstern.server.charts import spark
from leitstern.server.figures import Figures
from leitstern.server.sources import newest
from leitstern.server.when import Calendar

if TYPE_CHECKING:
    from leitstern.kpis.definition import Definition
    from leitstern.server.reader import Reader
    from leitstern.server.series import Step

GROUPS = ("results", "funnel", "efficiency", "activity", "reach")
_VALUE = re.compile(r"^(\D*?)([−±+]?\d[\d.,’\u202f\u00a0]*\d|[−±+]?\d)(.*)$")


@dataclass(frozen=True, slots=True)
class Value:
    """A shown value in three parts, so that the digits can be larger than what surrounds them."""

    before: str
    digits: str
    after: str

    @classmethod
    def of(cls, text: str) -> Value:
        """Split 1,23 Mio. € or €1.23m; a dash is all digits."""
        found = _VALUE.match(text)
        return cls(*found.groups()) if found else cls("", text, "")


@dataclass(frozen=True, slots=True)
class Card:
    """One KPI in one period, ready to be shown."""

    name: str
    href: str
    shaped: bool
    value: Value
    exact: str
    delta: words.Delta | None
    no_delta: str
    trend: SafeString
    missing: bool
    standing: str
    standing_text: str
    standing_reason: str
    age: str
    running: str


#: Facts that a customer-to-be passes through before the win.
_FUNNEL = {"lead", "deal", "stage_visit", "quote"}


def unfinished(steps: Sequence[Step]) -> int | None:
    """The position from which on periods are not final: running ones, and cohorts still watched."""
    return next((i for i, step in enumerate(steps) if step.standing in ("running", "open")), None)


def group_of(definition: Definition, facts: set[str]) -> str:
    """The group a KPI is shown in; ``facts`` are those its measures read.

    The funnel is what leads and open deals tell before results come in; other results, activities,
    efficiency and reach are as the definition claims.
    """
    if facts <= _FUNNEL and (definition.timing == "leading" or "lead" in facts):
        return "funnel"
    return {"result": "results"}.get(definition.about, definition.about)


def in_order(definitions: Iterable[Definition]) -> list[Definition]:
    """Strategic ones first, then what most other KPIs are meant to move, then by name."""
    known = list(definitions)
    drivers = Counter(target for d in known for target in d.drives)
    return sorted(known, key=lambda d: (d.level != "strategic", -drivers[d.kpi], d.kpi))


def group_name(group: str) -> str:
    """The heading of a group."""
    return {
        "results": _("Results"),
        "funnel": _("Funnel"),
        "efficiency": _("Efficiency"),
        "activity": _("Activity"),
        "reach": _("Reach"),
    }[group]


@dataclass(frozen=True)
class Maker:
    """Makes cards in one reader's language and number style."""

    reader: Reader
    language: str
    figures: Figures
    calendar: Calendar
    #: Width and height of the trend lines.
    trend_size: tuple[int, int] = (220, 44)

    def card(self, definition: Definition, steps: Sequence[Step], chosen: int) -> Card:
        """The card of ``definition`` for the period at position ``chosen`` of ``steps``."""
        step, unit = steps[chosen], definition.unit
        name = words.text(definition.name, self.language)
        query = urlencode({"grain": str(step.period.grain), "period": step.period.label})
        return Card(
            name=name,
            href=f"{reverse('kpi', args=[definition.kpi])}?{query}",
            shaped=definition.shape is not None,
            value=Value.of(self.figures.short(step.value, unit)),
            exact=words.point(step, unit, self.figures, self.calendar),
            delta=words.delta(step.comparison, unit, self.figures),
            no_delta="" if step.value is None else _("no previous year"),
            trend=self._trend(name, unit, steps, chosen),
            missing=step.value is None,
            standing=step.standing,
            standing_text=words.standing_text(step, self.calendar),
            standing_reason=words.standing_reason(step.standing),
            age=self._age(definition),
            running=self._running(steps[-1], unit) if chosen != len(steps) - 1 else "",
        )

    def _running(self, step: Step, unit: str) -> str:
        """The period that still runs, in a line under the one that is shown."""
        if step.standing != "running" or step.value is None:
            return ""
        now = _("%(period)s so far: %(value)s") % {
            "period": self.calendar.axis(step.period)[0],
            "value": self.figures.short(step.value, unit),
        }
        shown = words.delta(step.comparison, unit, self.figures)
        return f"{now} ({shown.text})" if shown else now

    def _trend(self, name: str, unit: str, steps: Sequence[Step], chosen: int) -> SafeString:
        running = unfinished(steps)
        line = spark.Spark(
            values=[_float(step.value) for step in steps],
            previous=[_float(step.previous) if _whole(step) else None for step in steps],
            chosen=chosen,
            running=running,
        )
        first, last = steps[0], steps[chosen]
        words_ = _("%(name)s from %(first)s (%(from)s) to %(last)s (%(to)s)") % {
            "name": name,
            "first": self.calendar.period(first.period),
            "from": self.figures.short(first.value, unit),
            "last": self.calendar.period(last.period),
            "to": self.figures.short(last.value, unit),
        }
        return spark.draw(line, words_, *self.trend_size)

    def _age(self, definition: Definition) -> str:
        day = newest(self.reader, definition.kpi)
        return "" if day is None else self.calendar.age(day, self.reader.today())


def _whole(step: Step) -> bool:
    """Whether a trend line shows the previous year of a step: beside a value, and for a whole period."""
    return step.value is not None and step.standing != "running"


def _float(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type] # Decimal, float or int
