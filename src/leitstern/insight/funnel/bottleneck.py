"""The bottleneck: the step and group at which the most value is lost against the own past and against peers.

For each step and group: of the cases that entered in the period and are decided, which share went on
(*loss*), and how long did they wait (*delay*)? Both are held against the same group a year earlier and
against all other groups in the same period (`compare`: like with like, more than normal, many looked at).
Where it is worse than chance and normal differences allow, the step is a *hint*, and it is named by its cost:

    cost per quarter = entered per quarter * (share of the reference - share now) * amount * onward share

``amount`` is the group's mean at that step, and the onward share the part of the amounts that is won after
this step in the end, in all groups together. The interval (95 %) is that of draws of all four parts; the
difference is shrunken. Where both references show a loss, the smaller cost is its cost. A delay alone loses
nothing that could be counted here: such a hint has a cost near 0, and comes last.

Cases that are still open speak through weights (`waits.weights`), over the time that a fifth of the period's
cases could be watched, the same for the reference.

False alarms: in a company without a bottleneck, whose groups, years and people differ as is normal, at most
5 % of the reports name one (Simes over references, loss and delay; Holm over steps and groups).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from leitstern.insight.funnel.compare import (
    RARE,
    RARE_IN_HINT,
    Odds,
    holm,
    like,
    odds,
    others_variance,
    shrunken,
    simes,
    slower,
    tail,
)  # fmt: skip
from leitstern.insight.funnel.steps import Cases
from leitstern.insight.funnel.waits import Bools, Days, Floats, Ints, Wait, length, wait, weights

Reference = Literal["past", "peers"]
REFERENCES: tuple[Reference, ...] = ("past", "peers")
LEVEL = 0.05
DRAWS = 4000
QUARTER_DAYS = 365.25 / 4
#: The share of the period's cases that must have been watched for as long as outcomes count.
_WATCHED = 0.2


@dataclass(frozen=True, slots=True)
class Board:
    """Cases of all steps, (n,): step, group (0, 1, ...; -1: in none), stratum, amount, and their days.

    ``cases`` are the passages; ``closed`` is the day on which the case was won or lost in the end (NaT:
    open), ``won`` which it was. An amount that is unknown is NaN. Only cases with the same stratum are alike.
    """

    step: Ints
    group: Ints
    stratum: Ints
    amount: Floats
    cases: Cases
    closed: Days
    won: Bools


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from ``start`` to ``end``, both included."""

    start: np.datetime64
    end: np.datetime64

    @property
    def quarters(self) -> float:
        """Its length in quarters of a year."""
        return float((self.end - self.start) / np.timedelta64(1, "D") + 1) / QUARTER_DAYS


@dataclass(frozen=True, slots=True)
class Amount:
    """An estimate with its 95 % interval, in money."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Against:
    """A step held against a reference: the reference's share and waits, p-values, cost per quarter.

    ``loss`` and ``delay`` are the p-values of fewer going on, and of waiting longer, each alone.
    """

    reference: Reference
    n: int
    share: float
    wait: Wait
    loss: float
    delay: float
    cost: Amount

    @property
    def worse(self) -> bool:
        """Whether the step alone, had it been the only one, were worse than this reference."""
        return min(self.loss, self.delay) <= LEVEL / 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A group at a step: ``entered`` in the period, ``n`` decided, the share of these that went on, waits.

    ``against`` holds the references that allowed a comparison, ``p`` the p-value of all of them (1 without
    any), adjusted for the number of steps and groups.
    """

    step: int
    group: int
    entered: int
    n: int
    share: float
    wait: Wait
    mean_amount: float
    p: float
    against: tuple[Against, ...]

    @property
    def verdict(self) -> Literal["hint", "none", "too_little"]:
        """``hint`` where it is worse than is normal, ``too_little`` where there was no comparison."""
        if not self.against:
            return "too_little"
        return "hint" if self.p <= LEVEL else "none"

    @property
    def cost(self) -> Amount | None:
        """The smallest cost of the references that show a loss (else of all); None without a hint."""
        if self.verdict != "hint":
            return None
        lost = [a.cost for a in self.against if a.loss <= LEVEL / 2] or [a.cost for a in self.against]
        return min(lost, key=lambda cost: cost.value)


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """All cells, and the hints among them, the most expensive first; ``tests`` is how many were looked at."""

    cells: tuple[Cell, ...]
    hints: tuple[Cell, ...]
    tests: int

    @property
    def verdict(self) -> Literal["hint", "none", "too_little"]:
        """``none``: no bottleneck shown; ``too_little``: nothing could be compared."""
        return "hint" if self.hints else "none" if self.tests else "too_little"


@dataclass(frozen=True, slots=True)
class _Pair:
    step: int
    group: int
    reference: Reference
    now: Odds
    then: Odds
    chosen: Bools
    #: The difference and its variance, of the shares and of the waits; above 0 is worse.
    loss: tuple[float, float]
    delay: tuple[float, float]


def bottlenecks(board: Board, period: Stretch, earlier: Stretch | None, seed: int = 1) -> Bottlenecks:
    """Holds every group at every step against its ``earlier`` self (None: no past) and its peers."""
    now = _inside(board, period)
    past = _inside(board, earlier) if earlier else np.zeros(len(now), dtype=bool)
    groups = np.unique(board.group[now & (board.group >= 0)]).tolist()
    places = [(step, group) for step in np.unique(board.step[now]).tolist() for group in groups]
    pairs = [pair for place in places for pair in _pairs(board, *place, now, past)]
    rng = np.random.default_rng(seed)
    found = _judged(board, pairs, period, rng)
    cells = [_cell(board, *place, now, found) for place in places]
    cells = [cell for cell in cells if cell.entered]
    hints = sorted((c for c in cells if c.cost), key=lambda c: -(c.cost.value if c.cost else 0.0))
    return Bottlenecks(tuple(cells), tuple(hints), 2 * len(pairs))


def _inside(board: Board, stretch: Stretch) -> Bools:
    entered = board.cases.entered
    return np.asarray((entered >= stretch.start) & (entered <= stretch.end) & (entered <= board.cases.as_of))


def _pairs(board: Board, step: int, group: int, now: Bools, past: Bools) -> list[_Pair]:
    """The comparisons of a group at a step that enough decided cases allow."""
    here, own = board.step == step, board.group == group
    mine = now & here & own
    if not mine.any():
        return []
    age = length(board.cases.entered[mine], np.full(int(mine.sum()), board.cases.as_of))
    most = int(np.quantile(age, 1 - _WATCHED))
    worth = _worth(board, mine, most)
    passed = board.cases.has_passed
    sides: dict[Reference, Bools] = {
        "past": past & here & own,
        "peers": now & here & ~own & (board.group >= 0),
    }
    pairs = []
    for reference, chosen in sides.items():
        both = worth + _worth(board, chosen, most)
        there = like(both, board.stratum, mine, chosen)
        now_, then = odds(passed[mine], worth[mine]), odds(passed[chosen], there[chosen])
        if now_.enough and then.enough:
            loss = then.log_odds - now_.log_odds, then.variance + now_.variance
            pairs.append(_Pair(step, group, reference, now_, then, chosen, loss, _delay(board, mine, chosen)))
    return pairs


def _delay(board: Board, mine: Bools, chosen: Bools) -> tuple[float, float]:
    both = mine | chosen
    cases = board.cases.where(both)
    return slower(cases.days, cases.has_passed | cases.has_left, mine[both], board.stratum[both])


def _worth(board: Board, chosen: Bools, most: int) -> Floats:
    """What each chosen case counts for, (n,); 0 for the others and the undecided."""
    cases = board.cases.where(chosen)
    worth = np.zeros(len(chosen))
    worth[chosen] = weights(cases.days, cases.has_passed | cases.has_left, most)
    return worth


def _judged(
    board: Board, pairs: list[_Pair], period: Stretch, rng: np.random.Generator
) -> dict[tuple[int, int], tuple[float, list[Against]]]:
    """The p-value and the comparisons of each step and group."""
    p, tau = _tails(pairs)
    places: dict[tuple[int, int], list[int]] = {}
    for i, pair in enumerate(pairs):
        places.setdefault((pair.step, pair.group), []).append(i)
    each = holm([simes(p[:, rows].ravel().tolist()) for rows in places.values()])
    found = {}
    for (place, rows), of_place in zip(places.items(), each.tolist(), strict=True):
        rare = RARE_IN_HINT if of_place <= LEVEL else RARE
        against = []
        for i in rows:
            pair, cost = pairs[i], _cost(board, pairs[i], period, float(tau[i]), rare, rng)
            loss, delay = p[:, i].tolist()
            waits = _wait(board, pair.chosen)
            against.append(Against(pair.reference, pair.then.n, pair.then.value, waits, loss, delay, cost))
        found[place] = of_place, against
    return found


def _tails(pairs: list[_Pair]) -> tuple[Floats, Floats]:
    """The p-values of loss and delay (2, pairs), and what variance of the losses is normal (pairs,)."""
    p, tau = np.ones((2, len(pairs))), np.zeros(len(pairs))
    for reference in REFERENCES:
        rows = [i for i, pair in enumerate(pairs) if pair.reference == reference]
        if not rows:
            continue
        # Whoever is worse than its peers makes these better than theirs; each one's past is its own.
        kin = np.array([pairs[i].step for i in rows]) if reference == "peers" else np.arange(len(rows))
        lost, lost_variance = np.array([pairs[i].loss for i in rows]).T
        late, late_variance = np.array([pairs[i].delay for i in rows]).T
        p[0, rows], p[1, rows] = tail(lost, lost_variance, kin), tail(late, late_variance, kin)
        tau[rows] = others_variance(lost, lost_variance, kin)[0]
    return p, tau


def _cost(
    board: Board, pair: _Pair, period: Stretch, tau: float, rare: float, rng: np.random.Generator
) -> Amount:
    """Value lost per quarter against the reference."""
    mine = _inside(board, period) & (board.step == pair.step) & (board.group == pair.group)
    worse = shrunken(*pair.loss, tau, rare, DRAWS, rng)
    # Given the difference, both shares tell the reference's level; each as precisely as it is known.
    then, now = 1 / pair.then.variance, 1 / pair.now.variance
    level = (pair.then.log_odds * then + (pair.now.log_odds + worse) * now) / (then + now)
    level = level + rng.standard_normal(DRAWS) / np.sqrt(then + now)
    lost = _share(level) - _share(level - worse)
    amount = board.amount[mine & ~np.isnan(board.amount)]
    if not len(amount):
        return Amount(0.0, 0.0, 0.0)
    spread = float(amount.std(ddof=1)) / np.sqrt(len(amount)) if len(amount) > 1 else 0.0
    each = np.maximum(0.0, amount.mean() + spread * rng.standard_normal(DRAWS))
    cost = int(mine.sum()) / period.quarters * lost * each * _onward(board, pair.step, rng)
    low, middle, high = np.quantile(cost, [0.025, 0.5, 0.975])
    return Amount(float(middle), float(low), float(high))


def _onward(board: Board, step: int, rng: np.random.Generator) -> Floats:
    """Draws of the part of the amounts that is won in the end, of what went on after ``step``."""
    chosen = (board.step == step) & board.cases.has_passed
    closed = ~np.isnat(board.closed[chosen]) & (board.closed[chosen] <= board.cases.as_of)
    begin = board.cases.passed[chosen]
    end = np.where(closed, board.closed[chosen], board.cases.as_of)
    worth = weights(np.maximum(length(begin, end), 0), closed)
    worth = worth * np.maximum(np.nan_to_num(board.amount[chosen]), 0.0)  # a part of what may be won
    if worth.sum() <= 0:
        return np.ones(DRAWS)
    part = min(1.0, float(worth[board.won[chosen]].sum() / worth.sum()))
    size = float(worth.sum() ** 2 / (worth**2).sum())
    drawn = part + np.sqrt(part * (1 - part) / size) * rng.standard_normal(DRAWS)
    return np.asarray(drawn.clip(0.0, 1.0))


def _cell(
    board: Board, step: int, group: int, now: Bools, found: dict[tuple[int, int], tuple[float, list[Against]]]
) -> Cell:
    mine = now & (board.step == step) & (board.group == group)
    cases = board.cases.where(mine)
    decided = cases.has_passed | cases.has_left
    worth = weights(cases.days, decided)
    share = float(worth[cases.has_passed].sum() / worth.sum()) if decided.any() else float("nan")
    amount = board.amount[mine & ~np.isnan(board.amount)]
    mean = float(amount.mean()) if len(amount) else 0.0
    p, against = found.get((step, group), (1.0, []))
    return Cell(
        step, group, int(mine.sum()), int(decided.sum()), share, _wait(board, mine), mean, p, tuple(against)
    )  # fmt: skip


def _wait(board: Board, chosen: Bools) -> Wait:
    cases = board.cases.where(chosen)
    end = np.where(cases.has_passed, cases.passed, np.where(cases.has_left, cases.left, np.datetime64("NaT")))
    return wait(cases.entered, end, cases.as_of)


def _share(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))
