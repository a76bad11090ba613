"""The pipeline forecast: what is won by week and month from open deals and from those not open yet.

Chances of open deals are the mean of the hazard (`hazard`) and, where scikit-learn is there and enough deals
were won, of boosting on top of it (`boosting`); deals that are not open yet come from `arrivals`; level and
intervals from the model's own past errors (`errors`). Deals are modelled, never people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from leitstern.insight.pipeline import errors, track
from leitstern.insight.pipeline.deals import Deals, Floats, Ints, snapshot
from leitstern.insight.pipeline.errors import Past
from leitstern.insight.pipeline.track import COUNT, NEW, OPEN, VALUE, View

#: Deals won that a forecast needs.
LEAST_WON = 30
#: Weekly snapshots of the past that are looked at, and the days of history the first of them needs.
SNAPSHOTS, FIRST_AFTER = 60, 28
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One week or month, ``start`` to ``end`` (both included), seen from the day of the forecast.

    Values are in the workspace's currency: ``so_far`` won before, ``open`` and ``new`` expected from deals
    open now and from those that are not; ``low`` and ``high`` bound the whole (with ``so_far``) in 80 of 100
    cases, None where there are too few past errors; ``n`` is the number of past windows behind them.
    """

    start: date
    end: date
    so_far: float
    open: float
    new: float
    low: float | None
    high: float | None
    deals_so_far: int
    deals_open: float
    deals_new: float
    deals_low: float | None
    deals_high: float | None
    n: int

    @property
    def total(self) -> float:
        """Expected won value of the whole period."""
        return self.so_far + self.open + self.new

    @property
    def deals(self) -> float:
        """Expected number of deals won in the whole period."""
        return self.deals_so_far + self.deals_open + self.deals_new


@dataclass(frozen=True, slots=True)
class Told:
    """A past forecast over ``days`` days and what happened."""

    day: date
    days: int
    forecast: float
    happened: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """An open deal by its row: what it would bring, its chance by the end of each month, and what is
    expected of it."""

    row: int
    stage: int
    days_in_stage: int
    worth: float
    chances: tuple[float, ...]
    expected: float


@dataclass(frozen=True, slots=True)
class PipelineForecast:
    """``verdict`` is ``ok`` or ``too_little``; ``n`` counts the deals won that it stands on.

    ``tools`` is what CRM tools show (open amounts times their stage's win rate, without time). ``boosted``
    says whether boosting took part. ``bias`` and ``wape`` are of ``told``, None where nothing can be told
    yet.
    """

    verdict: Literal["ok", "too_little"]
    n: int
    day: date
    open_deals: int
    weeks: tuple[Line, ...] = ()
    months: tuple[Line, ...] = ()
    deals: tuple[OpenDeal, ...] = ()
    told: tuple[Told, ...] = ()
    tools: float = 0.0
    boosted: bool = False

    @property
    def bias(self) -> float | None:
        """Sum of past forecasts over the sum of what happened, minus 1."""
        happened = sum(one.happened for one in self.told)
        return sum(one.forecast for one in self.told) / happened - 1 if happened else None

    @property
    def wape(self) -> float | None:
        """Sum of absolute errors of past forecasts over the sum of what happened."""
        happened = sum(one.happened for one in self.told)
        return sum(abs(one.forecast - one.happened) for one in self.told) / happened if happened else None

    @property
    def coverage(self) -> float | None:
        """Share of past forecasts with an interval whose outcome lay in it."""
        inside = [
            one.low <= one.happened <= one.high
            for one in self.told
            if one.low is not None and one.high is not None
        ]
        return sum(inside) / len(inside) if inside else None


def forecast(
    deals: Deals,
    day: int,
    *,
    weeks: int = 13,
    days_off: Ints | None = None,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> PipelineForecast:
    """The forecast at the end of ``day`` (a day number), for so many weeks and for the months up to their
    end.

    ``days_off`` are day numbers on which nobody works besides weekends, past and coming.
    """
    n = int((deals.won & (deals.closed <= day)).sum())
    today = _date(day)
    if n < LEAST_WON:
        return PipelineForecast("too_little", n, today, len(snapshot(deals, day).deal))
    week_ends, month_ends = _week_ends(today, weeks), _month_ends(today, today + timedelta(days=7 * weeks))
    horizons = np.unique([(end - today).days for end in (*week_ends, *month_ends)])
    views = track.roll(deals, _days(deals, day), horizons, last=day, days_off=days_off, tell=tell)
    record = errors.past(views, horizons)
    make = _Maker(deals, day, horizons, views, record)
    return PipelineForecast(
        "ok", n, today, len(views[-1].found.deal),
        tuple(make.line(end - timedelta(days=6), end) for end in week_ends),
        tuple(make.line(end.replace(day=1), end) for end in month_ends),
        make.open_deals([(end - today).days for end in month_ends]),
        make.told(),
        float(views[-1].tools[VALUE]),
        views[-1].boosted,
    )  # fmt: skip


def _days(deals: Deals, day: int) -> Ints:
    """Weekly snapshots up to ``day``, on its weekday."""
    first = max(deals.first_close + FIRST_AFTER, day - 7 * SNAPSHOTS)
    return np.arange(day - 7 * max((day - first) // 7, 0), day + 1, 7)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Lines, past forecasts and deals from the snapshots; the last snapshot is today's."""

    deals: Deals
    day: int
    horizons: Ints
    views: list[View]
    record: Past

    def line(self, start: date, end: date) -> Line:
        """One period that ends after today; what was won in it before counts as ``so_far``."""
        until = self._place(end)
        before = self._place(start - timedelta(days=1)) if _number(start) - 1 > self.day else -1
        now = self.record.forecast[-1]
        part = now[until] - (now[before] if before >= 0 else 0)
        part = np.maximum(part, 0.0)
        so_far = self._won(_number(start), self.day)
        bounds = [self._interval(float(part[:, unit].sum()), before, until, unit) for unit in (VALUE, COUNT)]
        value, count = ((b.low, b.high) if b else (None, None) for b in bounds)
        return Line(
            start, end, so_far[VALUE], float(part[OPEN, VALUE]), float(part[NEW, VALUE]),
            _plus(value[0], so_far[VALUE]), _plus(value[1], so_far[VALUE]),
            int(so_far[COUNT]), float(part[OPEN, COUNT]), float(part[NEW, COUNT]),
            _plus(count[0], so_far[COUNT]), _plus(count[1], so_far[COUNT]),
            bounds[0].n if bounds[0] else 0,
        )  # fmt: skip

    def _interval(self, value: float, before: int, until: int, unit: int) -> errors.Interval | None:
        return errors.interval(self.record, len(self.views) - 1, value, before, until, unit)

    def _place(self, end: date) -> int:
        return int(np.flatnonzero(self.horizons == _number(end) - self.day)[0])

    def _won(self, start: int, end: int) -> tuple[float, float]:
        """Value and number won from ``start`` to ``end``."""
        rows = self.deals.won & (self.deals.closed >= start) & (self.deals.closed <= end)
        return float(np.nan_to_num(self.deals.value[rows]).sum()), float(rows.sum())

    def told(self) -> tuple[Told, ...]:
        """Past forecasts over about four weeks that are over."""
        place = int(np.argmin(np.abs(self.horizons - 28)))
        days = int(self.horizons[place])
        said, got = self.record.window(-1, place, VALUE)
        out = []
        for number in np.flatnonzero(~np.isnan(got)):
            bound = errors.interval(self.record, int(number), float(said[number]), -1, place, VALUE)
            low, high = (bound.low, bound.high) if bound else (None, None)
            out.append(
                Told(
                    _date(int(self.record.days[number])),
                    days,
                    float(said[number]),
                    float(got[number]),
                    low,
                    high,
                )
            )
        return tuple(out)

    def open_deals(self, ends: list[int]) -> tuple[OpenDeal, ...]:
        """All open deals, those of which most is expected first."""
        view = self.views[-1]
        places = [int(np.flatnonzero(self.horizons == end)[0]) for end in ends]
        factor = self.record.factors[-1][places, OPEN, VALUE]
        chances: Floats = np.minimum(view.chances[places] * factor[:, None], 1.0)
        chances = np.maximum.accumulate(chances, axis=0)
        worth = np.nan_to_num(view.worth)
        order = np.argsort(-chances[-1] * worth, kind="stable")
        return tuple(
            OpenDeal(
                int(view.found.deal[i]), int(view.found.stage[i]), int(view.found.age[i]), float(worth[i]),
                tuple(float(c) for c in chances[:, i]), float(chances[-1, i] * worth[i]),
            )
            for i in order
        )  # fmt: skip


def _plus(bound: float | None, so_far: float) -> float | None:
    return None if bound is None else bound + so_far


def _week_ends(today: date, weeks: int) -> list[date]:
    """The Sundays that end this week (the next one if it is over) and those after it."""
    first = today + timedelta(days=(6 - today.weekday()) or 7)
    return [first + timedelta(days=7 * week) for week in range(weeks)]


def _month_ends(today: date, last: date) -> list[date]:
    """The ends of months after ``today``, up to ``last``, at least the next one."""
    ends: list[date] = []
    end = _month_end(today if _month_end(today) > today else today + timedelta(days=1))
    while not ends or end <= last:
        ends.append(end)
        end = _month_end(end + timedelta(days=1))
    return ends


def _month_end(day: date) -> date:
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return following - timedelta(days=1)


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _date(number: int) -> date:
    return _EPOCH + timedelta(days=int(number))
