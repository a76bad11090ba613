"""Comparing rates: so many hits of so many tries, such as won of decided deals.

Beta-binomial: a subject's true rate varies like a beta(m M, (1 - m) M) with mean m and concentration M,
both on a grid (Gelman and others, "Bayesian Data Analysis", 3rd edition, section 5.3). Empirical Bayes,
which puts in one estimate of them, has intervals that cover .45 to .72 instead of .95.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.compare.comparison import (
    LEAST,
    SHRINKAGE,
    Comparison,
    answer,
    generator,
    nothing,
    places,
    weights,
)

Floats = NDArray[np.float64]

_MEANS = 61


def rates(hits: Floats, tries: Floats) -> Comparison:
    """Compare the rates behind ``hits`` of ``tries``; shape (subjects,), fractions allowed, hits <= tries."""
    hits, tries = np.asarray(hits, float), np.asarray(tries, float)
    raw = np.divide(hits, tries, out=np.full(len(hits), np.nan), where=tries > 0)
    used = tries >= LEAST
    if used.sum() < 2:
        return nothing(raw, float(tries.sum()), int(used.sum()))
    k, n = hits[used], tries[used]
    mean, concentration = _grid(k, n)
    a, b = mean * concentration, (1 - mean) * concentration
    weight = weights(_log_likelihood(a, b, k, n))
    kept = weight > weight.max() * 1e-6
    a, b, weight = a[kept], b[kept], weight[kept]
    random = generator()
    at = places(weight, random)
    drawn = random.beta(a[at, None] + k, b[at, None] + n - k)
    rate = k.sum() / n.sum()
    spreads = float(np.std(k / n)), float(np.sqrt(rate * (1 - rate) * np.mean(1 / n)))
    return answer(raw, used, drawn, spreads, float(tries.sum()))


def _grid(k: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Mean and concentration at each grid point; means where the likelihood of the mean can have weight."""
    total, hits = n.sum(), k.sum()
    # The mean's own uncertainty: that of all tries, or of the few subjects if these differ.
    error = np.sqrt(0.25 / total + np.var(k / n) / len(n))
    rate = (hits + 0.5) / (total + 1)
    mean = np.linspace(max(rate - 6 * error, 1e-3), min(rate + 6 * error, 1 - 1e-3), _MEANS)
    concentration = np.median(n) * SHRINKAGE / (1 - SHRINKAGE)
    means, concentrations = np.meshgrid(mean, concentration)
    return means.ravel(), concentrations.ravel()


def _log_likelihood(a: Floats, b: Floats, k: Floats, n: Floats) -> Floats:
    from scipy.special import betaln

    own = betaln(a[:, None] + k, b[:, None] + n - k).sum(axis=1)
    found: Floats = own - len(k) * betaln(a, b)
    return found
