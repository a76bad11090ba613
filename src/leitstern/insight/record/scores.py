"""Scores of chances and intervals against what happened.

Forecasts of one goal made on many days stand or fall together. What is compared or doubted is therefore the
mean over goals, each goal counting once, and ``goals`` is the number that decides whether there is enough.

- Brier score: mean of (chance - hit)², 0 is perfect, .25 is a coin (Brier 1950).
- Reliability: forecasts are put into bins by their chance; in a bin with chances of about 70 %, about 70 %
  should have come true (Murphy and Winkler 1977). The calibration error is the mean distance between the two,
  weighted by the bins' sizes.
- Intervals of shares are Wilson's (1927), with goals in place of forecasts as the number of trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.shares import wilson

Floats = NDArray[np.float64]

#: Bounds of the bins of the reliability diagram.
EDGES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
#: With fewer goals nothing is said.
FEWEST_GOALS = 10

#: ``better``, ``alike`` and ``worse`` compare with the plain pace; ``worse`` withdraws the forecast.
Verdict = Literal["too_little", "better", "alike", "worse"]


@dataclass(frozen=True, slots=True)
class Past:
    """Forecasts whose outcome is known, as arrays of one length.

    ``goal`` says which belong together (any whole numbers); ``chance`` and ``pace_chance`` are those of
    reaching the target, by the forecast and by the plain pace (0 to 1); ``hit`` is 1 where it was reached.
    ``low`` and ``high`` bound the middle 80 % of the forecast, ``outcome`` is what the period ended with.
    """

    goal: NDArray[np.int64]
    chance: Floats
    pace_chance: Floats
    hit: Floats
    low: Floats
    high: Floats
    outcome: Floats

    def __len__(self) -> int:
        return len(self.goal)

    def only(self, mask: NDArray[np.bool_]) -> Past:
        """The forecasts where ``mask`` is true."""
        return Past(*(getattr(self, name)[mask] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of the reliability diagram: ``share`` of ``n`` forecasts came true, ``chance`` was said.

    ``low`` and ``high`` are the 95 % interval of the share, with goals as trials.
    """

    n: int
    goals: int
    chance: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """How good forecasts were. All numbers are None where ``verdict`` is ``too_little``.

    ``brier`` and ``pace_brier`` are the scores of the forecast and of the plain pace, ``covered`` is the
    share of outcomes within the 80 % band, ``covered_low`` to ``covered_high`` its 95 % interval,
    ``calibration_error`` the mean distance between what was said and what came.
    """

    n: int
    goals: int
    brier: float | None
    pace_brier: float | None
    covered: float | None
    covered_low: float | None
    covered_high: float | None
    calibration_error: float | None
    bins: tuple[Bin, ...]
    verdict: Verdict


def score(past: Past) -> Score:
    """Score forecasts, and compare them with the plain pace.

    ``better`` and ``worse`` are said where the 95 % interval of the mean difference between the two Brier
    scores, over goals, does not contain 0; so a forecast that is as good as the pace is called worse in at
    most 2.5 of 100 cases.
    """
    goals = len(np.unique(past.goal))
    if goals < FEWEST_GOALS:
        return Score(len(past), goals, None, None, None, None, None, None, (), "too_little")
    own, pace = (past.chance - past.hit) ** 2, (past.pace_chance - past.hit) ** 2
    inside = ((past.low <= past.outcome) & (past.outcome <= past.high)).astype(float)
    covered = float(_by_goal(past.goal, inside).mean())
    low, high = wilson(covered, goals)
    found = bins(past)
    return Score(
        len(past),
        goals,
        float(_by_goal(past.goal, own).mean()),
        float(_by_goal(past.goal, pace).mean()),
        covered,
        low,
        high,
        sum(b.n * abs(b.share - b.chance) for b in found) / len(past),
        tuple(found),
        _compared(_by_goal(past.goal, own - pace)),
    )


def bins(past: Past, edges: Sequence[float] = EDGES) -> list[Bin]:
    """The bins of the reliability diagram that hold any forecast, lowest first."""
    place = np.clip(np.searchsorted(edges, past.chance, side="right") - 1, 0, len(edges) - 2)
    found: list[Bin] = []
    for at in np.unique(place):
        there = place == at
        goals = len(np.unique(past.goal[there]))
        share = float(past.hit[there].mean())
        found.append(
            Bin(int(there.sum()), goals, float(past.chance[there].mean()), share, *wilson(share, goals))
        )
    return found


def _by_goal(goal: NDArray[np.int64], values: Floats) -> Floats:
    """The mean of each goal's values."""
    _, place, counts = np.unique(goal, return_inverse=True, return_counts=True)
    means: Floats = np.bincount(place, values) / counts
    return means


def _compared(differences: NDArray[Any]) -> Verdict:
    """What the goals' differences (forecast less pace) say: Student's t on their mean."""
    from scipy.special import stdtrit

    n = len(differences)
    mean, error = float(differences.mean()), float(differences.std(ddof=1)) / sqrt(n)
    width = float(stdtrit(n - 1, 0.975)) * error
    if mean + width < 0:
        return "better"
    return "worse" if mean - width > 0 else "alike"
