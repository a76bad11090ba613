"""A goal's curve as its page shows it: the chart, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leitstern.periods.grains import Grain, periods_between
from leitstern.server.charts import plan
from leitstern.server.charts.scale import Scale
from leitstern.server.charts.time import Tick
from leitstern.server.figures import Figures, Scaled, scaled
from leitstern.server.goal_forecast import FanDay
from leitstern.server.when import Calendar

if TYPE_CHECKING:
    from leitstern.goals.pace import Standing
    from leitstern.server.book import Curve
    from leitstern.server.models import GoalRow

#: Longer periods have a point of the chart for each week instead of each day.
_DAILY = 100
#: Longer periods have a line of the table for each month instead of each week.
_WEEKLY = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table twin, as shown; ``now`` marks the last day that counts."""

    until: str
    actual: str
    plan: str
    gap: str
    previous: str
    needed: str
    forecast: str
    now: bool


@dataclass(frozen=True)
class Drawn:
    """A curve in one reader's language and number style."""

    curve: Curve
    row: GoalRow
    standing: Standing
    title: str
    sentence: str
    figures: Figures
    calendar: Calendar
    ahead: Sequence[FanDay] = ()

    @property
    def scaled(self) -> Scaled:
        """The scale all labels share."""
        curve = self.curve
        levels = [curve.levels.target, curve.levels.stretch, curve.levels.upper]
        known = [abs(v) for v in (*curve.actual, *curve.plan, *curve.previous, *levels) if v is not None]
        known += [abs(Decimal(str(value))) for one in self.ahead for value in one.wide]
        return scaled(self.figures, curve.unit, max(known, default=Decimal(0)))

    def drawings(self) -> list[SafeString]:
        """The chart in the widths that style sheets choose from."""
        return plan.drawings(self.chart())

    def chart(self) -> plan.PlanChart:
        """The curve as the drawing takes it."""
        curve, row = self.curve, self.row
        chosen = self._shown_points()
        return plan.PlanChart(
            title=self.title,
            sentence=self.sentence,
            days=(row.end - row.start).days + 1,
            points=tuple(self._point(at) for at in chosen),
            levels=tuple(self._levels()),
            ticks=self._ticks(),
            marks=tuple(self._marks()),
            today=self._today(),
            gap=self._gap(),
            needed=self._needed(),
            events=tuple(self._at(event.day) - 0.5 for event in curve.events),
            cumulative=curve.cumulative,
            fan=tuple(plan.Fan(self._at(one.day), one.expected, one.wide, one.narrow) for one in self.ahead),
        )

    def table(self) -> list[Line]:
        """The same numbers by week or month, and on the last day that counts."""
        return [self._line(at) for at in self._table_points()]

    def _needed(self) -> float | None:
        """The target, where something is still needed for it."""
        asked = any(value is not None for value in self.curve.needed)
        return float(self.curve.levels.target) if asked else None

    def _at(self, day: date) -> float:
        return float((day - self.row.start).days + 1)

    def _shown_points(self) -> list[int]:
        curve = self.curve
        last = len(curve.days) - 1
        if not curve.cumulative or last < _DAILY:
            return list(range(last + 1))
        kept = {at for at, day in enumerate(curve.days) if day.weekday() == 6}
        return sorted(kept | {last, *self._now()})

    def _table_points(self) -> list[int]:
        curve = self.curve
        last = len(curve.days) - 1
        if not curve.cumulative:
            return list(range(last + 1))
        grain = Grain.WEEK if last < _WEEKLY else Grain.MONTH
        ends = {p.end for p in periods_between(self.row.start, self.row.end, grain)}
        kept = {at for at, day in enumerate(curve.days) if day in ends}
        return sorted(kept | {last, *self._now()})

    def _now(self) -> set[int]:
        return {at for at, day in enumerate(self.curve.days) if day == self.curve.through}

    def _point(self, at: int) -> plan.Point:
        curve = self.curve
        day = curve.days[at]
        parts = [_("up to %(day)s") % {"day": self.calendar.day(day)}]
        for name, values in (
            (_("actual"), curve.actual),
            (_("plan"), curve.plan),
            (_("previous year"), curve.previous),
        ):
            value = values[at]
            if value is not None:
                parts.append(f"{name} {self.figures.exact(value, curve.unit)}")
        if expected := self._forecast(day):
            parts.append(f"{_('forecast')} {expected}")
        return plan.Point(
            self._at(day),
            " · ".join(parts),
            _float(curve.actual[at]),
            _float(curve.plan[at]),
            _float(curve.previous[at]),
        )

    def _levels(self) -> list[plan.Level]:
        levels, scale = self.curve.levels, self.scaled
        target = _("lower limit") if levels.upper is not None else _("Target")
        named: tuple[tuple[plan.LevelName, str, Decimal | None], ...] = (
            ("minimum", _("Minimum"), levels.minimum),
            ("target", target, levels.target),
            ("stretch", _("Stretch"), levels.stretch),
            ("upper", _("upper limit"), levels.upper),
        )
        return [
            plan.Level(name, float(value), f"{word} {scale.text(value)}")
            for name, word, value in named
            if value is not None
        ]

    def _ticks(self) -> tuple[Tick, ...]:
        curve = self.curve
        levels = (curve.levels.minimum, curve.levels.target, curve.levels.stretch, curve.levels.upper)
        known = [float(v) for v in (*curve.actual, *curve.plan, *curve.previous, *levels) if v is not None]
        known += [value for one in self.ahead for value in one.wide]
        low = min([0.0, *known]) if curve.cumulative else min(known)
        found = Scale(low, max([0.0, *known]), 0, 1).ticks()
        return tuple(Tick(value, self.scaled.text(value)) for value in found)

    def _marks(self) -> list[plan.Mark]:
        months = periods_between(self.row.start, self.row.end, Grain.MONTH)
        if len(months) > 1:
            return [
                plan.Mark(max(0.0, self._at(month.start) - 1), self.calendar.axis(month)[0])
                for month in months
            ]
        weeks = periods_between(self.row.start, self.row.end, Grain.WEEK)
        shown = [max(week.start, self.row.start) for week in weeks]
        return [plan.Mark(self._at(day) - 1, self.calendar.short_day(day)) for day in shown]

    def _today(self) -> plan.Mark | None:
        today = self.curve.today
        if not self.row.start <= today <= self.row.end:
            return None
        return plan.Mark(self._at(today) - 0.5, _("today"))

    def _gap(self) -> plan.Gap | None:
        standing, curve = self.standing, self.curve
        if standing.gap is None or not curve.cumulative or curve.through < self.row.start:
            return None
        actual = curve.actual[(curve.through - self.row.start).days]
        if actual is None:
            return None
        text = self.scaled.signed(actual - standing.planned)
        return plan.Gap(
            self._at(curve.through),
            float(actual),
            float(standing.planned),
            text,
            verdict_of(self.row, standing),
        )

    def _forecast(self, day: date) -> str:
        """What is expected by a day, with the range that holds in 8 of 10 cases."""
        one = _nearest(self.ahead, day)
        if one is None:
            return ""
        value, low, high = (
            self.figures.short_bare(number, self.curve.unit) for number in (one.expected, *one.wide)
        )
        return f"{value} ({low}–{high})"

    def _line(self, at: int) -> Line:
        curve, figures, unit = self.curve, self.figures, self.curve.unit
        actual, planned = curve.actual[at], curve.plan[at]
        gap = None if actual is None else actual - planned
        return Line(
            until=self.calendar.day(curve.days[at]),
            actual=figures.exact_bare(actual, unit),
            plan=figures.exact_bare(planned, unit),
            gap=figures.difference(gap, unit, exact=True),
            previous=figures.exact_bare(curve.previous[at], unit),
            needed=figures.exact_bare(curve.needed[at], unit),
            forecast=self._forecast(curve.days[at]),
            now=at in self._now(),
        )


def _nearest(ahead: Sequence[FanDay], day: date) -> FanDay | None:
    """What is told for a day, or for the week's last day that holds it."""
    return next((one for one in ahead[1:] if one.day >= day), None) if ahead and day > ahead[0].day else None


def verdict_of(row: GoalRow, standing: Standing) -> plan.Verdict:
    """Whether the gap to the plan is good news."""
    if not standing.gap:
        return "same"
    return "better" if (standing.gap > 0) == (row.direction != "at_most") else "worse"


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
