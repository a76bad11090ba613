"""Reverse plans of a workspace: what its past says about leads and deals, and the plan that follows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from math import fsum, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leitstern.errors import Problem
from leitstern.insight.reverse.plan import Assumptions, Known, Needed, Plan, plan
from leitstern.insight.reverse.stages import Stage, measure, month_of
from leitstern.periods.grains import Grain, month_number, period_of

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.workspace import Workspace

#: A lead's stages by the date they begin, first to last.
LEAD_STAGES = {"lead": "created_at", "mql": "mql_at", "sql": "sql_at"}
#: What a year's rates are taken from, in months.
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Experience:
    """What was measured in a workspace: stages from lead to deal, rates, and the month (``now``) it is.

    ``over`` is the share of that month's working time that has passed; ``so_far`` counts by stage what has
    arrived in it.
    """

    as_of: date
    now: int
    over: float
    currency: str
    stages: tuple[Stage, ...]
    so_far: dict[str, int]
    known: Known

    def as_json(self) -> dict[str, Any]:
        """Plain values, from which `from_json` makes the same again."""
        return {
            "as_of": self.as_of.isoformat(),
            "now": self.now,
            "over": self.over,
            "currency": self.currency,
            "stages": [
                {f.name: _plain(getattr(stage, f.name)) for f in fields(stage)} for stage in self.stages
            ],
            "so_far": self.so_far,
            "known": asdict(self.known),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Experience:
        """The experience that `as_json` wrote."""
        stages = tuple(
            Stage(
                **{
                    **stage,
                    "won_after": np.array(stage["won_after"], float),
                    "arrived": np.array(stage["arrived"], np.int64),
                }
            )
            for stage in kept["stages"]
        )
        as_of = date.fromisoformat(kept["as_of"])
        known = Known(**kept["known"])
        return cls(as_of, kept["now"], kept["over"], kept["currency"], stages, kept["so_far"], known)


@dataclass(frozen=True, slots=True)
class ReversePlan:
    """A plan for a won value from ``start`` to ``end``; ``won`` of it has been won by ``as_of``."""

    start: date
    end: date
    target: float
    won: float
    as_of: date
    currency: str
    assumed: Assumptions
    so_far: dict[str, int]
    sellers: float | None
    plan: Plan

    def as_json(self) -> dict[str, Any]:
        """Plain values; arrays as lists by month, None where there is no value."""
        found = self.plan
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "target": self.target,
            "won": self.won,
            "as_of": self.as_of.isoformat(),
            "currency": self.currency,
            "assumptions": asdict(self.assumed),
            "months": [f"{month // 12}-{month % 12 + 1:02d}" for month in found.months],
            "value": found.value,
            "wins": found.wins,
            "so_far": self.so_far,
            "sellers": self.sellers,
            "stages": [
                {f.name: _plain(getattr(one, f.name)) for f in fields(Needed)} for one in found.stages
            ],
            **{
                name: _plain(getattr(found, name)) for name in ("spend", "meetings", "heads", "hires", "cost")
            },
        }


def experience(ws: Workspace) -> Experience:
    """Measure leads and deals; raises ``Problem`` where no generation was built yet."""
    info = ws.generation()
    if info is None:
        raise Problem("engine.no_generation", folder=ws.folder)
    now = month_number(info.as_of)
    deals = ws.facts("deal", "created_at", "won_at", "amount", "lead", "owner")
    leads = ws.facts("lead", *LEAD_STAGES.values(), "won_at")
    won = _months(deals, "won_at")
    lead_won = _months(leads, "won_at")
    began = {name: (_months(leads, date_), lead_won) for name, date_ in LEAD_STAGES.items()}
    began["deal"] = (_months(deals, "created_at"), won)
    stages = tuple(
        measure(name, months[months >= 0], wins[months >= 0], now) for name, (months, wins) in began.items()
    )
    so_far = {name: int((months == now).sum()) for name, (months, _wins) in began.items()}
    lately = (won >= now - _YEAR) & (won < now)
    return Experience(
        info.as_of, now, _over(ws, info.as_of), ws.settings.currency, stages, so_far,
        _known(ws, deals, leads, lately, now),
    )  # fmt: skip


def reverse_plan(
    ws: Workspace, target: float, start: date, end: date, assumed: Assumptions | None = None
) -> ReversePlan:
    """Plan back from a won value from ``start`` to ``end``, both included.

    Raises ``Problem``: ``analyses.period_over`` for a stretch that is over, ``reverse.no_wins`` where no
    won deal of the last twelve months says what a win is worth.
    """
    return planned(experience(ws), target, won_in(ws, start, end), start, end, assumed or Assumptions())


def won_in(ws: Workspace, start: date, end: date) -> float:
    """The value won from ``start`` to ``end`` so far."""
    [found] = ws.compute_stretches(["won_value"], stretches=[(start, end)])
    return float(found.value or 0)


def planned(
    known: Experience, target: float, won: float, start: date, end: date, assumed: Assumptions
) -> ReversePlan:
    """The plan from what was measured; the value is wanted evenly over the months from now on."""
    if end < known.as_of:
        raise Problem("analyses.period_over", end=end, as_of=known.as_of)
    if known.known.value <= 0:
        raise Problem("reverse.no_wins")
    first = max(known.now, month_number(start))
    months = month_number(end) - first + 1
    wanted = [0.0] * (first - known.now) + [target / months] * months
    return ReversePlan(
        start, end, target, won, known.as_of, known.currency, assumed, known.so_far, known.known.heads,
        plan(wanted, won, known.now, known.stages, known.known, assumed, known.over),
    )  # fmt: skip


def _known(ws: Workspace, deals: pa.Table, leads: pa.Table, lately: NDArray[np.bool_], now: int) -> Known:
    amounts = np.array([float(amount or 0) for amount in deals["amount"].to_pylist()])
    came_from = {
        lead: stages
        for lead, *stages in zip(
            leads["key"].to_pylist(),
            *(leads[date_].to_pylist() for date_ in LEAD_STAGES.values()),
            strict=True,
        )
    }
    of_wins = [
        came_from.get(lead) for lead, won in zip(deals["lead"].to_pylist(), lately, strict=True) if won
    ]
    passed = {
        name: float(np.mean([bool(stages and stages[at]) for stages in of_wins])) if of_wins else 1.0
        for at, name in enumerate(LEAD_STAGES)
    }
    created = _months(deals, "created_at")
    opened = int(((created >= now - _YEAR) & (created < now)).sum())
    # As the KPIs cost_per_lead and booked_meetings count, so that the goals made of a plan mean the same.
    spent = _sum(ws, "spend", "at", "amount", now, lambda row: row["area"] == "marketing", "area")
    came = _months(leads, "created_at")
    arrived = int(((came >= now - _YEAR) & (came < now)).sum())
    meeting = ("meeting", "demo", "visit")
    booked = _sum(ws, "activity", "booked_at", None, now, lambda row: row["kind"] in meeting, "kind")
    months, heads = _heads(ws, deals, created, now)
    return Known(
        float(amounts[lately].mean()) if lately.any() else 0.0,
        {**passed, "deal": 1.0},
        spent / arrived if arrived and spent else None,
        booked / opened if opened and booked else None,
        opened / months if months else None,
        heads or None,
    )


def _heads(ws: Workspace, deals: pa.Table, created: NDArray[np.int64], now: int) -> tuple[float, float]:
    """Full-time months of those who opened deals in the last year, and full-time sellers last quarter."""
    people = ws.organisation().people
    total, today = 0.0, 0.0
    seen: dict[int, set[str]] = {}
    for owner, month in zip(deals["owner"].to_pylist(), created, strict=True):
        if owner in people and now - _YEAR <= month < now:
            seen.setdefault(int(month), set()).add(owner)
    for owners in seen.values():
        total += sum(_share(people[owner].working_share) for owner in owners)
    active = set().union(*(seen.get(now - back, set()) for back in (1, 2, 3)))
    last = date(now // 12, now % 12 + 1, 1) - timedelta(days=1)
    today = fsum(
        _share(people[owner].working_share)
        for owner in active
        if people[owner].left is None or people[owner].left > last  # type: ignore[operator] # not None here
    )
    return total, today


def _share(share: object) -> float:
    return 1.0 if share is None else float(str(share))


def _over(ws: Workspace, as_of: date) -> float:
    """The share of a day's month that has passed with it, in working days."""
    month, calendar = period_of(as_of, Grain.MONTH), ws.settings.calendar()
    whole = calendar.working_days(month.start, month.end)
    return float(calendar.elapsed(month, as_of) / whole) if whole else 0.0


def _sum(ws: Workspace, fact: str, on: str, amount: str | None, now: int, chosen: Any, *named: str) -> float:
    """The sum (or number) of chosen records of the last twelve whole months."""
    table = ws.facts(fact, on, *named, *([amount] if amount else []))
    months = _months(table, on)
    return fsum(
        (float(row[amount] or 0) if amount else 1.0)
        for row, month in zip(table.to_pylist(), months, strict=True)
        if now - _YEAR <= month < now and chosen(row)
    )


def _months(table: pa.Table, column: str) -> NDArray[np.int64]:
    """Months of a column's days; -1 where there is none."""
    days = table[column].to_numpy(zero_copy_only=False).astype("datetime64[D]")
    return np.where(np.isnat(days), np.int64(-1), month_of(days))


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [_plain(one) for one in value.tolist()]
    return None if isinstance(value, float) and not isfinite(value) else value
