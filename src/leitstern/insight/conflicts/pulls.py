"""Which way a KPI pulls at what it counts: derived from its formula and from which direction is good.

Where all measures are positive, a formula rises with those above the fraction line and falls with those
below; a KPI that should rise wants more of the first and fewer of the second. A measure on both sides pulls
no way and is left out. A conversion counts the records of a cohort (below) and those that arrived (above).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from leitstern.facts.model import FACTS
from leitstern.kpis.expressions import Binary, Formula, Name, Negative
from leitstern.kpis.meaning import Condition, conditions, counted_on, measure_meaning

if TYPE_CHECKING:
    from leitstern.kpis.definition import Measure
    from leitstern.kpis.load import Resolved

Way = Literal[-1, 1]

_VOLUMES = ("count", "distinct", "sum", "stock")
_GOOD: dict[str, Literal[-1, 0, 1]] = {"up": 1, "down": -1, "between": 0}


@dataclass(frozen=True, slots=True)
class Base:
    """What is counted or summed: records of a fact under conditions, by a date. ``volume``: more records
    make it larger; averages, medians and scores are no volumes."""

    what: str
    fact: str
    on: str
    where: frozenset[Condition]
    volume: bool

    def within(self, other: Base) -> bool:
        """Whether all of this is counted in the other as well."""
        same = (self.what, self.fact, self.on) == (other.what, other.fact, other.on)
        return same and all(any(mine.implies(one) for mine in self.where) for one in other.where)


@dataclass(frozen=True, slots=True)
class Pulls:
    """What a KPI wants: bases it wants more of and fewer of.

    ``above`` and ``below`` are the bases of the formula by the side of the fraction line they stand on,
    whatever is good; ``both`` are those that stand on both.
    """

    kpi: str
    more: frozenset[Base]
    fewer: frozenset[Base]
    above: frozenset[Base]
    below: frozenset[Base]
    both: frozenset[Base]

    @property
    def volume(self) -> bool:
        """Whether the KPI is a plain amount or number, not a ratio."""
        return not (self.below or self.both) and bool(self.above) and all(base.volume for base in self.above)


def pulls(resolved: Resolved) -> Pulls:
    """Which way a KPI pulls at what it is made of."""
    ways: dict[Base, set[Way]] = {}
    for name, way in _ways(resolved.formula, 1):
        for base, side in _bases(resolved.measures[name]):
            ways.setdefault(base, set()).add(way if side == 1 else _turned(way))
    above = frozenset(base for base, found in ways.items() if found == {1})
    below = frozenset(base for base, found in ways.items() if found == {-1})
    both = frozenset(base for base, found in ways.items() if len(found) == 2)
    good = _GOOD[resolved.definition.good]
    more, fewer = {1: (above, below), -1: (below, above), 0: (frozenset(), frozenset())}[good]
    return Pulls(resolved.definition.kpi, more, fewer, above, below, both)


def _ways(tree: Formula, way: Way) -> Iterator[tuple[str, Way]]:
    """Each measure with the way the formula goes where it rises."""
    if isinstance(tree, Name):
        yield tree.name, way
    elif isinstance(tree, Negative):
        yield from _ways(tree.operand, _turned(way))
    elif isinstance(tree, Binary):
        yield from _ways(tree.left, way)
        yield from _ways(tree.right, _turned(way) if tree.op in "-/" else way)


def _turned(way: Way) -> Way:
    return -1 if way == 1 else 1


def _known_amount(fact: str) -> frozenset[Condition]:
    """That an amount is known: a record without one is the same kind of thing."""
    amounts = [field.name for field in FACTS[fact].fields if field.kind in ("money", "number")]
    return frozenset(Condition(f'NOT "{name}" IS NULL') for name in amounts)


def _bases(measure: Measure) -> Iterator[tuple[Base, Way]]:
    """What a measure counts, and whether it rises or falls with it."""
    where, fact = conditions(measure) - _known_amount(measure.fact), measure.fact
    if measure.kind == "conversion":
        cohort = Base(f"count {fact}", fact, counted_on(measure), where, volume=True)
        arrived = where | {Condition(f"{measure.to} is reached")}
        yield Base(f"count {fact}", fact, cohort.on, arrived, volume=True), 1
        yield cohort, -1
    elif measure.kind in _VOLUMES:
        on = "end" if measure.kind == "stock" else counted_on(measure)
        yield Base(f"{measure.kind} {measure.target}", fact, on, where, volume=True), 1
    else:
        yield Base(measure_meaning(measure), fact, "-", frozenset(), volume=False), 1
