"""How much of persons' values a company shows: agreed with its works council, changed by two people."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from leitstern.errors import Problem

Mode = Literal["team_only", "own", "own_team", "full"]

#: From the strictest to the most open.
MODES: tuple[Mode, ...] = ("team_only", "own", "own_team", "full")

LEAST_FLOOR = 3


@dataclass(frozen=True, slots=True)
class Privacy:
    """The rules in force.

    ``mode``: ``team_only`` no values by person at all; ``own`` one's own only; ``own_team`` also those
    of the people one leads; ``full`` everybody's. ``floor`` is the least number of people, oneself not
    counted, in a group whose value is shown to somebody who may not see them singly. ``dominance`` is
    the largest share that one of them may have in it. ``rankings``: whether persons may be put in order.
    Raises ``Problem`` for a floor below 3 and a share outside 0.5 to 1.
    """

    mode: Mode = "own_team"
    floor: int = 7
    dominance: Decimal = Decimal("0.85")
    rankings: bool = False

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise Problem("access.mode_unknown", value=self.mode, choices=", ".join(MODES))
        if self.floor < LEAST_FLOOR:
            raise Problem("access.floor_too_low", value=self.floor, least=LEAST_FLOOR)
        if not Decimal("0.5") <= self.dominance <= 1:
            raise Problem("access.dominance_out_of_range", value=self.dominance)
