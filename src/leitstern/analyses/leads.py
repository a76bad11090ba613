"""Leading, lagging or vanity: what KPI files claim, held against the workspace's weekly values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from leitstern.insight.leads import Claim, Finding, TradeOff
from leitstern.insight.leads import leads as test_leads
from leitstern.insight.leads import tradeoffs as find_tradeoffs
from leitstern.insight.leads.findings import USEFUL
from leitstern.kpis.singling import singles_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leitstern.kpis.definition import Definition, Measure
    from leitstern.workspace import Workspace

#: What marketing and sales are for: each leading KPI is tested against these, besides what it claims to
#: drive.
ENDS = ("new_leads", "won_deals")
#: A week that ended longer ago says little about how things work now.
LONGEST_WEEKS, TRADEOFF_WEEKS = 260, 156
#: What is known of each week from the calendar.
CALENDAR = 4


@dataclass(frozen=True, slots=True)
class Weekly:
    """Weekly values of the company by KPI, NaN where there is none; ``weeks`` are their Mondays.

    ``beside`` (weeks, ``CALENDAR``): each week's working days, and how many of its days are between 24
    December and 6 January, in a month's first seven days, and in its last seven.
    """

    weeks: tuple[date, ...]
    values: Mapping[str, NDArray[np.float64]]
    beside: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leads:
    """``claimed``: what KPI files say that a KPI drives. ``ends``: KPIs said to lead, against ``ENDS``.

    Each list is a family of its own: of the leads it calls, at most 10 % are false on average.
    """

    weeks: tuple[date, ...]
    timing: Mapping[str, str]
    claimed: tuple[Finding, ...]
    ends: tuple[Finding, ...]

    def of(self, kpi: str) -> tuple[Finding, ...]:
        """The findings about one KPI: its own claims first."""
        return tuple(one for one in (*self.claimed, *self.ends) if one.claim.kpi == kpi)

    def main(self, kpi: str) -> Finding | None:
        """The finding that sums up a KPI; None where nothing was asked.

        The surest lead; else that no useful lead is shown, for the last of ``ENDS`` that it is shown for;
        else what was found for the last of them, or for the first outcome the KPI claims.
        """
        found = self.of(kpi)
        leading = [one for one in found if one.verdict == "leads"]
        if leading:
            return min(leading, key=lambda one: one.q or 0.0)
        by_end = [one for end in reversed(ENDS) for one in found if one.claim.outcome == end]
        return next((one for one in (*by_end, *found) if one.verdict == "no_lead"), None) or next(
            iter((*by_end, *found)), None
        )

    def as_json(self, kpi: str | None = None) -> dict[str, Any]:
        """``{from, to, weeks, useful, kpis: [{kpi, timing, main, claimed: [finding], ends: [finding]}]}``.

        A finding is ``{kpi, outcome, sign, verdict, n, first, last, peak, effect, low, high, ceiling, p, q,
        reason}``; lags in weeks, effects as correlations. With ``kpi``, only that one.
        """
        named = [kpi] if kpi else [name for name in self.timing if self.of(name)]
        summed = {name: self.main(name) for name in named}
        return {
            "from": self.weeks[0].isoformat() if self.weeks else None,
            "to": self.weeks[-1].isoformat() if self.weeks else None,
            "weeks": len(self.weeks),
            "useful": USEFUL,
            "kpis": [
                {
                    "kpi": name,
                    "timing": self.timing[name],
                    "main": None if (one := summed[name]) is None else one.as_json(),
                    "claimed": [one.as_json() for one in self.claimed if one.claim.kpi == name],
                    "ends": [one.as_json() for one in self.ends if one.claim.kpi == name],
                }
                for name in named
            ],
        }


def leads(ws: Workspace) -> Leads:
    """All claims of the catalogue, tested on the company's weekly values.

    KPIs whose weeks share their records (rolling, to date, growth) cannot be tested week by week, nor
    cohorts, whose week is known only long after. Those that can single out people are left out. Raises
    ``Problem`` where no generation was built yet.
    """
    known = {one.kpi: one for one in ws.catalogue if not singles_out(ws.catalogue.resolved(one.kpi))}
    weekly = weekly_values(ws, list(known), LONGEST_WEEKS)
    claims = [
        Claim(one.kpi, outcome, _sign(one, known[outcome]))
        for one in known.values()
        for outcome in one.drives
        if outcome in known
    ]
    own = {(claim.kpi, claim.outcome) for claim in claims}
    ends = [
        Claim(one.kpi, end, _sign(one, known[end]))
        for one in known.values()
        for end in ENDS
        if one.timing == "leading" and end in known and one.kpi not in ENDS[ENDS.index(end) :]
        if (one.kpi, end) not in own
    ]
    return Leads(
        weekly.weeks,
        {one.kpi: one.timing for one in known.values()},
        tuple(_tested(ws, weekly, claims)),
        tuple(_tested(ws, weekly, ends)),
    )


@dataclass(frozen=True, slots=True)
class TradeOffs:
    """Pairs of which one got better as the other got worse; ``tried`` pairs were looked at."""

    weeks: tuple[date, ...]
    tried: int
    found: tuple[TradeOff, ...]

    def as_json(self) -> dict[str, Any]:
        """``{from, to, weeks, tried, found: [{first, second, n, lag, effect, low, high, p, q}]}``."""
        return {
            "from": self.weeks[0].isoformat() if self.weeks else None,
            "to": self.weeks[-1].isoformat() if self.weeks else None,
            "weeks": len(self.weeks),
            "tried": self.tried,
            "found": [one.as_json() for one in self.found],
        }


def tradeoffs(ws: Workspace, kpis: Sequence[str] | None = None) -> TradeOffs:
    """Empirical trade-offs between ``kpis`` (default: all) in the last three years, as hints.

    Pairs that share a measure are left out: they hang together by how they are built; so are KPIs that can
    single out people. At most 10 % of the
    pairs called are false on average. Raises ``Problem`` for an unknown KPI, and where no generation was
    built.
    """
    names = list(kpis) if kpis is not None else [one.kpi for one in ws.catalogue]
    names = [name for name in names if not singles_out(ws.catalogue.resolved(name))]
    chosen = [one for one in map(ws.catalogue.get, names) if one.good != "between"]
    testable = [one for one in chosen if not untestable(ws, one)]
    weekly = weekly_values(ws, [one.kpi for one in testable], TRADEOFF_WEEKS)
    parts = {one.kpi: _parts(ws, one.kpi) for one in testable}
    pairs = [(a.kpi, b.kpi) for a, b in combinations(testable, 2) if not parts[a.kpi] & parts[b.kpi]]
    signs = {one.kpi: 1 if one.good == "up" else -1 for one in testable}
    return TradeOffs(
        weekly.weeks, len(pairs), tuple(find_tradeoffs(weekly.values, signs, pairs, weekly.beside))
    )


def weekly_values(ws: Workspace, kpis: Sequence[str], longest: int) -> Weekly:
    """The company's finished weeks, at most ``longest``, to the last for which most sources are there."""
    blocks = ws.compute(kpis, grain="week").blocks if kpis else ()
    if not blocks:
        return Weekly((), {}, np.zeros((0, CALENDAR)))
    finished = np.stack([block.finished for block in blocks])
    with_source = finished[finished.any(axis=1)]
    full = np.flatnonzero(with_source.sum(axis=0) * 2 > len(with_source))
    end = int(full[-1]) + 1 if len(full) else 0
    begin = max(0, end - longest)
    values = {}
    for block in blocks:
        row = np.array(block.outcome.value.floats()[0], dtype=np.float64)
        unknown = (block.reasons[0] != 0) | ~block.finished
        values[block.kpi] = np.where(unknown, np.nan, row)[begin:end]
    weeks = tuple(period.start for period in blocks[0].periods[begin:end])
    return Weekly(weeks, values, _beside(ws, weeks))


def _beside(ws: Workspace, weeks: Sequence[date]) -> NDArray[np.float64]:
    calendar = ws.settings.calendar()
    rows = []
    for monday in weeks:
        days = [monday + timedelta(days=day) for day in range(7)]
        quiet = sum((day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 6) for day in days)
        begin = sum(day.day <= 7 for day in days)
        end = sum((day + timedelta(days=7)).month != day.month for day in days)
        rows.append([float(calendar.working_days(days[0], days[-1])), quiet, begin, end])
    return np.array(rows, dtype=np.float64).reshape(len(weeks), CALENDAR)


def _tested(ws: Workspace, weekly: Weekly, claims: Sequence[Claim]) -> Iterator[Finding]:
    """A finding for each claim, in their order."""
    reasons = [
        untestable(ws, ws.catalogue.get(c.kpi)) or untestable(ws, ws.catalogue.get(c.outcome)) for c in claims
    ]
    asked = [claim for claim, reason in zip(claims, reasons, strict=True) if reason is None]
    found = iter(test_leads(weekly.values, asked, beside=weekly.beside))
    for claim, reason in zip(claims, reasons, strict=True):
        yield next(found) if reason is None else Finding(claim, "too_little", 0, reason=reason)


def untestable(ws: Workspace, kpi: Definition) -> str | None:
    """Why a KPI's weeks cannot be compared one by one: ``overlaps``, ``known_late``; None if they can."""
    if kpi.shape is not None:
        return "overlaps"
    measures = ws.catalogue.resolved(kpi.kpi).measures.values()
    return "known_late" if any(one.kind == "conversion" for one in measures) else None


def _sign(kpi: Definition, outcome: Definition) -> int:
    """In which direction the outcome should move as the KPI rises, if both are to get better."""
    directions = {"up": 1, "down": -1, "between": 0}
    return directions[kpi.good] * directions[outcome.good]


def _parts(ws: Workspace, kpi: str) -> set[str]:
    measures: dict[str, Measure] = ws.catalogue.resolved(kpi).measures
    return {measure.model_dump_json() for measure in measures.values()}
