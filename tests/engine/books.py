"""What counts once periods are closed: contributions that stood then, on closed days; today's elsewhere.

The rule is said in the plainest way there is. Every closing keeps the whole world of its day, and `Standing`
answers for each day by the world of the first closing that holds it, for the KPI versions there were then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from .cases import Case
from .comparing import Expected
from .oracle import Oracle
from .standing import Standing
from .stretches import Span
from .worlds import World


@dataclass(frozen=True)
class Closing:
    """A closed period: its days, the KPI versions there were, and the records as they were."""

    period: str
    first: date
    last: date
    kpis: frozenset[tuple[str, int]]
    world: World

    def knows(self, case: Case) -> bool:
        return (case.name, case.version) in self.kpis


@dataclass
class Books:
    """The closed periods of a company, in the order in which they were closed."""

    closings: list[Closing] = field(default_factory=list)


class Stands(Expected):
    """Expected values of a world of which some periods are closed."""

    def __init__(self, books: Books, world: World, as_of: date) -> None:
        super().__init__(Oracle(world), as_of)
        self.books = books
        self._sources: dict[tuple[int, ...], Oracle] = {(): self.oracle}

    def source(self, case: Case) -> Oracle:
        known = [c for c in self.books.closings if c.knows(case)]
        which = tuple(id(c) for c in known)
        if which not in self._sources:
            closed = (((c.first, c.last), c.world) for c in known)
            self._sources[which] = Standing(self.oracle.world, *closed)
        return self._sources[which]

    def answering(self, cases: Sequence[Case], name: str, span: Span) -> Case:
        """Of a closed period, one of the versions that it was closed with."""
        around = (c for c in self.books.closings if c.first <= span.first and span.last <= c.last)
        closing = next(around, None)
        known = [c for c in cases if closing is not None and c.name == name and closing.knows(c)]
        return super().answering(known or cases, name, span)
