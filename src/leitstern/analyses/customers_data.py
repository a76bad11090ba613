"""What the analyses of customers read: purchases, spending, new customers and answers, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leitstern.errors import Problem
from leitstern.periods.grains import Grain, Period, arithmetic, from_index, index_of

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.info import GenerationInfo
    from leitstern.workspace import Workspace

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]

#: Spending on winning customers; what else there is in the fact is not theirs.
AREAS = ("marketing", "sales")
KINDS = ("media", "people", "tools", "events", "other")


@dataclass(frozen=True, slots=True)
class Purchases:
    """Invoices (or won deals, where there are no invoices) of known customers; shape (records,).

    ``customer`` are places in ``keys``. ``bought`` is False for credit notes, whose amounts are negative.
    ``margin`` is amount less cost; where a record has no cost, the amount times ``margin_share``, that of all
    records with costs (None: there are none, and all margins are NaN). ``unknown`` counts records without a
    customer.
    """

    source: str
    keys: list[str]
    customer: Codes
    day: Days
    amount: Floats
    margin: Floats
    bought: Bools
    margin_share: float | None
    unknown: int


class Data:
    """A workspace's customers; everything is read once. Raises ``Problem`` where nothing was imported."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        info = ws.generation()
        if info is None:
            raise Problem("leitstern.nothing_imported", path=ws.folder)
        self.info: GenerationInfo = info
        self.today = until(info)

    @cached_property
    def purchases(self) -> Purchases:
        """The purchases up to today."""
        table = self.ws.facts("invoice", "kind", "company", "amount", "cost", "at")
        if table.num_rows:
            return self._purchases("invoice", table, "at", texts(table, "kind"))
        table = self.ws.facts("deal", "status", "company", "amount", "cost", "closed_at")
        won = np.array([status == "won" for status in table["status"].to_pylist()], bool)
        table = table.filter(won)
        return self._purchases("deal", table, "closed_at", [None] * table.num_rows)

    def _purchases(self, source: str, table: pa.Table, on: str, kinds: list[str | None]) -> Purchases:
        company, day = texts(table, "company"), days(table, on)
        amount, cost = floats(table, "amount"), floats(table, "cost")
        dated = ~np.isnat(day) & (day <= np.datetime64(self.today)) & ~np.isnan(amount)
        known = dated & np.array([key is not None for key in company], bool)
        keys = sorted({key for key, used in zip(company, known, strict=True) if used and key})
        place = {key: at for at, key in enumerate(keys)}
        customer = np.array([place.get(key or "", -1) for key in company], np.int64)
        bought = np.array([kind != "credit_note" for kind in kinds], bool) & (amount > 0)
        costed = known & ~np.isnan(cost)
        turnover = float(amount[costed].sum())
        share = float((amount - cost)[costed].sum()) / turnover if turnover > 0 else None
        margin = np.where(np.isnan(cost), amount * (np.nan if share is None else share), amount - cost)
        unknown = int((dated & ~known).sum())
        return Purchases(
            source,
            keys,
            customer[known],
            day[known],
            amount[known],
            margin[known],
            bought[known],
            share,
            unknown,
        )

    @property
    def first_day(self) -> date:
        """The day from which purchases are recorded."""
        day = self.purchases.day
        return self.today if len(day) == 0 else day.min().item()

    def older(self) -> Bools:
        """Whether each customer was one before purchases were recorded; shape (keys,)."""
        table = self.ws.facts("company", "customer_since")
        since = dict(zip(table["key"].to_pylist(), table["customer_since"].to_pylist(), strict=True))
        begun = self.first_day
        return np.array([(since.get(key) or begun) < begun for key in self.purchases.keys], bool)

    def period(self, index: int, grain: str) -> Period:
        """The period with this index."""
        return from_index(index, grain, self.ws.settings.fiscal_year_start)

    def index(self, day: date, grain: str) -> int:
        """The index of the period that holds a day."""
        return index_of(day, grain, self.ws.settings.fiscal_year_start)

    def indexes(self, day: Days, grain: str) -> Codes:
        """The indexes of the periods that hold days."""
        rule = arithmetic(Grain(grain), self.ws.settings.fiscal_year_start)
        if rule.base == "day":
            number = day.astype("datetime64[D]").astype(np.int64) + date(1970, 1, 1).toordinal()
        else:
            number = day.astype("datetime64[M]").astype(np.int64) + 1970 * 12
        return np.asarray(rule.of(number), np.int64)

    def last_over(self, grain: str) -> int:
        """The last period that is over."""
        index = self.index(self.today, grain)
        return index if self.period(index, grain).end == self.today else index - 1

    def names(self) -> dict[str, str]:
        """Names of customers by key."""
        return dict(self.ws.subjects("customer"))


def until(info: GenerationInfo) -> date:
    """The last day that is known: the newest record's, which with old data lies before the generation's."""
    newest = [fact.newest for fact in info.facts.values() if fact.newest is not None]
    return min(max(newest, default=info.as_of), info.as_of)


def days(table: pa.Table, name: str) -> Days:
    """A column of dates; NaT where there is none."""
    return np.asarray(table[name].to_numpy(zero_copy_only=False), "datetime64[D]")


def texts(table: pa.Table, name: str) -> list[str | None]:
    """A column of texts or keys."""
    found: list[str | None] = table[name].to_pylist()
    return found


def floats(table: pa.Table, name: str) -> Floats:
    """A column of amounts or numbers; NaN where there is none."""
    return np.array([np.nan if v is None else float(v) for v in table[name].to_pylist()], np.float64)


def year_until(last: date) -> date:
    """The first of the 365 days that end with ``last``."""
    return last - timedelta(days=364)
