"""Gradient boosting on top of the hazard: what a deal's size, kind and past add to stage and time in stage.

Rows are open deals at past snapshots and horizons whose outcome was known on the day of training. The
hazard's own chance (log-odds, fitted at that snapshot on what was known then) is one of the features, so
that boosting learns where the hazard was wrong. Needs scikit-learn (extra ``pipeline``); ``train`` returns
None without it, or with too few deals won.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from leitstern.insight.pipeline.deals import Bools, Deals, Floats, Ints, Snapshot
from leitstern.insight.pipeline.hazard import place_in_quarter

#: Deals won that training needs, and rows it takes at most (evenly thinned).
LEAST_WON = 150
MOST_ROWS = 30_000
_SETTINGS = {"max_depth": 3, "learning_rate": 0.06, "max_iter": 80, "min_samples_leaf": 60}


@dataclass(frozen=True, slots=True)
class Rows:
    """Features (rows, columns) of the open deals of one snapshot for one horizon, and whether they were won
    in it (None: not known yet)."""

    features: Floats
    won: Bools | None
    known_on: int


def features(deals: Deals, found: Snapshot, worth: Floats, chance: Floats, horizon: int) -> Floats:
    """What boosting sees of open deals: hazard's log-odds, size, ages, moves, stage, traits, calendar."""
    n = len(found.deal)
    place = np.bincount(place_in_quarter(found.day + 1 + np.arange(horizon)), minlength=3)
    odds = np.log((chance + 1e-4) / (1 - chance + 1e-4))
    traits = [deals.traits[name][found.deal] for name in sorted(deals.traits)]
    size = np.log(np.maximum(np.nan_to_num(worth, nan=1.0), 1.0))
    same = [np.full(n, value) for value in (horizon, place[0], place[2])]
    return np.column_stack([odds, size, found.age, found.life, found.moves, found.stage, *traits, *same])


def train(rows: list[Rows], day: int) -> Any | None:
    """A classifier from the rows whose outcome was known at the end of ``day``; None where that is too
    little."""
    if find_spec("sklearn") is None:
        return None
    known = [one for one in rows if one.won is not None and one.known_on <= day and len(one.features)]
    if sum(int(one.won.sum()) for one in known if one.won is not None) < LEAST_WON:
        return None
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    x = np.vstack([one.features for one in known])
    y = np.concatenate([one.won for one in known if one.won is not None])
    keep = slice(None, None, len(x) // MOST_ROWS + 1)
    with threadpool_limits(1):
        return HistGradientBoostingClassifier(**_SETTINGS, random_state=0).fit(x[keep], y[keep])


def chances(model: Any, x: Floats) -> Floats:
    """The trained model's chances for rows of features."""
    from threadpoolctl import threadpool_limits

    if not len(x):
        return np.zeros(0)
    with threadpool_limits(1):
        return np.asarray(model.predict_proba(x)[:, 1])


def horizons(grid: Ints) -> Ints:
    """Of the horizons that are forecast, those that boosting learns from: nearest to 1, 2, 4, 8 and 13
    weeks."""
    return np.unique([grid[np.argmin(np.abs(grid - h))] for h in (7, 14, 28, 56, 91)])
