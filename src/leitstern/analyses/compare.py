"""Comparing persons, teams, campaigns or products by a KPI, with "no evidence of a difference" as an answer.

How a KPI is compared follows from its definition: shares of counted records as rates, counted records as
counts over the days somebody was there or something ran, everything else by its monthly values. Sums are
taken per month of presence (teams: per person and month), so that a large team is not better for its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from leitstern.analyses.compare_days import days_there
from leitstern.analyses.customers_data import until
from leitstern.analyses.plain import number
from leitstern.errors import Problem
from leitstern.insight.compare.averages import averages, by_month
from leitstern.insight.compare.comparison import Comparison
from leitstern.insight.compare.counts import counts, dispersion
from leitstern.insight.compare.rates import rates
from leitstern.periods.grains import Grain, Period, period_of, periods_between

if TYPE_CHECKING:
    from leitstern.engine.observations import Block
    from leitstern.kpis.load import Resolved
    from leitstern.workspace import Workspace

Floats = NDArray[np.float64]
By = Literal["team", "campaign", "product", "person"]
BY: tuple[By, ...] = get_args(By)
How = Literal["rates", "counts", "averages"]

DAYS_A_MONTH = 365.25 / 12
MONTHS = 12

#: Measures that count records, and those whose shares are shares of records.
_COUNTED = ("count", "distinct", "conversion", "csat")
#: Measures whose monthly value stands on as many records as there were; others are sums.
_MEANS = ("average", "median", "percentile", "min", "max", "duration", "nps")


@dataclass(frozen=True, slots=True)
class One:
    """A subject of a comparison: ``raw`` as seen, ``estimate`` drawn in, with the middle 95 % of it.

    ``n`` counts the tries of a rate, the records of a count, the months of an average. ``side`` is 1 where it
    stands out above the mean of all, -1 below. None: not compared, there is too little.
    """

    id: str
    name: str
    n: float
    raw: float | None
    estimate: float | None
    low: float | None
    high: float | None
    side: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison in the order of names, never of values. Counts and sums are per month of presence.

    ``verdict``: ``difference``, ``no_evidence``, ``too_little``, and ``not_comparable`` for stocks, typed
    values and KPIs that look over several periods (``how`` None). ``seen`` is the spread of the raw values,
    ``by_chance`` what it would be if all were equal.
    """

    kpi: str
    version: int
    unit: str
    by: By
    start: date
    end: date
    how: How | None
    subjects: tuple[One, ...]
    typical: float | None
    seen: float | None
    by_chance: float | None
    n: float
    verdict: str

    def as_json(self) -> dict[str, Any]:
        """Plain values; days as texts."""
        rows = [
            {
                "id": one.id, "name": one.name, "n": number(one.n), "raw": one.raw, "estimate": one.estimate,
                "low": one.low, "high": one.high, "side": one.side,
            }
            for one in self.subjects
        ]  # fmt: skip
        return {
            "kpi": self.kpi, "version": self.version, "unit": self.unit, "by": self.by, "how": self.how,
            "from": self.start.isoformat(), "to": self.end.isoformat(), "subjects": rows,
            "typical": self.typical, "seen": self.seen, "by_chance": self.by_chance, "n": number(self.n),
            "verdict": self.verdict,
        }  # fmt: skip


def compare(
    ws: Workspace, kpi: str, by: By = "campaign", start: date | None = None, end: date | None = None
) -> Compared:
    """Compare a KPI's values by person, team, campaign or product over whole months.

    Without days: the last twelve months that are over. Raises ``Problem`` for an unknown KPI, an unknown
    way to compare, and where nothing was imported.
    """
    return next(compare_all(ws, [kpi], by, start, end))


def compare_all(
    ws: Workspace, kpis: Sequence[str], by: By, start: date | None = None, end: date | None = None
) -> Iterator[Compared]:
    """Compare several KPIs, one after the other, as `compare` does one; their values are read at once."""
    if by not in BY:
        raise Problem("compare.by_unknown", by=by, known=", ".join(BY))
    months = _months(ws, start, end)
    found = [ws.catalogue.resolved(name, ws.catalogue.at(name, months[0].start).version) for name in kpis]
    usable = [one for one in found if how(one) is not None]
    named = [f"{one.definition.kpi}@{one.definition.version}" for one in usable]
    whole = (months[0].start, months[-1].end)
    monthly: dict[str, Block] = {}
    totals: dict[str, Block] = {}
    if usable:
        of = "own_team" if by == "team" else by  # teams that lie in one another are not compared
        computed = ws.compute(named, by=of, grain="month", start=whole[0], end=whole[1])
        monthly = {block.kpi: block for block in computed.blocks}
        totals = {block.kpi: block for block in ws.compute_stretches(named, by=of, stretches=[whole]).blocks}
    for one in found:
        name = one.definition.kpi
        if how(one) is None or name not in monthly:
            yield _unanswered(one, by, whole)
        else:
            yield _Case(ws, one, by, months, monthly[name], totals[name]).compared()


def how(resolved: Resolved) -> How | None:
    """How a KPI is compared; None for stocks, typed values, and what looks over several periods."""
    definition = resolved.definition
    kinds = [measure.kind for measure in resolved.measures.values()]
    # The months of a stock are no independent observations: what is open in one is open in the next.
    if definition.shape is not None or "manual" in kinds or "stock" in kinds:
        return None
    if definition.unit == "percent" and all(kind in _COUNTED for kind in kinds):
        return "rates"
    if definition.unit == "count" and kinds == ["count"]:
        return "counts"
    return "averages"


def _months(ws: Workspace, start: date | None, end: date | None) -> list[Period]:
    info = ws.generation()
    if info is None:
        raise Problem("leitstern.nothing_imported", path=ws.folder)
    newest = until(info)
    last = period_of(end or newest, Grain.MONTH)
    if end is None and last.end > newest:
        last = last.previous()
    first = period_of(start, Grain.MONTH) if start else last.shifted(1 - MONTHS)
    return periods_between(first.start, last.end, Grain.MONTH)


def _unanswered(resolved: Resolved, by: By, whole: tuple[date, date]) -> Compared:
    definition = resolved.definition
    return Compared(
        definition.kpi, definition.version, definition.unit, by, *whole, None, (), None, None, None, 0,
        "not_comparable",
    )  # fmt: skip


class _Case:
    """One KPI by one kind of subject: arrays of shape (subjects, months) and (subjects,)."""

    def __init__(
        self, ws: Workspace, resolved: Resolved, by: By, months: list[Period], monthly: Block, total: Block
    ) -> None:
        self.resolved, self.by, self.months = resolved, by, months
        place = {subject.id: row for row, subject in enumerate(monthly.subjects)}
        rows = [
            row
            for row, subject in enumerate(total.subjects)
            if subject.id is not None and subject.id in place and total.rows[row].sum() > 0
        ]
        rows.sort(key=lambda row: (str(total.subjects[row].name or total.subjects[row].id).casefold(), row))
        self.subjects = [total.subjects[row] for row in rows]
        self.ids = [str(subject.id) for subject in self.subjects]
        self.total = total.only(rows)
        self.monthly = monthly.only([place[subject.id] for subject in self.subjects])
        self.there = days_there(ws, by, self.ids, months)

    def compared(self) -> Compared:
        wanted = how(self.resolved)
        done: How = "averages" if wanted is None else wanted
        if done == "rates":
            hits, tries = self._parts(self.total)
            if np.any(hits > tries + 1e-9) or np.any(hits < 0):
                done = "averages"  # not a share of the same records
            else:
                return self._answer(done, rates(hits, tries), tries)
        if done == "counts":
            value = self.monthly.outcome.value.floats()
            spread = dispersion(np.where(self.there > 0, value, 0.0), self.there)
            total = self.total.outcome.value.floats()[:, 0]
            found = counts(total, self.there.sum(axis=1) / DAYS_A_MONTH, spread)
            return self._answer(done, found, total)
        value, weight = self._by_month()
        own = by_month(value, weight)
        return self._answer("averages", averages(own.mean, own.error, float(own.months.sum())), own.months)

    def _parts(self, block: Block) -> tuple[Floats, Floats]:
        """Numerator and denominator of the whole stretch; zeros where the KPI has none."""
        above, below = block.outcome.numerator, block.outcome.denominator
        none = np.zeros(len(block.subjects))
        if above is None or below is None:
            return none, none
        return np.nan_to_num(above.floats()[:, 0]), np.nan_to_num(below.floats()[:, 0])

    def _by_month(self) -> tuple[Floats, Floats]:
        """Values by month, NaN where there was nobody, and what each stands on."""
        block = self.monthly
        shape = (len(block.subjects), len(block.periods))
        value = np.broadcast_to(block.outcome.value.floats(), shape)
        value = np.where((self.there > 0) & (block.reasons == 0), value, np.nan)
        below = block.outcome.denominator
        kinds = {measure.kind for measure in self.resolved.measures.values()}
        if below is not None:
            weight = np.nan_to_num(np.broadcast_to(below.floats(), shape))
        elif kinds & set(_MEANS):
            weight = block.rows.astype(np.float64)
        else:
            weight = self.there / np.array([(month.end - month.start).days + 1 for month in self.months])
            value = np.divide(value, weight, out=np.full(shape, np.nan), where=weight > 0)
        return value, weight

    def _answer(self, done: How, found: Comparison, n: NDArray[Any]) -> Compared:
        definition = self.resolved.definition
        subjects = tuple(
            One(
                key, str(subject.name or key), float(n[row]), number(found.raw[row]),
                number(found.estimate[row]), number(found.low[row]), number(found.high[row]),
                int(found.side[row]),
            )
            for row, (key, subject) in enumerate(zip(self.ids, self.subjects, strict=True))
        )  # fmt: skip
        return Compared(
            definition.kpi, definition.version, definition.unit, self.by, self.months[0].start,
            self.months[-1].end, done, subjects, number(found.typical), number(found.seen),
            number(found.by_chance), float(found.n), found.verdict,
        )  # fmt: skip
