"""Customers of a workspace: what they cost, how long they stay, what they are worth, and what they say.

`customers` puts together what the page shows; each part is a question of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from leitstern.analyses.customers_answers import Answers, answers
from leitstern.analyses.customers_cost import Acquired, acquired
from leitstern.analyses.customers_data import Data, Floats, year_until
from leitstern.analyses.customers_value import NAMED, Worth, worth
from leitstern.analyses.plain import number, numbers
from leitstern.insight.customers import acquisition as costs
from leitstern.insight.customers import cohorts as by_age
from leitstern.insight.customers.shares import Concentration, concentration
from leitstern.periods.grains import Period

if TYPE_CHECKING:
    from leitstern.workspace import Workspace


def acquisition(ws: Workspace, grain: str = "quarter") -> Acquired:
    """What a new customer cost, by month, quarter or year: `leitstern.insight.customers.acquisition`.

    New customers are the first won deals of companies, by closing date, as in the KPI
    `customer_acquisition_cost`. Raises ``Problem`` for an unknown grain.
    """
    return acquired(Data(ws), grain)


@dataclass(frozen=True, slots=True)
class Followed:
    """Cohorts by first purchase. ``older`` customers bought before purchases were recorded: no cohort."""

    grain: str
    periods: tuple[Period, ...]
    found: by_age.Cohorts
    older: int
    unknown: int
    source: str

    def as_json(self) -> dict[str, Any]:
        """Plain values; ages that are not over are left out."""
        found = self.found
        rows = []
        for at, period in enumerate(self.periods):
            lived = ~np.isnan(found.active[at])
            rows.append(
                {
                    "period": period.label, "size": int(found.size[at]),
                    "active": numbers(found.active[at][lived]),
                    "retained": numbers(found.active[at][lived] / found.size[at]),
                    "revenue": numbers(found.revenue[at][lived]),
                    "per_customer": numbers(found.per_customer[at][lived]),
                }
            )  # fmt: skip
        retained = [
            {"age": age, "n": int(n), "share": number(share), "low": number(low), "high": number(high)}
            for age, (n, share, low, high) in enumerate(
                zip(found.at_risk, found.retained, found.low, found.high, strict=True)
            )
            if not np.isnan(share)
        ]
        return {
            "grain": self.grain, "rows": rows, "retained": retained, "older": self.older,
            "unknown": self.unknown, "source": self.source, "n": found.n, "verdict": found.verdict,
        }  # fmt: skip


def cohorts(ws: Workspace, grain: str = "quarter") -> Followed:
    """Who still buys, and how much, by first purchase: `leitstern.insight.customers.cohorts`."""
    return _cohorts(Data(ws), grain)


def _cohorts(data: Data, grain: str) -> Followed:
    bought = data.purchases
    older = data.older()
    mine = ~older[bought.customer] if len(bought.customer) else np.zeros(0, bool)
    begun = data.index(data.first_day + timedelta(days=27), grain)
    index = data.indexes(bought.day, grain)
    found = by_age.cohorts(
        bought.customer[mine],
        index[mine],
        bought.amount[mine],
        data.last_over(grain),
        begun,
        bought.bought[mine],
    )
    periods = tuple(data.period(int(one), grain) for one in found.first)
    return Followed(grain, periods, found, int(older.sum()), bought.unknown, bought.source)


def payback(ws: Workspace) -> costs.Payback:
    """Months until a new customer's margin has paid what winning one cost in the last twelve months."""
    data = Data(ws)
    return _payback(data, acquired(data, "year"))


def _payback(data: Data, cost_of: Acquired) -> costs.Payback:
    bought = data.purchases
    mine = ~data.older()[bought.customer] if len(bought.customer) else np.zeros(0, bool)
    begun = data.index(data.first_day + timedelta(days=27), "month")
    index = data.indexes(bought.day, "month")
    margin = np.nan_to_num(bought.margin) if bought.margin_share is not None else np.zeros(len(bought.margin))
    found = by_age.cohorts(
        bought.customer[mine], index[mine], margin[mine], data.last_over("month"), begun, bought.bought[mine]
    )
    cost = float(cost_of.year.cost[0]) if bought.margin_share is not None else np.nan
    return costs.payback(cost, found.revenue, found.size)


def value(ws: Workspace, months: int = 12) -> Worth:
    """What customers will bring within ``months``: BG/NBD times Gamma-Gamma, if a trial backs it."""
    return worth(Data(ws), months)


def surveys(ws: Workspace, grain: str = "quarter") -> Answers:
    """Recommendation (NPS) and satisfaction (CSAT) of customers: `leitstern.insight.customers.surveys`.

    Counted as the KPIs `nps` and `csat` do: scores of 0 to 10, and the top two of the scale. Raises
    ``Problem`` for an unknown grain.
    """
    return answers(Data(ws), grain)


@dataclass(frozen=True, slots=True)
class Spread:
    """How the revenue of the last 365 days spreads over customers."""

    found: Concentration
    value: Floats
    keys: tuple[str, ...]
    names: dict[str, str]
    total: float

    def as_json(self) -> dict[str, Any]:
        """Plain values, with the first customers by name."""
        found = self.found
        first = [
            {
                "id": self.keys[place], "name": self.names.get(self.keys[place], self.keys[place]),
                "value": number(self.value[place]), "share": number(found.share[at]),
                "upto": number(found.upto[at]),
            }
            for at, place in enumerate(found.order[:NAMED].tolist())
        ]  # fmt: skip
        return {
            "customers": first, "total": number(self.total), "largest": number(found.largest),
            "top_ten": number(found.top_ten), "top_fifth": number(found.top_fifth), "for_80": found.for_80,
            "equals": number(found.equals), "n": found.n, "verdict": found.verdict,
        }  # fmt: skip


def shares(ws: Workspace) -> Spread:
    """How much of the last 365 days' revenue hangs on how few: `leitstern.insight.customers.shares`."""
    return _shares(Data(ws))


def _shares(data: Data) -> Spread:
    bought = data.purchases
    recent = bought.day >= np.datetime64(year_until(data.today))
    worth = np.zeros(len(bought.keys))
    np.add.at(worth, bought.customer[recent], bought.amount[recent])
    return Spread(
        concentration(worth), worth, tuple(bought.keys), data.names(), float(worth[worth > 0].sum())
    )


@dataclass(frozen=True, slots=True)
class Customers:
    """All of it, as the page shows it."""

    as_of: str
    currency: str
    acquired: Acquired
    payback: costs.Payback
    followed: Followed
    worth: Worth
    spread: Spread
    answers: Answers

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        back = self.payback
        return {
            "as_of": self.as_of, "currency": self.currency, "acquisition": self.acquired.as_json(),
            "payback": {
                "months": back.months, "observed": back.observed, "margin": numbers(back.margin),
                "cost": number(back.cost), "n": back.n, "verdict": back.verdict,
            },
            "cohorts": self.followed.as_json(), "value": self.worth.as_json(),
            "shares": self.spread.as_json(), "surveys": self.answers.as_json(),
        }  # fmt: skip


def customers(ws: Workspace, grain: str = "quarter", months: int = 12) -> Customers:
    """Cost, payback, cohorts, value ahead, shares, answers. Raises ``Problem`` where nothing was imported."""
    data = Data(ws)
    cost = acquired(data, grain)
    return Customers(
        data.today.isoformat(), ws.settings.currency, cost, _payback(data, cost),
        _cohorts(data, grain), worth(data, months), _shares(data), answers(data, grain),
    )  # fmt: skip
