"""What is told of a generation: its number, its age, and what it holds of each fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leitstern.engine.generation import Generation


@dataclass(frozen=True, slots=True)
class FactInfo:
    """What a generation holds of a fact: how many records, the newest day that has begun, the first
    day of each of its dates that are filled, and the days of silence after which its source is late."""

    rows: int
    newest: date | None
    began: Mapping[str, date] = field(default_factory=dict)
    late_after: int = 400


@dataclass(frozen=True, slots=True)
class GenerationInfo:
    """The generation that answers are given from. ``as_of`` is the day it was built on."""

    number: int
    built_at: datetime
    as_of: date
    facts: Mapping[str, FactInfo]


def info(generation: Generation) -> GenerationInfo:
    """What there is to tell of a generation."""
    facts = {
        name: FactInfo(
            c.rows,
            None if c.newest_day is None else date.fromordinal(c.newest_day),
            _began(generation, name),
            c.late_after,
        )
        for name, c in generation.coverage.items()
    }
    return GenerationInfo(generation.number, generation.built_at, generation.built_on, facts)


def _began(generation: Generation, fact: str) -> dict[str, date]:
    """The first day of each of a fact's dates."""
    return {name: date.fromordinal(days[0]) for (of, name), days in generation.ranges.items() if of == fact}
