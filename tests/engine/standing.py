"""What should stand: on closed days the records as they were when they were closed, on others as they are.

A record of an earlier world counts on the days that were closed with it, one of the present world on all
others, so a record that moved from a closed to an open day counts on both. A level at the end of a day is
of the world that the day belongs to.
"""

from __future__ import annotations

from datetime import date
from itertools import count

from leitstern.facts.model import FACTS

from .oracle import Oracle, Portion, Record
from .worlds import World

Days = tuple[date, date]
_eras = count(1)


class Standing(Oracle):
    """The present world, and closed days with the worlds they were closed with: the first of them holds."""

    def __init__(self, now: World, *closed: tuple[Days, World]) -> None:
        super().__init__(now)
        self.closed = [(days, Oracle(world)) for days, world in closed]
        for _, oracle in self.closed:
            oracle.era = next(_eras)
        self.present = {fact: list(self.records[fact]) for fact in FACTS}
        for fact in FACTS:
            for _, oracle in self.closed:
                self.records[fact] = [*self.records[fact], *oracle.records[fact]]

    def holder(self, first: date, last: date) -> Oracle:
        """The world that both days belong to, the present one where that is none."""
        return next((o for (begin, end), o in self.closed if begin <= first and last <= end), self)

    def counts(self, record: Record, first: date, last: date) -> bool:
        return self.holder(first, last) is record.oracle

    def then(self, record: Record, day: date) -> Record | None:
        return super().then(record, day) if record.oracle is self else record.oracle.then(record, day)

    def portions(self, record: Record, subject: str) -> list[Portion]:
        if record.oracle is self:
            return super().portions(record, subject)
        return record.oracle.portions(record, subject)

    def subjects_of(self, portion: Portion, subject: str, on: str) -> list[str | None]:
        oracle = portion.record.oracle
        if oracle is self:
            return super().subjects_of(portion, subject, on)
        return oracle.subjects_of(portion, subject, on)

    def delivered(self, fact: str, first: date, last: date) -> bool:
        span = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
        holders = {self.holder(day, day) for day in span}
        if self in holders:
            return bool(self.present[fact]) or any(name == fact for name, _ in self.excluded)
        return self.holder(first, first).delivered(fact, first, last)
