"""Forecasts at past snapshots, each made from what was known on its day, beside what happened.

The last snapshot is the present forecast; the others are its track record: they give the correction of the
level and the width of the intervals. Deals of one company share its shocks, so that intervals are never
taken from their independence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leitstern.insight.pipeline import boosting, hazard
from leitstern.insight.pipeline.arrivals import expected_begun, first_stages
from leitstern.insight.pipeline.deals import Deals, Floats, Ints, Snapshot, snapshot, worth_on
from leitstern.insight.pipeline.hazard import OLDEST, Hazard

#: Parts and units of a total, as places in arrays.
OPEN, NEW = 0, 1
VALUE, COUNT = 0, 1
#: Snapshots between two trainings of boosting.
_TRAIN_EVERY = 4


@dataclass(frozen=True, slots=True)
class View:
    """One snapshot's forecast. ``chances`` has shape (horizons, open deals), ``expected`` (horizons, part,
    unit).

    ``happened`` has the same shape, NaN where the horizon is not over at the end of the data. ``tools`` is
    what CRM tools show: the open deals' amounts times their stage's win rate so far, and the number.
    """

    found: Snapshot
    worth: Floats
    chances: Floats
    expected: Floats
    happened: Floats
    tools: Floats
    boosted: bool


def roll(
    deals: Deals,
    days: Ints,
    horizons: Ints,
    *,
    last: int,
    days_off: Ints | None = None,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> list[View]:
    """Forecasts at each of ``days`` (ascending), each trained on its own past only.

    ``horizons`` are days ahead, ``last`` the last day the data tell of. Days without a closed deal before
    them are left out.
    """
    views: list[View] = []
    rows: list[boosting.Rows] = []
    model = None
    for number, day in enumerate(int(d) for d in days):
        tell(number, len(days))
        fitted = hazard.fit(deals, day, days_off=days_off)
        if fitted is None:
            continue
        if number % _TRAIN_EVERY == 0 or number == len(days) - 1:
            model = boosting.train(rows, day) or model
        found = snapshot(deals, day)
        worth = worth_on(deals, day)[found.deal]
        plain, new = _by_hazard(deals, fitted, found, horizons, days_off)
        mixed = plain if model is None else _mixed(deals, found, worth, plain, horizons, model)
        mean = _mean_worth(deals, day)
        expected = np.stack(
            [
                np.column_stack([mixed @ np.nan_to_num(worth, nan=mean), new * mean]),
                np.column_stack([mixed.sum(axis=1), new]),
            ],
            axis=2,
        )
        happened = _happened(deals, found, horizons, last)
        views.append(
            View(found, worth, mixed, expected, happened, _tools(deals, found, worth), model is not None)
        )
        rows += _training(deals, views[-1], plain, horizons, last)
    return views


def _mixed(
    deals: Deals, found: Snapshot, worth: Floats, plain: Floats, horizons: Ints, model: object
) -> Floats:
    """The mean of the hazard's chances and boosting's; a longer horizon never has the smaller chance."""
    rows = [
        boosting.features(deals, found, worth, chance, int(horizon))
        for chance, horizon in zip(plain, horizons, strict=True)
    ]
    boosted = boosting.chances(model, np.vstack(rows)).reshape(plain.shape)
    return np.maximum.accumulate((plain + boosted) / 2, axis=0)


def _by_hazard(
    deals: Deals, fitted: Hazard, found: Snapshot, horizons: Ints, days_off: Ints | None
) -> tuple[Floats, Floats]:
    """Chances of open deals (horizons, deals) and the expected number of new ones won (horizons)."""
    begun = expected_begun(deals, found.day, int(horizons.max()), days_off)
    entry = first_stages(deals, found.day)
    age = np.minimum(found.age, OLDEST)
    chances, new = np.zeros((len(horizons), len(age))), np.zeros(len(horizons))
    for place, horizon in enumerate(horizons):
        after, fresh = fitted.within(found.day, int(horizon))
        chances[place] = after[found.stage, age]
        new[place] = (begun[: len(fresh)] * (fresh @ entry)).sum()
    return chances, new


def _mean_worth(deals: Deals, day: int) -> float:
    """The mean value of deals won in the year before ``day``."""
    won = deals.won & (deals.closed <= day) & (deals.closed > day - 365) & ~np.isnan(deals.value)
    return float(deals.value[won].mean()) if won.any() else 0.0


def _happened(deals: Deals, found: Snapshot, horizons: Ints, last: int) -> Floats:
    """What was won within each horizon: (horizons, part, unit)."""
    out = np.full((len(horizons), 2, 2), np.nan)
    was_open = np.zeros(len(deals), bool)
    was_open[found.deal] = True
    value = np.nan_to_num(deals.value)
    for place, horizon in enumerate(horizons):
        if found.day + horizon > last:
            continue
        won = deals.won & (deals.closed > found.day) & (deals.closed <= found.day + horizon)
        for part, rows in ((OPEN, won & was_open), (NEW, won & ~was_open)):
            out[place, part] = value[rows].sum(), rows.sum()
    return out


def _tools(deals: Deals, found: Snapshot, worth: Floats) -> Floats:
    """Stage win rate times amount, without timing: value and number."""
    stays = deals.stays
    ended = deals.closed[stays.deal] <= found.day
    reached = np.unique(np.column_stack([stays.deal, stays.stage])[ended], axis=0)
    size = deals.stages
    decided = np.bincount(reached[:, 1], minlength=size)
    won = np.bincount(reached[:, 1], deals.won[reached[:, 0]], size)
    rate = np.divide(won, decided, out=np.zeros(size), where=decided > 0)[found.stage]
    return np.array([(rate * np.nan_to_num(worth)).sum(), rate.sum()])


def _training(deals: Deals, view: View, plain: Floats, horizons: Ints, last: int) -> list[boosting.Rows]:
    """What later snapshots may learn from this one."""
    found, out = view.found, []
    for horizon in boosting.horizons(horizons):
        if found.day + horizon <= last:
            at = int(np.flatnonzero(horizons == horizon)[0])
            x = boosting.features(deals, found, view.worth, plain[at], int(horizon))
            closed = deals.closed[found.deal]
            won = deals.won[found.deal] & (closed <= found.day + horizon)
            out.append(boosting.Rows(x, won, found.day + int(horizon)))
    return out
