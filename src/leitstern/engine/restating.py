"""Restatements: what closed days would come to by the records of today; what was closed stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import numpy as np

from leitstern.engine.closing import named, recognised, wanted_of
from leitstern.engine.counted import Member, counted
from leitstern.engine.observations import Block, Number, Observation, Observations, Subject
from leitstern.engine.run import Request, compute
from leitstern.engine.stands import Kind
from leitstern.facts.model import SUBJECTS
from leitstern.periods.grains import Grain, parse, periods_between

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.engine.closing import Closed, Ledger
    from leitstern.engine.generation import Generation
    from leitstern.kpis.load import Catalogue


@dataclass(frozen=True, slots=True)
class Restatement:
    """What a value that includes closed days would be today: ``was`` stands, ``now`` is what the records
    say."""

    kpi: str
    version: int
    grain: str
    period: str
    subject: Subject
    was: Number | None
    now: Number | None

    @property
    def effect(self) -> float | None:
        """The difference, where both are there."""
        return None if self.was is None or self.now is None else float(self.now) - float(self.was)


def restatements(generation: Generation, catalogue: Catalogue, ledger: Ledger) -> Iterator[Restatement]:
    """Every value of closed periods, and of the periods within them, that the records contradict."""
    kpis = _affected(generation, catalogue, ledger)
    seen: set[str] = set()
    for closed in ledger.closed.values():
        labels: set[str] = set()
        for request in _requests(generation, kpis, closed):
            found = [r for r in restated(generation, catalogue, request, ledger) if r.period not in seen]
            labels |= {r.period for r in found}
            yield from found
        seen |= labels


def restated(
    generation: Generation, catalogue: Catalogue, request: Request, ledger: Ledger
) -> Iterator[Restatement]:
    """The values of a request that would be others by the records alone."""
    if not generation.stands.parts:
        return
    stand = compute(generation, catalogue, request, ledger)
    today = compute(generation, catalogue, replace(request, restated=True), ledger)
    for was, now in zip(stand.blocks, today.blocks, strict=True):
        yield from _differing(was, now)


def _affected(generation: Generation, catalogue: Catalogue, ledger: Ledger) -> tuple[str, ...]:
    """The KPIs of which the facts say something else than what is kept for some closed day."""
    changed: set[tuple[str, Kind]] = set()
    for closed in ledger.closed.values() if generation.stands.parts else ():
        changed |= _changed(generation, catalogue, closed)
    kept = named(catalogue)
    found = {name[0] for one, names in kept.items() if (one.part.id, one.kind) in changed for name in names}
    return tuple(name for name in catalogue.names if name in found)


def _changed(generation: Generation, catalogue: Catalogue, closed: Closed) -> set[tuple[str, Kind]]:
    """The parts, by id and kind, whose rows a closing would keep otherwise today."""
    today = {(one.part.id, one.kind): one for one in named(catalogue)}
    kept = [
        (n, part, today[id_, part.kind])
        for n, part, id_ in recognised(closed, catalogue)
        if (id_, part.kind) in today
    ]
    found = counted(generation, [w for n, part, one in kept for w in wanted_of(n, one, part.days)])
    then, now = _by_part(closed.rows(), closed.told()[0]), _by_part(found.rows, found.members)
    return {(one.part.id, one.kind) for n, _, one in kept if then.get(n) != now.get(n)}


def _by_part(rows: pa.Table, members: Sequence[Member]) -> dict[int, Counter[tuple[object, ...]]]:
    """What counted, without the numbers that only tell rows apart, by the number of the part."""
    names = [name for name in rows.column_names if name not in ("part", "member", "record", "title")]
    columns = [rows[name].to_pylist() for name in names]
    whose = [(person, team, frozenset(tree)) for person, team, tree in members]
    found: dict[int, Counter[tuple[object, ...]]] = {}
    parts, numbers = (cast("list[int]", rows[name].to_pylist()) for name in ("part", "member"))
    for part, member, told in zip(parts, numbers, zip(*columns, strict=True), strict=True):
        found.setdefault(part, Counter())[(*told, whose[member])] += 1
    return found


def _requests(generation: Generation, kpis: tuple[str, ...], closed: Closed) -> Iterator[Request]:
    """All values of a closed period and of the months, quarters and half-years within it."""
    fiscal = generation.context.fiscal_start
    if not kpis:
        return
    itself = parse(closed.period, fiscal).grain
    for grain in Grain:
        finer = grain in (Grain.DAY, Grain.WEEK) or (grain.fiscal and fiscal == 1)
        periods = periods_between(closed.start, closed.end, grain, fiscal)
        if grain is itself or (not finer and all(closed.covers(p.start, p.end) for p in periods)):
            yield Request(kpis, SUBJECTS, grain, closed.start, closed.end)


def _differing(was: Block, now: Block) -> Iterator[Restatement]:
    """The cells in which two blocks of the same question differ."""
    then, today = _cells(was, now), _cells(now, was)
    for subject, period in dict.fromkeys([*then, *today]):
        old, new = then.get((subject, period)), today.get((subject, period))
        one = old or new
        assert one is not None
        before = old.value if old else _without_records(one)
        after = new.value if new else _without_records(one)
        if not _same(before, after):
            yield Restatement(one.kpi, one.version, one.grain, one.period, one.subject, before, after)


def _cells(block: Block, other: Block) -> dict[tuple[str | None, str], Observation]:
    """The values of the subjects for whom two blocks may differ."""
    rows = {subject.id: row for row, subject in enumerate(other.subjects)}
    mine, theirs = block.outcome.value.floats(), other.outcome.value.floats()
    chosen = [
        row
        for row, subject in enumerate(block.subjects)
        if subject.id not in rows
        or (block.reasons[row] != other.reasons[rows[subject.id]]).any()
        or not np.array_equal(mine[row], theirs[rows[subject.id]], equal_nan=True)
    ]
    return {(o.subject.id, o.period): o for o in Observations([block.only(chosen)], date.min)}


def _without_records(known: Observation) -> int | None:
    """What a KPI says of a subject without records: counts and sums, which are exact, say 0."""
    return 0 if known.denominator is None and isinstance(known.value, int | Decimal) else None


def _same(was: Number | None, now: Number | None) -> bool:
    if was is None or now is None:
        only = now if was is None else was
        # No record, or no source at all any more: a count or sum of 0 is not another one.
        return only is None or (isinstance(only, int | Decimal) and only == 0)
    if isinstance(was, float) or isinstance(now, float):
        return abs(float(was) - float(now)) <= 1e-9 * max(1.0, abs(float(was)))
    return was == now
