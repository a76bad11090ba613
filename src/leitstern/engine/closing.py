"""Closed periods: values that stand, whatever happens to the records behind them.

Closing writes all values of a period, for company, teams and persons, to a file that is never changed.
From then on every computation shows these values; what the records would say today is a list of
restatements. Days and weeks are not closed: a week may lie in two months.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leitstern.engine.formulas import Outcome, Quantity
from leitstern.engine.grids import BY_MEMBER
from leitstern.engine.observations import REASONS, Block, Number, Observation, Subject
from leitstern.errors import Problem
from leitstern.periods.grains import Grain, Period, periods_between, rolls_up

if TYPE_CHECKING:
    from leitstern.engine.generation import Generation
    from leitstern.kpis.load import Catalogue

#: (kpi, version, grain, subject type): values by period label and subject id.
Key = tuple[str, int, str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """One value as it stood when its period was closed."""

    subject: Subject
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    rows: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed period: its days, who closed it, when, the last import it knew, and the KPIs (with
    versions) that there were; KPIs defined later are not part of it."""

    period: str
    start: date
    end: date
    by: str
    at: datetime
    batch: int
    kpis: frozenset[tuple[str, int]]

    def holds(self, period: Period, kpi: str, version: int) -> bool:
        """Whether a KPI's values for a period stand."""
        inside = self.start <= period.start and period.end <= self.end
        return inside and period.grain not in (Grain.DAY, Grain.WEEK) and (kpi, version) in self.kpis


@dataclass(frozen=True, slots=True)
class Restatement:
    """What a closed value would be today: ``was`` stands, ``now`` is what the records say."""

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


class Ledger:
    """The closed periods of a workspace, one file each in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.closed: dict[str, Closed] = {}
        self.standing: dict[Key, dict[tuple[str, str | None], Standing]] = {}
        for file in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
            self._read(file)

    def _read(self, file: Path) -> None:
        with file.open(encoding="utf-8") as lines:
            head = json.loads(next(lines))
            start, end = (date.fromisoformat(head[name]) for name in ("start", "end"))
            at, kpis = datetime.fromisoformat(head["at"]), frozenset((k, v) for k, v in head["kpis"])
            closed = Closed(head["period"], start, end, head["by"], at, head["batch"], kpis)
            self.closed[closed.period] = closed
            for line in lines:
                row = json.loads(line)
                subject = Subject(row["type"], row["id"], row["name"])
                value, above, below = (_number(row[name]) for name in ("value", "numerator", "denominator"))
                standing = Standing(subject, value, above, below, row["rows"], row["reason"])
                key = (row["kpi"], row["version"], row["grain"], row["type"])
                # What was closed first stands: a month keeps its value when its quarter is closed.
                self.standing.setdefault(key, {}).setdefault((row["period"], row["id"]), standing)

    def close(self, generation: Generation, catalogue: Catalogue, period: Period, by: str) -> Closed:
        """Close a period and those within it; Problem where it is not over, or closed already."""
        if period.label in self.closed:
            raise Problem("engine.closed_already", period=period.label, by=self.closed[period.label].by)
        if period.end >= generation.built_on:
            raise Problem("engine.not_over", period=period.label, end=period.end, built=generation.built_on)
        self.folder.mkdir(exist_ok=True)
        building = self.folder / f".{period.label}-{os.getpid()}"
        with building.open("w", encoding="utf-8") as file:
            file.write(json.dumps(_head(generation, catalogue, period, by)) + "\n")
            for observation in _all(generation, catalogue, self, period):
                # Who is not in the file had nothing: no records, and 0 or no value.
                if observation.rows or observation.value:
                    file.write(json.dumps(_row(observation), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        building.replace(self.folder / f"{period.label}.jsonl")
        self._read(self.folder / f"{period.label}.jsonl")
        return self.closed[period.label]

    def overlay(self, block: Block, kind: str) -> Block:
        """A block in which closed periods have the values that stand."""
        columns = [
            n
            for n, period in enumerate(block.periods)
            if any(c.holds(period, block.kpi, block.version) for c in self.closed.values())
        ]
        key = (block.kpi, block.version, str(block.periods[0].grain), kind)
        return _Overlay(block, columns, self.standing.get(key, {})).on(block) if columns else block

    def restatements(self, generation: Generation, catalogue: Catalogue) -> Iterator[Restatement]:
        """Every closed value that the records contradict today."""
        now: dict[tuple[Key, str, str | None], Observation] = {}
        for closed in self.closed.values():
            for o in _all(generation, catalogue, None, _period(closed.period, generation)):
                now[(o.kpi, o.version, o.grain, o.subject.type), o.period, o.subject.id] = o
        for key, values in self.standing.items():
            for (label, subject), was in values.items():
                found = now.pop((key, label, subject), None)
                value = found.value if found else _without_records(was)
                if not _same(was.value, value):
                    yield Restatement(key[0], key[1], key[2], label, was.subject, was.value, value)
        for (key, label, _), o in now.items():
            known = any((o.kpi, o.version) in c.kpis for c in self.closed.values())
            if known and o.value:  # a subject that had nothing when the period was closed
                yield Restatement(key[0], key[1], key[2], label, o.subject, _without_records(o), o.value)


def _head(generation: Generation, catalogue: Catalogue, period: Period, by: str) -> dict[str, object]:
    return {
        "period": period.label,
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "by": by,
        "at": generation.built_at.isoformat(),
        "batch": generation.context.batch,
        "kpis": [[e.definition.kpi, e.definition.version] for e in catalogue.entries()],
    }


def _period(label: str, generation: Generation) -> Period:
    from leitstern.periods.grains import parse

    return parse(label, generation.context.fiscal_start)


def _all(
    generation: Generation, catalogue: Catalogue, ledger: Ledger | None, period: Period
) -> Iterator[Observation]:
    """All values of a period and of the months, quarters and half-years within it."""
    from leitstern.engine.run import Request, compute

    for grain in Grain:
        fiscal = generation.context.fiscal_start
        if grain in (Grain.DAY, Grain.WEEK) or not rolls_up(grain, period.grain, fiscal):
            continue
        if all(p.start >= period.start for p in periods_between(period.start, period.end, grain, fiscal)):
            request = Request(tuple(catalogue.names), BY_MEMBER, grain, period.start, period.end)
            yield from compute(generation, catalogue, request, ledger)


def _row(o: Observation) -> dict[str, object]:
    return {
        "kpi": o.kpi,
        "version": o.version,
        "grain": o.grain,
        "period": o.period,
        "type": o.subject.type,
        "id": o.subject.id,
        "name": o.subject.name,
        "value": _text(o.value),
        "numerator": _text(o.numerator),
        "denominator": _text(o.denominator),
        "rows": o.rows,
        "reason": o.reason,
    }


def _text(number: Number | None) -> str | float | int | None:
    """Money is kept as text, so that it comes back exact."""
    return str(number) if isinstance(number, Decimal) else number


def _number(kept: str | float | None) -> Number | None:
    return Decimal(kept) if isinstance(kept, str) else kept


def _without_records(known: Observation | Standing) -> int | None:
    """What a KPI says of a subject without records: counts and sums, which are exact, say 0."""
    return 0 if known.denominator is None and isinstance(known.value, int | Decimal) else None


def _same(was: Number | None, now: Number | None) -> bool:
    if was is None or now is None:
        return was is None and now is None
    return was == now or abs(float(was) - float(now)) <= 1e-9 * max(1.0, abs(float(was)))


class _Overlay:
    """A block's arrays with rows for all subjects that stand, its closed columns emptied and refilled."""

    def __init__(
        self, block: Block, columns: list[int], standing: Mapping[tuple[str, str | None], Standing]
    ) -> None:
        self.columns = columns
        closed = {block.periods[n].label: n for n in columns}
        self.subjects = list(block.subjects)
        rows = {s.id: n for n, s in enumerate(self.subjects)}
        self.cells: list[tuple[int, int, Standing]] = []
        for (label, subject), stands in standing.items():
            if label not in closed:
                continue
            if subject not in rows:
                rows[subject] = len(self.subjects)
                self.subjects.append(stands.subject)
            self.cells.append((rows[subject], closed[label], stands))
        self.more = len(self.subjects) - len(block.subjects)

    def emptied(self, array: NDArray[Any], empty: float) -> NDArray[Any]:
        """A larger copy in which closed columns hold ``empty``."""
        full = np.concatenate([array, np.full((self.more, array.shape[1]), empty, array.dtype)])
        full[:, self.columns] = empty
        return full

    def quantity(self, found: Quantity, name: str) -> Quantity:
        """The value, numerator or denominator as it stands, with as many digits as it was closed with."""
        kept: dict[tuple[int, int], Number] = {}
        for row, column, stands in self.cells:
            number: Number | None = getattr(stands, name)
            if number is not None:
                kept[row, column] = number
        if found.digits is None:
            numbers = self.emptied(found.numbers, np.nan)
            for place, number in kept.items():
                numbers[place] = float(number)
            return Quantity(numbers, None)
        exact = {place: Decimal(str(number)) for place, number in kept.items()}
        digits = max([found.digits, *(_digits(number) for number in exact.values())])
        numbers = self.emptied(found.numbers * 10 ** (digits - found.digits), 0)
        for place, whole in exact.items():
            numbers[place] = int(whole.scaleb(digits))
        return Quantity(numbers, digits)

    def on(self, block: Block) -> Block:
        found = block.outcome
        value = self.quantity(found.value, "value")
        above = self.quantity(found.numerator, "numerator") if found.numerator else None
        below = self.quantity(found.denominator, "denominator") if found.denominator else None
        none = 0 if value.digits is not None else REASONS.index("no_base" if below else "no_data")
        rows, reasons = self.emptied(block.rows, 0), self.emptied(block.reasons, none)
        set_aside = self.emptied(block.set_aside, 0)
        for row, column, stands in self.cells:
            rows[row, column], reasons[row, column] = stands.rows, REASONS.index(stands.reason)
        finished = block.finished.copy()
        finished[self.columns] = True
        outcome = Outcome(value, above, below)
        return replace(
            block, subjects=self.subjects, outcome=outcome, rows=rows, reasons=reasons, finished=finished,
            set_aside=set_aside,
        )  # fmt: skip


def _digits(number: Decimal) -> int:
    """Decimal digits a number is written with."""
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0
