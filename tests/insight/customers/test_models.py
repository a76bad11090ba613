"""The models of customer value, against likelihoods written down another way and companies made up here."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from leitstern.insight.customers import bgnbd, gamma_gamma, value
from leitstern.insight.customers.histories import histories

DAY = "datetime64[D]"


def by_integration(r: float, alpha: float, a: float, b: float, x: int, t_x: float, age: float) -> float:
    """The likelihood of one history: that of a known rate and leaving, averaged over both distributions."""

    # The middles of 2,000 equally likely rates and probabilities of leaving.
    middles = (np.arange(2000) + 0.5) / 2000
    rate = stats.gamma.ppf(middles, r, scale=1 / alpha)[:, None]
    leaving = stats.beta.ppf(middles, a, b)[None, :]
    bought = (1 - leaving) ** x * rate**x * np.exp(-rate * age)
    if x > 0:
        bought = bought + leaving * (1 - leaving) ** (x - 1) * rate**x * np.exp(-rate * t_x)
    return float(bought.mean())


@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0.0, 4.0), (1, 2.0, 3.0), (3, 2.5, 5.0), (6, 4.0, 4.0)])
def test_the_likelihood_is_that_of_rate_and_leaving_averaged(x: int, t_x: float, age: float) -> None:
    own = bgnbd.log_likelihood(1.3, 2.1, 1.7, 2.6, np.array([float(x)]), np.array([t_x]), np.array([age]))
    assert own[0] == pytest.approx(np.log(by_integration(1.3, 2.1, 1.7, 2.6, x, t_x, age)), abs=2e-3)


def made_up(size: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Histories with r .6, alpha 5, a 1.2, b 3, and the purchases of another 30 weeks; first come at 0-20."""
    random = np.random.default_rng(seed)
    x, t_x, later = np.zeros(size), np.zeros(size), np.zeros(size)
    age = 60 - random.uniform(0, 20, size)
    for one in range(size):
        rate, leaving = random.gamma(0.6, 1 / 5), random.beta(1.2, 3)
        now = random.exponential(1 / rate)
        while now < age[one] + 30:
            if now < age[one]:
                x[one], t_x[one] = x[one] + 1, now
            else:
                later[one] += 1
            if random.random() < leaving:
                break
            now += random.exponential(1 / rate)
    return x, t_x, age, later


def test_known_parameters_are_found_again_and_foretell_what_comes() -> None:
    x, t_x, age, later = made_up(6000, seed=1)
    model = bgnbd.fit(x, t_x, age)
    assert (model.verdict, model.n) == ("fitted", 6000)
    assert (model.r, model.alpha) == (pytest.approx(0.6, rel=0.1), pytest.approx(5, rel=0.15))
    assert model.a / (model.a + model.b) == pytest.approx(1.2 / 4.2, abs=0.03)
    # No parameters beside are likelier.
    truth = bgnbd.log_likelihood(0.6, 5, 1.2, 3, x, t_x, age).sum()
    assert model.log_likelihood >= truth
    foretold = bgnbd.expected(model, x, t_x, age, 30.0)
    assert foretold.sum() == pytest.approx(later.sum(), rel=0.06)
    busy = x >= 3
    assert foretold[busy].sum() == pytest.approx(later[busy].sum(), rel=0.1)


def test_who_bought_much_and_then_fell_silent_has_probably_left() -> None:
    model = bgnbd.BgNbd(0.25, 4.4, 0.8, 2.4, 0.0, 100, "fitted")
    x, t_x = np.array([0.0, 2.0, 10.0, 10.0]), np.array([0.0, 30.0, 9.0, 38.0])
    there = bgnbd.alive(model, x, t_x, np.full(4, 39.0))
    assert there[0] == 1
    assert there[2] < 0.01
    assert there[3] > 0.9
    # By hand for x = 2: odds a / (b + x - 1) times ((alpha + T) / (alpha + t_x)) to the r + x.
    assert there[1] == pytest.approx(1 / (1 + 0.8 / 3.4 * (43.4 / 34.4) ** 2.25))


def test_the_expectation_does_not_jump_where_its_formula_is_nothing_over_nothing() -> None:
    x, t_x, age = np.array([2.0]), np.array([20.0]), np.array([30.0])
    beside = [
        bgnbd.expected(bgnbd.BgNbd(0.5, 5, a, 2, 0, 1, "fitted"), x, t_x, age, 10.0)[0]
        for a in (0.999, 1.0, 1.001)
    ]
    assert beside[1] == pytest.approx((beside[0] + beside[2]) / 2, rel=1e-4)


def test_few_customers_are_too_little_and_customers_who_never_leave_have_no_parameters() -> None:
    few = np.ones(30)
    assert bgnbd.fit(few, few, few * 2).verdict == "too_little"
    random = np.random.default_rng(3)
    x = random.poisson(8, 300).astype(float) + 1
    assert bgnbd.fit(x, np.full(300, 9.99), np.full(300, 10.0)).verdict == "not_found"


def test_amounts_of_known_parameters_are_found_again() -> None:
    random = np.random.default_rng(4)
    p, q, v, size = 6.0, 4.0, 15.0, 4000
    x = random.integers(1, 9, size).astype(float)
    nu = random.gamma(q, 1 / v, size)
    mean = random.gamma(p * x) / (nu * x)
    model = gamma_gamma.fit(x, mean)
    assert (model.verdict, model.n) == ("fitted", size)
    assert (model.p, model.q) == (pytest.approx(p, rel=0.2), pytest.approx(q, rel=0.1))
    assert model.log_likelihood >= gamma_gamma.log_likelihood(p, q, v, x, mean).sum()
    assert model.p * model.v / (model.q - 1) == pytest.approx(p * v / (q - 1), rel=0.02)
    one = gamma_gamma.log_likelihood(p, q, v, np.array([3.0]), np.array([20.0]))[0]
    by_hand, _ = integrate.quad(
        lambda nu: stats.gamma.pdf(20.0, 3 * p, scale=1 / (3 * nu)) * stats.gamma.pdf(nu, q, scale=1 / v),
        0,
        5,
    )
    assert one == pytest.approx(np.log(by_hand), abs=1e-6)


def test_few_amounts_are_drawn_to_the_mean_of_all() -> None:
    model = gamma_gamma.GammaGamma(6, 4, 15, 0, 100, "fitted")
    drawn = gamma_gamma.expected(model, np.array([0.0, 1.0, 50.0]), np.array([0.0, 60.0, 60.0]))
    assert drawn[0] == 30  # p v / (q - 1)
    assert drawn.tolist()[1:] == [6 * (15 + 60) / 9, 6 * (15 + 50 * 60) / 303]


def purchases(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """400 customers over 2 years; many leave after a purchase, the others come about every 40 days."""
    random = np.random.default_rng(seed)
    rows = []
    for customer in range(400):
        day, leaving, gap = random.uniform(0, 500), random.beta(1.5, 3), random.gamma(3, 15)
        while day < 730:
            rows.append((customer, int(day), random.gamma(5, 20)))
            if random.random() < leaving:
                break
            day += random.exponential(gap)
    customer, day, amount = (np.array(column) for column in zip(*rows, strict=True))
    return customer, np.datetime64("2024-01-01") + day, amount


def test_the_trial_compares_the_model_with_going_on_at_the_pace_so_far() -> None:
    customer, day, amount = purchases(5)
    end = np.datetime64("2025-12-30")
    tried = value.trial(customer, day, amount, end)
    assert tried.verdict == "better"
    assert tried.purchases is not None
    assert tried.purchases.error < tried.purchases.pace_error
    later = histories(customer, day, amount, end)
    before = histories(customer, day, amount, tried.split)
    known = np.isin(later.customer, before.customer)
    assert tried.purchases.happened == later.x[known].sum() - before.x.sum()
    assert tried.revenue is not None
    assert tried.revenue.happened == pytest.approx(later.total[known].sum() - before.total.sum())
    assert tried.revenue.foretold == pytest.approx(tried.revenue.happened, rel=0.25)
    assert tried.scale == pytest.approx(1, abs=0.2)
    assert value.trial(customer[:20], day[:20], amount[:20], end).verdict == "too_little"


def test_what_lies_ahead_holds_single_customers_in_its_interval() -> None:
    customer, day, amount = purchases(6)
    cut, months = np.datetime64("2025-06-30"), 6
    found = histories(customer, day, amount, cut)
    buying, spending = bgnbd.fit(found.x, found.t_x, found.age), gamma_gamma.fit(*value.amounts(found))
    ahead = value.ahead(found, buying, spending, months, discount=0.0)
    after = (day > cut) & (day <= cut + np.timedelta64(183, "D"))
    place = np.searchsorted(found.customer, customer[after])
    mine = np.isin(customer[after], found.customer)
    paid = np.bincount(place[mine], weights=amount[after][mine], minlength=found.n)
    assert np.mean((paid >= ahead.low) & (paid <= ahead.high)) >= 0.8
    assert ahead.value.sum() == pytest.approx(paid.sum(), rel=0.25)
    dearer = value.ahead(found, buying, spending, months, discount=0.5)
    assert np.all(dearer.value <= ahead.value)
    half = value.ahead(found, buying, spending, months, discount=0.0, scale=0.5)
    assert half.value.sum() == pytest.approx(ahead.value.sum() / 2)
    assert dearer.value.sum() == pytest.approx(ahead.value.sum() * 1.5**-0.25, rel=0.03)


def test_purchases_of_a_day_are_one() -> None:
    customer = np.array([7, 7, 7, 9, 7])
    day = np.array(["2026-01-15", "2026-01-01", "2026-01-15", "2026-02-01", "2026-03-01"], DAY)
    found = histories(customer, day, np.array([10.0, 5, 20, 8, 99]), np.datetime64("2026-02-12"))
    assert found.customer.tolist() == [7, 9]
    assert found.x.tolist() == [1, 0]
    assert found.t_x.tolist() == [2, 0]
    assert found.age.tolist() == [6, 11 / 7]
    assert found.mean.tolist() == [30, 0]
    assert found.total.tolist() == [35, 8]
