"""What is left of a weekly series once its own past, trend and season are taken out.

Two series that both grow, or both rest at Christmas, correlate without having to do with each other. A
lead shows only in what a series does beyond its own regularities, so both sides are whitened first (double
prewhitening: Haugh 1976, doi 10.1080/01621459.1976.10481526):

1. the scale on which the series is most nearly regular: as it is, its root, or its logarithm (Box and Cox
   1964, by likelihood), so that growth does not look like ever wilder weeks;
2. straight trend and annual waves by least squares, and, from two and a half years on, one step or a slow
curve    where that explains more; weeks beyond three robust standard deviations are pulled in before;
3. an autoregression by Burg's method; its order, and the choice in 2, by AICc (Hurvich and Tsai 1989, doi
   10.1093/biomet/76.2.297);
4. what remains is pulled in at 2.5 robust standard deviations and has mean 0.

All functions take one series per row, shape (series, weeks), and work on all rows at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WEEKS_A_YEAR = 365.2425 / 7
#: Bounds in robust standard deviations: of values before anything is fitted to them, and of what remains.
CLIP_VALUES, CLIP_REST = 3.0, 2.5
#: Shorter series carry no second annual wave, or neither a step nor a curve, beside trend and autoregression.
SECOND_WAVE, BREAKS = 78, 130
#: By how much the likelihood must gain before a series is taken on another scale.
GAIN = 1.0
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class White:
    """Whitened series.

    ``rest`` has the shape of the input, 0 where nothing is known: in the first weeks, which have no full
    past. ``basis`` (series, weeks, columns) are the orthonormal regularities that were taken out, columns of
    zeros where a row has fewer.
    """

    rest: Array
    basis: Array

    def row(self, index: int) -> White:
        """One series, still with the shape of several."""
        return White(self.rest[index : index + 1], self.basis[index : index + 1])


def whiten(series: Array, beside: Array | None = None) -> White:
    """Whiten each row of ``series`` (series, weeks), without gaps; a row that never varies leaves zeros.

    ``beside`` (weeks, columns) is what else is known of the weeks, such as their working days, and taken out.
    """
    regular = regularities(series.shape[1], beside)
    values = stable(series, regular)
    left = values - (values @ regular) @ regular.T
    rest, chosen, least = _fit(values, regular, None)
    for extra in _extras(left, regular):
        found, basis, score = _fit(values, regular, extra)
        better = score < least
        rest[better], chosen[better], least[better] = found[better], basis[better], score[better]
    # What differs from its regularities in the last digits only is regular.
    flat = np.abs(left).max(axis=1) <= 1e-9 * np.abs(values).max(axis=1)
    return White(np.where(flat[:, None], 0.0, _bounded(rest)), chosen)


def regularities(weeks: int, beside: Array | None = None) -> Array:
    """Trend, annual waves and what else is known, as orthonormal columns (weeks, columns)."""
    t = np.arange(weeks)
    angle = 2 * np.pi * t / WEEKS_A_YEAR
    orders = (1,) if weeks < SECOND_WAVE else (1, 2)
    waves = [f(k * angle) for k in orders for f in (np.sin, np.cos)]
    columns = np.column_stack([np.ones(weeks), t - t.mean(), *waves])
    return _orthonormal(columns if beside is None else np.column_stack([columns, beside]))


def stable(series: Array, regular: Array) -> Array:
    """Each row on the scale that fits best: as it is, as a root, or as a logarithm.

    Series with values below zero stay as they are.
    """
    offset = 0.1 * np.median(np.abs(series), axis=1, keepdims=True)
    allowed = (series.min(axis=1) >= 0) & (offset[:, 0] > 0)
    shifted = np.where(allowed[:, None], series + offset, 1.0)
    best, most = series.astype(np.float64), _likelihood(series, regular)
    log_sum = np.log(shifted).sum(axis=1)
    scales = (
        (np.sqrt(shifted), -0.5 * log_sum + series.shape[1] * np.log(0.5)),
        (np.log(shifted), -log_sum),
    )
    for values, jacobian in scales:
        score = _likelihood(values, regular) + jacobian
        better = allowed & (score > most + GAIN)
        best[better], most[better] = values[better], score[better]
    return best


def _likelihood(values: Array, regular: Array) -> Array:
    left = pull_in(values - (values @ regular) @ regular.T, CLIP_VALUES)
    return np.asarray(-values.shape[1] / 2 * np.log(np.maximum((left**2).mean(axis=1), _TINY)))


def _extras(left: Array, regular: Array) -> Iterator[Array]:
    """What may join the regularities, (series, weeks, columns): the best step of each row; a slow curve."""
    weeks = left.shape[1]
    if weeks < BREAKS:
        return
    yield _step(left, regular)
    t = (np.arange(weeks) + 0.5) / weeks
    slow = np.column_stack([np.cos(np.pi * k * t) for k in (2, 3)])
    slow = _orthonormal(slow - regular @ (regular.T @ slow))
    yield np.broadcast_to(slow, (len(left), *slow.shape))


def _step(left: Array, regular: Array) -> Array:
    weeks = left.shape[1]
    margin = max(8, weeks // 10)
    steps = (np.arange(weeks) >= np.arange(margin, weeks - margin)[:, None]).astype(np.float64)
    steps -= (steps @ regular) @ regular.T
    steps /= np.sqrt((steps**2).sum(axis=1, keepdims=True))
    return np.asarray(steps[np.abs(left @ steps.T).argmax(axis=1)][:, :, None])


def _fit(values: Array, regular: Array, extra: Array | None) -> tuple[Array, Array, Array]:
    """What remains, the columns that were taken out, and the AICc of each row."""
    rows, weeks = values.shape
    columns = regular.shape[1]
    basis = np.zeros((rows, weeks, columns + 2))
    basis[:, :, :columns] = regular
    spent = columns
    if extra is not None:
        more = extra.shape[2]
        basis[:, :, columns : columns + more] = extra
        spent += 2  # a step costs its size and its week
    left = without(basis, pull_in(without(basis, values), CLIP_VALUES))
    phi, score = autoregression(left, spent)
    return unexpected(left, phi), basis, score


def without(basis: Array, values: Array) -> Array:
    """Each row of ``values`` less what its own orthonormal columns say of it."""
    parts = np.einsum("sw,swc->sc", values, basis)
    return np.asarray(values - np.einsum("sc,swc->sw", parts, basis))


def spread(values: Array) -> Array:
    """A robust standard deviation per row (series, 1): 1.4826 × the median distance from the median."""
    distance = np.abs(values - np.median(values, axis=1, keepdims=True))
    robust = 1.4826 * np.median(distance, axis=1, keepdims=True)
    # More than half the weeks alike: the plain deviation, so that the others are not all pulled to nothing.
    return np.asarray(np.where(robust > 0, robust, values.std(axis=1, keepdims=True)))


def pull_in(values: Array, deviations: float) -> Array:
    """Values beyond so many robust standard deviations from the median, set to that bound (winsorised)."""
    middle, width = np.median(values, axis=1, keepdims=True), deviations * spread(values)
    return np.asarray(np.clip(values, middle - width, middle + width))


def autoregression(values: Array, spent: int) -> tuple[Array, Array]:
    """Coefficients of each row's autoregression (series, highest order), and its AICc.

    Burg's recursion (Percival and Walden 1993, section 9.5), up to a thirteenth of the weeks and six weeks at
    most; of all orders the one with the least AICc, where ``spent`` counts the parameters fitted before.
    """
    rows, weeks = values.shape
    top = min(6, weeks // 13)
    forward, backward = values, values
    variance = np.maximum((values**2).mean(axis=1), _TINY)
    phi = np.zeros((rows, top))
    best, least = phi.copy(), weeks * np.log(variance) + _penalty(weeks, spent)
    for order in range(1, top + 1):
        f, b = forward[:, 1:], backward[:, :-1]
        energy = (f**2).sum(axis=1) + (b**2).sum(axis=1)
        k = 2 * (f * b).sum(axis=1) / np.where(energy > 0, energy, 1.0)
        earlier = phi[:, : order - 1].copy()
        phi[:, : order - 1] = earlier - k[:, None] * earlier[:, ::-1]
        phi[:, order - 1] = k
        forward, backward = f - k[:, None] * b, b - k[:, None] * f
        variance = np.maximum(variance * (1 - k**2), _TINY)
        score = weeks * np.log(variance) + _penalty(weeks, spent + order)
        better = score < least
        best[better], least[better] = phi[better], score[better]
    return best, least


def _penalty(weeks: int, parameters: int) -> float:
    used = parameters + 1  # and the variance
    return 2.0 * used * weeks / (weeks - used - 1)


def unexpected(values: Array, phi: Array) -> Array:
    """What the autoregression did not expect; 0 in as many first weeks as the row's order."""
    rest = values.copy()
    for back in range(1, phi.shape[1] + 1):
        rest[:, back:] -= phi[:, back - 1, None] * values[:, :-back]
    order = np.where(phi != 0, np.arange(1, phi.shape[1] + 1), 0).max(axis=1, initial=0)
    rest[np.arange(values.shape[1]) < order[:, None]] = 0.0
    return rest


def _bounded(rest: Array) -> Array:
    """Pulled in, and with mean 0 over the weeks that are known."""
    known = rest != 0
    bounded = np.where(known, pull_in(rest, CLIP_REST), 0.0)
    mean = bounded.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.where(known, bounded - mean, 0.0))


def _orthonormal(columns: Array) -> Array:
    basis, triangle = np.linalg.qr(columns)
    # A column that follows from those before, such as working days that never differ, adds nothing.
    size = np.abs(np.diag(triangle))
    return np.asarray(basis[:, size > 1e-9 * size.max()], dtype=np.float64)
