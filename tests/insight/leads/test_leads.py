"""Leads are found with their lag, nothing is found where nothing is, and too little is called so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from leitstern.insight.leads import Chance, Claim, lead, leads, worlds
from leitstern.insight.leads.family import adjusted, stand
from leitstern.insight.leads.lags import WINDOWS, correlations, effects, p_value, shuffled
from leitstern.insight.leads.whiten import White, whiten

FEW = Chance(times=199)


def test_a_planted_lead_is_found_with_its_lag() -> None:
    x, y = worlds.leading(np.random.default_rng(11), 1, 156, 4, 0.8)
    found = lead(x[0], y[0], sign=1)
    assert (found.verdict, found.n, found.peak) == ("leads", 156, 4)
    assert found.p == 1 / 2000
    assert found.low is not None
    assert found.effect is not None
    assert 0.1 < found.low < found.effect


def test_an_outcome_that_moves_the_kpi_is_no_lead() -> None:
    outcome, kpi = worlds.leading(np.random.default_rng(12), 30, 156, 3, 0.8)
    called = [lead(x, y, sign=1, chance=FEW).verdict == "leads" for x, y in zip(kpi, outcome, strict=True)]
    assert sum(called) <= 5


def test_a_fall_that_follows_a_rise_is_a_lead_only_where_it_is_claimed() -> None:
    x, y = worlds.leading(np.random.default_rng(13), 1, 156, 2, 0.8)
    assert lead(x[0], -y[0], sign=-1, chance=FEW).verdict == "leads"
    assert lead(x[0], -y[0], sign=0, chance=FEW).verdict == "leads"
    assert lead(x[0], -y[0], sign=1, chance=FEW).verdict != "leads"


@pytest.mark.parametrize("name", worlds.NOTHING_LEADS)
def test_nothing_is_called_more_often_than_said(name: str) -> None:
    """120 pairs a world at level .05: more than 15 would come up once in 5,000 tests."""
    pairs = worlds.NOTHING_LEADS[name](np.random.default_rng(14), 120, 104)
    p = [lead(x, y, sign=1, chance=FEW).p or 1.0 for x, y in zip(*pairs, strict=True)]
    assert sum(value <= 0.05 for value in p) <= 15


def test_no_useful_lead_is_said_only_where_the_interval_excludes_one() -> None:
    rng = np.random.default_rng(15)
    nothing = [lead(*rng.standard_normal((2, 208)), sign=1, chance=FEW) for _ in range(20)]
    assert sum(one.verdict == "no_lead" for one in nothing) >= 14
    for one in nothing:
        assert one.ceiling is not None
        assert (one.verdict == "no_lead") == (one.ceiling < 0.35 and one.verdict != "leads")
    short = [lead(*rng.standard_normal((2, 52)), sign=1, chance=FEW).verdict for _ in range(20)]
    assert short.count("too_little") >= 17


@pytest.mark.parametrize(
    ("kpi", "reason"),
    [
        (np.arange(39.0), "few_weeks"),
        (np.where(np.arange(100) % 4 == 3, np.nan, np.sin(np.arange(100.0)) + 2), "gaps"),
        (np.where(np.arange(100) % 10 == 0, 1.0, 5.0), "constant"),
        (np.full(100, np.nan), "few_weeks"),
        (np.concatenate([np.zeros(70), np.arange(1.0, 31.0)]), "few_weeks"),
    ],
)
def test_what_cannot_be_tested_says_why(kpi: np.ndarray, reason: str) -> None:
    outcome = np.random.default_rng(16).standard_normal(len(kpi)) + 9
    found = lead(kpi, outcome)
    assert (found.verdict, found.reason, found.p) == ("too_little", reason, None)


def test_weeks_without_a_value_count_for_nothing() -> None:
    x, y = worlds.leading(np.random.default_rng(17), 1, 156, 4, 0.8)
    x[0, 20:30] = np.nan
    found = lead(x[0], y[0], sign=1, chance=FEW)
    assert (found.verdict, found.peak) == ("leads", 4)


def test_a_family_is_corrected_as_by_scipy() -> None:
    p = np.array([0.001, 0.2, np.nan, 0.012, 0.03, 0.9])
    known = ~np.isnan(p)
    assert adjusted(p)[known] == pytest.approx(stats.false_discovery_control(p[known]))
    assert stand(p).tolist() == [True, False, False, True, True, False]


def test_findings_come_in_the_order_of_the_claims_and_do_not_depend_on_it() -> None:
    x, y = worlds.leading(np.random.default_rng(18), 3, 104, 2, 0.8)
    series = {"a": x[0], "b": y[0], "c": x[1], "d": y[1]}
    claims = [Claim("a", "b"), Claim("c", "d"), Claim("c", "b")]
    found = leads(series, claims, FEW)
    assert [one.claim for one in found] == claims
    turned = leads(series, claims[::-1], FEW)[::-1]
    assert [(f.claim, f.p, f.q, f.first) for f in turned] == [(f.claim, f.p, f.q, f.first) for f in found]
    assert [one.verdict for one in found][:2] == ["leads", "leads"]
    alone = leads(series, claims[:1], FEW)[0]
    assert (alone.p, alone.q, alone.first) == (found[0].p, found[0].p, found[0].first)


def test_correlations_are_those_of_numpy() -> None:
    x, y = np.random.default_rng(19).standard_normal((2, 1, 60))
    x, y = x - x.mean(), y - y.mean()
    found = correlations(x, y, (0, 3, -2))[0, 0]
    scale = np.sqrt((x**2).sum() * (y**2).sum())
    assert found[0] == pytest.approx(np.corrcoef(x[0], y[0])[0, 1])
    assert found[1] == pytest.approx((x[0, :-3] * y[0, 3:]).sum() / scale * 60 / 57)
    assert found[2] == pytest.approx((x[0, 2:] * y[0, :-2]).sum() / scale * 60 / 58)


def test_a_window_adds_up_its_weeks() -> None:
    x, y = np.random.default_rng(20).standard_normal((2, 1, 80))
    single = correlations(x, y, tuple(range(1, 13)))[0, 0]
    found = dict(zip(WINDOWS, effects(x, y)[0, 0], strict=True))
    assert len(WINDOWS) == 12 + 11 + 10 + 9
    assert found[3, 3] == pytest.approx(single[2])
    assert found[2, 4] == pytest.approx(single[1:4].sum() / np.sqrt(3))


def test_shuffled_orders_hold_the_same_values() -> None:
    white = whiten(np.random.default_rng(21).standard_normal((1, 104)))
    bare = White(white.rest, np.zeros_like(white.basis))
    orders = shuffled(bare, 50, np.random.default_rng(1))
    assert np.sort(orders, axis=1) == pytest.approx(np.tile(np.sort(bare.rest), (50, 1)))
    assert len(np.unique(orders, axis=0)) == 50


def test_p_values_count_what_was_seen_as_one_order() -> None:
    assert p_value(3.0, np.array([1.0, 3.0, 4.0])) == pytest.approx(3 / 4)
    assert p_value(9.0, np.zeros(199)) == pytest.approx(1 / 200)


@settings(max_examples=25, deadline=None)
@given(st.integers(40, 120), st.integers(0, 10**6), st.sampled_from([-1, 0, 1]))
def test_units_and_levels_do_not_matter(weeks: int, seed: int, sign: int) -> None:
    x, y = np.random.default_rng(seed).standard_normal((2, weeks))
    plain = lead(x - 50, y - 50, sign, FEW)
    scaled = lead(1000 * (x - 50), 0.01 * (y - 50) - 7, sign, FEW)
    assert scaled.p == plain.p
    assert scaled.effect == pytest.approx(plain.effect)
    assert plain.low is not None
    assert plain.high is not None
    assert plain.effect is not None
    assert plain.low <= plain.effect <= plain.high
