"""The effects add up to the change, exactly; swapping periods flips them; equal segments can be merged."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.insight.why import Change, Segment, not_exact, ratios, sums

COUNT = st.integers(0, 50)
MONEY = st.integers(-10_000, 10_000)


@st.composite
def rated(draw: st.DrawFn) -> list[Segment]:
    """Segments that have a sum only where they have records, and some records in both periods."""
    found = [Segment("always", draw(MONEY), draw(MONEY), draw(COUNT) + 1, draw(COUNT) + 1)]
    for key in "abcd":
        below0, below1 = draw(COUNT), draw(COUNT)
        found.append(Segment(key, draw(MONEY) if below0 else 0, draw(MONEY) if below1 else 0, below0, below1))
    return found


@st.composite
def unrated(draw: st.DrawFn) -> list[Segment]:
    """Costs and customers of different segments: numerators without denominators."""
    found = [Segment("always", draw(MONEY), draw(MONEY), draw(COUNT) + 1, draw(COUNT) + 1)]
    found.append(Segment("cost only", draw(MONEY) or 1, draw(MONEY), 0, draw(COUNT)))
    return found


def swapped(segments: list[Segment]) -> list[Segment]:
    return [Segment(s.key, s.above1, s.above0, s.below1, s.below0) for s in segments]


def by_key(change: Change) -> dict[str | None, tuple[object, object, object]]:
    return {e.key: (e.volume, e.mix, e.rate) for e in change.effects}


@pytest.mark.parametrize("way", [sums, ratios])
@given(segments=rated() | unrated())
def test_the_effects_add_up_exactly(way, segments):  # type: ignore[no-untyped-def]
    change = way(segments, 9)
    assert sum(e.total for e in change.effects) == change.difference
    assert change.volume + change.mix + change.rate == change.difference
    assert {e.key for e in change.effects} == {s.key for s in segments}


@pytest.mark.parametrize("way", [sums, ratios])
@given(segments=rated() | unrated())
def test_swapping_the_periods_flips_every_sign(way, segments):  # type: ignore[no-untyped-def]
    forth, back = by_key(way(segments, 9)), by_key(way(swapped(segments), 9))
    assert back == {key: tuple(-e for e in effects) for key, effects in forth.items()}  # type: ignore[operator]


@pytest.mark.parametrize("way", [sums, ratios])
@given(
    segments=rated(),
    rates=st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    sizes=st.tuples(COUNT, COUNT, COUNT, COUNT),
)
def test_merging_segments_of_equal_rates_changes_nothing_in_the_whole(way, segments, rates, sizes):  # type: ignore[no-untyped-def]
    old, new = rates
    a0, a1, b0, b1 = (size + 1 for size in sizes)
    apart = [Segment("x", old * a0, new * a1, a0, a1), Segment("y", old * b0, new * b1, b0, b1)]
    merged = Segment("x", old * (a0 + b0), new * (a1 + b1), a0 + b0, a1 + b1)
    two, one = way([*segments, *apart], 9), way([*segments, merged], 9)
    assert (two.volume, two.mix, two.rate) == (one.volume, one.mix, one.rate)
    both = {key: sum(effects) for key, effects in by_key(two).items()}  # type: ignore[arg-type]
    alone = {key: sum(effects) for key, effects in by_key(one).items()}  # type: ignore[arg-type]
    assert both.pop("x") + both.pop("y") == alone.pop("x")
    assert both == alone


@given(segments=rated())
def test_floats_add_up_to_their_tolerance(segments):  # type: ignore[no-untyped-def]
    floats = [
        Segment(s.key, float(s.above0), float(s.above1), float(s.below0), float(s.below1)) for s in segments
    ]
    change = ratios(floats, 9)
    assert sum(e.total for e in change.effects) == pytest.approx(change.difference, rel=1e-9, abs=1e-8)


def test_won_value_by_hand() -> None:
    """North: 2 deals of 100, then 4 of 90. South: 2 of 200, then 1 of 260."""
    change = sums([Segment("north", 200, 360, 2, 4), Segment("south", 400, 260, 2, 1)], 9)
    # Means of all: 150 before, 124 now, so 137; one more deal: 137. North: 2 deals at 95, and 3 times -10.
    assert (change.way, change.before, change.after) == ("volume_rate", 600, 620)
    assert by_key(change) == {"north": (274, 2 * (95 - 137), -30), "south": (-137, -(230 - 137), 90)}
    assert (change.volume, change.mix, change.rate) == (137, -177, 60)
    assert [e.key for e in change.effects] == ["north", "south"]


def test_both_rates_rise_and_the_whole_falls() -> None:
    """Simpson's paradox: each rate rises, yet the whole falls, as weight moves to the weaker segment."""
    change = ratios([Segment("strong", 60, 14, 100, 20), Segment("weak", 10, 30, 100, 180)], 9)
    assert (change.before, change.after) == (Fraction(35, 100), Fraction(22, 100))
    assert change.rate > 0
    assert change.mix == Fraction(-13, 100) - change.rate
    # Strong: weight .5 to .1, rate .6 to .7; weak: weight .5 to .9, rate .1 to 1/6.
    assert change.rate == Fraction(3, 10) * Fraction(1, 10) + Fraction(7, 10) * Fraction(1, 15)


def test_a_segment_that_is_new_is_all_volume() -> None:
    change = sums([Segment("old", 100, 100, 1, 1), Segment("new", 0, 50, 0, 1)], 3)
    assert by_key(change)["new"] == (Fraction(175, 2), Fraction(-75, 2), 0)


def test_costs_without_customers_split_into_numerator_and_denominator() -> None:
    change = ratios([Segment("fair", 1000, 1500, 0, 0), Segment("web", 500, 500, 10, 20)], 9)
    assert change.way == "above_below"
    assert (change.before, change.after) == (150, 100)
    # 500 more cost at the mean of 1/10 and 1/20; ten more customers at -1750 / 200.
    assert by_key(change) == {"fair": (0, 0, Fraction(75, 2)), "web": (Fraction(-175, 2), 0, 0)}


def test_what_does_not_add_up_says_so() -> None:
    assert not_exact(3, 4, 7).verdict == "not_exact"
    assert not_exact(None, 4, 4).verdict == "too_little"
    assert ratios([Segment("a", 1, 0, 2, 0)], 3).verdict == "too_little"
