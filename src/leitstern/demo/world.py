"""What every part of the simulation needs to know: the seed, the size, the time, the people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leitstern.demo import arrays
from leitstern.demo.arrays import Ints, Texts
from leitstern.demo.clock import Clock
from leitstern.demo.people import Staff, sales_team


@dataclass(frozen=True, slots=True)
class World:
    """The simulation's setting."""

    seed: int
    scale: float
    clock: Clock
    staff: Staff

    def stream(self, part: str) -> np.random.Generator:
        """The part's own random stream."""
        return arrays.stream(self.seed, part)

    def seller(self, rng: np.random.Generator, region: Texts, day: Ints) -> tuple[Ints, Ints]:
        """The team in charge of each region on each day, and somebody of that team."""
        team = sales_team(self.clock, region, day)
        owner = np.full(len(day), -1, dtype=np.int64)
        for index in np.unique(team):
            mine = team == index
            owner[mine] = self.staff.assign(rng, int(index), day[mine])
        return team, owner

    def in_charge(self, rng: np.random.Generator, region: Texts, owner: Ints, day: Ints) -> Ints:
        """The owner, or somebody of the region's team on days on which the owner was not with the company."""
        absent = np.flatnonzero(self.staff.team_on(owner, day) < 0)
        out = owner.copy()
        out[absent] = self.seller(rng, region[absent], day[absent])[1]
        return out
