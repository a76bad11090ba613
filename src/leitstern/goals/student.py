"""Student's t distribution, without a library for special functions.

    P(T <= t) = 1 - I(df / (df + t²); df / 2, 1 / 2) / 2        for t >= 0

I is the regularised incomplete beta function, computed by its continued fraction (NIST Digital Library of
Mathematical Functions, 8.17.4 and 8.17.22) with Lentz's method.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_TINY = 1e-300
_PRECISION = 1e-15
_STEPS = 10_000


def t_cdf(t: float, df: float) -> float:
    """The probability that a variable with ``df`` degrees of freedom (above 0) is at most ``t``."""
    tail = incomplete_beta(df / (df + t * t), df / 2, 0.5) / 2
    return tail if t < 0 else 1 - tail


def incomplete_beta(x: float, a: float, b: float) -> float:
    """I(x; a, b) for x from 0 to 1 and positive a, b."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side
        return 1 - incomplete_beta(1 - x, b, a)
    front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
    return front * _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / (1 + ...)))."""
    upper, lower = 1.0, 1 / _off_zero(1 - (a + b) * x / (a + 1))
    found = lower
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for d in (even, odd):
            upper = _off_zero(1 + d / upper)
            lower = 1 / _off_zero(1 + d * lower)
            found *= upper * lower
        if abs(upper * lower - 1) < _PRECISION:
            break
    return found


def _off_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
