"""A goal's children: proposed shares, drafts made of them, and what of the parent is still open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, get_args

from django.db import transaction

from leitstern.errors import Problem
from leitstern.goals import cascade
from leitstern.goals.calendars import calendar_of
from leitstern.goals.goal import Goal, Levels, Whom
from leitstern.goals.improve import step_of
from leitstern.periods.grains import parse
from leitstern.server.book import rights
from leitstern.server.book.candidates import candidates
from leitstern.server.book.curve import year_before
from leitstern.server.book.names import name_of
from leitstern.server.book.standings import workdays, workplace
from leitstern.server.book.store import About, create
from leitstern.server.book.values import actual, resolved
from leitstern.server.models import GoalRow
from leitstern.server.sight import organisation

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.kpis.definition import Unit
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

By = Literal["even", "last_year", "working_share", "by_hand"]
BYS: tuple[By, ...] = get_args(By)

#: States in which a child takes its part of the parent.
COUNTS = ("draft", "offered", "countered", "accepted", "directed")
#: Customers that get a line of their own: the largest of last year. All others are one line.
_CUSTOMERS = 50


@dataclass(frozen=True, slots=True)
class Share:
    """One child: its levels, last year's value as far as the viewer may see it, and whether it was chosen.

    Not ``writable`` is somebody whose goal the viewer may not write, such as a lead who sells: the part is
    shown and stays open.
    """

    whom: Whom
    name: str
    last_year: Decimal | None
    levels: Levels | None
    chosen: bool
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Others:
    """All customers without a line of their own: how many, their value of last year, and their part, which
    stays open."""

    count: int
    last_year: Decimal
    levels: Levels | None


@dataclass(frozen=True, slots=True)
class Split:
    """A proposal. ``divisible`` is False for a level, which every child gets as a whole; ``gap`` is what of
    the parent's target is open or over. ``shares`` and ``others`` add up to what was split."""

    by: By
    divisible: bool
    shares: tuple[Share, ...]
    gap: cascade.Gap
    others: Others | None = None


def kinds(ask: Reader, goal: Goal) -> tuple[str, ...]:
    """What a goal can be split to: a company's to teams, persons and customers, a team's to its people."""
    if goal.whom.type == "company":
        return ("team", "person", "customer")
    if goal.whom.type == "team":
        beneath = len(organisation(ask).below(goal.whom.id or "")) > 1
        return ("team", "person") if beneath else ("person",)
    return ("customer",) if goal.whom.type in ("segment", "person") else ()


def proposed(
    viewer: Viewer,
    row: GoalRow,
    kind: str,
    by: By,
    *,
    hand: Mapping[str, Decimal] | None = None,
    chosen: Collection[str] | None = None,
) -> Split:
    """How a goal would be split among subjects of a ``kind``; nothing is stored.

    ``chosen`` are the ids that get a part (default: who had a value last year, else all). Of customers, the
    largest have a line of their own, and all others are one, which stays open. By hand,
    ``hand`` gives each one's target; their minimum and stretch follow in proportion. Problems:
    ``leitstern.goal_split`` for a kind or way that is not possible, those of `cascade.split`.
    """
    sight, goal = rights.seeing(viewer, "goal"), row.goal
    if kind not in kinds(sight.whole, goal) or by not in BYS:
        raise Problem("leitstern.goal_split", kind=kind, by=by)
    children = candidates(sight.whole, goal, kind)
    before = {child: _last_year(sight, goal, Whom(kind, child)) for child in children}
    writable = {child: kind != "person" or _may(sight, goal, Whom(kind, child)) for child in children}
    children = [child for child in children if writable[child] or before[child]]
    split_up = cascade.divisible(resolved(sight.whole, goal.kpi, goal.version))
    nothing = cascade.Gap(Decimal(0), Decimal(0), Decimal(0))
    if not children:
        return Split(by, split_up, (), cascade.gap(goal.levels.target, ()) if split_up else nothing)
    ids = _chosen(children, before, hand if by == "by_hand" else None, chosen)
    parts = _parts(sight.whole, goal, kind, by, {child: before[child] for child in ids}, hand or {})
    shown = children
    if kind == "customer":
        shown = sorted(children, key=lambda child: -(before[child] or 0))[:_CUSTOMERS]
    shares = tuple(
        Share(
            Whom(kind, child),
            name_of(sight.whole, Whom(kind, child)) or child,
            before[child],
            parts.get(child),
            child in parts,
            writable[child],
        )
        for child in shown
    )
    assigned = [share.levels.target for share in shares if share.levels is not None and share.writable]
    gap = cascade.gap(goal.levels.target, assigned) if split_up else nothing
    return Split(by, split_up, shares, gap, _others(children, shown, before, parts, split_up=split_up))


def _others(
    children: list[str],
    shown: list[str],
    before: Mapping[str, Decimal | None],
    parts: Mapping[str, Levels],
    *,
    split_up: bool,
) -> Others | None:
    """Those that have no line of their own, as one."""
    rest = set(children) - set(shown)
    if not rest:
        return None
    known = [parts[child] for child in rest if child in parts]
    levels = None
    if known and split_up:
        levels = Levels(
            sum((one.target for one in known), Decimal(0)),
            *(_sum(known, name) for name in ("minimum", "stretch", "upper")),
        )
    return Others(len(rest), sum((before[child] or Decimal(0) for child in rest), Decimal(0)), levels)


def _sum(levels: Collection[Levels], name: str) -> Decimal | None:
    known = [value for one in levels if (value := getattr(one, name)) is not None]
    return sum(known, Decimal(0)) if known else None


def split(
    viewer: Viewer,
    row: GoalRow,
    kind: str,
    by: By,
    *,
    hand: Mapping[str, Decimal] | None = None,
    chosen: Collection[str] | None = None,
) -> list[GoalRow]:
    """Make drafts for the children of a goal, all or none; arguments as in `proposed`.

    Whoever has a draft from this parent already gets the new levels put into it by hand; so a child that is
    there is left out here.
    """
    found = proposed(viewer, row, kind, by, hand=hand, chosen=chosen)
    there = set(row.children.filter(state__in=COUNTS, subject_type=kind).values_list("subject_id", flat=True))
    goal = row.goal
    about = About(due_on=row.due_on, review_on=row.review_on, parent=row.pk)
    with transaction.atomic():
        return [
            create(viewer, replace(goal.with_levels(share.levels), whom=share.whom), about)
            for share in found.shares
            if share.levels is not None and share.writable and share.whom.id not in there
        ]


def open_part(ask: Reader, row: GoalRow) -> cascade.Gap | None:
    """What of a goal's target its children leave open, or take too much of.

    A person who was in the team for a part of the period brings the part of these days; what is left of it
    belongs to another team, or is open. None without children, and where the KPI cannot be split.
    """
    goal = row.goal
    children = list(row.children.filter(state__in=COUNTS))
    if not children or not cascade.divisible(resolved(ask, goal.kpi, goal.version)):
        return None
    return cascade.gap(goal.levels.target, [_brought(ask, goal, child.goal) for child in children])


def _brought(ask: Reader, parent: Goal, child: Goal) -> Decimal:
    """What a child's target brings to its parent."""
    people = organisation(ask)
    person = people.people.get(child.whom.id or "") if child.whom.type == "person" else None
    if person is None or parent.whom.type not in ("team", "company"):
        return child.levels.target
    calendar = calendar_of(person, workplace(ask))
    length = (child.end - child.start).days + 1
    days = [child.start + timedelta(days=at) for at in range(length)]
    weights: dict[date, Decimal] = {day: calendar.weight(day) for day in days}
    step = step_of(ask.catalogue.get(child.kpi, child.version).unit, child.levels.target)
    stays = people.stays_of.get(person.id, ())
    carried = cascade.carried(child.levels.target, stays, weights, step)
    if parent.whom.type == "company":
        return child.levels.target - carried.open
    inside = people.below(parent.whom.id or "")
    return sum((part for team, part in carried.teams.items() if team in inside), Decimal(0))


def _may(sight: Sight, goal: Goal, whom: Whom) -> bool:
    return sight.policy.may_edit_goals(sight.viewer, whom, goal.start, goal.end)


def _last_year(sight: Sight, goal: Goal, whom: Whom) -> Decimal | None:
    """Last year's value of a child; None where there is none, or the viewer may not see it."""
    start, end, label = year_before(goal.start), year_before(goal.end), None
    if goal.period is not None:
        period = parse(goal.period, sight.settings.fiscal_year_start).same_last_year()
        start, end, label = period.start, period.end, period.label
    earlier = replace(goal, whom=whom, start=start, end=end, period=label, parts=())
    return actual(sight, earlier).value


def _chosen(
    children: list[str],
    before: Mapping[str, Decimal | None],
    hand: Mapping[str, Decimal] | None,
    chosen: Collection[str] | None,
) -> list[str]:
    if hand is not None:
        return [child for child in children if child in hand]
    if chosen is not None:
        return [child for child in children if child in chosen]
    return [child for child in children if before[child]] or children


def _parts(
    ask: Reader,
    goal: Goal,
    kind: str,
    by: By,
    before: Mapping[str, Decimal | None],
    hand: Mapping[str, Decimal],
) -> dict[str, Levels]:
    """The levels of each child."""
    levels = goal.levels
    unit = ask.catalogue.get(goal.kpi, goal.version).unit
    if by == "by_hand":
        return {child: in_proportion(levels, hand[child], unit) for child in before}
    if not cascade.divisible(resolved(ask, goal.kpi, goal.version)):
        return dict.fromkeys(before, levels)
    if by == "last_year":
        if not any(value and value > 0 for value in before.values()):
            raise Problem("leitstern.goal_split_unknown")
        shares = cascade.by_last_year(before)
    elif by == "working_share":
        shares = {child: workdays(ask, replace(goal, whom=Whom(kind, child))).total for child in before}
    else:
        shares = cascade.even(before)
    known = [one for one in (levels.target, levels.minimum, levels.stretch, levels.upper) if one is not None]
    return cascade.split_levels(levels, shares, step_of(unit, *known))


def in_proportion(levels: Levels, target: Decimal, unit: Unit) -> Levels:
    """Another target; minimum, stretch and upper limit keep their proportion to it."""
    step = step_of(unit, target)

    def of(level: Decimal | None) -> Decimal | None:
        if level is None or not levels.target:
            return None
        return cascade.rounded(level * target / levels.target, step)

    return Levels(target, of(levels.minimum), of(levels.stretch), of(levels.upper))
