"""From a goal to its parts and back: split among teams, people and customers, gaps, movers, copies, defaults.

Only amounts are split: of 100 won deals, three people can take 40, 35 and 25. A percentage, an average or a
duration is a level, which has no parts: each child gets the same level as its parent. `divisible` tells which
is which. Sums are exact (largest remainder, `periods.spread`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median_low
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.goals.goal import Goal, Levels, Part, Whom
from leitstern.goals.improve import percent
from leitstern.kpis.expressions import Binary, Formula, Name, Negative, Number
from leitstern.periods.grains import Grain, Period, month_number, periods_between
from leitstern.periods.spread import CENT, spread

if TYPE_CHECKING:
    from leitstern.engine.organisation import Stay
    from leitstern.kpis.load import Resolved

_DAY = timedelta(days=1)
_AMOUNTS = frozenset({"count", "distinct", "sum", "stock"})


def divisible(kpi: Resolved) -> bool:
    """Whether a KPI's target can be split: amounts and counts, their sums and differences.

    A stock (open pipeline) can be split among people, although it does not grow over a period. Distinct
    counts can be split as well: two people who each won the same company make a sum above the whole, so
    their goals are a fair plan but no proof. Everything else (rates, averages, durations, growth) is a level.
    """
    if kpi.definition.shape is not None and kpi.definition.shape.growth is not None:
        return False
    amounts = {
        name
        for name, measure in kpi.measures.items()
        if measure.kind in _AMOUNTS or (measure.kind == "manual" and measure.roll == "sum")
    }
    return kpi.definition.unit in ("count", "currency") and _adds_up(kpi.formula, amounts)


def _adds_up(formula: Formula, amounts: set[str]) -> bool:
    match formula:
        case Name(name):
            return name in amounts
        case Negative(operand):
            return _adds_up(operand, amounts)
        case Binary("+" | "-", left, right):
            return _adds_up(left, amounts) and _adds_up(right, amounts)
        case Binary("*", left, Number()) | Binary("*", Number(), left) | Binary("/", left, Number()):
            return _adds_up(left, amounts)
    return False


# --- shares: how much each child counts ---


def even(children: Iterable[str]) -> dict[str, Decimal]:
    """Everybody the same."""
    return dict.fromkeys(children, Decimal(1))


def by_last_year(values: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    """In proportion to last year's values. Who has none (was not there) counts like the average of the
    others; a value below 0 (more credit notes than invoices) counts as 0."""
    known = [max(value, Decimal(0)) for value in values.values() if value is not None]
    usual = sum(known, Decimal(0)) / len(known) if known else Decimal(1)
    return {child: usual if value is None else max(value, Decimal(0)) for child, value in values.items()}


def split(amount: Decimal, shares: Mapping[str, Decimal], step: Decimal = CENT) -> dict[str, Decimal]:
    """``amount`` among the children, in proportion to ``shares``; multiples of ``step``; exact sum.

    Shares are those of `even` or `by_last_year`, working time in the period (`Workdays.total`), or typed in
    by hand in any measure. Problems: ``goals.nobody_to_split_to``, ``goals.no_shares`` if all are 0,
    ``periods.weight_not_usable`` for one below 0, ``periods.amount_finer_than_step``.
    """
    if not shares:
        raise Problem("goals.nobody_to_split_to")
    if not any(shares.values()):
        raise Problem("goals.no_shares", children=", ".join(shares))
    return dict(zip(shares, spread(amount, list(shares.values()), step), strict=True))


def split_levels(levels: Levels, shares: Mapping[str, Decimal], step: Decimal = CENT) -> dict[str, Levels]:
    """Target, minimum and stretch split by the same shares; each adds up exactly."""
    targets = split(levels.target, shares, step)
    others = {
        name: {} if value is None else split(value, shares, step)
        for name, value in (
            ("minimum", levels.minimum),
            ("stretch", levels.stretch),
            ("upper", levels.upper),
        )
    }
    return {
        child: Levels(target, **{name: parts.get(child) for name, parts in others.items()})
        for child, target in targets.items()
    }


# --- what is assigned, and what is not ---


@dataclass(frozen=True, slots=True)
class Gap:
    """What the children were assigned of their parent's amount; ``open`` or ``over`` is 0, or both."""

    assigned: Decimal
    open: Decimal
    over: Decimal


def gap(parent: Decimal, children: Iterable[Decimal]) -> Gap:
    """The children's sum against the parent's amount."""
    assigned = sum(children, Decimal(0))
    nothing = Decimal(0)
    return Gap(assigned, open=max(parent - assigned, nothing), over=max(assigned - parent, nothing))


@dataclass(frozen=True, slots=True)
class Carried:
    """A person's amount by the teams it belongs to. ``open`` is the part of the days in no team, such as
    those after leaving: somebody else has to bring it."""

    teams: dict[str, Decimal]
    open: Decimal


def carried(
    amount: Decimal, stays: Iterable[Stay], weights: Mapping[date, Decimal], step: Decimal = CENT
) -> Carried:
    """The part of a person's amount that belongs to each team, by the working time there.

    ``stays`` are the person's; ``weights`` the working time of each day of the goal's period by the person's
    calendar, those before joining and after leaving included. Parts add up to ``amount``. Without
    any working time, all of it is open.
    """
    worked: dict[str | None, Decimal] = {None: Decimal(0)}
    known = sorted(stays, key=lambda stay: stay.first)
    for day, weight in weights.items():
        team = next((stay.team for stay in known if stay.first <= day <= stay.last), None)
        worked[team] = worked.get(team, Decimal(0)) + weight
    if not any(worked.values()):
        return Carried({}, amount)
    parts = dict(zip(worked, spread(amount, list(worked.values()), step), strict=True))
    return Carried({team: part for team, part in parts.items() if team is not None}, parts[None])


def bottom_up(parts: Iterable[Carried]) -> Carried:
    """The sum of people's parts by team, and of what is open."""
    teams: dict[str, Decimal] = {}
    nobody = Decimal(0)
    for part in parts:
        nobody += part.open
        for team, amount in part.teams.items():
            teams[team] = teams.get(team, Decimal(0)) + amount
    return Carried(teams, nobody)


# --- the next period, and new people ---


def copied(goal: Goal, change: Decimal, to: Period | tuple[date, date], step: Decimal = CENT) -> Goal:
    """The goal for another period, its levels changed by a fraction (0.05: 5 % more) and rounded to ``step``.

    A spread by hand keeps its proportions: whole months go to whole months where both periods have as many,
    other parts to the same share of the days. An improvement is not kept, as its base was another period's.
    Problem ``goals.change_too_low`` for a change that leaves less than nothing.
    """
    if change < -1:
        raise Problem("goals.change_too_low", change=percent(change))
    start, end = (to.start, to.end) if isinstance(to, Period) else to
    if end < start:
        raise Problem("periods.reversed", start=start, end=end)
    levels = _each(goal.levels, lambda level: rounded(level * (1 + change), step))
    parts: tuple[Part, ...] = ()
    if goal.parts:
        amounts = spread(levels.target, [part.amount for part in goal.parts], step)
        stretches = _moved(goal, start, end)
        parts = tuple(Part(a, b, amount) for (a, b), amount in zip(stretches, amounts, strict=True))
    return replace(
        goal,
        start=start,
        end=end,
        grain=str(to.grain) if isinstance(to, Period) else None,
        period=to.label if isinstance(to, Period) else None,
        levels=levels,
        improvement=None,
        parts=parts,
    )


def rounded(value: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of ``step``."""
    return (value / step).to_integral_value() * step


def _each(levels: Levels, change: Callable[[Decimal], Decimal]) -> Levels:
    def of(level: Decimal | None) -> Decimal | None:
        return None if level is None else change(level)

    return Levels(change(levels.target), of(levels.minimum), of(levels.stretch), of(levels.upper))


def _moved(goal: Goal, start: date, end: date) -> list[tuple[date, date]]:
    """Where the parts of a spread by hand lie in the new period."""
    months = periods_between(start, end, Grain.MONTH)
    before = periods_between(goal.start, goal.end, Grain.MONTH)
    whole = all(_is_whole_months(a, b) for a, b in ((start, end), *((p.start, p.end) for p in goal.parts)))
    if whole and len(months) == len(before):
        first = month_number(goal.start)
        return [
            (months[month_number(p.start) - first].start, months[month_number(p.end) - first].end)
            for p in goal.parts
        ]
    old, new = (goal.end - goal.start).days + 1, (end - start).days + 1

    def at(day: date) -> date:
        return start + timedelta(days=round((day - goal.start).days * new / old))

    # A part's last day is the one before the next part would begin, so that no day is lost or taken twice.
    return [(at(p.start), max(at(p.start), at(p.end + _DAY) - _DAY)) for p in goal.parts]


def _is_whole_months(start: date, end: date) -> bool:
    return start.day == 1 and (end + _DAY).day == 1


def default_for(
    person: str,
    colleagues: Sequence[tuple[Goal, Decimal]],
    worktime: Decimal,
    *,
    splits: bool,
    step: Decimal = CENT,
) -> Goal | None:
    """A new person's first goal: what colleagues are asked for, in proportion to working time.

    ``colleagues`` are the goals of one KPI and period in the team (or one template), each with the working
    time of its owner in the period; ``worktime`` is the new person's, from joining on. Where the KPI is not
    split (``splits`` false), it is the middle one of the colleagues' levels. None without colleagues.
    """
    known = [(goal, time) for goal, time in colleagues if time > 0]
    if not known:
        return None
    middle = median_low(goal.levels.target for goal, _ in known)
    template = next(goal for goal, _ in known if goal.levels.target == middle)
    new = replace(template, whom=Whom("person", person), improvement=None, kind="agreed")
    if not splits:
        return new
    levels = Levels(
        _by_time([(goal.levels.target, time) for goal, time in known], worktime, step) or Decimal(0),
        _by_time([(goal.levels.minimum, time) for goal, time in known], worktime, step),
        _by_time([(goal.levels.stretch, time) for goal, time in known], worktime, step),
        _by_time([(goal.levels.upper, time) for goal, time in known], worktime, step),
    )
    return new.with_levels(levels)


def _by_time(
    levels: Iterable[tuple[Decimal | None, Decimal]], worktime: Decimal, step: Decimal
) -> Decimal | None:
    """The colleagues' amount per unit of working time, times one's own; of those who have that level."""
    known = [(level, time) for level, time in levels if level is not None]
    if not known:
        return None
    total = sum((level for level, _ in known), Decimal(0))
    return rounded(total / sum((time for _, time in known), Decimal(0)) * worktime, step)
