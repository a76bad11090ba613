"""How often customers will buy again: the BG/NBD model.

While a customer is there, purchases come at random with the customer's own rate, which varies over customers
like a gamma(r, alpha); after each purchase the customer leaves with the customer's own probability, which
varies like a beta(a, b). Formulas: Fader, Hardie and Lee (2005), "Counting your customers the easy way: an
alternative to the Pareto/NBD model", Marketing Science 24, equations 6 (likelihood) and 10 (expectation);
the probability of still being there from their note of 2008. Times are in one unit throughout (here weeks).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Fewer customers, or fewer of them with a repeat purchase, are too little for four parameters.
LEAST_CUSTOMERS, LEAST_REPEATERS = 50, 20

#: The logarithms of the parameters stay within; a fit that ends on a bound has not found its parameters.
_LOWEST, _HIGHEST = -9.0, 9.0


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The fitted model. ``verdict`` is ``fitted``, ``too_little``, or ``not_found``.

    ``not_found``: the likelihood has its maximum at no usable parameters, for instance where nobody leaves.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    n: int
    verdict: str


def log_likelihood(r: float, alpha: float, a: float, b: float, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """The log-likelihood of each customer (equation 6); arrays of shape (customers,)."""
    value, _ = _terms(np.array([r, alpha, a, b]), x, t_x, age)
    return value


def fit(x: Floats, t_x: Floats, age: Floats) -> BgNbd:
    """The parameters of greatest likelihood; ``x``, ``t_x`` and ``age`` as in `Histories`."""
    from scipy.optimize import minimize

    n = len(x)
    if n < LEAST_CUSTOMERS or np.count_nonzero(x) < LEAST_REPEATERS:
        return BgNbd(np.nan, np.nan, np.nan, np.nan, np.nan, n, "too_little")
    rows, weight = np.unique(np.stack([x, t_x, age], axis=1), axis=0, return_counts=True)
    # In units of the mean age all four parameters are near 1, which the search needs.
    unit = float(age.mean()) or 1.0
    few_x, few_t, few_age = rows[:, 0], rows[:, 1] / unit, rows[:, 2] / unit

    def negative(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, slope = _terms(parameters, few_x, few_t, few_age)
        return -float(weight @ value) / n, -(slope @ weight) * parameters / n

    found = minimize(
        negative,
        np.zeros(4),
        jac=True,
        method="L-BFGS-B",
        bounds=[(_LOWEST, _HIGHEST)] * 4,
        options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8},
    )
    r, alpha, a, b = (float(p) for p in np.exp(found.x))
    inside = bool(np.all(found.x > _LOWEST + 0.01) and np.all(found.x < _HIGHEST - 0.01))
    alpha *= unit
    total = float(log_likelihood(r, alpha, a, b, x, t_x, age).sum())
    return BgNbd(r, alpha, a, b, total, n, "fitted" if inside else "not_found")


def _terms(parameters: Floats, x: Floats, t_x: Floats, age: Floats) -> tuple[Floats, Floats]:
    """Log-likelihoods, and their slopes by r, alpha, a and b as an array of shape (4, customers)."""
    from scipy.special import gammaln, psi

    r, alpha, a, b = parameters
    # Where nothing was bought again the second way to have bought x times (leaving after it) is none.
    later = np.maximum(b + x - 1, 1e-300)
    stayed = -(r + x) * np.log(alpha + age)
    left = np.where(x > 0, np.log(a) - np.log(later) - (r + x) * np.log(alpha + t_x), -np.inf)
    either = np.logaddexp(stayed, left)
    value = (
        gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        + either
    )  # fmt: skip
    of_stayed = np.exp(stayed - either)
    of_left = 1 - of_stayed
    slope = np.stack([
        psi(r + x) - psi(r) + np.log(alpha)
        - of_stayed * np.log(alpha + age) - of_left * np.log(alpha + t_x),
        r / alpha - (r + x) * (of_stayed / (alpha + age) + of_left / (alpha + t_x)),
        psi(a + b) - psi(a + b + x) + of_left / a,
        psi(a + b) + psi(b + x) - psi(b) - psi(a + b + x) - np.where(x > 0, of_left / later, 0.0),
    ])  # fmt: skip
    return value, slope


def alive(model: BgNbd, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """The probability that each customer is still one; 1 for those who bought once, by the model."""
    with np.errstate(
        over="ignore"
    ):  # long silence after many purchases: the odds of having left are infinite
        odds = np.exp(
            np.log(model.a)
            - np.log(np.maximum(model.b + x - 1, 1e-300))
            + (model.r + x) * (np.log(model.alpha + age) - np.log(model.alpha + t_x))
        )
    return 1 / (1 + np.where(x > 0, odds, 0.0))


def expected(model: BgNbd, x: Floats, t_x: Floats, age: Floats, ahead: float) -> Floats:
    """The expected number of purchases of each customer within ``ahead`` from now (equation 10)."""
    from scipy.special import hyp2f1

    r, alpha, b = model.r, model.alpha, model.b
    # At a = 1 the formula is 0 / 0; a little beside it is the same number.
    a = model.a if abs(model.a - 1) > 1e-6 else 1 + 1e-6
    shrunk = np.exp((r + x) * (np.log(alpha + age) - np.log(alpha + age + ahead)))
    series = hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + age + ahead))
    if_alive = (a + b + x - 1) / (a - 1) * (1 - shrunk * series)
    value: Floats = np.maximum(if_alive * alive(model, x, t_x, age), 0.0)
    return value
