"""What new customers cost: spending by kind over first won deals, by period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from leitstern.analyses.customers_data import AREAS, KINDS, Data, Floats, days, floats
from leitstern.analyses.plain import number
from leitstern.insight.customers import acquisition as costs
from leitstern.periods.grains import Period

#: The most periods that are told.
PERIODS = 16


@dataclass(frozen=True, slots=True)
class Acquired:
    """Cost of new customers by period, and over the last twelve months that are complete (``year``).

    ``complete`` says of each period whether its spending and its customers are all there. ``people`` is
    whether people's cost is part of the spending: without it the cost is too low.
    """

    grain: str
    periods: tuple[Period, ...]
    complete: tuple[bool, ...]
    found: costs.Acquisition
    year: costs.Acquisition
    year_from: Period
    year_to: Period
    people: bool

    def as_json(self) -> dict[str, Any]:
        """Plain values; None where there is no cost."""
        rows = [
            {
                "period": period.label, "from": period.start.isoformat(), "to": period.end.isoformat(),
                "complete": complete, **_cost_json(self.found, at),
            }
            for at, (period, complete) in enumerate(zip(self.periods, self.complete, strict=True))
        ]  # fmt: skip
        year = {"from": self.year_from.start.isoformat(), "to": self.year_to.end.isoformat()}
        return {
            "grain": self.grain, "people": self.people, "periods": rows,
            "year": {**year, **_cost_json(self.year, 0)}, "n": self.found.n, "verdict": self.year.verdict,
        }  # fmt: skip


def _cost_json(found: costs.Acquisition, at: int) -> dict[str, Any]:
    parts = {kind: number(found.parts[row, at]) for row, kind in enumerate(KINDS)}
    return {
        "spent": number(found.spent[at]), "won": number(found.won[at]), "cost": number(found.cost[at]),
        "low": number(found.low[at]) if found.won[at] else None, "high": number(found.high[at]),
        "parts": parts,
    }  # fmt: skip


def acquired(data: Data, grain: str) -> Acquired:
    spent, won, first = _months(data)
    last_index = data.index(data.today, grain)
    month_of = [data.period(first + at, "month").start for at in range(spent.shape[1])]
    index = np.array([data.index(day, grain) for day in month_of], np.int64)
    shown = np.arange(max(int(index.min(initial=last_index)), last_index - PERIODS + 1), last_index + 1)
    by_period = np.stack([spent[:, index == one].sum(axis=1) for one in shown], axis=1)
    won_by_period = np.array([won[index == one].sum() for one in shown])
    last_month = _last_complete_month(data)
    ends = data.period(last_month, "month").end
    begun = month_of[0] if month_of else data.today
    periods = tuple(data.period(int(one), grain) for one in shown)
    of_year = slice(max(last_month - 11 - first, 0), max(last_month - first + 1, 0))
    year = costs.acquisition(spent[:, of_year].sum(axis=1, keepdims=True), won[of_year].sum(keepdims=True))
    return Acquired(
        grain,
        periods,
        tuple(begun <= period.start and period.end <= ends for period in periods),
        costs.acquisition(by_period, won_by_period),
        year,
        data.period(first + of_year.start, "month"),
        data.period(last_month, "month"),
        bool(spent[KINDS.index("people")].sum() > 0),
    )


def _months(data: Data) -> tuple[Floats, Floats, int]:
    """Spending by kind and month, new customers by month, and the first month's index.

    The months begin with the first full one in which both are recorded.
    """
    spend = data.ws.facts("spend", "kind", "area", "amount", "at")
    deals = data.ws.facts("deal", "status", "is_first", "closed_at")
    new = np.array(
        [
            s == "won" and bool(f)
            for s, f in zip(deals["status"].to_pylist(), deals["is_first"].to_pylist(), strict=True)
        ],
        bool,
    )
    paid_on, won_on = days(spend, "at"), days(deals, "closed_at")
    area = np.array([one in AREAS for one in spend["area"].to_pylist()], bool)
    used = area & ~np.isnat(paid_on)
    new &= ~np.isnat(won_on)
    last = data.index(data.today, "month")
    begins = [known.min() for known in (paid_on[used], won_on[new]) if len(known)]
    first_day = max(begins).item() if len(begins) == 2 else data.today
    first = data.index(first_day + timedelta(days=27), "month") if len(begins) == 2 else last
    first = min(first, last)
    count = last - first + 1
    spent, won = np.zeros((len(KINDS), count)), np.zeros(count)
    kind = np.array(
        [KINDS.index(k) if k in KINDS else KINDS.index("other") for k in spend["kind"].to_pylist()], np.int64
    )
    at = data.indexes(np.where(used, paid_on, np.datetime64("1970-01-01")), "month") - first
    inside = used & (at >= 0) & (at < count)
    np.add.at(spent, (kind[inside], at[inside]), floats(spend, "amount")[inside])
    of_deal = data.indexes(np.where(new, won_on, np.datetime64("1970-01-01")), "month") - first
    inside = new & (of_deal >= 0) & (of_deal < count)
    np.add.at(won, of_deal[inside], 1.0)
    return spent, won, first


def _last_complete_month(data: Data) -> int:
    """The last month that is over and for which spending was delivered."""
    newest = data.info.facts["spend"].newest if "spend" in data.info.facts else None
    over = data.last_over("month")
    return over if newest is None else min(over, data.index(newest, "month"))
