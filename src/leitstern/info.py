"""What is told of a generation: its number, its age, and what it holds of each fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leitstern.engine.asides import SetAside
    from leitstern.engine.generation import Generation
    from leitstern.facts.quality import QualityFinding
    from leitstern.facts.receipts import SetAsideRow
    from leitstern.facts.store import Store


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
    #: The records that do not count, or not wherever they should, by fact and reason.
    set_aside: tuple[SetAside, ...] = ()


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
    aside = tuple(generation.set_aside)
    return GenerationInfo(generation.number, generation.built_at, generation.built_on, facts, aside)


def _began(generation: Generation, fact: str) -> dict[str, date]:
    """The first day of each of a fact's dates."""
    return {name: date.fromordinal(days[0]) for (of, name), days in generation.ranges.items() if of == fact}


def set_aside_records(generation: Generation) -> list[SetAsideRow]:
    """The records that a generation sets aside, like the rows that an import did not load."""
    from leitstern.facts.receipts import SetAsideRow

    found = []
    for one in generation.excluded:
        file, _, sheet = (one.file or "").partition("#")
        row = SetAsideRow(
            one.batch or 0, file, sheet or None, one.fact, one.line or 0, one.field, one.reason, one.detail
        )
        found.append(replace(row, key=one.key))
    return found


def set_aside_findings(generation: Generation, store: Store) -> list[QualityFinding]:
    """The same as findings, by fact and reason."""
    from leitstern.facts.quality import QualityFinding

    found = []
    for one in generation.set_aside:
        if one.reason == "merged":  # there is a check of its own for the same company twice
            continue
        total = store.count(one.fact)
        finding = QualityFinding(
            "counts_nowhere", one.fact, (), one.count, total, one.examples, one.reason, values=one.values
        )
        found.append(finding)
    return found
