"""What to do about two KPIs that collide: watch them as a pair, or answer together for what both are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from leitstern.insight.conflicts.pulls import pulls

if TYPE_CHECKING:
    from leitstern.insight.conflicts.pairs import Pair
    from leitstern.kpis.definition import Definition
    from leitstern.kpis.load import Resolved


@dataclass(frozen=True, slots=True)
class Proposal:
    """``pair_them``: name ``kpi`` as the counter-KPI of ``of``. ``share``: both answer for ``kpi``."""

    code: Literal["pair_them", "share"]
    kpi: str
    of: str | None = None


def proposals(pair: Pair, kpis: Mapping[str, Resolved]) -> list[Proposal]:
    """The proposals for a pair, the better one first; empty if nothing in the catalogue fits."""
    counter = [] if pair.watched else [Proposal("pair_them", pair.second, pair.first)]
    common = shared(pair, kpis)
    together = [] if common is None else [Proposal("share", common)]
    return together + counter if pair.standing == "goals_of_two" else counter + together


def shared(pair: Pair, kpis: Mapping[str, Resolved]) -> str | None:
    """A KPI of the whole funnel that neither can improve at the other's expense.

    For what begins before the deal (leads, touches, contacts): what a won deal costs, from the first euro to
    the signature. Otherwise the nearest outcome that both are said to drive.
    """
    early = kpis[pair.first].measures.values()
    if any(measure.fact in ("lead", "touchpoint", "activity", "spend") for measure in early):
        cost = sorted(name for name, one in kpis.items() if _whole_funnel(one))
        cost = [name for name in cost if name not in (pair.first, pair.second)]
        # Of several the one that counts qualified leads only: a cheap lead does not make it cheaper.
        cost.sort(key=lambda name: "sql_at" not in repr(kpis[name].measures))
        if cost:
            return cost[0]
    definitions = {name: one.definition for name, one in kpis.items()}
    one, other = (_driven(name, definitions) for name in (pair.first, pair.second))
    common = [name for name in one if name in other and name not in (pair.first, pair.second)]
    return min(common, key=lambda name: (one[name] + other[name], name), default=None)


def _whole_funnel(one: Resolved) -> bool:
    """Money spent, over deals that were won."""
    if one.definition.good != "down" or one.definition.level != "strategic":
        return False
    found = pulls(one)
    return {b.fact for b in found.above} == {"spend"} and {b.fact for b in found.below} == {"deal"}


def _driven(start: str, definitions: Mapping[str, Definition]) -> dict[str, int]:
    """All KPIs that one is said to drive, at any distance, with the number of steps."""
    steps = {start: 0}
    waiting = [start]
    for name in waiting:
        for driven in definitions[name].drives if name in definitions else ():
            if driven in definitions and driven not in steps:
                steps[driven] = steps[name] + 1
                waiting.append(driven)
    return steps
