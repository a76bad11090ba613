"""What a goal plans by when: its target spread over working time, last year's season, or by hand.

The plan is cumulative: until(day) is the part of the target that belongs to the days up to and including
``day``, rounded to the cent, and a stretch gets the difference of its two ends. So the parts of any division
of the period add up to the target exactly, and agree with the curve.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from leitstern.errors import Problem
from leitstern.kpis.expressions import Binary, Formula, Name, Negative, Number, parse_formula
from leitstern.kpis.load import Resolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from leitstern.goals.calendars import Workdays
    from leitstern.goals.goal import Goal, Part
    from leitstern.goals.season import Season
    from leitstern.kpis.definition import Definition, Measure
    from leitstern.periods.grains import Period

    Sums = tuple[Decimal, ...]

_NOTHING, _ONE = Decimal(0), Decimal(1)
_DAY = timedelta(days=1)
_CENT_EXPONENT = -2
_ACCUMULATES = frozenset({"count", "distinct", "sum"})


@dataclass(frozen=True, slots=True)
class Plan:
    """A goal's plan. ``sums`` are running weights, entry n that of the first n days of the period.

    Where the KPI is not ``additive`` (a ratio, an average, a stock) nothing accumulates: the plan of every
    day and stretch is the target itself.
    """

    goal: Goal
    workdays: Workdays
    additive: bool
    sums: Sums

    @property
    def target(self) -> Decimal:
        """The goal's target; for a goal between two values the lower one."""
        return self.goal.levels.target

    def share(self, day: date) -> Decimal:
        """The part of the plan, 0 to 1, that belongs to the days up to and including ``day``."""
        return self.sums[self.workdays.place(day)] / self.sums[-1]

    def until(self, day: date) -> Decimal:
        """Planned from the period's start up to and including ``day``."""
        return self.of(self.target, day)

    def of(self, level: Decimal, day: date) -> Decimal:
        """The same for another level than the target: the minimum, the stretch or the upper limit."""
        return self._of(level, self.workdays.place(day)) if self.additive else level

    def _of(self, level: Decimal, days: int) -> Decimal:
        exponent = level.as_tuple().exponent
        assert isinstance(exponent, int)  # a level is a finite number
        step = _ONE.scaleb(min(exponent, _CENT_EXPONENT))
        return (level * self.sums[days] / self.sums[-1]).quantize(step, ROUND_HALF_UP)

    def amount(self, start: date, end: date) -> Decimal:
        """Planned from ``start`` to ``end``, both included; the target where the KPI is not additive."""
        if not self.additive:
            return self.target
        return self.until(end) - self.until(start - _DAY) if start <= end else _NOTHING

    def by_period(self, periods: Iterable[Period]) -> list[Decimal]:
        """The plan of each period; of those that divide the goal's period, the sum is the target exactly."""
        return [self.amount(period.start, period.end) for period in periods]

    def day_reaching(self, value: Decimal) -> date | None:
        """The first day on which the plan asks for ``value``; None if it never does, or never changes."""
        if not self.additive or not self.target:
            return None
        if not _NOTHING <= value / self.target <= 1:
            return None
        # A target below 0 is planned downwards.
        sign = -1 if self.target < 0 else 1
        upto = range(len(self.sums))
        found = bisect_left(upto, sign * value, key=lambda days: sign * self._of(self.target, days))
        return self.goal.start + timedelta(days=found - 1)

    def days_ahead(self, value: Decimal, through: date) -> Decimal | None:
        """Working days from ``through`` to the moment at which the plan asks for ``value``; negative: before.

        Within a day the plan is a straight line. A value beyond either end of the plan is followed there at
        the plan's average rate a working day. Where the plan stands still for a while, the nearer end counts.
        None where the KPI is not additive, or the target is 0.
        """
        if not self.additive or not self.target:
            return None
        at = self.workdays.place(through)
        days, total = self.workdays.days, self.sums[-1]
        wanted = value * total / self.target
        if value == self.until(through) or wanted == self.sums[at]:
            return _NOTHING
        if wanted < 0 or wanted > total:
            beyond = wanted if wanted < 0 else wanted - total
            edge = _NOTHING if wanted < 0 else days[-1]
            return edge + beyond / total * days[-1] - days[at]
        nearest = bisect_left if wanted > self.sums[at] else bisect_right
        upto = nearest(self.sums, wanted)
        part = (wanted - self.sums[upto - 1]) / (self.sums[upto] - self.sums[upto - 1])
        return days[upto - 1] + part * (days[upto] - days[upto - 1]) - days[at]


def plan(goal: Goal, workdays: Workdays, additive: bool, season: Season | None = None) -> Plan:
    """The plan of ``goal`` over the working time of its subject in the goal's period.

    By season without a ``season`` (or one of no basis) it goes by working days. Problems, for parts given by
    hand: ``goals.plan_part_place``, ``goals.plan_part_sign``, ``goals.plan_part_twice``,
    ``goals.plan_parts_sum``.
    """
    sums: Sums = ()
    if additive and goal.spread == "by_hand":
        sums = _by_hand(goal, workdays)
    elif additive and goal.spread == "season" and season is not None and season.weights:
        sums = _by_season(workdays, season)
    return Plan(goal, workdays, additive, sums if sums and sums[-1] else _moving(workdays.sums))


def additive(kpi: Definition | Resolved) -> bool:
    """Whether a KPI accumulates over a period, so that a goal on it has a plan to date.

    Counts, different values and sums do, their sums and differences, and such times a constant; a ratio,
    average, median, percentile, stock, score, and anything with a shape over time does not. A KPI whose
    formula names other KPIs is to be given resolved (`Catalogue.resolved`).
    """
    if isinstance(kpi, Resolved):
        return kpi.definition.shape is None and accumulates(kpi.formula, kpi.measures)
    return kpi.shape is None and accumulates(parse_formula(kpi.formula), kpi.measures)


def accumulates(formula: Formula, measures: Mapping[str, Measure]) -> bool:
    """Whether a formula's value accumulates over a period, whatever shape over time is put on top."""
    match formula:
        case Name(name):
            measure = measures.get(name)
            return measure is not None and (measure.kind in _ACCUMULATES or measure.roll == "sum")
        case Negative(operand):
            return accumulates(operand, measures)
        case Binary("+" | "-", left, right):
            return accumulates(left, measures) and accumulates(right, measures)
        case Binary("*", Number(), other) | Binary("*" | "/", other, Number()):
            return accumulates(other, measures)
    return False


def ripens(kpi: Resolved) -> int:
    """The days that a cohort has to come to its end; 0 for KPIs without one."""
    return max((m.within or 0 for m in kpi.measures.values() if m.kind == "conversion"), default=0)


def path_of(kpi: Resolved) -> Literal["days", "stretches", "known"]:
    """How a value comes about within its period: day by day; as a whole, over the stretch up to each day; or
    only as it was known on each day (cohorts that ripen, growth on what was reached by then)."""
    shape = kpi.definition.shape
    if any(m.kind == "conversion" for m in kpi.measures.values()) or (shape and shape.growth):
        return "known"
    adds = additive(kpi) and all(m.kind != "distinct" for m in kpi.measures.values())
    return "days" if adds else "stretches"


def _moving(sums: Sums) -> Sums:
    """Running weights that move: a period without any working time is planned evenly by calendar days."""
    return sums if sums[-1] else tuple(Decimal(at) for at in range(len(sums)))


def _by_season(workdays: Workdays, season: Season) -> Sums:
    """Each month gets its weight, for the part of its working days within the stretch, spread by these."""
    weights: list[tuple[date, date, Decimal]] = []
    for first, last in _months(workdays.start, workdays.end):
        start, end = max(first, workdays.first, workdays.start), min(last, workdays.last, workdays.end)
        whole = workdays.calendar.working_days(first, last)
        there = workdays.calendar.working_days(start, end) / whole if whole else _NOTHING
        weights.append(
            (max(first, workdays.start), min(last, workdays.end), season.weights[first.month - 1] * there)
        )
    return _piecewise(workdays, weights)


def _by_hand(goal: Goal, workdays: Workdays) -> Sums:
    parts = sorted(goal.parts, key=lambda part: part.start)
    _check(goal, parts)
    sign = -1 if goal.levels.target < 0 else 1
    return _piecewise(workdays, [(part.start, part.end, sign * part.amount) for part in parts])


def _piecewise(workdays: Workdays, parts: Sequence[tuple[date, date, Decimal]]) -> Sums:
    """Running weights of which each part has exactly its own, spread within it by working time."""
    sums = [_NOTHING]
    for start, end, weight in parts:
        before, upto = workdays.place(start - _DAY), workdays.place(end)
        sums += [sums[-1]] * (before + 1 - len(sums))
        inside = _moving(tuple(done - workdays.sums[before] for done in workdays.sums[before : upto + 1]))
        base = sums[-1]
        sums += [base + weight * (done / inside[-1]) for done in inside[1:]]
    sums += [sums[-1]] * (len(workdays.sums) - len(sums))
    return tuple(sums)


def _months(start: date, end: date) -> Iterator[tuple[date, date]]:
    first = start.replace(day=1)
    while first <= end:
        following = (first + timedelta(days=31)).replace(day=1)
        yield first, following - _DAY
        first = following


def _check(goal: Goal, parts: Sequence[Part]) -> None:
    target = goal.levels.target
    for part in parts:
        if not goal.start <= part.start <= part.end <= goal.end:
            raise Problem(
                "goals.plan_part_place", start=part.start, end=part.end, first=goal.start, last=goal.end
            )
        if part.amount * target < 0 or (part.amount and not target):
            raise Problem("goals.plan_part_sign", start=part.start, end=part.end, amount=part.amount)
    for one, other in pairwise(parts):
        if other.start <= one.end:
            raise Problem("goals.plan_part_twice", day=other.start)
    total = sum((part.amount for part in parts), _NOTHING)
    if total != target:
        raise Problem("goals.plan_parts_sum", total=total, target=target, missing=target - total)
