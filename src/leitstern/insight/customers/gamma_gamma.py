"""How much a customer spends on average: the Gamma-Gamma model.

A customer's purchases vary like a gamma(p, nu) around the customer's own mean, and nu varies over customers
like a gamma(q, v). The mean of few purchases is drawn towards that of all customers. Formulas: Fader and
Hardie (2013), "The Gamma-Gamma model of monetary value", equations 1 and 5. The model takes it that the
amount does not depend on how often a customer buys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Customers with a repeat purchase that three parameters need.
LEAST_REPEATERS = 20

_LOWEST, _HIGHEST = -9.0, 12.0


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The fitted model on ``n`` customers. ``verdict`` is ``fitted``, ``too_little``, or ``not_found``."""

    p: float
    q: float
    v: float
    log_likelihood: float
    n: int
    verdict: str


def log_likelihood(p: float, q: float, v: float, x: Floats, mean: Floats) -> Floats:
    """The log-likelihood of each customer (equation 1a); both arrays positive, of shape (customers,)."""
    from scipy.special import gammaln

    value: Floats = (
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        + (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(v + x * mean)
    )  # fmt: skip
    return value


def fit(x: Floats, mean: Floats) -> GammaGamma:
    """The parameters of greatest likelihood, from customers with a repeat purchase and a positive mean.

    ``x`` counts repeat purchases, ``mean`` is their mean amount; others are left out.
    """
    from scipy.optimize import minimize

    used = (x > 0) & (mean > 0)
    x, mean = x[used], mean[used]
    n = len(x)
    if n < LEAST_REPEATERS:
        return GammaGamma(np.nan, np.nan, np.nan, np.nan, n, "too_little")
    # The scale of the amounts is taken out of the search, and put back into v.
    unit = float(mean.mean())
    scaled = mean / unit

    def negative(logs: Floats) -> float:
        p, q, v = np.exp(logs)
        return -float(log_likelihood(p, q, v, x, scaled).mean())

    found = minimize(
        negative,
        np.zeros(3),
        method="L-BFGS-B",
        bounds=[(_LOWEST, _HIGHEST)] * 3,
        options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8},
    )
    p, q, v = (float(value) for value in np.exp(found.x))
    inside = bool(np.all(found.x > _LOWEST + 0.01) and np.all(found.x < _HIGHEST - 0.01))
    v *= unit
    total = float(log_likelihood(p, q, v, x, mean).sum())
    return GammaGamma(p, q, v, total, n, "fitted" if inside else "not_found")


def expected(model: GammaGamma, x: Floats, mean: Floats) -> Floats:
    """The expected mean amount of each customer's purchases (equation 5).

    Without a repeat purchase it is that of all customers. NaN where the model has no mean (q at most 1 and
    nothing bought again).
    """
    below = model.p * x + model.q - 1
    above = model.p * (model.v + x * mean)
    value: Floats = np.divide(above, below, out=np.full(len(x), np.nan), where=below > 0)
    return value
