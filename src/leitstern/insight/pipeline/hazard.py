"""When open deals are won: a discrete-time hazard by stage and time in stage, with the calendar's share.

For a stay in stage s that has lasted a days, the chance to end on the next day by way of e (won, lost, moved
to stage j) is ``h[s, e, a] * c[e, day]``: a competing-risks hazard in discrete time (Singer and Willett 1993;
Tutz and Schmid 2016) times what the calendar does (working days, season). Days before books were kept (the
first closing that is known) count neither as risk nor as event (delayed entry), stays that have not ended
count as long as they were seen (censoring). Hazards are smoothed over neighbouring ages and drawn towards
the stage's mean: ``(events + k) / (risk + k / mean)``.

Chances within a horizon follow by going backwards from its end; a deal that moves begins its new stage at age
0 (semi-Markov).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leitstern.insight.pipeline.deals import LOST, STILL, WON, Deals, Floats, Ints
from leitstern.insight.pipeline.season import Season, flat, learn

#: Ages beyond count as this one.
OLDEST = 400
#: Weight of the stage's mean against what was seen at an age, in events.
PRIOR_EVENTS = 2.0
#: Weight of all months together against those at one place in the quarter, in events.
PRIOR_PLACE = 1.0
#: Half-width of smoothing as a share of the age, at least one day.
WIDTH = 0.08
#: Times that hazards and the calendar are fitted to each other.
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Hazard:
    """Fitted hazards: ``rates`` has shape (3, stages, exits, ages): place of the month in its quarter, stage,
    exit (won, lost, then each stage), days in the stage.

    ``seasons`` are the calendar's factors for won and for all other exits. ``n`` counts the exits seen.
    """

    rates: Floats
    seasons: tuple[Season, Season]
    n: int

    def chances(self, day: int, horizons: Ints) -> Floats:
        """The chance to be won within each of ``horizons`` days after ``day``: (horizons, stages, ages)."""
        return np.stack([self.within(day, int(h))[0] for h in horizons])

    def within(self, day: int, horizon: int) -> tuple[Floats, Floats]:
        """Chances to be won by ``horizon`` days after ``day``: of open deals (stages, ages), and of deals
        that begin on the first, second, ... day after ``day`` (horizon, stages)."""
        _, stages, _, ages = self.rates.shape
        after, new = np.zeros((stages, ages)), np.zeros((horizon, stages))
        won, other = (season.factors(day + 1, horizon) for season in self.seasons)
        place = place_in_quarter(day + 1 + np.arange(horizon))
        by_won, by_other = self.rates[:, :, 0], self.rates[:, :, 1:].sum(axis=2)
        for step in range(horizon - 1, -1, -1):
            new[step] = after[:, 0]
            at = place[step]
            total = won[step] * by_won[at] + other[step] * by_other[at]
            too_much = np.maximum(total, 1.0)
            older = np.concatenate([after[:, 1:], after[:, -1:]], axis=1)
            moved = np.tensordot(self.rates[at, :, 2:], after[:, 0], (1, 0)) * other[step]
            after = (won[step] * by_won[at] + moved) / too_much + (1 - np.minimum(total, 1.0)) * older
        return after, new


@dataclass(frozen=True, slots=True)
class _Exposure:
    """Each day of each stay: day number, stage, age at its beginning, and how it ended (column, -1: not)."""

    day: Ints
    stage: Ints
    age: Ints
    exit: Ints


def fit(deals: Deals, day: int, *, days_off: Ints | None = None) -> Hazard | None:
    """Hazards from what was known at the end of ``day``; None without a closed deal by then."""
    exposure = _exposure(deals, day)
    ends = exposure.exit >= 0
    if not np.any(exposure.exit == 0):
        return None
    won = exposure.exit == 0
    first, last = int(exposure.day.min()), day
    seasons = (flat(), flat())
    ones = np.ones(len(exposure.day))
    weights: tuple[Floats, Floats] = (ones, ones)
    rates = _rates(deals, exposure, weights)
    for _ in range(_ROUNDS):
        place = (exposure.stage, exposure.age)
        expect_won = rates[place[0], 0, place[1]]
        expect_other = rates[place[0], 1:, place[1]].sum(axis=1)
        seasons = (
            learn(exposure.day, expect_won, won, first, last, days_off),
            learn(exposure.day, expect_other, ends & ~won, first, last, days_off),
        )
        on_won, on_other = (s.factors(first, last - first + 1)[exposure.day - first] for s in seasons)
        weights = (on_won, on_other)
        rates = _rates(deals, exposure, weights)
    return Hazard(_by_place(rates, exposure, weights), seasons, int(ends.sum()))


def _exposure(deals: Deals, day: int) -> _Exposure:
    stays = deals.stays
    since = min(deals.first_close, day)
    start = np.maximum(stays.entered, since - 1)
    stop = np.minimum(stays.left, day)
    seen = np.flatnonzero((stop > start) & (stays.entered < day))
    length = (stop - start)[seen]
    stay = np.repeat(seen, length)
    step = np.arange(len(stay)) - np.repeat(np.cumsum(length) - length, length)
    on = start[stay] + step + 1
    leads = stays.leads_to[stay]
    column = np.select([leads == WON, leads == LOST, leads == STILL], [0, 1, -1], leads + 2)
    ended = np.where(on == stays.left[stay], column, -1)
    age = np.minimum(on - 1 - stays.entered[stay], OLDEST)
    return _Exposure(on, stays.stage[stay], age, ended)


def _rates(deals: Deals, exposure: _Exposure, weights: tuple[Floats, Floats]) -> Floats:
    """Smoothed and shrunken rates per unit of calendar-weighted risk: (stages, exits, ages)."""
    ages = OLDEST + 1
    cell = exposure.stage * ages + exposure.age
    events, risk = _counted(cell, (deals.stages, ages), deals.stages + 2, exposure, weights)
    mean = events.sum(axis=2, keepdims=True) / np.maximum(risk.sum(axis=2, keepdims=True), 1.0)
    return _drawn(events, risk, mean, PRIOR_EVENTS)


def _by_place(rates: Floats, exposure: _Exposure, weights: tuple[Floats, Floats]) -> Floats:
    """The rates by place of the month in its quarter, drawn to all's: (3, stages, exits, ages)."""
    stages, exits, ages = rates.shape
    place = place_in_quarter(exposure.day)
    cell = (place * stages + exposure.stage) * ages + exposure.age
    events, risk = _counted(cell, (3 * stages, ages), exits, exposure, weights)
    shape = (3, stages, exits, ages)
    return _drawn(events.reshape(shape), risk.reshape(shape), rates[None], PRIOR_PLACE)


def _counted(
    cell: Ints, shape: tuple[int, int], exits: int, exposure: _Exposure, weights: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Events and calendar-weighted days at risk of each exit by cell: (shape[0], exits, ages)."""
    size = shape[0] * shape[1]
    risks = [np.bincount(cell, weight, size).reshape(shape) for weight in weights]
    ended = np.flatnonzero(exposure.exit >= 0)
    events = [np.bincount(cell[ended[exposure.exit[ended] == e]], minlength=size) for e in range(exits)]
    risk: Floats = np.stack([risks[0], *[risks[1]] * (exits - 1)], axis=1).astype(float)
    return np.stack([e.reshape(shape) for e in events], axis=1).astype(float), risk


def _drawn(events: Floats, risk: Floats, towards: Floats, prior: float) -> Floats:
    """Rates smoothed over neighbouring ages and drawn ``towards`` others with so many events' weight."""
    known = towards > 0
    days = np.divide(prior, towards, out=np.zeros_like(towards), where=known)
    return np.where(known, (_smoothed(events) + prior) / np.maximum(_smoothed(risk) + days, 1e-9), 0.0)


def _smoothed(counts: Floats) -> Floats:
    """Sums over ages a - w to a + w, w growing with a."""
    age = np.arange(OLDEST + 1)
    width = np.maximum(1.0, np.round(WIDTH * age)).astype(np.int64)
    before = np.concatenate([np.zeros((*counts.shape[:-1], 1)), np.cumsum(counts, axis=-1)], axis=-1)
    high = before[..., np.minimum(age + width, OLDEST) + 1]
    return np.asarray(high - before[..., np.maximum(age - width, 0)])


def place_in_quarter(day: Ints) -> Ints:
    """0, 1 or 2: whether days fall into the first, second or third month of a calendar quarter."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 3
