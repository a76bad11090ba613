"""Student's t against printed tables and closed forms."""

from __future__ import annotations

from math import comb, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leitstern.goals.student import incomplete_beta, t_cdf

#: From printed tables: P(T <= t) for t and degrees of freedom.
T_TABLE = [
    (6.314, 1, 0.95), (12.706, 1, 0.975), (31.821, 1, 0.99), (2.920, 2, 0.95), (4.303, 2, 0.975),
    (2.353, 3, 0.95), (2.015, 5, 0.95), (2.571, 5, 0.975), (3.365, 5, 0.99), (4.032, 5, 0.995),
    (1.372, 10, 0.90), (2.228, 10, 0.975), (2.764, 10, 0.99), (2.086, 20, 0.975), (2.042, 30, 0.975),
    (1.980, 120, 0.975), (2.617, 120, 0.995),
]  # fmt: skip


@pytest.mark.parametrize(("t", "df", "wanted"), T_TABLE)
def test_student_against_printed_tables(t: float, df: int, wanted: float) -> None:
    assert t_cdf(t, df) == pytest.approx(wanted, abs=1.5e-4)
    assert t_cdf(-t, df) == pytest.approx(1 - wanted, abs=1.5e-4)


def test_student_where_there_is_a_closed_form() -> None:
    for t in (-3.0, -0.5, 0.0, 0.1, 1.0, 4.0):
        # df = 2: 1/2 + t / (2 * sqrt(2 + t²))
        assert t_cdf(t, 2) == pytest.approx(0.5 + t / (2 * sqrt(2 + t * t)), abs=1e-12)


def test_student_far_out() -> None:
    assert t_cdf(0, 7) == 0.5
    assert t_cdf(1e9, 3) == pytest.approx(1, abs=1e-15)
    assert t_cdf(1.959964, 1e7) == pytest.approx(0.975, abs=1e-6)


def test_incomplete_beta_is_the_tail_of_a_binomial() -> None:
    # P(X >= 3) of 10 tries at 0.3 is I(0.3; 3, 8)
    tail = sum(comb(10, k) * 0.3**k * 0.7 ** (10 - k) for k in range(3, 11))
    assert incomplete_beta(0.3, 3, 8) == pytest.approx(tail, abs=1e-14)
    assert incomplete_beta(0, 3, 8) == 0
    assert incomplete_beta(1, 3, 8) == 1


@settings(deadline=None)
@given(st.floats(-50, 50), st.floats(-50, 50), st.integers(1, 200))
def test_student_never_falls(one: float, other: float, df: int) -> None:
    low, high = sorted((one, other))
    assert 0 <= t_cdf(low, df) <= t_cdf(high, df) + 1e-14 <= 1 + 1e-14
