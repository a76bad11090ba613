"""Whether a pair collided: published intervals, verdicts by hand, simulated false alarms."""

from __future__ import annotations

import numpy as np
import pytest

from leitstern.insight.conflicts.evidence import Segment, Share, difference, evidence, segment


def test_newcombes_published_intervals() -> None:
    """Newcombe 1998, table II, method 10: 56/70 - 48/80 and 9/10 - 3/10."""
    assert difference(Share(48, 80), Share(56, 70), 0.95) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert difference(Share(3, 10), Share(9, 10), 0.95) == pytest.approx((0.1705, 0.8090), abs=5e-5)


def test_more_leads_and_a_lower_rate_collide() -> None:
    found = evidence(Share(180, 2000), Share(60, 1900), 2.0)
    assert found.verdict == "collided"
    assert found.growth == pytest.approx(0.9)
    assert found.n == 3900
    assert found.high is not None
    assert found.high < -0.03


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (Share(180, 2000), Share(90, 1000), "not_shown"),  # nothing changed
        (Share(180, 2000), Share(40, 1000), "not_shown"),  # fell without more leads
        (Share(180, 2000), Share(171, 1900), "not_shown"),  # more leads, as good
        (Share(9, 2000), Share(2, 1900), "too_little"),
        (Share(180, 2000), Share(0, 0), "too_little"),
    ],
)
def test_the_verdict(before: Share, after: Share, verdict: str) -> None:
    assert evidence(before, after, 2.0).verdict == verdict


def test_more_pairs_ask_for_more() -> None:
    one, many = (evidence(Share(60, 2000), Share(21, 1250), 2.0, tried) for tried in (1, 20))
    assert (one.verdict, many.verdict) == ("collided", "not_shown")


def test_at_most_one_company_in_twenty_is_told_of_a_fall_that_is_none() -> None:
    """Number up by 40 %, rate unchanged, three pairs each: 3,000 companies."""
    rng = np.random.default_rng(7)
    told = 0
    for _ in range(3000):
        before, after = rng.binomial(1000, 0.07, 3), rng.binomial(700, 0.07, 3)
        told += any(
            evidence(Share(int(b), 1000), Share(int(a), 700), 2.0, 3).verdict == "collided"
            for b, a in zip(before, after, strict=True)
        )
    assert told / 3000 < 0.05


def test_the_segment_that_grew_most() -> None:
    before = {"a": Share(20, 200), "b": Share(30, 400)}
    after = {"a": Share(11, 110), "b": Share(15, 190), "new": Share(3, 300)}
    assert segment(before, after, 2.0) == Segment("new", 1.0, Share(3, 300), Share(26, 300))
    assert segment(before, {"a": Share(11, 90)}, 2.0) is None
