"""A goal in one line of a list: where it stands, what it needs, in one reader's language and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leitstern.goals.offers import IN_FORCE
from leitstern.periods.grains import parse
from leitstern.server import frame, verdicts, words
from leitstern.server.book.names import name_of
from leitstern.server.charts import bullet
from leitstern.server.figures import Figures
from leitstern.server.sight import Sight
from leitstern.server.when import Calendar

if TYPE_CHECKING:
    from leitstern.goals.goal import Whom
    from leitstern.goals.pace import Standing
    from leitstern.kpis.definition import Definition
    from leitstern.server.models import GoalRow


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal ready to be shown; every entry is text as shown.

    ``needed`` is what each remaining working day must bring, ``needed_of`` says of what that is; both are
    empty where nothing is needed, or nothing accumulates. ``set`` is the target with all its digits.
    """

    row: GoalRow
    standing: Standing | None
    unit: str
    name: str
    href: str
    subject: str
    period: str
    value: str
    target: str
    set: str
    attainment: str
    gap: str
    needed: str
    needed_of: str
    mark: verdicts.Mark
    bar: SafeString


@dataclass(frozen=True)
class Lines:
    """Makes lines of goals whose ``standings`` are known by the id of their rows."""

    sight: Sight
    standings: Mapping[int, Standing]
    language: str
    figures: Figures
    calendar: Calendar

    @classmethod
    def of(cls, sight: Sight, standings: Mapping[int, Standing]) -> Lines:
        """For the reader of this request."""
        return cls(sight, standings, frame.language(), frame.figures(), frame.calendar())

    def line(self, row: GoalRow) -> GoalLine:
        """The line of a goal."""
        definition = self.definition(row)
        standing = self.standings.get(row.pk) if row.state in IN_FORCE else None
        needed, needed_of = self._needed(row, standing, definition.unit)
        return GoalLine(
            row=row,
            standing=standing,
            unit=definition.unit,
            name=words.text(definition.name, self.language),
            href=reverse("goal", args=[row.pk]),
            subject=subject_name(self.sight, row.whom),
            period=self.period(row),
            value=self.figures.short(standing.value if standing else None, definition.unit),
            target=self._between(row, self.figures.short(row.target, definition.unit), definition.unit),
            set=self.target(row, definition.unit),
            attainment=self._attainment(standing),
            gap=self._gap(standing, definition.unit),
            needed=needed,
            needed_of=needed_of,
            mark=self._mark(row, standing),
            bar=_bar(row, standing),
        )

    def definition(self, row: GoalRow) -> Definition:
        """The KPI in the version the goal was agreed on."""
        found: Definition = self.sight.catalogue.get(row.kpi, row.version)
        return found

    def period(self, row: GoalRow) -> str:
        """The goal's period by name, or its two dates."""
        if row.period:
            return self.calendar.period(parse(row.period, self.sight.settings.fiscal_year_start))
        return f"{self.calendar.day(row.start)} – {self.calendar.day(row.end)}"

    def target(self, row: GoalRow, unit: str) -> str:
        """The target with its direction and all its digits: 1.200.000 €, at most 20, 30 % to 40 %."""
        return self._between(row, self.figures.amount(row.target, unit), unit)

    def _between(self, row: GoalRow, target: str, unit: str) -> str:
        if row.direction == "between":
            upper = self.figures.amount(row.upper, unit)
            return _("%(low)s to %(high)s") % {"low": target, "high": upper}
        return _("at most %(amount)s") % {"amount": target} if row.direction == "at_most" else target

    def _attainment(self, standing: Standing | None) -> str:
        if standing is None or standing.attainment is None:
            return ""
        return self.figures.short(standing.attainment, "percent")

    def _gap(self, standing: Standing | None, unit: str) -> str:
        """The gap to the plan to date, in units and, where the plan grows, in working days."""
        if standing is None or standing.gap is None:
            return ""
        gap = self.figures.difference(standing.gap, unit)
        if not standing.gap_days:
            return _("%(gap)s against plan") % {"gap": gap}
        days = self.figures.plain(abs(standing.gap_days), 1)
        if standing.gap_days > 0:
            return _("%(gap)s against plan, %(days)s working days ahead") % {"gap": gap, "days": days}
        return _("%(gap)s against plan, %(days)s working days behind") % {"gap": gap, "days": days}

    def _needed(self, row: GoalRow, standing: Standing | None, unit: str) -> tuple[str, str]:
        if standing is None or standing.needed_per_day is None or standing.remaining_days <= 0:
            return "", ""
        days = self.figures.plain(standing.remaining_days, _places(standing.remaining_days))
        left = _("per working day, %(days)s left") % {"days": days}
        if row.direction == "at_most":
            left = _("at most per working day, %(days)s left") % {"days": days}
        needed = standing.needed_per_day
        # What somebody has to bring each day is said to the euro while that can be remembered.
        if unit == "currency" and 100 <= abs(needed) < 100_000:
            return self.figures.amount(needed.quantize(Decimal(1)), unit), left
        return self.figures.short(needed, unit), left

    def _mark(self, row: GoalRow, standing: Standing | None) -> verdicts.Mark:
        if standing is None:
            return verdicts.state_mark(row.state)  # type: ignore[arg-type] # only states are stored
        return verdicts.mark_of(standing)


def subject_name(sight: Sight, whom: Whom) -> str:
    """The name of whom a goal is for; the id where the data no longer know it."""
    return name_of(sight.whole, whom) or str(whom.id)


def _places(days: Decimal) -> int:
    return 0 if days == days.to_integral_value() else 1


def _bar(row: GoalRow, standing: Standing | None) -> SafeString:
    tone = verdicts.mark(standing.verdict).tone if standing else "none"
    shown = bullet.Bullet(
        target=float(row.target),
        value=_float(standing.value if standing else None),
        planned=_float(standing.planned if standing and row.direction != "between" else None),
        minimum=_float(row.minimum),
        stretch=_float(row.stretch),
        upper=_float(row.upper),
        tone=tone,
    )
    return bullet.draw(shown)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
