"""What a KPI's numbers rest on: the facts its measures read, and how new their records are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from leitstern.facts.model import FACTS

if TYPE_CHECKING:
    from leitstern.kpis.definition import Measure
    from leitstern.server.reader import Reader


@dataclass(frozen=True, slots=True)
class Source:
    """One fact a KPI reads: how many records it has, and the day of the newest.

    ``dated``: its records come as time passes (deals), other than those of a list (persons).
    """

    fact: str
    rows: int
    newest: date | None
    dated: bool


def facts_of(reader: Reader, kpi: str) -> set[str]:
    """The facts a KPI's measures read, other KPIs in its formula included."""
    return {measure.fact for measure in reader.catalogue.resolved(kpi).measures.values()}


def sources(reader: Reader, kpi: str) -> list[Source]:
    """The facts behind a KPI, other KPIs in its formula included."""
    measures = reader.catalogue.resolved(kpi).measures.values()
    generation = reader.generation()
    facts = {} if generation is None else generation.facts
    found = []
    for fact in dict.fromkeys(measure.fact for measure in measures):
        known, dated = facts.get(fact), FACTS[fact].main_date is not None
        found.append(Source(fact, known.rows, known.newest, dated) if known else Source(fact, 0, None, dated))
    return found


def began(reader: Reader, kpi: str) -> date | None:
    """The day from which all of a KPI's sources have records; None where that cannot be said."""
    generation = reader.generation()
    if generation is None:
        return None
    measures = reader.catalogue.resolved(kpi).measures.values()
    known = ((generation.facts.get(m.fact), _counted_on(m)) for m in measures)
    days = [info.began[day] for info, day in known if info is not None and day in info.began]
    return max(days, default=None)


def _counted_on(measure: Measure) -> str | None:
    """The date that puts a measure's records into a period; None for lists, whose dates say little."""
    if measure.kind == "stock" and measure.between:
        return measure.between[0] if FACTS[measure.fact].main_date else None
    return measure.on or FACTS[measure.fact].main_date


def ripening(reader: Reader, kpi: str) -> int:
    """How many days the records of a KPI's cohorts are watched; 0 where there are no cohorts."""
    return max((m.within or 0 for m in reader.catalogue.resolved(kpi).measures.values()), default=0)


def is_late(reader: Reader, kpi: str) -> bool:
    """Whether a source of the KPI has been silent for too long as of today, by its own habit.

    The engine judges a source on the day the generation was built; where nobody imports and builds any
    more, that day grows old with it.
    """
    generation = reader.generation()
    facts = generation.facts if generation else {}
    today = reader.today()
    return any(
        source.dated
        and source.newest is not None
        and source.fact in facts
        and (today - source.newest).days > facts[source.fact].late_after
        for source in sources(reader, kpi)
    )


def newest(reader: Reader, kpi: str) -> date | None:
    """The newest record of the KPI's oldest source: no newer than its weakest part; None without records."""
    days = [source.newest for source in sources(reader, kpi) if source.newest is not None and source.dated]
    return min(days, default=None)
