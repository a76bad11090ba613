"""Which looks at tables answer parts: parts on the same table and dates are read together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leitstern.engine import layout
from leitstern.engine.plan import Part
from leitstern.engine.stands import NOTHING, Stands, Stretch

Way = Literal["fold", "pairs", "level", "kept"]


@dataclass(frozen=True, slots=True)
class Pass:
    """Parts that one look at a table answers: same table, same dates, same ``way`` to coarser rows.

    ``fold``: rolled up from finer rows, from persons to teams, from months to years. ``pairs``:
    distinct references, which roll up as pairs of a row and an id. ``level``: asked for at each level.
    ``kept``: rolled up from persons to teams, but asked for by stretches of days.
    On the days ``without`` closed rows count instead, by the ``numbers`` of each part.
    """

    table: str
    fact: str
    on: str
    member_on: str
    parts: tuple[Part, ...]
    way: Way
    without: tuple[Stretch, ...] = ()
    numbers: tuple[tuple[int, ...], ...] = ()

    @property
    def shared(self) -> bool:
        """Whether records are read by their shares."""
        return self.table.endswith(layout.parts_of(""))


def passes(parts: list[Part], *, by_person: bool, shared: bool, stands: Stands = NOTHING) -> list[Pass]:
    """Group parts so that each table and date is read once.

    ``by_person``: the answer is wanted by team or person, where a ``shared`` deal counts by its
    shares. Parts for which other days are closed are read apart, as are those with closed days that
    cannot be rolled up.
    """
    groups: dict[tuple[object, ...], list[Part]] = {}
    for part in dict.fromkeys(parts):
        way, days = _way(part), stands.days(part)
        alone = part if days and way != "fold" else None
        place = (part.table, part.on, part.member_on, way, part.kept, days, alone)
        groups.setdefault(place, []).append(part)
    found = []
    for members in groups.values():
        one = members[0]
        split = shared and by_person and one.fact == layout.SHARED_FACT
        table = layout.parts_of(one.table) if split else one.table
        numbers = tuple(tuple(kept.number for kept in stands.of(part)) for part in members)
        where = (table, one.fact, one.on, one.member_on)
        found.append(Pass(*where, tuple(members), _way(one), stands.days(one), numbers))
    return found


def _way(part: Part) -> Way:
    if part.kept:
        return "kept"
    if part.agg in ("add", "min", "max"):
        return "fold"
    if part.agg == "distinct" and (part.what.kind == "record" or part.counts_refs):
        return "pairs"
    return "level"
