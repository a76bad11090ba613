"""A reverse plan: from a won value back to the wins, deals and leads it takes, by the month they must arrive.

Plain arithmetic, stage by stage and on its own for each:

    wins needed     =  value still to win  /  mean value of a won deal
    in time(k)      =  won_after(end - k) - won_after(first - 1 - k)
    on their way    =  sum over past months k of  arrived(k) * in time(k)
    still to come   =  wins needed * share of wins that passed the stage  -  on their way
    arriving in k   =  scale * profile(k),  so that  sum of arriving(k) * in time(k) = still to come

``first`` to ``end`` are the months whose wins count. The profile is when the planned wins' records would
have begun by the stage's lag, so arrivals follow the plan's own season. A record that arrives late wins
late: the scale counts only what is won in time. Where hardly anything that arrives from now on can be won
in time, the plan says ``too_late`` instead of a number.

The running month is planned whole: what has arrived in it already is part of what must arrive in it. Its
wins so far are among those won; of the wins that its end will have brought, only the share of its working
time that is left is still expected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leitstern.insight.reverse.stages import Stage

Floats = NDArray[np.float64]

#: Of those that win in the end, at least this share must be able to win in time for a month to count.
_ENOUGH = 0.25
#: A sum of floats may miss a whole number by as much.
_ROUNDING = 1e-6

#: ``already``: what is on its way is enough; ``too_late``: nothing that arrives now is won in time.
Verdict = Literal["too_little", "already", "plan", "too_late"]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What may be changed in a scenario; each ``1.0`` leaves the measured value as it is.

    ``price``, ``conversion`` multiply the mean value of a won deal and the conversion of every stage
    (``stage_conversion`` of single stages on top); ``cost_per_lead`` and ``meetings_per_deal`` likewise.
    ``commission`` is a share of the won value, ``hires`` people on top of those there are from the first
    month on, ``cost_per_hire`` what each costs in a month, in the workspace's currency.
    """

    price: float = 1.0
    conversion: float = 1.0
    stage_conversion: dict[str, float] = field(default_factory=dict)
    cost_per_lead: float = 1.0
    meetings_per_deal: float = 1.0
    commission: float = 0.0
    hires: float = 0.0
    cost_per_hire: float = 0.0


@dataclass(frozen=True, slots=True)
class Known:
    """What was measured, besides the stages.

    ``value`` mean value of a won deal; ``passed`` by stage the share of wins that came through it (1 for
    deals); ``spend_per_lead``, ``meetings_per_deal`` and ``deals_per_head`` (new deals that a full-time
    seller took on in a month) are None where they are not known; ``heads`` full-time sellers today.
    """

    value: float
    passed: dict[str, float]
    spend_per_lead: float | None = None
    meetings_per_deal: float | None = None
    deals_per_head: float | None = None
    heads: float | None = None


@dataclass(frozen=True, slots=True)
class Needed:
    """What one stage must bring. Arrays go by month, from the first planned month on.

    ``on_the_way``: wins to be expected from what has arrived already. ``arrive``: new records needed;
    ``low`` and ``high`` with the conversion at the ends of its interval. ``usual``: how many arrived in a
    mean month of the last year.
    """

    stage: str
    verdict: Verdict
    on_the_way: float
    arrive: Floats
    low: Floats
    high: Floats
    usual: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan. ``wins`` still needed; ``stages`` what each must bring; by month: ``spend``, ``meetings``,
    ``heads`` (full-time sellers needed), None where not known. ``hires``: people missing in the month that
    needs most, beyond those assumed. ``cost`` of a plan that can be carried out: spend, commission and
    assumed hires."""

    months: tuple[int, ...]
    value: float
    wins: float
    stages: tuple[Needed, ...]
    spend: Floats | None
    meetings: Floats | None
    heads: Floats | None
    hires: float | None
    cost: float | None


def plan(
    wanted: Sequence[float],
    won: float,
    now: int,
    stages: Sequence[Stage],
    known: Known,
    assumed: Assumptions,
    over: float = 0.0,
) -> Plan:
    """Plan back from a value by month.

    ``wanted`` is the planned won value of each month from ``now`` (a month number) to the end; wins count
    from the first month on in which any is wanted. ``won`` is what has been won of it already, ``over``
    the share of month ``now`` that has passed. The stage of deals is called ``deal``, that of leads
    ``lead``. Values are in the workspace's currency.
    """
    target = np.asarray(wanted, float)
    value = known.value * assumed.price
    wins = max(0.0, float(target.sum()) - won) / value
    found = [
        _needed(stage, target, wins, now, known.passed.get(stage.name, 1.0), assumed, over)
        for stage in stages
    ]
    by_name = {one.stage: one for one in found if one.verdict in ("plan", "already")}
    leads, deals = by_name.get("lead"), by_name.get("deal")
    spend = meetings = heads = None
    if leads is not None and known.spend_per_lead is not None:
        spend = leads.arrive * known.spend_per_lead * assumed.cost_per_lead
    if deals is not None and known.meetings_per_deal is not None:
        meetings = deals.arrive * known.meetings_per_deal * assumed.meetings_per_deal
    if deals is not None and known.deals_per_head:
        heads = deals.arrive / known.deals_per_head
    hires = None
    if heads is not None and known.heads is not None:
        hires = max(0.0, float(heads.max()) - known.heads - assumed.hires)
    cost = None
    if spend is not None and deals is not None:
        people = assumed.hires * assumed.cost_per_hire * len(target)
        cost = float(spend.sum()) + wins * value * assumed.commission + people
    months = tuple(range(now, now + len(target)))
    return Plan(months, value, wins, tuple(found), spend, meetings, heads, hires, cost)


def whole(amounts: Floats) -> list[int]:
    """Amounts as whole numbers that add up to their sum, rounded up; the largest remainders go up first."""
    floors = np.floor(amounts + _ROUNDING).astype(int)
    missing = int(np.ceil(amounts.sum() - _ROUNDING)) - int(floors.sum())
    for at in np.argsort(floors - amounts, kind="stable")[: max(0, missing)]:
        floors[at] += 1
    found: list[int] = floors.tolist()
    return found


def _needed(
    stage: Stage, target: Floats, wins: float, now: int, passed: float, assumed: Assumptions, over: float
) -> Needed:
    months = len(target)
    nothing = np.zeros(months)
    usual = float(stage.arrived[-12:].mean()) if len(stage.arrived) else 0.0
    if not stage.enough or stage.conversion == 0:
        return Needed(stage.name, "too_little", 0.0, nothing, nothing, nothing, usual)
    factor = assumed.conversion * assumed.stage_conversion.get(stage.name, 1.0)
    curve = np.minimum(stage.won_after * factor, 1.0)
    end, first = now + months - 1, now + int(np.argmax(target > 0))
    past = np.arange(stage.first_month, stage.first_month + len(stage.arrived))
    gone = over if first == now else 0.0
    on_the_way = float((stage.arrived * _in_time(curve, past, first, end, gone)).sum())
    missing = wins * passed - on_the_way
    if missing <= 0:
        return Needed(stage.name, "already", on_the_way, nothing, nothing, nothing, usual)
    in_time = _in_time(curve, np.arange(now, end + 1), first, end, gone)
    profile = _profile(curve, target, in_time)
    reached = float((profile * in_time).sum())
    if reached == 0:
        return Needed(stage.name, "too_late", on_the_way, nothing, nothing, nothing, usual)
    arrive = profile * (missing / reached)
    # The same shape with more or fewer: who converts better needs fewer, of those on their way as well.
    low, high = (
        arrive * max(0.0, wins * passed - on_the_way * end_of / stage.conversion) / missing
        * (stage.conversion / end_of if end_of > 0 else np.inf)
        for end_of in (stage.high, stage.low)
    )  # fmt: skip
    return Needed(stage.name, "plan", on_the_way, arrive, low, high, usual)


def _profile(curve: Floats, target: Floats, in_time: Floats) -> Floats:
    """When the records of the planned wins would arrive, by the lag of wins; none where it is too late."""
    lag = np.diff(curve, prepend=0.0)
    found = np.zeros(len(target))
    for month, amount in enumerate(target):
        for back in range(min(month, len(lag) - 1) + 1):
            found[month - back] += max(amount, 0.0) * lag[back]
    found[in_time < _ENOUGH * curve[-1]] = 0.0
    return found


def _in_time(curve: Floats, began: NDArray[np.int64], first: int, end: int, gone: float) -> Floats:
    """Share of the records of each month that win from ``first`` to ``end``, when the share ``gone`` of the
    first month is over."""
    before = _at(curve, first - 1 - began)
    return _at(curve, end - began) - before - gone * (_at(curve, first - began) - before)


def _at(curve: Floats, after: NDArray[np.int64]) -> Floats:
    """Share won within so many months; nothing before the first, and no more after the last."""
    found: Floats = np.where(after < 0, 0.0, curve[np.clip(after, 0, len(curve) - 1)])
    return found
