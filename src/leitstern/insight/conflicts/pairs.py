"""Pairs of KPIs that work against each other by how they are built.

===============  ============================================================================================
``denominator``  one counts what the other divides by: more of the first lowers the second
``opposite``     one wants more of what the other wants fewer of
``cost``         one wants much of what the other wants cheaply: the next one costs more than the last
``numerator``    two rates take the credit for the same successes, and belong to different owners
===============  ============================================================================================

A pair weighs more where both are goals at the same time, and more still where different people answer for
them. That the definitions collide is certain; that they did is found by ``evidence``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Literal

from leitstern.insight.conflicts.pulls import Base, Pulls, pulls

if TYPE_CHECKING:
    from leitstern.insight.hygiene.notes import GoalNote
    from leitstern.kpis.definition import Definition
    from leitstern.kpis.load import Resolved

Kind = Literal["denominator", "opposite", "cost", "numerator"]
Standing = Literal["goals_of_two", "goals_of_one", "one_goal", "no_goal"]

_KIND_WEIGHT: dict[Kind, int] = {"denominator": 3, "opposite": 3, "cost": 1, "numerator": 1}
_STANDING_WEIGHT: dict[Standing, int] = {"goals_of_two": 12, "goals_of_one": 6, "one_goal": 2, "no_goal": 0}


@dataclass(frozen=True, slots=True)
class Pair:
    """``first`` pushed in its good direction works against ``second`` (``numerator``: against each other).

    ``shared`` is the fact both count, ``standing`` whether they are goals and whose; ``goals`` are the
    pairs of goals (keys) that run at the same time. ``watched``: one names the other as its counter-KPI.
    """

    kind: Kind
    first: str
    second: str
    shared: str
    standing: Standing
    goals: tuple[tuple[str, str], ...]
    other_department: bool
    watched: bool

    @property
    def weight(self) -> int:
        """What is to be looked at first is heaviest; an order, not a measure."""
        found = _KIND_WEIGHT[self.kind] + _STANDING_WEIGHT[self.standing]
        return found + 2 * self.other_department + (not self.watched)


def pairs(kpis: Iterable[Resolved], goals: Sequence[GoalNote] = ()) -> list[Pair]:
    """All pairs that collide, heaviest first. ``goals`` are those that run or are to come."""
    known = list(kpis)
    definitions = {one.definition.kpi: one.definition for one in known}
    plain = [one for one in known if one.definition.shape is None]
    sides = [pulls(one) for one in plain]
    found = [
        _pair(kind, base, definitions[a.kpi], definitions[b.kpi], goals)
        for kind, base, a, b in _colliding(sides)
    ]
    found = [one for one in found if one.kind != "numerator" or one.other_department]
    return sorted(found, key=lambda one: (-one.weight, one.first, one.second))


def _colliding(sides: list[Pulls]) -> Iterator[tuple[Kind, Base, Pulls, Pulls]]:
    """Each pair once, by the first of the kinds that fits."""
    done: set[frozenset[str]] = set()
    for rule in (_denominator, _opposite, _cost, _numerator):
        for a, b in combinations(sides, 2) if rule is _numerator else permutations(sides, 2):
            pair = frozenset((a.kpi, b.kpi))
            base = None if pair in done else rule(a, b)
            if base is not None:
                done.add(pair)
                yield rule.__name__.removeprefix("_"), base, a, b  # type: ignore[misc]  # the rules are named by kind


def _denominator(volume: Pulls, rate: Pulls) -> Base | None:
    """More of the volume is more below the other's line, and no more above it."""
    if not volume.volume or rate.volume:
        return None
    for base in volume.more:
        below = any(base.within(one) for one in rate.below & rate.fewer)
        if below and not any(base.within(one) for one in rate.above | rate.both):
            return base
    return None


def _opposite(more: Pulls, fewer: Pulls) -> Base | None:
    """One wants more of exactly what the other wants fewer of."""
    return next((base for base in more.more & fewer.fewer if base.volume), None)


def _cost(volume: Pulls, cost: Pulls) -> Base | None:
    """A number, and what one of it costs."""
    spends = any(base.fact == "spend" for base in cost.above & cost.fewer)
    if not (volume.volume and spends):
        return None
    return next((base for base in volume.more if base in cost.below), None)


def _numerator(a: Pulls, b: Pulls) -> Base | None:
    """Two ratios with the same successes above different lines."""
    if not (a.below and b.below) or a.below == b.below:
        return None
    return next((base for base in a.more & b.more & a.above & b.above if base.volume), None)


def _pair(kind: Kind, base: Base, first: Definition, second: Definition, goals: Sequence[GoalNote]) -> Pair:
    together = [
        (one, other)
        for one in goals
        for other in goals
        if one.kpi == first.kpi and other.kpi == second.kpi and one.overlaps(other)
    ]
    two = [pair for pair in together if pair[0].owner != pair[1].owner]
    standing: Standing = "no_goal"
    if together:
        standing = "goals_of_two" if two else "goals_of_one"
    elif {one.kpi for one in goals} & {first.kpi, second.kpi}:
        standing = "one_goal"
    return Pair(
        kind,
        first.kpi,
        second.kpi,
        base.fact,
        standing,
        tuple((one.key, other.key) for one, other in two or together),
        first.owner != second.owner,
        second.kpi in first.paired_with or first.kpi in second.paired_with,
    )
