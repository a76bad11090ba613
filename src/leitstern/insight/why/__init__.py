"""Why a KPI changed: its change between two periods, taken apart exactly over segments.

`sums` for what adds up, `ratios` for quotients of sums. Each splits symmetrically, so that swapping the
periods flips every sign and nothing is left over.
"""

from leitstern.insight.why.effects import Change, Effect, Segment, not_exact
from leitstern.insight.why.ratios import ratios
from leitstern.insight.why.sums import sums

__all__ = ["Change", "Effect", "Segment", "not_exact", "ratios", "sums"]
