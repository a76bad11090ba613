"""The form of a goal: what its fields hold, and the goal that is read from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from django.utils.translation import gettext as _

from leitstern.errors import Problem
from leitstern.goals.goal import AGAINST, DIRECTIONS, SPREADS, Goal, Improvement, Levels, Part, Whom
from leitstern.goals.improve import STEPS, levels_of
from leitstern.periods.grains import Grain, parse, periods_between
from leitstern.server import typed
from leitstern.server.book.base import Base, base_of, choices
from leitstern.server.book.names import name_of
from leitstern.server.book.store import About
from leitstern.server.goal_names import names

if TYPE_CHECKING:
    from leitstern.goals.goal import Against
    from leitstern.goals.sentence import Reading
    from leitstern.kpis.definition import Definition
    from leitstern.server.figures import Figures
    from leitstern.server.models import GoalRow
    from leitstern.server.sight import Sight

Read = TypeVar("Read")

FIELDS = (
    "kpi", "whom", "customer", "period", "start", "end", "direction", "target", "upper", "minimum",
    "stretch", "change", "change_in", "against", "spread", "parts", "weight", "corridor", "kind", "owner",
    "due_on", "review_on", "note",
)  # fmt: skip


@dataclass
class GoalForm:
    """The fields as texts, and what is wrong with them by name. ``bases``: what a change can be counted from
    where the period compared with is not complete."""

    values: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    bases: list[Base] = field(default_factory=list)

    @classmethod
    def sent(cls, data: Mapping[str, str]) -> GoalForm:
        """What was typed."""
        return cls({name: data.get(name, "").strip() for name in FIELDS})

    @classmethod
    def empty(cls) -> GoalForm:
        """A new goal with what is usual."""
        usual = {"direction": "at_least", "spread": "working_days", "kind": "agreed"}
        usual |= {"change_in": "percent", "weight": "1", "corridor": "5", "against": "previous_year"}
        return cls(dict.fromkeys(FIELDS, "") | usual)

    @classmethod
    def of_row(cls, row: GoalRow, unit: str, figures: Figures) -> GoalForm:
        """A stored goal."""
        form, goal = cls.empty(), row.goal
        form.values |= {
            "kpi": goal.kpi,
            "whom": f"{goal.whom.type}:{goal.whom.id or ''}",
            "period": goal.period or "",
            "start": "" if goal.period else goal.start.isoformat(),
            "end": "" if goal.period else goal.end.isoformat(),
            "direction": goal.direction,
            "spread": goal.spread,
            "parts": "\n".join(typed.shown(part.amount, unit, figures) for part in goal.parts),
            "weight": typed.shown(goal.weight, "count", figures),
            "corridor": typed.shown(goal.corridor, "percent", figures),
            "kind": goal.kind,
            "owner": str(row.owner_id or ""),
            "due_on": row.due_on.isoformat() if row.due_on else "",
            "review_on": row.review_on.isoformat() if row.review_on else "",
            "note": row.note,
        }
        for name in ("target", "upper", "minimum", "stretch"):
            form.values[name] = typed.shown(getattr(goal.levels, name), unit, figures)
        if goal.improvement is not None:
            relative = goal.improvement.relative
            form.values["change_in"] = "percent" if relative else "unit"
            form.values["change"] = typed.shown(
                goal.improvement.change, "percent" if relative else unit, figures
            )
            form.values["against"] = goal.improvement.against
        return form

    @classmethod
    def of_reading(cls, reading: Reading, unit: str | None, figures: Figures) -> GoalForm:
        """What a typed sentence said."""
        form = cls.empty()
        values = form.values
        values["kpi"] = reading.kpi or ""
        values["whom"] = f"{reading.whom.type}:{reading.whom.id or ''}" if reading.whom else ""
        values["period"] = reading.period or ""
        if reading.period is None:
            values["start"] = reading.start.isoformat() if reading.start else ""
            values["end"] = reading.end.isoformat() if reading.end else ""
        values["direction"] = reading.direction or values["direction"]
        if unit is not None:
            values["target"] = typed.shown(reading.target, unit, figures)
            values["upper"] = typed.shown(reading.upper, unit, figures)
        if reading.change is not None and (reading.change.relative or unit is not None):
            change_in = "percent" if reading.change.relative else str(unit)
            values["change_in"] = "percent" if reading.change.relative else "unit"
            values["change"] = typed.shown(reading.change.amount, change_in, figures)
            values["against"] = reading.change.against
        return form

    def goal(self, ask: Sight, language: str) -> Goal | None:
        """The goal the fields say; None with ``problems`` where they do not say one."""
        definition = self._try("kpi", lambda: ask.catalogue.get(self.values["kpi"] or "-"))
        whom = self._try("whom", lambda: self._whom(ask))
        dates = self._try("period", lambda: self._dates(ask))
        if definition is None or whom is None or dates is None:
            return None
        start, end, grain, period = dates
        current: Definition = ask.catalogue.at(definition.kpi, max(start, ask.today()))
        units = dict.fromkeys(("target", "upper", "minimum", "stretch"), current.unit)
        change_in = current.unit if self.values["change_in"] == "unit" else "percent"
        units |= {"change": change_in, "weight": "count", "corridor": "percent"}
        numbers = {name: self._number(name, unit, language) for name, unit in units.items()}
        if self.problems:
            return None
        goal = Goal(
            current.kpi,
            current.version,
            whom,
            start,
            end,
            self.values["direction"] if self.values["direction"] in DIRECTIONS else "at_least",
            Levels(numbers["target"] or Decimal(0), numbers["minimum"], numbers["stretch"], numbers["upper"]),
            grain,
            period,
            spread=self.values["spread"] if self.values["spread"] in SPREADS else "working_days",
            weight=Decimal(1) if numbers["weight"] is None else numbers["weight"],
            corridor=Decimal("0.05") if numbers["corridor"] is None else numbers["corridor"],
            kind="directive" if self.values["kind"] == "directive" else "agreed",
        )
        return self._try("target", lambda: self._full(ask, goal, numbers, current, language))

    def _number(self, name: str, unit: str, language: str) -> Decimal | None:
        return self._try(name, lambda: typed.number_or_none(self.values[name], unit, language))

    def about(self) -> About | None:
        """What stands beside the goal; None with ``problems``."""
        due = self._try("due_on", lambda: typed.day(self.values["due_on"]))
        review = self._try("review_on", lambda: typed.day(self.values["review_on"]))
        if self.problems:
            return None
        owner = self.values["owner"]
        return About(int(owner) if owner.isdecimal() else None, due, review, self.values["note"])

    def _try(self, name: str, read: Callable[[], Read]) -> Read | None:
        from leitstern.server.frame import language

        try:
            return read()
        except Problem as problem:
            self.problems[name] = problem.text(language())
            return None

    def _whom(self, ask: Sight) -> Whom:
        kind, _sep, key = self.values["whom"].partition(":")
        if kind == "customer" and not key:
            typed_name = self.values["customer"]
            found = names(ask).find(typed_name, "customer") if typed_name else ()
            if len(found) != 1:
                raise Problem("leitstern.goal_subject_unknown", type=_("Customer"), id=typed_name or "-")
            return found[0]
        whom = Whom(kind or "company", key or None)
        if name_of(ask.whole, whom) is None:
            raise Problem("leitstern.goal_subject_unknown", type=kind, id=key)
        return whom

    def _dates(self, ask: Sight) -> tuple[date, date, str | None, str | None]:
        if self.values["period"]:
            period = parse(self.values["period"], ask.settings.fiscal_year_start)
            return period.start, period.end, str(period.grain), period.label
        start, end = typed.day(self.values["start"]), typed.day(self.values["end"])
        if start is None or end is None:
            raise Problem("leitstern.goal_when")
        if end < start:
            raise Problem("periods.reversed", start=start, end=end)
        return start, end, None, None

    def _full(
        self,
        ask: Sight,
        goal: Goal,
        numbers: Mapping[str, Decimal | None],
        definition: Definition,
        language: str,
    ) -> Goal:
        """With the target worked out from a change, and with parts by hand."""
        change = numbers["change"]
        if numbers["target"] is None and change is not None:
            relative = self.values["change_in"] != "unit"
            improvement = Improvement(change, self.against, self._base(ask, goal), relative)
            levels = levels_of(improvement, goal.direction, STEPS[definition.unit])
            given = replace(levels, minimum=goal.levels.minimum, stretch=goal.levels.stretch)
            goal = replace(goal, levels=given, improvement=improvement)
        elif numbers["target"] is None:
            raise Problem("goals.levels_missing")
        if goal.spread == "by_hand":
            goal = replace(goal, parts=self._parts(goal, definition.unit, language))
        return goal

    @property
    def against(self) -> Against:
        """What a change is counted from."""
        return next((one for one in AGAINST if one == self.values["against"]), "previous_year")

    def open_base(self, ask: Sight, language: str) -> str | None:
        """What is to be asked about the base of a change before anything is kept; None for nothing."""
        asked = replace(self, values=dict(self.values), problems={})
        asked.goal(ask, language)
        self.bases = asked.bases
        return asked.problems["target"] if asked.bases else None

    def _base(self, ask: Sight, goal: Goal) -> Decimal:
        """The value a change is counted from; a problem where it is not complete, with others to choose."""
        found = base_of(ask, goal, self.against)
        if found.complete:
            return found.value
        self.bases = choices(ask, goal, self.against)
        when = found.period or f"{found.start} – {found.end}"
        raise Problem("leitstern.goal_base_open", period=when)

    def _parts(self, goal: Goal, unit: str, language: str) -> tuple[Part, ...]:
        """The amounts of the months, one line each."""
        lines = [line for line in self.values["parts"].replace(";", "\n").splitlines() if line.strip()]
        months = periods_between(goal.start, goal.end, Grain.MONTH)
        if len(lines) != len(months):
            raise Problem("leitstern.goal_parts", lines=len(lines), months=len(months))
        return tuple(
            Part(max(m.start, goal.start), min(m.end, goal.end), typed.number(line, unit, language))
            for m, line in zip(months, lines, strict=True)
        )


def usual_periods(today: date, fiscal_start: int) -> list[str]:
    """Labels of the periods a goal is mostly written for."""
    from leitstern.periods.grains import period_of

    grains = ["month", "quarter", "year"] if fiscal_start == 1 else ["month", "fiscal_quarter", "fiscal_year"]
    found = []
    for grain in grains:
        now = period_of(today, grain, fiscal_start)
        found += [
            now.label,
            now.next().label,
            period_of(now.next().end + timedelta(days=1), grain, fiscal_start).label,
        ]
    return found
