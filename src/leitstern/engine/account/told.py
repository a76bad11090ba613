"""Values beside what another system says of them: whether they match, and which records explain a difference.

What explains is tried, not guessed: each explanation says what the values would be with it, and explains only
if all values told for the same records would then match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

from leitstern.engine.account import populations
from leitstern.engine.account.populations import Population
from leitstern.engine.run import Request, compute, holds
from leitstern.facts.receipts import reason_text
from leitstern.kpis.labels import fact_label, field_label
from leitstern.messages import message
from leitstern.periods.grains import Period, parse

if TYPE_CHECKING:
    from leitstern.engine.closing import Ledger
    from leitstern.engine.generation import Generation
    from leitstern.engine.observations import Observation
    from leitstern.facts.store import Store
    from leitstern.kpis.load import Catalogue

#: Amounts that are nearer to each other than this are the same: another system may round each record.
CENT = Decimal("0.01")
#: Taxes on sales by which an amount with tax is greater than one without.
TAXES = tuple(Decimal(rate) for rate in ("1.19", "1.07", "1.20", "1.10", "1.081", "1.026"))


@dataclass(frozen=True, slots=True)
class Told:
    """What another system says: a KPI's value for the company in a period (a label such as ``2026``)."""

    kpi: str
    period: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A value told beside ours (None: there is none). ``difference`` is ours less what was told."""

    kpi: str
    unit: str
    period: str
    told: Decimal
    ours: Decimal | None
    rows: int

    @property
    def difference(self) -> Decimal | None:
        """How much more we count; None where we have no value."""
        return None if self.ours is None else self.ours - self.told

    @property
    def matches(self) -> bool:
        """Whether both are the same; an amount may differ by half a cent for each record."""
        return self._is(self.ours)

    def _is(self, value: Decimal | None) -> bool:
        if value is None:
            return False
        most = CENT / 2 * max(1, self.rows) if self.unit == "currency" else Decimal("0.00005")
        return abs(value - self.told) <= most


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the difference may come from.

    ``count`` records; ``becomes`` says for each line, by its place, what our value would be (None: cannot be
    told). ``explains``: all lines would match. ``detail`` is the reason, date, period or rate it is about;
    ``keys`` are the first records. Several ``codes`` are explanations that explain only together.
    """

    codes: tuple[str, ...]
    fact: str
    details: tuple[str, ...]
    count: int
    becomes: tuple[tuple[int, Decimal | None], ...]
    explains: bool
    keys: tuple[str, ...] = ()

    def text(self, language: str, whole: Callable[[int], str] = str) -> str:
        """What it is, in ``de`` or ``en``; ``whole`` writes numbers."""
        parts = [
            message(
                f"engine.told_{code}",
                language,
                count=whole(self.count),
                facts=fact_label(self.fact, language, plural=self.count != 1),
                detail=_said(code, self.fact, detail, language),
            )
            for code, detail in zip(self.codes, self.details, strict=True)
        ]
        return message("engine.told_and", language).join(parts)


def _said(code: str, fact: str, detail: str, language: str) -> str:
    if code == "aside":
        return reason_text(detail, language)
    return field_label(fact, detail, language) if code == "other_date" else detail


@dataclass(frozen=True, slots=True)
class Compared:
    """What was told beside ours, and what explains the differences, what explains them wholly first."""

    lines: tuple[Line, ...]
    explanations: tuple[Explanation, ...]

    @property
    def matches(self) -> bool:
        """Whether all lines do."""
        return all(line.matches for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where the answers come from."""

    generation: Generation
    catalogue: Catalogue
    ledger: Ledger
    store: Store

    def observation(self, kpi: str, period: Period) -> Observation:
        request = Request((kpi,), ("company",), period.grain, period.start, period.end)
        (found,) = compute(self.generation, self.catalogue, request, self.ledger)
        return found

    def population(self, kpi: str, period: Period) -> Population | None:
        version = holds(self.catalogue.versions(kpi), period, list(self.ledger.closed.values())).version
        return populations.of(self.catalogue.resolved(kpi, version), period)


def compare_told(
    generation: Generation, catalogue: Catalogue, ledger: Ledger, store: Store, told: Sequence[Told]
) -> Compared:
    """Put what another system says beside our values.

    Raises ``Problem`` for an unknown KPI or period.
    """
    asked = _Asked(generation, catalogue, ledger, store)
    lines = [_line(asked, one) for one in told]
    groups: dict[Population, dict[int, str | None]] = {}
    for place, one in enumerate(told):
        period = parse(one.period, generation.context.fiscal_start)
        population = asked.population(one.kpi, period)
        if population is not None:
            groups.setdefault(replace(population, field=None), {})[place] = population.field
    found: list[Explanation] = []
    for population, fields in groups.items():
        if not all(lines[place].matches for place in fields):
            found += _explanations(asked, population, {place: lines[place] for place in fields}, fields)
    return Compared(tuple(lines), tuple(sorted(found, key=lambda one: not one.explains)))


def _line(asked: _Asked, told: Told) -> Line:
    period = parse(told.period, asked.generation.context.fiscal_start)
    found = asked.observation(told.kpi, period)
    ours = None if found.value is None else Decimal(str(found.value))
    return Line(found.kpi, found.unit, found.period, told.value, ours, found.rows)


def _explanations(
    asked: _Asked, population: Population, lines: dict[int, Line], fields: dict[int, str | None]
) -> list[Explanation]:
    """What changes our values, and whether all lines would match then."""
    changes = list(populations.changes(asked.generation, asked.store, population, set(fields.values())))
    found = [_tried(population.fact, (change,), lines, fields) for change in changes]
    if not any(one.explains for one in found):
        added = [change for change in changes if not change.instead]
        pairs = (_tried(population.fact, pair, lines, fields) for pair in combinations(added, 2))
        found += [pair for pair in pairs if pair.explains]
    found += _of_other_periods(asked, population, lines)
    found += _with_tax(population, lines)
    return [one for one in found if one.explains or all(_nearer(one, lines))]


def _nearer(one: Explanation, lines: dict[int, Line]) -> Iterator[bool]:
    """For each line, whether our value would be nearer to what was told."""
    for place, value in one.becomes:
        line = lines[place]
        if value is None:
            yield line.difference is not None and line.difference < 0
        elif line.difference is not None:
            yield abs(value - line.told) < abs(line.difference)


def _tried(
    fact: str,
    changes: Sequence[populations.Change],
    lines: dict[int, Line],
    fields: dict[int, str | None],
) -> Explanation:
    becomes = []
    for place, line in lines.items():
        value: Decimal | None = line.ours or Decimal(0)
        for change in changes:
            by = change.by(fields[place])
            value = None if value is None or by is None else (by if change.instead else value + by)
        becomes.append((place, value))
    explains = all(lines[place]._is(value) for place, value in becomes)
    return Explanation(
        tuple(change.code for change in changes), fact, tuple(change.detail for change in changes),
        sum(change.count for change in changes), tuple(becomes), explains,
        tuple(key for change in changes for key in change.keys),
    )  # fmt: skip


def _of_other_periods(asked: _Asked, population: Population, lines: dict[int, Line]) -> Iterable[Explanation]:
    """What was told may be the value of a neighbouring period."""
    period = population.period
    for other in dict.fromkeys((period.previous(), period.next(), period.same_last_year())):
        values = []
        for place, line in lines.items():
            found = asked.observation(line.kpi, other).value
            values.append((place, None if found is None else Decimal(str(found))))
        if all(lines[place]._is(value) for place, value in values):
            yield Explanation(("other_period",), population.fact, (other.label,), 0, tuple(values), True)


def _with_tax(population: Population, lines: dict[int, Line]) -> Iterable[Explanation]:
    """Amounts told may include the tax on sales, or ours may."""
    amounts = {place: line for place, line in lines.items() if line.unit == "currency"}
    others = [line for place, line in lines.items() if place not in amounts]
    if not amounts or not all(line.matches for line in others):
        return
    for rate in TAXES:
        for code, factor in (("told_with_tax", rate), ("told_without_tax", 1 / rate)):
            becomes = [(p, line.ours * factor if line.ours else None) for p, line in amounts.items()]
            if all(amounts[place]._is(value) for place, value in becomes):
                percent = f"{(rate - 1) * 100:f}".rstrip("0").rstrip(".")
                yield Explanation((code,), population.fact, (percent,), 0, tuple(becomes), True)
