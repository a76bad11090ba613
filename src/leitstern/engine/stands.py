"""What stands: the rows that closings keep, and on which days they count instead of the facts.

A closing keeps, for each part, what counted on its days (see ``counted``). A generation holds these rows
beside the facts: on a closed day a part is made of them, on any other day of the facts. A level (a stock at
the end of a day) is of closed rows alone where that day is closed: what was there on the day before, and
what began and ended since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from leitstern.engine.backends import Backend
    from leitstern.engine.plan import Part

#: First and last day, both included.
Stretch = tuple[int, int]

#: Tables of a generation: closed rows, whose they are, and which parts they stand for on which days.
ROWS, MEMBERS, TREES, PARTS = "closed_row", "closed_member", "closed_member_team", "closed_part"

#: What closed rows of a part stand for: sums and values of days; the level of a day; or what is of a stretch
#: as a whole (who was there when it began, and who of these still was at its end).
Kind = Literal["days", "level", "span"]
DAYS: Kind = "days"
LEVEL: Kind = "level"
SPAN: Kind = "span"

#: Whom a row counts for (``closed_row.scope``): everybody, or where a shared record is kept both ways, all
#: but persons and teams, and these.
EVERYBODY, WHOLE, BY_SHARES = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of one closing for a part: ``number`` names them, ``days`` are the days they stand for."""

    number: int
    days: Stretch


@dataclass(frozen=True, slots=True)
class Stands:
    """The closed rows of parts, by the part's id and kind."""

    parts: Mapping[tuple[str, str], tuple[Kept, ...]] = field(default_factory=dict)

    def of(self, part: Part, kind: Kind = DAYS) -> tuple[Kept, ...]:
        """What stands for a part, in the order of the closings."""
        return self.parts.get((part.kept_as.id, kind), ()) if self.parts else ()

    def days(self, part: Part) -> tuple[Stretch, ...]:
        """The days on which the facts do not count for a part."""
        return tuple(kept.days for kept in self.of(part))


#: Where nothing is closed, or the facts alone are asked for.
NOTHING = Stands()


def read(backend: Backend) -> Stands:
    """What stands in a generation."""
    from leitstern.engine.scoped import rows_of

    if not backend.has(PARTS):
        return NOTHING
    found: dict[tuple[str, str], list[Kept]] = {}
    _, rows = backend.rows(rows_of(PARTS, "id", "kind", "number", "first_day", "last_day"))
    for part, kind, number, first, last in rows:
        kept = Kept(int(str(number)), (int(str(first)), int(str(last))))
        found.setdefault((str(part), str(kind)), []).append(kept)
    return Stands({key: tuple(sorted(kept, key=lambda k: k.number)) for key, kept in found.items()})


def uncovered(days: Stretch, taken: Iterable[Stretch]) -> Iterator[Stretch]:
    """The stretches of ``days`` that none of ``taken`` covers, in their order."""
    at, last = days
    for first, end in sorted(taken):
        if first > last:
            break
        if first > at:
            yield at, first - 1
        at = max(at, end + 1)
    if at <= last:
        yield at, last
