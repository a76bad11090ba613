"""How long subjects were there: days of persons, person-days of teams, days a campaign ran."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from leitstern.periods.grains import Period
    from leitstern.workspace import Workspace

Floats = NDArray[np.float64]


def days_there(ws: Workspace, by: str, ids: Sequence[str], months: Sequence[Period]) -> Floats:
    """Days in each month, shape (subjects, months): of employment, of all members, of running.

    Without known dates somebody is taken to have been there all the time; products always are.
    """
    spells: list[list[tuple[date | None, date | None]]]
    if by == "person":
        people = ws.organisation().people
        spells = [
            [(people[id_].joined, people[id_].left)] if id_ in people else [(None, None)] for id_ in ids
        ]
    elif by == "team":
        stays = ws.organisation().stays_in
        spells = [[*((s.first, s.last) for s in stays.get(id_, ()))] or [(None, None)] for id_ in ids]
    elif by == "campaign":
        table = ws.facts("campaign", "started_at", "ended_at")
        columns = (table[name].to_pylist() for name in ("key", "started_at", "ended_at"))
        known = {key: (start, end) for key, start, end in zip(*columns, strict=True)}
        spells = [[known.get(id_, (None, None))] for id_ in ids]
    else:
        spells = [[(None, None)] for _ in ids]
    found = [[_days(of, month) for month in months] for of in spells]
    return np.array(found, np.float64).reshape(len(ids), len(months))


def _days(spells: Iterable[tuple[date | None, date | None]], month: Period) -> int:
    total = 0
    for first, last in spells:
        begin, end = max(first or date.min, month.start), min(last or date.max, month.end)
        total += max((end - begin).days + 1, 0)
    return total
