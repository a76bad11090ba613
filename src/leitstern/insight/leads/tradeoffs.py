"""Empirical trade-offs: one KPI gets better as another gets worse, in the same weeks or shortly after.

Both are whitened as in the lead test, so a shared trend or season is no trade-off. The correlation of what is
left, in the direction that is good for each, is taken from two weeks before to two weeks after; the most
negative one counts. Its p-value is that of a normal deviate, searched over five lags (Sidak), with the
variance of a correlation of two series that are left with some autocorrelation (Bartlett 1946), and all pairs
are corrected by Benjamini and Hochberg. Stated error rate: of the pairs called, at most 10 % are false on
average (bench/decision_quality/results/leads.md). A trade-off is a hint: both may answer to a third thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import erfc, sqrt
from typing import Any

import numpy as np

from leitstern.insight.leads import lags
from leitstern.insight.leads.family import RUN_AT, adjusted
from leitstern.insight.leads.findings import reason_against, whitened
from leitstern.insight.leads.whiten import Array

LAGS = (-2, -1, 0, 1, 2)
#: So many lags of both rests' autocorrelation enter the variance.
MEMORY = 8


@dataclass(frozen=True, slots=True)
class TradeOff:
    """A pair of KPIs of which one got worse as the other got better.

    ``lag`` is by how many weeks ``second`` follows ``first`` (negative: goes before). ``effect`` is the
    correlation beyond trend, season and own past, with each KPI's good direction counted as up, so it is
    negative; ``low`` to ``high`` its 95 % interval. ``p`` is the chance of one so negative, ``q``
    corrected for all pairs, ``n`` the weeks compared.
    """

    first: str
    second: str
    n: int
    lag: int
    effect: float
    low: float
    high: float
    p: float
    q: float

    def as_json(self) -> dict[str, Any]:
        """``{first, second, n, lag, effect, low, high, p, q}``: names, whole numbers and fractions."""
        return asdict(self)


def tradeoffs(
    series: Mapping[str, Array],
    signs: Mapping[str, int],
    pairs: Sequence[tuple[str, str]] | None = None,
    beside: Array | None = None,
) -> list[TradeOff]:
    """The trade-offs that stand after correction, the surest first.

    ``series`` holds each KPI's weekly values over the same weeks, NaN where there is none; ``signs`` 1
    where up is good and -1 where down is. ``pairs`` are those to look at (default: all); they are the
    family that is corrected for. ``beside`` (weeks, columns) is what else is known of the weeks. KPIs with
    too few weeks, too many gaps or too little variation are left out.
    """
    names = [name for name, sign in signs.items() if sign and reason_against(series[name]) is None]
    if len(names) < 2:
        return []
    rest = whitened(np.stack([series[name] for name in names]), beside).rest
    rest = rest * np.array([[signs[name]] for name in names])
    asked = _places(names, pairs)
    if not asked:
        return []
    left, right = np.array(asked).T
    found = lags.correlations(rest, rest, LAGS)[left, right]
    error = _errors(rest)[left, right]
    z = found / error[:, None]
    place = z.argmin(axis=1)
    worst = z[np.arange(len(z)), place]
    p = np.array([1 - (1 - _below(value)) ** len(LAGS) for value in worst])
    q = adjusted(p)
    weeks = rest.shape[1]
    called = []
    for row in sorted(np.flatnonzero(q <= RUN_AT), key=lambda row: p[row]):
        effect = float(found[row, place[row]])
        half = 1.96 * float(error[row])
        low, high = (float(np.tanh(np.arctanh(effect) + side * half)) for side in (-1, 1))
        first, second = names[left[row]], names[right[row]]
        lag = LAGS[place[row]]
        called.append(TradeOff(first, second, weeks, lag, effect, low, high, float(p[row]), float(q[row])))
    return called


def _places(names: Sequence[str], pairs: Sequence[tuple[str, str]] | None) -> list[tuple[int, int]]:
    place = {name: i for i, name in enumerate(names)}
    if pairs is None:
        return [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
    return [(place[a], place[b]) for a, b in pairs if a in place and b in place]


def _errors(rest: Array) -> Array:
    """The standard error of each pair's correlation, shape (series, series)."""
    rows, weeks = rest.shape
    own = np.stack(
        [(rest[:, : weeks - gap] * rest[:, gap:]).sum(axis=1) for gap in range(MEMORY + 1)], axis=1
    )
    memory = own[:, 1:] / np.where(own[:, :1] > 0, own[:, :1], np.inf)
    inflation = 1 + 2 * memory @ memory.T
    known = np.minimum.outer(*((rest != 0).sum(axis=1),) * 2)
    # Trend, season and autoregression have used up about eight weeks.
    return np.asarray(np.sqrt(np.maximum(inflation, 1.0) / np.maximum(known - 8, 4)).reshape(rows, rows))


def _below(z: float) -> float:
    """The normal distribution's share below ``z``."""
    return 0.5 * erfc(-z / sqrt(2))
