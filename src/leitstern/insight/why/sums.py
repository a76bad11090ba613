"""The change of a sum, taken apart into volume, mix and rate.

A segment's sum is its number of records times its mean: a = n r. With differences d and means of before and
now (m), d(a) = d(n) m(r) + m(n) d(r) leaves nothing over (Bennet 1920, "The theory of measurement of changes
in cost of living", J. R. Stat. Soc. 83; it is the Shapley value of the two factors). Of the records' effect,
volume is what would have happened at the company's mean, d(n) m(R); mix is the rest, d(n) (m(r) - m(R)):
records moved to segments whose mean is above or below that of all.

A segment without records in one of the periods is taken to have had the mean it has in the other, so that all
of it is the records' effect.
"""

from __future__ import annotations

from collections.abc import Sequence

from leitstern.insight.why.effects import Change, Effect, Number, Segment, half, ordered, over


def sums(segments: Sequence[Segment], n: int) -> Change:
    """Take the change of the sum of ``above`` apart.

    Where a segment has records (``below``), its change splits into volume, mix and rate; if none has, or a
    segment has a sum without records, each segment's change is a volume as a whole. ``n`` counts the
    records of both periods.
    """
    before, after = sum(s.above0 for s in segments), sum(s.above1 for s in segments)
    below0, below1 = sum(s.below0 for s in segments), sum(s.below1 for s in segments)
    counted = all((s.below0 or not s.above0) and (s.below1 or not s.above1) for s in segments)
    if not counted or not below0 or not below1:
        found = [Effect(s.key, s.above1 - s.above0, 0, 0) for s in segments]
        return Change("parts", before, after, after - before, 0, 0, ordered(found), n, "exact")
    mean = half(over(before, below0), over(after, below1))
    found = [_effect(s, mean) for s in segments]
    return Change(
        "volume_rate",
        before,
        after,
        sum(e.volume for e in found),
        sum(e.mix for e in found),
        sum(e.rate for e in found),
        ordered(found),
        n,
        "exact",
    )


def _effect(segment: Segment, mean: Number) -> Effect:
    rate0, rate1 = rates(segment)
    more = segment.below1 - segment.below0
    own = half(rate0, rate1)
    rate = half(segment.below0, segment.below1) * (rate1 - rate0)
    return Effect(segment.key, more * mean, more * (own - mean), rate)


def rates(segment: Segment) -> tuple[Number, Number]:
    """The mean of a segment before and now; where it has no records, that of the other period, else 0."""
    rate0 = over(segment.above0, segment.below0) if segment.below0 else None
    rate1 = over(segment.above1, segment.below1) if segment.below1 else None
    if rate0 is None:
        rate0 = 0 if rate1 is None else rate1
    return rate0, rate0 if rate1 is None else rate1
