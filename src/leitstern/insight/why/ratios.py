"""The change of a ratio of sums, taken apart into mix and rate.

A ratio is the mean of its segments' rates r, weighted by their shares w of the denominator. With
differences d and means of before and now (m): d(R) = sum of d(w) (m(r) - m(R)) + m(w) d(r). The first is
the mix (weight moved towards segments above or below the whole), the second the rate; as the shares'
differences add up to 0, nothing is left over (the symmetric form of Kitagawa 1955, "Components of a
difference between two rates", J. Am. Stat. Assoc. 50).

Where a segment has a numerator without a denominator (costs on one side, customers on the other), there are
no rates; then the numerator's effect is d(a) m(1/B) and the denominator's - d(b) m(A) / (B0 B1).
"""

from __future__ import annotations

from collections.abc import Sequence

from leitstern.insight.why.effects import Change, Effect, Number, Segment, half, not_exact, ordered, over
from leitstern.insight.why.sums import rates


def ratios(segments: Sequence[Segment], n: int, *, of_same: bool = True) -> Change:
    """Take the change of the ratio of the sums of ``above`` and ``below`` apart.

    ``n`` counts the records of both periods. ``of_same``: numerator and denominator count the same records;
    else (cost per lead) a segment's rate means little, and the sides are told apart. Without a denominator
    in one of the periods the verdict is ``too_little``.
    """
    above0, above1 = sum(s.above0 for s in segments), sum(s.above1 for s in segments)
    below0, below1 = sum(s.below0 for s in segments), sum(s.below1 for s in segments)
    before = over(above0, below0) if below0 else None
    after = over(above1, below1) if below1 else None
    if before is None or after is None:
        return not_exact(before, after, n)
    if of_same and all(_rated(s) for s in segments):
        mean = half(before, after)
        found = [_mix_rate(s, below0, below1, mean) for s in segments]
        way = "mix_rate"
    else:
        found = [_above_below(s, (above0, above1), (below0, below1)) for s in segments]
        way = "above_below"
    return Change(
        way,  # type: ignore[arg-type] # one of the two just above
        before,
        after,
        sum(e.volume for e in found),
        sum(e.mix for e in found),
        sum(e.rate for e in found),
        ordered(found),
        n,
        "exact",
    )


def _rated(segment: Segment) -> bool:
    """Whether the segment has a rate wherever it has a numerator, and weights that are none below 0."""
    has_rates = (segment.below0 or not segment.above0) and (segment.below1 or not segment.above1)
    return bool(has_rates) and segment.below0 >= 0 and segment.below1 >= 0


def _mix_rate(segment: Segment, below0: Number, below1: Number, mean: Number) -> Effect:
    weight0, weight1 = over(segment.below0, below0), over(segment.below1, below1)
    rate0, rate1 = rates(segment)
    mix = (weight1 - weight0) * (half(rate0, rate1) - mean)
    return Effect(segment.key, 0, mix, half(weight0, weight1) * (rate1 - rate0))


def _above_below(segment: Segment, above: tuple[Number, Number], below: tuple[Number, Number]) -> Effect:
    per_one = half(over(1, below[0]), over(1, below[1]))
    lower = -(segment.below1 - segment.below0) * over(half(*above), below[0] * below[1])
    return Effect(segment.key, lower, 0, (segment.above1 - segment.above0) * per_one)
