"""The chance of reaching a target: against tables of Student's t and against sums done by hand."""

from __future__ import annotations

from decimal import Decimal
from math import comb, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leitstern.goals.chance import Chance, Past, Realism, chance, realism, realism_of_change
from leitstern.goals.goal import Direction, Levels
from leitstern.goals.student import incomplete_beta, t_cdf
from leitstern.messages import message


def _at_least(target: float) -> Levels:
    return Levels(Decimal(str(target)))


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


# --- chance ---

#: Mean 100, standard deviation exactly 10 (sum of squares 600 over 6).
SEVEN = (90, 110, 90, 110, 90, 110, 100)


def test_before_the_period_the_mean_is_an_even_chance() -> None:
    found = chance(Past(SEVEN), None, 0, _at_least(100), "at_least")
    assert found == Chance(0.5, 7, "recent")


def test_before_the_period_by_hand() -> None:
    # deviation 10 * sqrt(1 + 1/7) = 10.6904; 120.77 is 1.943 of them above: the 95 % mark at 6 degrees
    found = chance(Past(SEVEN), None, 0, _at_least(120.77), "at_least")
    assert found.probability == pytest.approx(0.05, abs=2e-4)
    assert chance(Past(SEVEN), None, 0, _at_least(120.77), "at_most").probability == pytest.approx(
        0.95, abs=2e-4
    )


def test_in_the_middle_of_the_period_by_hand() -> None:
    # 60 so far, half left: 50 more expected, deviation 10 * sqrt(0.5 + 0.25/7) = 7.3193;
    # 124.22 is 14.22 = 1.943 deviations above 110
    found = chance(Past(SEVEN), 60, 0.5, _at_least(124.22), "at_least")
    assert found.probability == pytest.approx(0.05, abs=2e-4)


def test_a_level_is_the_mean_of_what_was_and_what_comes() -> None:
    past = Past([value / 100 for value in SEVEN], adds_up=False)
    # 1.2 in the first half, 1.0 expected in the second: 1.1 is the middle
    assert chance(past, 1.2, 0.5, _at_least(1.1), "at_least") == Chance(0.5, 7, "recent")


def test_what_is_reached_stays_reached() -> None:
    past = Past([value / 100 for value in SEVEN])
    assert chance(past, 2, 0.9, _at_least(1), "at_least").probability == 0.99
    assert chance(past, 2, 0.9, _at_least(1), "at_most").probability == 0.01


@pytest.mark.parametrize(
    ("value", "direction", "wanted"),
    [(100, "at_least", 1.0), (99, "at_least", 0.0), (100, "at_most", 1.0), (101, "at_most", 0.0)],
)
def test_after_the_end_it_is_known(value: int, direction: Direction, wanted: float) -> None:
    assert chance(Past(SEVEN), value, 1, _at_least(100), direction) == Chance(wanted, 7, "over")


def test_between_two_values() -> None:
    levels = Levels(Decimal("79.23"), upper=Decimal("120.77"))
    # both marks are 1.943 deviations away: 5 % on each side
    found = chance(Past(SEVEN, adds_up=False), None, 0, levels, "between")
    assert found.probability == pytest.approx(0.9, abs=4e-4)


def test_five_values_are_too_few() -> None:
    found = chance(Past((1.5, 2.5, None, 3.5, 4.5, 5.5)), None, 0, _at_least(3), "at_least")
    assert found == Chance(None, 5, "too_little")


def test_only_the_last_twelve_count() -> None:
    long_ago = (10_000,) * 20
    found = chance(Past((*long_ago, *SEVEN, *SEVEN[:5])), None, 0, _at_least(300), "at_least")
    assert (found.n, found.method) == (12, "recent")
    assert found.probability == 0.01


def test_the_season_is_taken_out_over_three_years() -> None:
    years = [(100, 200, 300, 400), (110, 210, 330, 410), (90, 190, 270, 390)]
    quarters = Past([value for year in years for value in year], per_year=4)
    first = chance(quarters, None, 0, _at_least(100), "at_least")
    assert first == Chance(0.5, 12, "season")  # the first quarters' mean is 100
    # without the season, a mean of 250 would make 150 likely
    assert (chance(quarters, None, 0, _at_least(150), "at_least").probability or 1) < 0.05


def test_two_years_have_no_season_yet() -> None:
    quarters = Past((100, 200, 300, 400, 110, 210, 330, 410), per_year=4)
    assert chance(quarters, None, 0, _at_least(100), "at_least").method == "recent"


def test_the_seasons_cost_degrees_of_freedom() -> None:
    # adjusted values: 110, 90 and ten times 100; sum of squares 200 over 12 - 4 degrees: deviation 5
    quarters = Past((110, 200, 300, 400, 90, 200, 300, 400, 100, 200, 300, 400), per_year=4)
    # 5 * sqrt(1 + 1/12) = 5.2042; the 95 % mark at 8 degrees is 1.860 of them: 9.68
    found = chance(quarters, None, 0, _at_least(109.68), "at_least")
    assert found.probability == pytest.approx(0.05, abs=2e-4)


def test_small_counts_by_hand() -> None:
    # twelve periods with 2 each: mean 24.5 / 12, variance not below it, whole period ahead
    past = Past((2,) * 12, counts=True)
    mean = 24.5 / 12
    variance = mean * (1 + 1 / 12)
    size = mean**2 / (variance - mean)
    nothing = (size / (size + mean)) ** size
    found = chance(past, None, 0, _at_least(1), "at_least")
    assert found == Chance(round(1 - nothing, 4), 12, "counts")
    # one is enough of two, when one is there already
    assert chance(past, 1, 0.0, _at_least(2), "at_least").probability == found.probability
    assert chance(past, 0, 0.0, Levels(Decimal(0)), "at_most").probability == round(nothing, 4)


def test_what_never_happened_is_unlikely_but_not_impossible() -> None:
    found = chance(Past((0,) * 12, counts=True), None, 0, _at_least(1), "at_least")
    # the expected 0.5/12 with variance a twelfth above: about 4 %
    assert found.probability == pytest.approx(0.04, abs=0.002)


def test_many_counts_are_taken_as_amounts() -> None:
    assert chance(Past(SEVEN, counts=True), None, 0, _at_least(100), "at_least").method == "recent"


def test_always_the_same_value_is_certain_within_the_limits() -> None:
    same = Past((50.5,) * 8)
    assert chance(same, None, 0, _at_least(50.5), "at_least").probability == 0.99
    assert chance(same, None, 0, _at_least(50.6), "at_least").probability == 0.01


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 100_000).map(Decimal), min_size=6, max_size=40),
    st.integers(0, 100_000),
    st.integers(0, 99),
    st.integers(1, 200_000),
    st.sampled_from(["at_least", "at_most"]),
    st.booleans(),
    st.sampled_from([1, 4, 12]),
)
def test_never_certain_before_the_end(
    values: list[Decimal],
    so_far: int,
    percent: int,
    target: int,
    direction: Direction,
    counts: bool,
    per_year: int,
) -> None:
    past = Past(values, per_year=per_year, counts=counts)
    found = chance(past, so_far, Decimal(percent) / 100, Levels(Decimal(target)), direction)
    assert found.probability is not None
    assert 0.01 <= found.probability <= 0.99
    more = chance(past, so_far, Decimal(percent) / 100, Levels(Decimal(target + 1000)), direction)
    assert more.probability is not None
    if direction == "at_least":
        assert more.probability <= found.probability
    else:
        assert more.probability >= found.probability


# --- realism ---


def test_how_often_a_value_happened() -> None:
    past = Past((90, 110, None, 100, 120))
    assert realism(past, _at_least(100), "at_least") == Realism(3, 4)
    assert realism(past, _at_least(100), "at_most") == Realism(2, 4)
    assert realism(past, Levels(Decimal(95), upper=Decimal(110)), "between") == Realism(2, 4)


def test_how_often_a_change_happened() -> None:
    past = Past((100, 110, 121, 100, 0, 50, None, 60), per_year=4)
    # +10 %, +10 %, -17 %, -100 %; not from 0, and not from or to nothing
    assert realism_of_change(past, Decimal("0.09"), "previous_period") == Realism(2, 4)
    assert realism_of_change(past, Decimal("-0.15"), "previous_period") == Realism(2, 4)
    # a year before: 0/100, 50/110, none, 60/100
    assert realism_of_change(past, Decimal("-0.5"), "previous_year") == Realism(2, 3)


@pytest.mark.parametrize("method", ["season", "recent", "counts", "too_little", "over"])
def test_every_method_has_its_words(method: str) -> None:
    for language in ("de", "en"):
        assert message(f"goals.chance_{method}", language, n=7)
